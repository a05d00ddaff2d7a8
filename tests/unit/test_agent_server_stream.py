"""A run's stream: every way it can be cut into pieces, ended, and broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.agent_server_fakes import Chunks, Script, Step, answer, backend, events, raw
from tui.backends._httpx import httpx
from tui.backends.agent_server import limits
from tui.backends.agent_server.failures import Asked
from tui.backends.agent_server.stream import EventStream
from tui.backends.errors import (
    BackendError,
    BadAnswer,
    CannotConnect,
    Conflict,
    ConnectionLost,
    NotFound,
    ReadOnly,
    StreamBroken,
)
from tui.domain.requests import RunRequest, RunSetup
from tui.domain.transcript import StreamEvent

RUN = "01a1fcbe-0000-7000-8000-000000000001"
REQUEST = RunRequest(RunSetup("agent"))
METADATA = b'event: metadata\r\ndata: {"run_id":"%s","attempt":1}\r\nid: 1-0\r\n\r\n' % RUN.encode()
DATA = '{"node":{"n":18446744073709551616,"t":"날씨 🙂"}}'
UPDATE = f"event: updates|child:1|inner:2\r\ndata: {DATA}\r\nid: 2-0\r\n\r\n".encode()


async def streamed(step: Step) -> tuple[list[StreamEvent], str | None]:
    """All events of a run, and the run's id at the end."""
    async with backend(Script(step)).stream_run("t", REQUEST) as stream:
        return [event async for event in stream], stream.run_id


async def broken(step: Step) -> tuple[list[StreamEvent], BackendError]:
    """The events before the error, and the error."""
    found: list[StreamEvent] = []
    try:
        async with backend(Script(step)).stream_run("t", REQUEST) as stream:
            async for event in stream:
                found.append(event)  # noqa: PERF401  # what came before the error counts
    except BackendError as error:
        return found, error
    pytest.fail("it just ended")


async def test_events_are_named_parsed_and_placed() -> None:
    found, run_id = await streamed(events(METADATA, b": heartbeat\r\n\r\n", UPDATE))
    assert found == [
        StreamEvent("metadata", {"run_id": RUN, "attempt": 1}, "1-0"),
        StreamEvent("updates|child:1|inner:2", {"node": {"n": 2**64, "t": "날씨 🙂"}}, "2-0"),
    ]
    assert (found[1].mode, found[1].namespace) == ("updates", ("child:1", "inner:2"))
    assert run_id == RUN


@settings(max_examples=60)
@given(st.data(), st.sampled_from([b"\r\n", b"\n", b"\r"]))
async def test_pieces_may_end_anywhere(data: st.DataObject, line_end: bytes) -> None:
    whole = METADATA + b": heartbeat\r\n\r\n" + UPDATE * 2 + b"event: end\r\ndata: null\r\n\r\n"
    whole = whole.replace(b"\r\n", line_end)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=12)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    found, _ = await streamed(events(*pieces))
    assert [event.event for event in found] == ["metadata", "updates|child:1|inner:2", "updates|child:1|inner:2", "end"]
    assert found[1].data == {"node": {"n": 2**64, "t": "날씨 🙂"}}


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (b"event: end\n\n", StreamEvent("end", None)),
        (b"event: end\ndata: null\n\n", StreamEvent("end", None)),
        (b"data: 1\n\n", StreamEvent("message", 1)),
        (b'event: x\ndata: {"a":\ndata: 1}\n\n', StreamEvent("x", {"a": 1})),
        (b"event:x\ndata:[]\nid: 7_event_3\n\n", StreamEvent("x", [], "7_event_3")),
        (b"retry: 5\n\nevent: x\ndata: {}\n\n", StreamEvent("x", {})),
        (b'event: error\ndata: {"error":"ValueError","message":"boom"}\n\n',
         StreamEvent("error", {"error": "ValueError", "message": "boom"})),
        (b'event: error\ndata: "just text"\n\n', StreamEvent("error", "just text")),
        (b"\xef\xbb\xbfevent: y\n\nevent: x\ndata: 2\n\n", StreamEvent("x", 2)),
    ],
)  # fmt: skip
async def test_frames_of_other_servers(frame: bytes, expected: StreamEvent) -> None:
    found, _ = await streamed(events(frame))
    assert found[-1] == expected


async def test_a_stream_without_events_just_ends() -> None:
    assert await streamed(events()) == ([], None)
    assert await streamed(events(b": heartbeat\n\n" * 3)) == ([], None)


@pytest.mark.parametrize(
    "headers",
    [
        {"content_location": f"/threads/t/runs/{RUN}", "location": f"/threads/t/runs/{RUN}/stream"},
        {"location": f"/threads/t/runs/{RUN}/stream"},
        {"location": f"https://a.example/prefix/threads/t/runs/{RUN}/join?x=1"},
    ],
)
async def test_the_run_is_known_before_its_first_event(headers: dict[str, Any]) -> None:
    async with backend(Script(events(**headers))).stream_run("t", REQUEST) as stream:
        assert stream.run_id == RUN


async def test_the_run_is_known_from_its_first_event_where_no_header_names_it() -> None:
    async with backend(Script(events(METADATA, location="/threads/t/runs/stream"))).stream_run("t", REQUEST) as stream:
        assert stream.run_id is None
        await anext(aiter(stream))
        assert stream.run_id == RUN


async def test_a_joined_run_is_known_and_asked_for_as_wished() -> None:
    script = Script(events(UPDATE), events())
    client = backend(script)
    async with client.join_stream("t", RUN, last_event_id="-1") as stream:
        assert stream.run_id == RUN
        assert len([event async for event in stream]) == 1
    async with client.join_stream("t", RUN) as stream:
        assert [event async for event in stream] == []
    assert script.asked == [f"GET /threads/t/runs/{RUN}/stream"] * 2
    assert script.requests[0].headers["last-event-id"] == "-1"
    assert "last-event-id" not in script.requests[1].headers
    assert script.requests[0].headers["accept"] == "text/event-stream"


# Broken streams


@pytest.mark.parametrize(
    "fault", [httpx.RemoteProtocolError("incomplete chunked read"), httpx.ReadError(""), httpx.ReadTimeout("")]
)
async def test_a_connection_that_breaks_is_not_an_end(fault: Exception) -> None:
    found, error = await broken(events(METADATA, UPDATE, UPDATE[:30], end=fault))
    assert [event.event for event in found] == ["metadata", "updates|child:1|inner:2"]
    assert isinstance(error, ConnectionLost)
    assert "POST /threads/t/runs/stream" in str(error)


@pytest.mark.parametrize("cut", range(1, len(UPDATE) - 1))
async def test_a_stream_that_ends_in_good_order_inside_an_event_was_cut(cut: int) -> None:
    """So it looks behind a proxy that marks no end. That an event looks whole proves nothing: its id comes last."""
    found, error = await broken(events(METADATA, UPDATE[:cut]))
    assert [event.event for event in found] == ["metadata"]
    assert isinstance(error, ConnectionLost)
    assert "in the middle of an event" in str(error)


async def test_a_last_event_without_its_blank_line_still_counts() -> None:
    """Where events have no ids, and so can't be asked for again."""
    found, _ = await streamed(events(b'event: end\ndata: {"status":"success"}'))
    assert found == [StreamEvent("end", {"status": "success"})]
    _, error = await broken(events(b'event: end\ndata: {"status":"succ'))
    assert isinstance(error, ConnectionLost)


@pytest.mark.parametrize("data", [b"{", b"nope", b"{'a': 1}", b"[" * 100_000])
async def test_an_event_that_is_not_json_breaks_the_stream_in_words(data: bytes) -> None:
    found, error = await broken(events(METADATA, b"event: \x1b[31mupdates\ndata: " + data + b"\n\n", UPDATE))
    assert len(found) == 1
    assert isinstance(error, StreamBroken)
    assert "\x1b" not in str(error)
    assert "run goes on" in error.hint


@pytest.mark.parametrize("piece", [b"x" * 1000, b"data: xxxxxx\n" * 80, b"event: " + b"y" * 993])
async def test_an_event_past_the_limit_is_not_read_to_its_end(piece: bytes) -> None:
    body = Chunks([METADATA, b"data: ", *[piece] * 1000])
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    stream = EventStream(response, Asked("POST", "/threads/t/runs/stream", "http://h"), max_event=10_000)
    with pytest.raises(StreamBroken, match="10,000 bytes"):
        assert [event.event async for event in stream] == ["metadata"]
    assert body.read < 15_000


async def test_many_events_together_may_pass_the_limit_of_one() -> None:
    response = httpx.Response(200, stream=Chunks([UPDATE * 7] * 50))
    stream = EventStream(response, Asked("POST", "/", "http://h"), max_event=10 * len(UPDATE))
    assert len([event async for event in stream]) == 350


async def test_a_run_that_is_unknown_is_not_found_though_the_server_answers_200() -> None:
    gone = b'event: error\ndata: {"error":"HTTPException","message":"404: Run not found"}\n\n'
    with pytest.raises(NotFound):
        async with backend(Script(events(gone))).join_stream("t", RUN) as stream:
            assert [event async for event in stream] == []


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (answer({"detail": "Thread or assistant not found."}, 404), NotFound),
        (answer({"detail": "busy"}, 409), Conflict),
        (answer({"values": {}}), BadAnswer),
        (raw(b"<html>", "text/html"), BadAnswer),
        (httpx.ConnectError("refused"), CannotConnect),
        (httpx.ReadTimeout(""), ConnectionLost),
        (httpx.Response(500, stream=Chunks([b"Internal"], httpx.ReadError(""))), ConnectionLost),
    ],
)
async def test_a_stream_that_does_not_begin_says_why(step: Step, kind: type[BackendError]) -> None:
    script = Script(step)
    with pytest.raises(BackendError) as raised:
        async with backend(script).stream_run("t", REQUEST):
            pytest.fail("it began")
    assert type(raised.value) is kind
    assert len(script.requests) == 1


async def test_leaving_closes_the_response() -> None:
    body = Chunks([METADATA, *[UPDATE] * 100])
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    async with backend(Script(response)).stream_run("t", REQUEST) as stream:
        assert (await anext(aiter(stream))).event == "metadata"
    assert body.closed
    assert body.read < 10 * len(UPDATE)


async def test_a_stream_is_silent_only_so_long_where_heartbeats_are_promised() -> None:
    official: Any = {"version": "0.16.7", "langgraph_py_version": "1.2.22", "flags": {}}
    for info, seconds in ((official, limits.HEARTBEAT_SECONDS), ({"name": "Aegra"}, limits.SILENCE_SECONDS)):
        script = Script(answer(info), answer([]), events())
        client = backend(script)
        await client.connect()
        async with client.stream_run("t", REQUEST) as stream:
            assert [event async for event in stream] == []
        assert script.requests[-1].extensions["timeout"]["read"] == seconds


async def test_a_read_only_connection_joins_but_does_not_start() -> None:
    script = Script(events(UPDATE))
    locked = backend(script, read_only=True)
    with pytest.raises(ReadOnly):
        async with locked.stream_run("t", REQUEST):
            pytest.fail("it was sent")
    assert script.requests == []
    async with locked.join_stream("t", RUN) as stream:
        assert len([event async for event in stream]) == 1


async def test_the_body_of_a_streamed_run() -> None:
    script = Script(events())
    async with backend(script).stream_run("t", REQUEST):
        pass
    assert json.loads(script.requests[0].content) == {
        "assistant_id": "agent",
        "input": None,
        "stream_mode": ["updates", "messages-tuple", "custom"],
        "stream_subgraphs": True,
        "stream_resumable": True,
        "on_disconnect": "continue",
        "multitask_strategy": "reject",
    }
