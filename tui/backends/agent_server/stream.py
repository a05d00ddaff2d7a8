"""A run's events as they arrive: bounded, parsed, and never taken for more than they are.

The end of a stream is not success. A stream that breaks is an error here; one that simply ends, ends.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import AsyncIterator
from contextlib import aclosing

from tui.backends._httpx import httpx, httpx_sse
from tui.backends.agent_server import limits
from tui.backends.agent_server.failures import Asked, unreachable
from tui.backends.agent_server.http import compression_of, run_id_of
from tui.backends.errors import ConnectionLost, NotFound, StreamBroken
from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, loads
from tui.domain.safe_text import one_line
from tui.domain.transcript import StreamEvent

_GOES_ON = "The run goes on at the server; read its state when it has ended."


class _Bounded(httpx.AsyncByteStream):
    """The bytes of a response, as long as they are UTF-8 and no event grows past the limit.

    What is held of an event that never ends is little more than the limit.
    At the end it closes an event that was cut short, so that the decoder hands out what there is of it.
    """

    def __init__(self, response: httpx.Response, asked: Asked, max_event: int) -> None:
        self._response = response
        self._asked = asked
        self._max_event = max_event
        self.undelivered = 0
        self.is_cut = False
        """Whether the stream ended, in good order, behind something else than a blank line."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if (how := compression_of(self._response)) is not None:
            raise self._broken(f"sent the events of {self._asked} compressed ({how}), which was not asked for")
        decoder, tail = codecs.getincrementaldecoder("utf-8")(), b""
        async for piece in self._response.aiter_bytes():
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                # What came before it is whole.
                yield piece[: max(0, error.start - (len(error.object) - len(piece)))]
                raise self._broken(f"sent a byte in {self._asked} that is not UTF-8") from None
            self.undelivered += len(piece)
            if self.undelivered > self._max_event + len(piece):
                raise self._broken(f"sent more than {self._max_event:,} bytes in one event of {self._asked}")
            tail = (tail + piece)[-4:]
            yield piece
        lines = b"\n" + tail.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.is_cut = bool(tail) and not lines.endswith(b"\n\n")
        if self.is_cut:
            yield b"\n\n"

    def _broken(self, what: str) -> StreamBroken:
        return StreamBroken(f"{self._asked.address} {what}.", hint=_GOES_ON)


class EventStream:
    """The events of one response, in order; can be read once."""

    def __init__(
        self, response: httpx.Response, asked: Asked, *, run_id: str | None = None, max_event: int = limits.MAX_EVENT
    ) -> None:
        self._asked = asked
        self._bytes = _Bounded(response, asked, max_event)
        self._run_id = run_id or run_id_of(response)

    @property
    def run_id(self) -> str | None:
        """Known from the response's headers, or from the first `metadata` event."""
        return self._run_id

    async def __aiter__(self) -> AsyncIterator[StreamEvent]:
        """Events until the server ends the stream.

        Raises:
            ConnectionLost: the connection broke or fell silent.
            StreamBroken: an event is too large, or not JSON.
            NotFound: the server says that there is no such run.
        """
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        has_ids = False
        source = httpx_sse.EventSource(httpx.Response(200, headers=headers, stream=self._bytes))
        try:
            async with aclosing(source.aiter_sse()) as frames:
                async for sse in frames:
                    self._bytes.undelivered = 0
                    if not sse.data and sse.event == "message":
                        continue  # what the decoder makes of a blank line after an id
                    has_ids = has_ids or bool(sse.id)
                    if self._bytes.is_cut and (has_ids or not _is_json(sse.data)):
                        break  # its id comes last, and would be another event's
                    if max(len(sse.event), len(sse.id)) > limits.MAX_EVENT_NAME:
                        raise self._unreadable(sse.event, "its name or id is too long")
                    data = await self._parse(sse.event, sse.data)
                    event = StreamEvent(sse.event, data, sse.id or None, raw=sse.data)
                    self._note(event)
                    yield event
                    if self._bytes.is_cut:
                        return
        except httpx.HTTPError as error:
            raise unreachable(self._asked, error) from error
        if self._bytes.is_cut:
            raise ConnectionLost(
                f"The connection to {self._asked.address} was cut in the middle of an event of {self._asked}.",
                hint="Something between here and the server ended it in good order.",
            )

    async def _parse(self, event: str, data: str) -> JSON:
        if not data:
            return None
        try:
            if len(data) > limits.PARSE_ASIDE:
                if data.count("[") + data.count("{") > limits.MAX_CONTAINERS:
                    raise self._unreadable(event, f"it holds more than {limits.MAX_CONTAINERS:,} lists and objects")
                return await asyncio.to_thread(loads, data)
            return loads(data)
        except JSONError as error:
            raise self._unreadable(event, error.reason) from None

    def _unreadable(self, event: str, reason: str) -> StreamBroken:
        return StreamBroken(
            f"{self._asked.address} sent an event {one_line(event, 60)!r} in {self._asked} "
            f"that cannot be read: {reason}.",
            hint=_GOES_ON,
        )

    def _note(self, event: StreamEvent) -> None:
        if not isinstance(event.data, dict):
            return
        if event.event == "metadata" and self._run_id is None and isinstance(event.data.get("run_id"), str):
            self._run_id = event.data["run_id"]
        if event.event == "error" and says_no_such_run(event.data):
            raise no_such_run(self._asked)


def _is_json(data: str) -> bool:
    try:
        loads(data)
    except JSONError:
        return False
    return True


def says_no_such_run(error: JSON) -> bool:
    """Whether an error that came with status 200 means 404."""
    if not isinstance(error, dict):
        return False
    kind, message = error.get("error"), str(error.get("message", ""))
    # The second is LangGraph.js's: the JSON text of a text.
    return (kind == "HTTPException" and message.startswith("404")) or (kind, message) == ("Error", '"Run not found"')


def no_such_run(asked: Asked) -> NotFound:
    """The error for a run that the server does not know, though it answered 200."""
    return NotFound(
        f"{asked.address} knows no run for {asked}.", hint="It may have been deleted or rolled back.", status=404
    )
