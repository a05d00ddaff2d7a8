"""Who is there: whether it is an Agent Server, which one, and whether we may talk to it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from tui.backends.agent_server import wire
from tui.backends.agent_server.http import Answer, Http
from tui.backends.errors import BackendError, BadAnswer, NotAllowed, NotAnAgentServer, NotFound, Rejected
from tui.domain.checkpoint import JSON, ServerInfo

_ABSENT = (NotFound, BadAnswer, Rejected)


async def probe(http: Http) -> ServerInfo:
    """Ask /info for the version (open to everyone), and for the assistants, which proves API and key.

    Raises:
        CannotConnect: nothing answers. NotAnAgentServer: something else does. NotAllowed: the key is wrong or missing.
    """
    # Both at once: a far server would be waited for twice.
    asking = asyncio.create_task(http.send("POST", "/assistants/search", body={"limit": 1, "offset": 0}))
    asking.add_done_callback(lambda done: done.cancelled() or done.exception())  # heard, whatever becomes of /info
    try:
        info = await _info(http)
        rows = await _proof(http, asking)
    finally:
        asking.cancel()
    if not isinstance(rows, list):
        raise _stranger(http, f"/assistants/search answered with {type(rows).__name__} instead of a list.")
    return info


async def _proof(http: Http, asking: asyncio.Task[Answer]) -> JSON:
    try:
        return (await asking).value
    except NotAllowed:
        raise
    except BackendError as error:
        if isinstance(error, _ABSENT) or is_absent(error):
            raise _stranger(http, error.what) from error
        raise


def _stranger(http: Http, what: str) -> NotAnAgentServer:
    return NotAnAgentServer(
        f"{http.address.text} is not an Agent Server: {what.removeprefix(http.address.text).strip()}",
        hint="Give the URL of a LangGraph Agent Server, such as the API address that `langgraph dev` prints.",
    )


async def _info(http: Http) -> ServerInfo:
    try:
        return server_info((await http.send("GET", "/info")).value)
    except (NotAllowed, *_ABSENT):
        # What matters is whether the API answers; a proxy may well hide this page.
        return server_info(None)


def server_info(value: JSON) -> ServerInfo:
    """What the answer of /info tells; kind "unknown" when it tells nothing."""
    try:
        info = wire.Info.model_validate(value)
    except ValidationError:
        return ServerInfo("unknown")
    flags = info.flags or {}
    if info.langgraph_py_version:
        return ServerInfo("langgraph-py", info.version, info.langgraph_py_version, flags)
    if info.langgraph_js_version or info.context == "js":
        return ServerInfo("langgraph-js", info.version, info.langgraph_js_version, flags)
    if info.name:
        return ServerInfo(info.name.lower(), info.version, None, flags)
    # The first official servers said nothing but their flags.
    return ServerInfo("langgraph-py" if "assistants" in flags else "unknown", info.version, None, flags)


@dataclass(frozen=True, slots=True)
class Pong:
    """A round trip: our times around it, what it took in seconds, and the server's own time (its Date header)."""

    before: datetime
    after: datetime
    seconds: float
    date: str | None


async def ping(http: Http) -> Pong:
    """Ask for the smallest page there is. A proxy may hide one, so there are several to try.

    Raises:
        BackendError: none of them is answered.
    """
    for path in ("/info", "/ok"):
        try:
            return await _round_trip(http, "GET", path, None)
        except (NotAllowed, *_ABSENT):
            continue
    return await _round_trip(http, "POST", "/assistants/search", {"limit": 1, "offset": 0})


async def _round_trip(http: Http, method: str, path: str, body: JSON) -> Pong:
    before, start = datetime.now(UTC), time.perf_counter()
    answer = await http.send(method, path, body=body)
    seconds = time.perf_counter() - start
    return Pong(before, datetime.now(UTC), seconds, answer.headers.get("date"))


def is_absent(error: BackendError) -> bool:
    """Whether an optional endpoint's error means that the server does not have it."""
    return error.status in (404, 405, 422, 501)
