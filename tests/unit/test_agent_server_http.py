"""The connection: what leaves, what is read, what is asked again, and what every failure says."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.unit.agent_server_fakes import URL, Chunks, Script, answer, backend, raw
from tui.backends._httpx import httpx
from tui.backends.agent_server import http, limits
from tui.backends.agent_server.failures import retry_after
from tui.backends.errors import (
    BackendError,
    BadAnswer,
    CannotConnect,
    Conflict,
    ConnectionLost,
    NotAllowed,
    NotFound,
    Rejected,
    ServerFailed,
    TooLarge,
)
from tui.domain.requests import RunRequest, RunSetup, StateUpdate

THREAD = {"thread_id": "t", "status": "idle"}
SECRET = "lsv2_pt_0123456789"


async def failure(script: Script, **options: Any) -> BackendError:
    """The error of reading a thread."""
    client = backend(script, **options)
    with pytest.raises(BackendError) as raised:
        await client.get_thread("t")
    return raised.value


# What leaves


async def test_requests_ask_for_plain_bytes_and_carry_no_trace_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("LANGGRAPH_API_KEY", SECRET)
    script = Script(answer(THREAD))
    await backend(script).get_thread("t")
    headers = script.requests[0].headers
    assert headers["accept-encoding"] == "identity"
    assert headers["accept"] == "application/json"
    assert SECRET not in str(dict(headers))


async def test_values_leave_as_they_are() -> None:
    """Any number of digits, keys in order, 1 and 1.0, lone surrogates as escapes, everything else as UTF-8."""
    values = {"z": 10**40 + 1, "a": 1.0, "m": 1, "t": True, "big": 1e22, "none": None, "text": "날씨 🙂 \ud800 \x1b"}
    script = Script(answer({"checkpoint": {"checkpoint_id": "c"}}))
    await backend(script).update_state("t", StateUpdate(None, values))
    sent = script.requests[0].content
    assert (
        sent
        == (
            '{"values":{"z":10000000000000000000000000000000000000001,"a":1.0,"m":1,"t":true,"big":1e+22,"none":null,'
            '"text":"날씨 🙂 \\ud800 \\u001b"}}'
        ).encode()
    )
    assert repr(json.loads(sent)["values"]) == repr(values)


async def test_values_arrive_as_they_are() -> None:
    body = '{"values":{"z":10000000000000000000000000000000000000001,"a":1.0,"m":1,"s":"\\ud800x","e":1e22},"next":[]}'
    found = await backend(Script(raw(body.encode()))).head("t")
    assert found is None  # no checkpoint was named; the values are looked at below
    named = body.replace('"next":[]', '"next":[],"checkpoint":{"checkpoint_id":"c"}')
    head = await backend(Script(raw(named.encode()))).head("t")
    assert head is not None
    assert repr(head.values) == repr({"z": 10**40 + 1, "a": 1.0, "m": 1, "s": "\ud800x", "e": 1e22})


async def test_deep_json_is_read_and_too_deep_json_is_refused_in_words() -> None:
    deep = b'{"thread_id":"t","metadata":{"x":' + b"[" * 300 + b"]" * 300 + b"}}"
    assert (await backend(Script(raw(deep))).get_thread("t")).thread_id == "t"
    deeper = deep.replace(b"[" * 300, b"[" * 100_000).replace(b"]" * 300, b"]" * 100_000)
    error = await failure(Script(raw(deeper)))
    assert isinstance(error, BadAnswer)
    assert "nested deeper" in str(error)


async def test_a_number_that_json_cannot_carry_is_named_and_nothing_is_sent() -> None:
    script = Script(answer({}))
    client = backend(script)
    with pytest.raises(Rejected, match=r"values\.rates\[1\]"):
        await client.update_state("t", StateUpdate(None, {"rates": [1, float("inf")]}))
    with pytest.raises(Rejected, match=r"input\.x"):
        await client.start_run("t", RunRequest(RunSetup("a"), {"x": float("nan")}))
    assert script.requests == []


async def test_large_answers_are_parsed_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []

    class Counting(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            parsed.append(len(args[-1]))
            return super().submit(fn, *args, **kwargs)

    monkeypatch.setattr(http, "_ASIDE", Counting(1))
    client = backend(Script(answer(THREAD), answer({**THREAD, "metadata": {"x": "x" * limits.PARSE_ASIDE}})))
    await client.get_thread("t")
    assert parsed == []
    await client.get_thread("t")
    assert len(parsed) == 1


# What is read


async def test_an_answer_past_the_limit_is_not_read_to_its_end() -> None:
    body = Chunks(b"x" * 1000 for _ in range(1000))
    error = await failure(Script(httpx.Response(200, stream=body)), max_body=5000)
    assert isinstance(error, TooLarge)
    assert body.read <= 7000
    assert body.closed


async def test_an_answer_that_announces_too_much_is_not_read_at_all() -> None:
    body = Chunks([b"x"])
    error = await failure(Script(httpx.Response(200, headers={"content-length": "5001"}, stream=body)), max_body=5000)
    assert isinstance(error, TooLarge)
    assert body.read == 0


async def test_the_body_of_an_error_is_read_only_so_far() -> None:
    body = Chunks(b"x" * 10_000 for _ in range(1000))
    error = await failure(Script(httpx.Response(400, stream=body)))
    assert isinstance(error, Rejected)
    assert body.read <= limits.ERROR_BODY + 10_000
    assert len(str(error)) < 600


# What is asked again


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("dropped"),
        *(answer({}, status) for status in (429, 502, 503, 504)),
        *(answer({}, status, retry_after="0") for status in (429, 502, 503, 504)),
    ],
)
async def test_a_read_is_asked_again(fault: Any) -> None:
    script = Script(fault, fault, answer(THREAD))
    assert (await backend(script).get_thread("t")).thread_id == "t"
    assert len(script.requests) == 3


async def test_a_server_that_asks_for_a_long_pause_is_left_alone_and_the_pause_is_said() -> None:
    script = Script(answer({}, 429, retry_after="120"))
    error = await failure(script)
    assert len(script.requests) == 1
    assert error.retry_after == 120
    assert error.hint == "Too many requests. It asks to be tried again in 120 s."


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        # A time counts from the server's own clock, wherever ours stands.
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT", "date": "Fri, 31 Dec 1999 23:59:50 GMT"}, 9.0),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:50 GMT", "date": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0.0),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, None),
        ({"retry-after": "soon", "date": "Fri, 31 Dec 1999 23:59:50 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "9" * 400}, None),
        ({}, None),
    ],
)
def test_what_servers_say_of_the_next_try(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize("wrong", ["", ".", "..", "a/b", "t/../../runs/cancel", "x" * 501])
async def test_what_leads_elsewhere_is_no_id(wrong: str) -> None:
    script = Script(answer(THREAD))
    client = backend(script)
    for use in (client.get_thread(wrong), client.delete_thread(wrong), client.get_run("t", wrong)):
        with pytest.raises(NotFound, match="is not an id"):
            await use
    assert script.requests == []
    await client.get_thread("a?b#c%2f..")
    assert script.requests[0].url.raw_path == b"/threads/a%3Fb%23c%252f.."


async def test_searches_are_reads() -> None:
    script = Script(httpx.ReadError("reset"), answer([]))
    assert await backend(script).assistants() == []
    assert script.asked == ["POST /assistants/search"] * 2


async def test_a_read_is_asked_again_only_so_often() -> None:
    script = Script(httpx.ReadError("reset"))
    assert isinstance(await failure(script), ConnectionLost)
    assert len(script.requests) == limits.READ_ATTEMPTS


@pytest.mark.parametrize(
    "fault", [httpx.ReadTimeout("slow"), httpx.ConnectError("refused"), answer({}, 500), answer({}, 404)]
)
async def test_what_would_fail_again_is_asked_once(fault: Any) -> None:
    script = Script(fault)
    await failure(script)
    assert len(script.requests) == 1


@pytest.mark.parametrize("fault", [httpx.ReadError("reset"), httpx.RemoteProtocolError("dropped"), answer({}, 503)])
async def test_a_write_is_sent_once_whatever_happens(fault: Any) -> None:
    script = Script(fault)
    client = backend(script)
    request = RunRequest(RunSetup("a"))
    for write in (
        client.update_state("t", StateUpdate(None, {})),
        client.start_run("t", request),
        client.wait_run("t", request),
        client.create_thread(),
        client.delete_thread("t"),
        client.copy_thread("t"),
        client.threads_api.patch("t", {}),
        client.delete_run("t", "r"),
    ):
        script.requests.clear()
        with pytest.raises(BackendError):
            await write
        assert len(script.requests) == 1


async def test_what_waits_for_a_run_waits_for_ever() -> None:
    script = Script(answer({}))
    client = backend(script)
    await client.join_run("t", "r")
    await client.wait_run("t", RunRequest(RunSetup("a")))
    await client.cancel_run("t", "r")
    assert [request.extensions["timeout"]["read"] for request in script.requests] == [None] * 3
    assert {request.extensions["timeout"]["connect"] for request in script.requests} == {limits.CONNECT_SECONDS}
    await client.threads_api.state("t")
    assert script.requests[-1].extensions["timeout"]["read"] == limits.READ_SECONDS


async def test_a_closed_connection_says_so() -> None:
    client = backend(Script(answer(THREAD)))
    await client.close()
    with pytest.raises(CannotConnect, match="closed"):
        await client.get_thread("t")


# What failures say


@pytest.mark.parametrize(
    ("body", "content_type", "detail"),
    [
        (b'{"detail":"Thread with ID t not found"}', "application/json", "Thread with ID t not found"),
        (b'"Thread not found"', "application/json", "Thread not found"),
        (b'{"error":"not_found","message":"No such thread","details":{}}', "application/json", "No such thread"),
        (b'{"code":"x","message":"No such thread"}', "application/json", "No such thread"),
        (
            b'{"detail":[{"loc":["body","limit"],"msg":"too big","type":"x"}]}',
            "application/json",
            "body.limit: too big",
        ),
        (b'{"success":false,"error":{"issues":[{"path":["a",0],"message":"bad"}],"name":"ZodError"}}', "", "a.0: bad"),
        (b'{"detail":{"message":"inner"}}', "application/json", "inner"),
        (b'"x" is a required property\n\nFailed validating "required"', "text/plain", '"x" is a required property'),
        (b"Thread not found", "text/plain; charset=utf-8", "Thread not found"),
        (b"<!doctype html><title>nginx</title>", "text/html", "an HTML page"),
        (b"", "", ""),
        (b"{}", "application/json", ""),
        (b"[[[[[[[[1]]]]]]]]", "application/json", ""),
        (b"\xff\xfe", "", "\ufffd\ufffd"),
    ],
)
async def test_every_shape_of_error_is_read(body: bytes, content_type: str, detail: str) -> None:
    error = await failure(Script(raw(body, content_type, 404)))
    assert isinstance(error, NotFound)
    assert error.detail == detail
    assert error.status == 404
    assert detail in error.what
    assert f"{URL} answered 404 to GET /threads/t" in error.what


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected), (401, NotAllowed), (403, NotAllowed), (404, NotFound), (405, Rejected), (409, Conflict),
        (410, Rejected), (413, Rejected), (422, Rejected), (500, ServerFailed), (501, ServerFailed),
        (503, ServerFailed),
    ],
)  # fmt: skip
async def test_every_status_has_its_error(status: int, kind: type[BackendError]) -> None:
    error = await failure(Script(answer({"detail": "why"}, status)))
    assert type(error) is kind
    assert error.status == status
    assert "why" in str(error)


async def test_a_hostile_detail_is_made_harmless_and_short() -> None:
    hostile = "\x1b]52;c;cm0gLXJm\x1b\\ \u202e[bold]" + "x" * 5000 + "\nsecond line"
    error = await failure(Script(answer({"detail": hostile}, 400)))
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    assert "second line" not in str(error)
    assert len(str(error)) < 600


async def test_a_busy_thread_does_not_tell_the_configuration_of_its_run() -> None:
    detail = "Thread t has in-flight runs: [{'kwargs': {'config': {'configurable': {'password': 'hunter2'}}}}]"
    error = await failure(Script(answer({"detail": detail}, 409)))
    assert error.detail == "Thread t has in-flight runs"
    assert "hunter2" not in str(error)


async def test_a_busy_thread_is_a_conflict_whatever_its_status() -> None:
    detail = "Thread is already running a task. Wait for it to finish or choose a different multitask strategy."
    error = await failure(Script(raw(json.dumps(detail).encode(), status=422)))
    assert isinstance(error, Conflict)
    assert "cancel it" in error.hint


async def test_an_id_that_is_taken_does_not_tell_to_wait() -> None:
    error = await failure(Script(answer({"detail": "Thread with ID t already exists"}, 409)))
    assert isinstance(error, Conflict)
    assert error.hint == "Choose another id, or none."


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (httpx.ConnectError("All connection attempts failed"), CannotConnect, "langgraph dev"),
        (httpx.ConnectError("[Errno -2] Name or service not known"), CannotConnect, "spelling"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"), CannotConnect, "--ca"),
        (httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), CannotConnect, "http://"),
        (httpx.ConnectTimeout(""), CannotConnect, "firewall"),
        (httpx.ReadTimeout(""), ConnectionLost, "in time"),
        (httpx.ReadError(""), ConnectionLost, "ReadError"),
        (httpx.RemoteProtocolError("peer closed"), ConnectionLost, "peer closed"),
    ],
)
async def test_every_way_not_to_be_answered_says_what_to_try(
    fault: Exception, kind: type[BackendError], words: str
) -> None:
    error = await failure(Script(fault))
    assert type(error) is kind
    assert error.exit_code == 4
    assert words in str(error)
    assert URL in str(error)


@pytest.mark.parametrize("fault", [httpx.ReadTimeout(""), answer({}, 502), answer({}, 504)])
async def test_a_write_that_may_have_been_done_is_not_to_be_repeated_blindly(fault: Any) -> None:
    client = backend(Script(fault))
    with pytest.raises(BackendError) as write:
        await client.create_thread()
    assert "may have been done" in write.value.hint
    assert "again." not in write.value.hint.removesuffix("look before you send it again.")
    with pytest.raises(BackendError) as read:
        await client.assistants()
    assert "ry again" in read.value.hint


async def test_nobody_listening_elsewhere_does_not_advertise_the_demo() -> None:
    error = await failure(Script(httpx.ConnectError("refused")), url="http://127.0.0.1:9999")
    assert "demo" not in str(error)
    assert "port" in error.hint


@pytest.mark.parametrize(
    "step", [raw(b"<html>hello</html>", "text/html"), raw(b"hello"), answer([1]), answer({"id": 1})]
)
async def test_an_answer_that_is_something_else_says_so(step: Any) -> None:
    error = await failure(Script(step))
    assert isinstance(error, BadAnswer)
    assert "GET /threads" in str(error)


def test_httpx_does_not_bring_its_command_line_along() -> None:
    code = (
        "import tui.backends.agent_server, sys;"
        "print([m for m in ('click', 'pygments', 'httpx._main', 'textual') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("headers", [{}, {"authorization": f"Bearer {SECRET}"}])
async def test_a_key_that_a_server_repeats_is_not_shown(headers: dict[str, str]) -> None:
    refusals = (
        answer({"detail": f"{SECRET} is unknown"}, 401),
        raw(f"no {SECRET}".encode(), "text/plain", 500),
        httpx.Response(302, headers={"location": f"https://login.example/?key={SECRET}"}),
    )
    for refusal in refusals:
        error = await failure(Script(refusal), api_key=None if headers else SECRET, headers=headers)
        assert SECRET not in f"{error} {error.detail}"
        assert "[hidden]" in str(error)
