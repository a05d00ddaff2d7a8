"""Who is there: the servers that exist, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.agent_server_fakes import Script, Step, answer, backend, raw
from tui.backends._httpx import httpx
from tui.backends.agent_server.probe import server_info
from tui.backends.errors import BackendError, CannotConnect, NotAllowed, NotAnAgentServer, ServerFailed

OFFICIAL: dict[str, Any] = {
    "version": "0.16.7",
    "langgraph_py_version": "1.2.22",
    "flags": {"assistants": True},
    "host": {"kind": "self-hosted"},
}
UNKNOWN_PAGE = answer({"detail": "Not Found"}, 404)


@pytest.mark.parametrize(
    ("info", "kind", "title", "clone"),
    [
        (OFFICIAL, "langgraph-py", "langgraph 1.2.22 · api 0.16.7", False),
        ({**OFFICIAL, "langgraph_py_version": "0.6.11"}, "langgraph-py", "langgraph 0.6.11 · api 0.16.7", True),
        ({"flags": {"assistants": True, "crons": False}}, "langgraph-py", "langgraph", False),
        (
            {"version": "1.5.1", "langgraph_js_version": "1.4.18", "context": "js", "flags": {}},
            "langgraph-js",
            "langgraph.js 1.4.18 · api 1.5.1",
            False,
        ),
        ({"version": "1", "context": "js"}, "langgraph-js", "langgraph.js · api 1", False),
        ({"name": "Aegra", "version": "0.11.0", "flags": {}}, "aegra", "aegra · api 0.11.0", False),
        ({"name": "langrove", "version": "0.1.0", "graphs": ["a"]}, "langrove", "langrove · api 0.1.0", False),
        ({"version": 3}, "unknown", "unknown", False),
        ({}, "unknown", "unknown", False),
        ([], "unknown", "unknown", False),
        (None, "unknown", "unknown", False),
    ],
)
async def test_servers_are_told_apart(info: Any, kind: str, title: str, clone: bool) -> None:
    found = await backend(Script(answer(info), answer([]))).connect()
    assert found == server_info(info)
    assert (found.kind, found.title, found.needs_clone_before_edit) == (kind, title, clone)


@pytest.mark.parametrize("page", [UNKNOWN_PAGE, answer({"detail": "no"}, 403), raw(b"<html>", "text/html")])
async def test_a_server_whose_first_page_is_hidden_is_judged_by_its_api(page: Step) -> None:
    script = Script(page, answer([{"assistant_id": "a"}]))
    assert (await backend(script).connect()).kind == "unknown"
    assert script.asked == ["GET /info", "POST /assistants/search"]


@pytest.mark.parametrize(
    "steps",
    [
        [UNKNOWN_PAGE],
        [raw(b"<!doctype html><h1>hello</h1>", "text/html")],
        [raw(b"ready", "text/plain")],
        [answer({"status": "ok"})],
        [answer(OFFICIAL), answer({"assistants": []})],
        [answer({"version": "2"}), UNKNOWN_PAGE],
        [answer({}), answer("Method Not Allowed", 405)],
        [httpx.Response(301, headers={"location": "https://login.example"})],
    ],
)
async def test_what_is_no_agent_server_is_called_so(steps: list[Step]) -> None:
    with pytest.raises(NotAnAgentServer) as raised:
        await backend(Script(*steps)).connect()
    assert "http://127.0.0.1:2024 is not an Agent Server" in str(raised.value)
    assert "langgraph dev" in raised.value.hint
    assert raised.value.exit_code == 4


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([answer(OFFICIAL), answer({"detail": "missing key"}, 401)], NotAllowed),
        ([answer(OFFICIAL), answer({"detail": "Forbidden"}, 403)], NotAllowed),
        ([answer({"detail": "missing key"}, 401)], NotAllowed),
        ([httpx.ConnectError("refused")], CannotConnect),
        ([answer(OFFICIAL), httpx.ConnectError("refused")], CannotConnect),
        ([raw(b"Internal Server Error", "text/plain", 500)], ServerFailed),
        ([answer({}, 503)], ServerFailed),
    ],
)
async def test_what_keeps_us_out_is_named(steps: list[Step], kind: type[BackendError]) -> None:
    with pytest.raises(BackendError) as raised:
        await backend(Script(*steps)).connect()
    assert type(raised.value) is kind


async def test_a_wrong_key_is_found_out_though_the_first_page_is_open() -> None:
    with pytest.raises(NotAllowed, match="missing key") as raised:
        await backend(Script(answer(OFFICIAL), answer({"detail": "missing key"}, 401))).connect()
    assert "FORKPOINT_API_KEY" in raised.value.hint
