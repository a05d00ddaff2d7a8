"""A line that breaks anywhere: joined again, it gives exactly the events that an undisturbed reader sees."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_client

from tests.e2e.cutting_proxy import AfterFrame, cutting_proxy
from tui.backends.agent_server import limits
from tui.backends.agent_server.backend import AgentServerBackend
from tui.domain.checkpoint import Run
from tui.domain.plans import plan_input
from tui.domain.transcript import GAP, StreamEvent
from tui.domain.transcript_builder import transcript_of
from tui.session import line
from tui.session.events import LineBack, LineLost, RunEnd, RunEnded, RunStarted, Streamed, TravelEvent
from tui.session.session import Session
from tui.session.travel import carry_out, join_run

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
AT_ONCE = 8
"""Cut streams that are read at the same time."""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.01,) * 5)


async def a_run(url: str) -> tuple[str, Run]:
    """A finished run of the weather agent on a new thread."""
    session = Session(AgentServerBackend(url), assistant="agent")
    await session.connect()
    thread = await session.backend.create_thread()
    opened = await session.open(thread)
    setup = await session.setup_for_input(thread)
    ended = await carry_out(opened, plan_input(opened.tree, None, ASKED, setup), lambda _: None)
    await session.close()
    assert ended.run is not None
    return thread.thread_id, ended.run


async def joined(url: str, thread_id: str, run: Run) -> tuple[list[TravelEvent], RunEnded]:
    """Everything that joining the run through `url` emits."""
    heard: list[TravelEvent] = []
    session = Session(AgentServerBackend(url))
    await session.connect()
    opened = await session.open(await session.backend.get_thread(thread_id))
    ended = await join_run(opened, run, heard.append)
    await session.close()
    return heard, ended


def events(heard: list[TravelEvent]) -> list[StreamEvent]:
    return [event.event for event in heard if isinstance(event, Streamed)]


async def test_a_line_cut_anywhere_loses_nothing_and_repeats_nothing(server_url: str) -> None:
    thread_id, run = await a_run(server_url)
    undisturbed, _ = await joined(server_url, thread_id, run)
    expected = events(undisturbed)
    assert len(expected) > 20
    # At the end of every frame; joined again, in the middle of the one after it; then at some other end.
    places = [
        [AfterFrame(number), AfterFrame(2, -1 - number * 11 % 60), AfterFrame(1 + number % 3)]
        for number in range(1, len(expected) + 1)
    ]
    turns = asyncio.Semaphore(AT_ONCE)

    async def cut_at(cuts: list[AfterFrame]) -> None:
        async with turns, cutting_proxy(server_url, cuts) as (url, proxy):
            heard, ended = await joined(url, thread_id, run)
        assert events(heard) == expected, f"cut at {cuts}"
        assert proxy.cut >= 1
        assert ended.end is RunEnd.SUCCESS

    await asyncio.gather(*map(cut_at, places))


async def test_a_cut_inside_an_event_is_none_the_less_one_where_nothing_marks_the_end(server_url: str) -> None:
    thread_id, run = await a_run(server_url)
    undisturbed, _ = await joined(server_url, thread_id, run)
    async with cutting_proxy(server_url, endless=True) as (url, _):
        heard, ended = await joined(url, thread_id, run)
        assert (events(heard), ended.end) == (events(undisturbed), RunEnd.SUCCESS)
    # In the name, the data, and the id of an event; last between its lines, where it looks whole.
    cuts = [AfterFrame(3, 4), AfterFrame(2, 40), AfterFrame(2, -9), AfterFrame(2, -2)]
    async with cutting_proxy(server_url, cuts, endless=True) as (url, proxy):
        heard, ended = await joined(url, thread_id, run)
    assert proxy.cut == 4
    assert events(heard) == events(undisturbed)
    assert ended.end is RunEnd.SUCCESS
    assert len([event for event in heard if isinstance(event, LineLost)]) == 4


async def test_a_line_that_falls_silent_is_left_and_joined_again(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id, run = await a_run(server_url)
    undisturbed, _ = await joined(server_url, thread_id, run)
    monkeypatch.setattr(limits, "HEARTBEAT_SECONDS", 1.0)
    async with cutting_proxy(server_url, [AfterFrame(3), AfterFrame(2, -9)], stall=True) as (url, proxy):
        heard, ended = await joined(url, thread_id, run)
    assert proxy.cut == 2
    assert events(heard) == events(undisturbed)
    assert ended.end is RunEnd.SUCCESS
    assert len([event for event in heard if isinstance(event, LineLost)]) == 2


async def test_a_run_that_is_cut_while_it_streams(server_url: str) -> None:
    async with cutting_proxy(server_url, [900, 2500, 4000]) as (url, proxy):
        session = Session(AgentServerBackend(url), assistant="agent")
        await session.connect()
        thread = await session.backend.create_thread()
        opened = await session.open(thread)
        heard: list[TravelEvent] = []
        setup = await session.setup_for_input(thread)
        ended = await carry_out(opened, plan_input(opened.tree, None, ASKED, setup), heard.append)
        await session.close()
    assert proxy.cut == 3
    assert ended.end is RunEnd.SUCCESS
    assert ended.run is not None
    undisturbed, _ = await joined(server_url, thread.thread_id, ended.run)
    assert events(heard) == events(undisturbed)
    assert [str(event) for event in heard if isinstance(event, LineLost)] == ["line lost, reconnecting 1/5"] * 3
    assert all(event.complete for event in heard if isinstance(event, LineBack))


async def test_bytes_that_trickle_are_the_same_events(server_url: str) -> None:
    thread_id, run = await a_run(server_url)
    undisturbed, _ = await joined(server_url, thread_id, run)
    async with cutting_proxy(server_url, trickle=True) as (url, _):
        heard, ended = await joined(url, thread_id, run)
    assert events(heard) == events(undisturbed)
    assert ended.end is RunEnd.SUCCESS


async def test_a_line_that_stays_broken_is_given_up(server_url: str) -> None:
    thread_id, run = await a_run(server_url)
    async with cutting_proxy(server_url, [1] * 50) as (url, proxy):
        heard, ended = await joined(url, thread_id, run)
    assert [event.attempt for event in heard if isinstance(event, LineLost)] == [1, 2, 3, 4, 5]
    assert proxy.cut == 6
    assert ended.end is RunEnd.SUCCESS, "the run is read, and it has ended"


async def test_what_a_server_without_events_did_meanwhile_is_filled_from_the_history(
    server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,) * 500)
    theirs = get_client(url=server_url)
    thread_id = (await theirs.threads.create())["thread_id"]
    gate = tmp_path / "open"
    value = {"messages": [{"role": "user", "content": "go"}], "gate": str(gate)}
    modes: list[Any] = ["updates", "custom"]
    run = await theirs.runs.create(thread_id, "gate", input=value, stream_mode=modes)
    heard: list[TravelEvent] = []
    started = asyncio.Event()

    def hear(event: TravelEvent) -> None:
        heard.append(event)
        if isinstance(event, RunStarted):
            started.set()

    async with cutting_proxy(server_url) as (url, proxy):
        session = Session(AgentServerBackend(url))
        await session.connect()
        opened = await session.open(await session.backend.get_thread(thread_id))
        joined_run = await session.backend.get_run(thread_id, run["run_id"])
        joining = asyncio.create_task(join_run(opened, joined_run, hear))
        async with asyncio.timeout(30):
            await started.wait()
            await proxy.go_away()
            gate.touch()
            await theirs.runs.join(thread_id, run["run_id"])
            proxy.come_back()
            ended = await joining
        await session.close()
    assert ended.end is RunEnd.SUCCESS
    filled = [event for event in events(heard) if event.filled]
    assert filled[0].event == GAP
    assert "line lost" in filled[0].data["words"]
    nodes = [node for event in events(heard) if event.event == "updates" for node in event.data]
    assert nodes[-2:] == ["second", "third"], "what happened while nobody could see it"
    assert len(nodes) == len(set(nodes)), "nothing twice"
    assert all(isinstance(event.data, dict) for event in filled)
    transcript = transcript_of(events(heard))
    said = [m.text for section in transcript.sections if section.filled for m in section.messages]
    assert said[-2:] == ["through the gate", "behind the gate"]
    assert len(transcript.gaps) == 1


async def test_whoever_joins_while_events_are_made_gets_each_of_them_once(server_url: str) -> None:
    """A server that is asked for all events hears new ones while it hands out the stored ones, and sends both."""
    theirs = get_client(url=server_url)
    thread_id = (await theirs.threads.create())["thread_id"]
    asked = {"messages": [{"role": "user", "content": "a report on tea"}]}
    modes: list[Any] = ["updates", "messages-tuple", "custom"]
    run = await theirs.runs.create(
        thread_id,
        "research",
        input=asked,
        stream_mode=modes,
        stream_subgraphs=True,
        stream_resumable=True,
        config={"configurable": {"delay": 0.004}},
    )
    joiners: list[asyncio.Task[list[StreamEvent]]] = []
    session = Session(AgentServerBackend(server_url))
    await session.connect()
    backend = session.backend
    known = await backend.get_run(thread_id, run["run_id"])

    async def join_now() -> list[StreamEvent]:
        heard: list[TravelEvent] = []
        await join_run(await session.open(await backend.get_thread(thread_id)), known, heard.append)
        return events(heard)

    async with asyncio.timeout(90):
        async with backend.join_stream(thread_id, run["run_id"], last_event_id="-1") as stream:
            count = 0
            async for _ in stream:
                count += 1
                if count % 12 == 0:
                    joiners.append(asyncio.create_task(join_now()))
        received = await asyncio.gather(*joiners)
        expected = await join_now()
    await session.close()
    assert len(joiners) > 20
    for number, one in enumerate(received):
        assert one == expected, f"joiner {number}"
