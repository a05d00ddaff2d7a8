"""What went wrong, as one of our errors: what was asked of which host, what came back, what to try."""

from __future__ import annotations

import math
import os
import ssl
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tui.backends._httpx import httpx
from tui.backends.agent_server.guard import is_read
from tui.backends.errors import (
    BackendError,
    CannotConnect,
    Conflict,
    ConnectionLost,
    NotAllowed,
    NotFound,
    Rejected,
    ServerFailed,
)
from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, loads
from tui.domain.safe_text import one_line
from tui.domain.secrets import hide

_LONGEST = 300

TRY_AGAIN = frozenset({429, 502, 503, 504})
"""Statuses of a server that may answer in a moment."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as messages name it. `address` is the server's, `via` what lies between; neither holds a secret."""

    method: str
    path: str
    address: str
    via: str = ""

    def __str__(self) -> str:
        return f"{self.method} {one_line(self.path, _LONGEST)}"

    @property
    def changes(self) -> bool:
        """Whether it may have changed something, though nobody heard."""
        return not is_read(self.method, self.path)


def short(text: str) -> str:
    """A server's text for a message: its first line, safe, at most 300 cells."""
    lines = text.strip().splitlines() or [""]
    return one_line(lines[0].strip(), _LONGEST)


def unreachable(asked: Asked, error: Exception) -> CannotConnect:
    """A request that got no answer: `error` is httpx's."""
    if isinstance(error, httpx.ProxyError):
        return CannotConnect(
            f"{asked.via or 'The proxy'} refused to connect to {asked.address}: {_reason(error)}.",
            hint="Does it want a password (--proxy env:VARIABLE with the whole URL), or forbid this address?",
        )
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return CannotConnect(
            f"{asked.address} did not take the connection in time ({asked}).",
            hint="Check the address, the network and the firewall.",
        )
    if isinstance(error, httpx.TimeoutException):
        return ConnectionLost(
            f"{asked.address} did not answer {asked} in time.",
            hint=f"Is the server busy or hanging? {_MAYBE_DONE if asked.changes else 'Try again.'}",
        )
    if isinstance(error, httpx.ConnectError):
        return _not_connected(asked, error)
    if hint := _wants_certificate(str(error).lower()):
        return CannotConnect(f"{asked.address} ended the connection: {_reason(error)}.", hint=hint)
    if asked.via:
        return ConnectionLost(
            f"The connection to {asked.address} through {asked.via} broke during {asked}: {_reason(error)}.",
            hint="Is the server running, and does it listen at this address as seen from there? "
            "A run goes on at the server; look at its state before sending it again.",
        )
    # The alert that says so is often lost, because the server resets the connection right behind it.
    maybe = " (One that wants another client certificate, --cert, may end it, too.)" if _is_tls(asked) else ""
    return ConnectionLost(
        f"The connection to {asked.address} broke during {asked}: {_reason(error)}.",
        hint="Is the server still running? A run goes on at the server; look at its state before sending it again."
        + maybe,
    )


def _is_tls(asked: Asked) -> bool:
    return asked.address.startswith("https:")


def _not_connected(asked: Asked, error: httpx.ConnectError) -> CannotConnect:
    reason = _reason(error)
    lowered = reason.lower()
    through = f" through {asked.via}" if asked.via else ""
    what = f"Cannot connect to {asked.address}{through}: {reason}."
    if _has_cause(error, ssl.SSLError) or "certificate" in lowered or "ssl" in lowered:
        if "wrong_version" in lowered or "wrong version" in lowered or "record layer" in lowered:
            return CannotConnect(what, hint="Nothing there speaks TLS: is it an http:// server?")
        return CannotConnect(what, hint=_wants_certificate(lowered) or _UNTRUSTED)
    if asked.via:
        hint = (
            "Has ssh ended? Start Forkpoint again." if "ssh" in asked.via else "Does the proxy run, is its URL right?"
        )
        return CannotConnect(what, hint=hint)
    if (
        "name or service" in lowered
        or "getaddrinfo" in lowered
        or "name resolution" in lowered
        or "nodename" in lowered
    ):
        return CannotConnect(what, hint="The host name is not known: check its spelling, and the network.")
    return CannotConnect(what, hint=_nobody_listens(asked.address))


_UNTRUSTED = "If the server uses a private certificate authority, name its file with --ca."


def _wants_certificate(reason: str) -> str:
    """The hint for a server that asks for a certificate of ours, or refuses it; "" for all else."""
    if "alert certificate required" in reason or "alert handshake failure" in reason:
        return "The server wants a client certificate: --cert FILE[,KEY]."
    if "alert unknown ca" in reason or "alert bad certificate" in reason or "alert certificate" in reason:
        return "The server does not trust the client certificate: is it the right one, and still valid?"
    return ""


def _nobody_listens(address: str) -> str:
    if address in ("http://127.0.0.1:2024", "http://localhost:2024"):
        return "Start a server with `langgraph dev`, or look at `forkpoint demo`, which needs none."
    return "Is the server running, and is this its port?"


def _reason(error: BaseException) -> str:
    """Why, in the words of the system where the libraries above it only say that it failed."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror and not isinstance(cause, ssl.SSLError):
            # asyncio writes its own text over the system's; a resolver's errors have numbers below zero.
            words = os.strerror(cause.errno) if cause.errno and cause.errno > 0 else cause.strerror
            return short(words).rstrip(".")
    return (short(str(error)) or type(error).__name__).rstrip(".")


def _has_cause(error: BaseException, kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, breadth first; several addresses may have been tried at once."""
    waiting: deque[BaseException] = deque([error])
    for _ in range(50):
        if not waiting:
            return
        here = waiting.popleft()
        yield here
        if isinstance(here, BaseExceptionGroup):
            waiting.extend(here.exceptions)
        cause = here.__cause__ or here.__context__
        if cause is not None:
            waiting.append(cause)


def refused(
    asked: Asked, status: int, headers: Mapping[str, str], body: bytes, secrets: Sequence[str] = ()
) -> BackendError:
    """The error for an answer with a status of 300 or more. `body` may be cut; `secrets` in it are not repeated."""
    detail = hide(detail_of(body, headers.get("content-type", "")), secrets)
    if 300 <= status < 400:
        target = one_line(hide(headers.get("location", "elsewhere"), secrets), _LONGEST)
        return Rejected(
            f"{asked.address} answered {status} to {asked}: it redirects to {target}.",
            hint="Redirects are not followed, because they would carry the API key along; use the final URL.",
            status=status,
        )
    kind, hint = _KINDS.get(status, (ServerFailed, _BROKEN) if status >= 500 else (Rejected, ""))
    if kind is Rejected and "already running a task" in detail:
        kind, hint = _KINDS[409]  # LangGraph.js refuses a second run with 422
    if hint == _GATEWAY and status != 503 and asked.changes:
        hint = f"A proxy answered for the server. {_MAYBE_DONE}"
    if "already exists" in detail:
        hint = "Choose another id, or none."
    pause = retry_after(headers) if status in TRY_AGAIN else None
    if pause is not None:
        hint = f"{_BUSY.get(status, _OVERLOADED)} It asks to be tried again in {math.ceil(pause)} s."
    what = f"{asked.address} answered {status} to {asked}" + (f": {detail.rstrip('.')}." if detail else ".")
    return kind(what, hint=hint, status=status, detail=detail, retry_after=pause)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the server wants to be asked again; None when it does not say so in a way that can be read.

    It names seconds or a time. The time is taken as the server's own clock (its Date header) has it: ours may be wrong.
    """
    said = headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 10:
        return float(said)
    then, now = _http_time(said), _http_time(headers.get("date", ""))
    if then is None or now is None:
        return None
    return max(0.0, (then - now).total_seconds())


def _http_time(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


_MAYBE_DONE = "It may have been done all the same: look before you send it again."
_BROKEN = "The server's own log says why; reading may work again in a moment."
_OVERLOADED = "The server is starting or overloaded."
_BUSY = {429: "Too many requests."}
_GATEWAY = "A proxy answered for the server: it may be starting or overloaded. Try again in a moment."
_KINDS: dict[int, tuple[type[BackendError], str]] = {
    400: (Rejected, ""),
    401: (NotAllowed, "Give an API key: FORKPOINT_API_KEY with --url, or api_key_env in the profile."),
    403: (NotAllowed, "The key or the user is not allowed to do this."),
    404: (NotFound, "It may have been deleted, or belong to somebody else."),
    409: (Conflict, "Join the active run or cancel it, then try again."),
    422: (Rejected, ""),
    429: (ServerFailed, "Too many requests: try again in a moment."),
    502: (ServerFailed, _GATEWAY),
    503: (ServerFailed, _GATEWAY),
    504: (ServerFailed, _GATEWAY),
}


def detail_of(body: bytes, content_type: str = "") -> str:
    """What an error's body says, in one safe line; "" when it says nothing.

    Servers answer with {"detail": …}, a bare JSON string, {"error", "message"}, {"code", "message"},
    {"success": false, "error": {"issues": […]}}, a list of validation errors, or plain text.
    """
    try:
        value = loads(body)
    except JSONError:
        return _plain(body, content_type)
    return short(_sentence(value))


def _plain(body: bytes, content_type: str) -> str:
    text = body.decode("utf-8", "replace").strip()
    if "html" in content_type or text[:1] == "<":
        return "an HTML page"
    return short(text)


def _sentence(value: JSON, depth: int = 0) -> str:
    if depth > 4:
        return ""
    if isinstance(value, str):
        # A busy thread's 409 goes on with the whole run as Python text, configuration included.
        return value.partition(" in-flight runs: [")[0] + " in-flight runs" if " in-flight runs: [" in value else value
    if isinstance(value, list):
        sentences = (_sentence(item, depth + 1) for item in value[:3])
        return "; ".join(sentence for sentence in sentences if sentence)
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("msg"), str):
        return _at(value.get("loc"), value["msg"])
    if isinstance(value.get("message"), str):
        return _at(value.get("path"), value["message"]) or _sentence(value.get("error"), depth + 1)
    for key in ("detail", "issues", "error", "errors"):
        if value.get(key):
            return _sentence(value[key], depth + 1)
    return ""


def _at(place: JSON, message: str) -> str:
    if isinstance(place, list) and place:
        return f"{'.'.join(str(part) for part in place)}: {message}"
    return message
