"""One connection to one server: sends requests, reads answers within limits, and turns failures into our errors.

Reads are asked again when the connection breaks; writes are sent once, each on a connection of its own, because an
official server silently drops a pooled connection after it answered 500, and a write that meets it would be lost.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from tui.backends._httpx import httpx
from tui.backends.agent_server import limits
from tui.backends.agent_server.address import Address, Credentials
from tui.backends.agent_server.clock import ServerClock
from tui.backends.agent_server.failures import TRY_AGAIN, Asked, refused, unreachable
from tui.backends.agent_server.guard import ReadOnlyTransport, is_read
from tui.backends.agent_server.route import STRAIGHT, Route, tls_of, transport_of
from tui.backends.agent_server.writes import OnWrite, Outcome, telling
from tui.backends.errors import BackendError, BadAnswer, CannotConnect, ConnectionLost, NotFound, Rejected, TooLarge
from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, Unsendable, dumps, loads
from tui.domain.safe_text import one_line

if TYPE_CHECKING:
    import stamina

_LONGEST_ID = 500
_RUN_IN_PATH = re.compile(r"/runs/([0-9A-Za-z-]+)")

_ASIDE = ThreadPoolExecutor(1, "forkpoint-json")
"""Where big answers are parsed. One thread: each keeps memory of its own, and the GIL lets only one of them work."""

_GIVE_WAY_SECONDS = 0.0005

Query = Sequence[tuple[str, str]]

OnSlow = Callable[[str], None]
"""Hears the address of the server that lets us wait."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: parsed JSON (None for an empty body) and the number of bytes that it took."""

    status: int
    headers: Mapping[str, str]
    value: JSON
    size: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer is read: what makes a value of its bytes, and how many they may be (None: the client's limit)."""

    parse: Callable[[bytes], JSON] = loads
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds between two attempts of a read: the first pause, and the longest."""

    first: float = 0.1
    longest: float = 1.0


def _attempts(waits: Waits) -> AsyncIterator[stamina.Attempt]:
    """The attempts of a read, the first of which failed already."""
    # Imported late: most reads need one attempt, and every start would pay for it.
    import stamina  # noqa: PLC0415
    import stamina.instrumentation  # noqa: PLC0415

    # By default it logs every retry to stderr, which is the screen of a terminal app.
    stamina.instrumentation.set_on_retry_hooks([])
    return stamina.retry_context(
        on=_worth_another_try,
        attempts=limits.READ_ATTEMPTS,
        timeout=None,
        wait_initial=waits.first,
        wait_max=waits.longest,
        wait_jitter=waits.first,
    )


def segment(text: str) -> str:
    """An id as part of a path; what could lead elsewhere is quoted.

    Raises:
        NotFound: no id can look like this. (A quoted slash would be a slash again before the server looks at it.)
    """
    if text in ("", ".", "..") or "/" in text or len(text) > _LONGEST_ID:
        raise NotFound(f"{one_line(text, 60)!r} is not an id.")
    return quote(text, safe="", errors="replace")


class Http:
    """The HTTP client of one server. `transport` replaces the network in tests; `on_write` hears of every
    write, before and after; `on_slow` hears of every request that is not answered for a while."""

    def __init__(
        self,
        address: Address,
        credentials: Credentials,
        *,
        route: Route = STRAIGHT,
        read_only: bool = False,
        read_only_by: Sequence[str] = (),
        transport: httpx.AsyncBaseTransport | None = None,
        max_body: int = limits.MAX_BODY,
        waits: Waits = Waits(),  # frozen
        on_write: OnWrite | None = None,
        on_slow: OnSlow | None = None,
    ) -> None:
        self.address = address
        self.read_only = read_only
        self._read_only_by = read_only_by
        self.clock = ServerClock()
        self._credentials = credentials
        self._max_body = max_body
        self._waits = waits
        self._on_write = None if read_only else on_write  # what can't leave need not be announced
        self._on_slow = on_slow
        self._route = route
        self._via = route.words
        verify = tls_of(address, route)
        self._reads = self._client(transport or transport_of(route, verify), read_only)
        self._writes = self._reads
        if transport is None:
            self._writes = self._client(transport_of(route, verify, keep_connections=False), read_only)

    def _client(self, transport: httpx.AsyncBaseTransport, read_only: bool) -> httpx.AsyncClient:
        if read_only:
            transport = ReadOnlyTransport(transport, self.address.prefix, self._read_only_by)
        return httpx.AsyncClient(
            transport=transport,
            auth=self._credentials,
            trust_env=False,
            follow_redirects=False,
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "forkpoint"},
            timeout=_timeout(limits.READ_SECONDS),
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown, should a server or a proxy repeat it."""
        return (*self._credentials.secrets, *self._route.secrets)

    async def close(self) -> None:
        """Close all connections."""
        await self._reads.aclose()
        await self._writes.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: JSON = None,
        read_seconds: float | None = limits.READ_SECONDS,
        reading: Reading | None = None,
    ) -> Answer:
        """Send a request and read the whole answer. `path` is relative to the server's root, ids quoted.

        A `body` of None sends none. `read_seconds=None` waits for ever for the answer to begin. `reading` reads the
        answer in its own way.

        Raises:
            BackendError: as the answer, or its absence, demands.
        """
        if not is_read(method, path, tuple(name for name, _ in query)):
            with self._telling(method, path, query, body) as outcome:
                answer = await self._once(self._writes, method, path, query, body, read_seconds)
                outcome.status, outcome.answer = answer.status, answer.value
            return answer
        try:
            return await self._once(self._reads, method, path, query, body, read_seconds, reading)
        except BackendError as error:
            failed = error
        async for attempt in _attempts(self._waits):
            with attempt:
                if attempt.num == 1:
                    raise failed
                return await self._once(self._reads, method, path, query, body, read_seconds, reading)
        raise AssertionError("unreachable")

    @contextmanager
    def _patience(self, *, unless: bool = False) -> Iterator[None]:
        """Have it told when what is asked for inside takes long; `unless` that was to be expected."""
        if self._on_slow is None or unless:
            yield
            return
        timer = asyncio.get_running_loop().call_later(limits.SLOW_SECONDS, self._on_slow, self.address.text)
        try:
            yield
        finally:
            timer.cancel()

    def _telling(self, method: str, path: str, query: Query, body: JSON) -> AbstractContextManager[Outcome]:
        return telling(self._on_write, self.address.text, method, path, query, body)

    async def _once(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        query: Query,
        body: JSON,
        read_seconds: float | None,
        reading: Reading | None = None,
    ) -> Answer:
        reading = reading or Reading()
        asked = Asked(method, path, self.address.text, self._via)
        request = self._request(client, asked, query, body, _timeout(read_seconds))
        try:
            with self._patience(unless=read_seconds is None):
                response = await client.send(request, stream=True)
            try:
                self.clock.heard(response.headers.get("date", ""))
                if response.status_code >= 300:
                    raise await self._refusal(asked, response)
                raw = await self._read(asked, response, min(self._max_body, reading.most_bytes or self._max_body))
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise unreachable(asked, error) from error
        return Answer(response.status_code, response.headers, await self._parse(asked, raw, reading), len(raw))

    def _request(
        self, client: httpx.AsyncClient, asked: Asked, query: Query, body: JSON, timeout: httpx.Timeout
    ) -> httpx.Request:
        url = f"{self.address.text}{asked.path}" + (f"?{urlencode(query, errors='replace')}" if query else "")
        if client.is_closed:
            raise CannotConnect(f"{asked} was not sent: the connection to {asked.address} has been closed.")
        if body is None:
            return client.build_request(asked.method, url, timeout=timeout)
        try:
            content = dumps(body)
        except Unsendable as error:
            raise Rejected(
                f"{asked} was not sent to {asked.address}: {error}.",
                hint="JSON has no NaN or Infinity; change or remove this value.",
            ) from None
        return client.build_request(
            asked.method, url, content=content, headers={"content-type": "application/json"}, timeout=timeout
        )

    async def _read(self, asked: Asked, response: httpx.Response, most: int) -> bytes:
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            raise self._too_large(asked, most)
        if (how := compression_of(response)) is not None:
            raise BadAnswer(
                f"{asked.address} answered {asked} compressed ({how}), which was not asked for.",
                hint="A few bytes can unpack to any size. What stands in front of the server should not compress.",
            )
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > most:
                raise self._too_large(asked, most)
            pieces.append(piece)
        return b"".join(pieces)

    @staticmethod
    def _too_large(asked: Asked, most: int) -> TooLarge:
        return TooLarge(
            f"{asked.address} answered {asked} with more than {most // 1024 // 1024} MiB.",
            hint="Ask for fewer rows at once.",
        )

    @staticmethod
    async def _parse(asked: Asked, raw: bytes, reading: Reading) -> JSON:
        if not raw.strip():
            return None
        try:
            if len(raw) > limits.PARSE_ASIDE:
                return await asyncio.get_running_loop().run_in_executor(_ASIDE, _parse_aside, reading.parse, raw)
            return reading.parse(raw)
        except JSONError as error:
            start = raw[:200].lstrip().lower()
            shown = "an HTML page" if start.startswith(b"<") else f"what is not JSON ({error.reason})"
            raise BadAnswer(
                f"{asked.address} answered {asked} with {shown}.", hint="Is this the address of an Agent Server?"
            ) from None

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, *, query: Query = (), body: JSON = None, last_event_id: str | None, silence: float
    ) -> AsyncIterator[httpx.Response]:
        """Open an event stream; the response's body is not read yet. `silence`: seconds until it counts as broken.

        Raises:
            BackendError: as the answer, or its absence, demands.
        """
        reads = is_read(method, path, tuple(name for name, _ in query))
        with nullcontext(Outcome()) if reads else self._telling(method, path, query, body) as outcome:
            response = await self._opened(method, path, query, body, last_event_id, silence)
            outcome.status, outcome.run_id = response.status_code, run_id_of(response)
        try:
            yield response
        finally:
            await response.aclose()

    async def _opened(
        self, method: str, path: str, query: Query, body: JSON, last_event_id: str | None, silence: float
    ) -> httpx.Response:
        asked = Asked(method, path, self.address.text, self._via)
        request = self._request(self._writes, asked, query, body, _timeout(silence))
        request.headers["accept"] = "text/event-stream"
        request.headers["cache-control"] = "no-store"
        if last_event_id is not None:
            request.headers["last-event-id"] = last_event_id
        try:
            with self._patience():
                response = await self._writes.send(request, stream=True)
        except httpx.HTTPError as error:
            raise unreachable(asked, error) from error
        try:
            await self._check_stream(asked, response)
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _check_stream(self, asked: Asked, response: httpx.Response) -> None:
        if response.status_code >= 300:
            try:
                raise await self._refusal(asked, response)
            except httpx.HTTPError as error:
                raise unreachable(asked, error) from error
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "text/event-stream":
            raise BadAnswer(
                f"{asked.address} answered {asked} with {kind or 'nothing'} instead of an event stream.",
                hint="Is this the address of an Agent Server?",
            )

    async def _refusal(self, asked: Asked, response: httpx.Response) -> BackendError:
        body = b""
        if compression_of(response) is None:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > limits.ERROR_BODY:
                    break
        return refused(asked, response.status_code, response.headers, body[: limits.ERROR_BODY], self.secrets)


def compression_of(response: httpx.Response) -> str | None:
    """How an answer is compressed; None if it is not, as was asked."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    return one_line(encoding, 30) if encoding not in ("", "identity") else None


def _parse_aside(parse: Callable[[bytes], JSON], raw: bytes) -> JSON:
    """Parse in a thread that gives way to the screen at once: whoever waits for the GIL waits no longer than this."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_GIVE_WAY_SECONDS)
    try:
        return parse(raw)
    finally:
        sys.setswitchinterval(usual)


def run_id_of(response: httpx.Response) -> str | None:
    """The run that an answer's headers name, if they do."""
    for header in ("content-location", "location"):
        found = _RUN_IN_PATH.search(response.headers.get(header, ""))
        if found and found[1] not in ("stream", "wait"):
            return found[1]
    return None


def _worth_another_try(error: Exception) -> bool | float:
    """Whether a read is asked again; a number is the pause in seconds that the server wants."""
    if isinstance(error, ConnectionLost):
        return not isinstance(error.__cause__, httpx.TimeoutException)
    if not isinstance(error, BackendError) or error.status not in TRY_AGAIN:
        return False
    if error.retry_after is None:
        return True
    # Nobody looks at a screen that stands still for longer: then the user is told when to try again.
    return error.retry_after if error.retry_after <= limits.LONGEST_PAUSE else False


def _timeout(read_seconds: float | None) -> httpx.Timeout:
    return httpx.Timeout(limits.READ_SECONDS, connect=limits.CONNECT_SECONDS, read=read_seconds)
