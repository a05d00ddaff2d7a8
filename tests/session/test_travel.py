"""Carrying out plans, against a backend that lies, refuses and breaks off."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes import AGENT, FakeBackend
from tui.backends.errors import Conflict, ConnectionLost, NotFound, ServerFailed, StreamBroken, Unsupported
from tui.domain.checkpoint import Checkpoint, Interrupt, Run, ServerInfo, Task, Thread
from tui.domain.plans import PlanError, ToolArgsEdit, TravelPlan, plan_fork, plan_input, plan_replay
from tui.domain.transcript import GAP
from tui.session.events import (
    HistoryGrew,
    LineBack,
    LineLost,
    Note,
    PlanReady,
    RunEnd,
    RunEnded,
    RunStarted,
    StateWritten,
    Streamed,
    TravelEvent,
)
from tui.session.open_thread import OpenThread
from tui.session.session import Session
from tui.session.travel import NotDone, carry_out, join_run, planned_requests

BETTER = {"call_1": {"query": "weather in San Francisco"}}


class Stage:
    """A session on a fake backend with the weather thread open, and what it emitted."""

    def __init__(self, backend: FakeBackend, session: Session, opened: OpenThread) -> None:
        self.backend, self.session, self.opened = backend, session, opened
        self.heard: list[TravelEvent] = []

    def at(self, step: int) -> Checkpoint:
        return next(c for c in self.opened.tree if c.step == step)

    async def fork(self, **options: Any) -> TravelPlan:
        setup = await self.session.setup_for_replay(self.opened, self.at(1))
        return plan_fork(self.opened.tree, self.at(1), BETTER, setup, **options)

    async def replay(self, step: int = 1) -> TravelPlan:
        setup = await self.session.setup_for_replay(self.opened, self.at(step))
        return plan_replay(self.opened.tree, self.at(step), setup)

    async def carry_out(self, plan: TravelPlan) -> RunEnded:
        return await carry_out(self.opened, plan, self.heard.append)

    def kinds(self) -> list[type[TravelEvent]]:
        """The kinds of events without the growing history, whose reads come when they come."""
        return [type(event) for event in self.heard if not isinstance(event, HistoryGrew)]


@pytest.fixture
async def stage() -> Stage:
    return await _stage(FakeBackend())


@pytest.fixture
async def old_stage() -> Stage:
    """On the oldest server: langgraph before 1.0."""
    return await _stage(FakeBackend(info=ServerInfo("langgraph-py", "0.2.125", "0.6.11")))


async def _stage(backend: FakeBackend) -> Stage:
    session = Session(backend)
    await session.connect()
    opened = await session.open(await session.resolve_thread(backend.add_weather_thread()))
    return Stage(backend, session, opened)


async def test_a_fork_writes_verifies_runs_and_reads_again(stage: Stage) -> None:
    ended = await stage.carry_out(await stage.fork())
    assert ended.end is RunEnd.SUCCESS
    streamed = [kind for kind in stage.kinds() if kind is Streamed]
    assert stage.kinds() == [PlanReady, StateWritten, RunStarted, *streamed, RunEnded]
    assert stage.backend.sent("update_state", "checkpoint", "stream_run", "get_run")[-3:] == [
        "checkpoint",
        "stream_run",
        "get_run",
    ]
    head = stage.opened.tree.head
    assert head is not None
    assert "San Francisco" in head.values["messages"][-1]["content"]
    assert stage.opened.tree.fork_point_of(head.checkpoint_id) == stage.at(1).checkpoint_id


@pytest.mark.parametrize("way", ["fork", "replay"])
async def test_nothing_is_sent_for_a_checkpoint_that_is_gone(stage: Stage, way: str) -> None:
    plan = await (stage.fork() if way == "fork" else stage.replay())
    rows = stage.backend.rows[stage.opened.thread_id]
    assert plan.start is not None
    rows[:] = [row for row in rows if row.checkpoint_id != plan.start.checkpoint_id]
    with pytest.raises(NotFound):
        await stage.carry_out(plan)
    assert stage.backend.sent("update_state", "stream_run") == []
    assert stage.kinds() == [PlanReady]


async def test_a_fork_runs_as_the_original_did(stage: Stage) -> None:
    plan = await stage.fork()
    assert plan.setup.known
    assert plan.setup.assistant_id == AGENT.assistant_id
    assert plan.setup.config == {"recursion_limit": 9}
    run = planned_requests(stage.opened, plan)[-1]
    assert run.body == {"input": None}


async def test_an_unknown_original_is_said(stage: Stage) -> None:
    stage.backend.run_list["t-1"].clear()
    plan = await stage.replay()
    assert not plan.setup.known
    assert "not known here" in plan.notes[0]


async def test_a_replay_goes_through_an_empty_update_where_that_is_neutral(stage: Stage) -> None:
    plan = await stage.replay()
    assert plan.update is not None
    assert plan.update.values is None
    await stage.carry_out(plan)
    request = dict(stage.backend.calls)["stream_run"]
    assert request.checkpoint.checkpoint_id == "c05"
    assert request.input is None


async def test_a_replay_of_an_input_runs_from_the_checkpoint_itself(stage: Stage) -> None:
    plan = await stage.replay(step=-1)
    assert plan.update is None
    assert plan.will_run == ("__start__",)


async def test_a_replay_whose_empty_update_was_not_neutral_runs_from_the_checkpoint_itself(stage: Stage) -> None:
    stage.backend.lie = lambda made: replace(made, next=("agent",))
    ended = await stage.carry_out(await stage.replay())
    assert ended.end is RunEnd.SUCCESS
    assert dict(stage.backend.calls)["stream_run"].checkpoint.checkpoint_id == stage.at(1).checkpoint_id
    assert any(isinstance(event, Note) for event in stage.heard)


def _old_result_behind(made: Checkpoint) -> Checkpoint:
    old = {"type": "tool", "id": "t0", "tool_call_id": "call_1", "content": "old"}
    return replace(made, values={"messages": [*made.values["messages"], old]})


def _edit_lost(made: Checkpoint) -> Checkpoint:
    asks = {**made.values["messages"][1], "tool_calls": [{"name": "search", "args": {}, "id": "call_1"}]}
    return replace(made, values={"messages": [made.values["messages"][0], asks]})


def _appended(made: Checkpoint) -> Checkpoint:
    return replace(made, values={"messages": [*made.values["messages"], {"type": "ai", "id": "new", "content": ""}]})


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (lambda made: replace(made, parent_id="c04"), "hangs on"),
        (_edit_lost, "did not land"),
        (_old_result_behind, "old tool result"),
        (_appended, "appended"),
        (lambda made: replace(made, values={}), "gone"),
        (lambda made: replace(made, checkpoint_id="c99"), "not there"),
    ],
    ids=["other parent", "edit lost", "old result", "appended", "emptied", "no checkpoint"],
)
async def test_a_server_that_lies_is_caught_and_nothing_runs(stage: Stage, lie: Any, said: str) -> None:
    stage.backend.lie = lie
    with pytest.raises(NotDone, match=said) as caught:
        await stage.carry_out(await stage.fork())
    assert caught.value.exit_code == 5
    assert "Nothing was run" in caught.value.hint
    assert stage.backend.sent("stream_run", "start_run") == []


async def test_other_state_keys_must_stay(stage: Stage) -> None:
    rows = stage.backend.rows["t-1"]
    rows[:] = [replace(row, values={**row.values, "total": 5}) for row in rows]
    stage.opened.tree.add(rows)
    stage.backend.lie = lambda made: replace(made, values={**made.values, "total": 5.0})
    with pytest.raises(NotDone, match="'total' changed"):
        await stage.carry_out(await stage.fork())


async def test_a_changed_route_is_said_and_goes_on(stage: Stage) -> None:
    stage.backend.lie = lambda made: replace(made, next=("review",))
    ended = await stage.carry_out(await stage.fork())
    (written,) = [event for event in stage.heard if isinstance(event, StateWritten)]
    assert written.route_changed
    assert (written.next_was, written.checkpoint.next) == (("action",), ("review",))
    assert ended.end is RunEnd.SUCCESS


async def test_an_old_server_is_edited_on_a_clone(old_stage: Stage) -> None:
    assert old_stage.session.info.needs_clone_before_edit
    plan = await old_stage.fork(clone_first=True)
    assert [request.path for request in planned_requests(old_stage.opened, plan)] == [
        "/threads/t-1/state",
        "/threads/t-1/state",
        "/threads/t-1/runs/stream",
    ]
    ended = await old_stage.carry_out(plan)
    assert ended.end is RunEnd.SUCCESS
    clone, edit = old_stage.opened.tree["c05"], old_stage.opened.tree["c06"]
    assert clone.parent_id == old_stage.at(1).parent_id
    assert edit.parent_id == clone.checkpoint_id


async def test_an_old_server_replays_from_the_checkpoint_itself(old_stage: Stage) -> None:
    """An empty update would bring the old tool result back there."""
    plan = await old_stage.replay()
    assert [request.path for request in planned_requests(old_stage.opened, plan)] == ["/threads/t-1/runs/stream"]
    ended = await old_stage.carry_out(plan)
    assert ended.end is RunEnd.SUCCESS
    assert old_stage.backend.sent("update_state") == []
    assert dict(old_stage.backend.calls)["stream_run"].checkpoint.checkpoint_id == old_stage.at(1).checkpoint_id


@pytest.mark.parametrize("way", ["fork", "replay"])
async def test_nothing_is_sent_to_a_server_that_runs_from_no_checkpoint(way: str) -> None:
    """It would take the edit, which moves the head, and refuse the run."""
    stage = await _stage(FakeBackend(info=ServerInfo("aegra", "0.6.0")))
    plan = await (stage.fork() if way == "fork" else stage.replay())
    with pytest.raises(Unsupported, match=r"refuses to run from a checkpoint\. Nothing was sent") as caught:
        await stage.carry_out(plan)
    assert caught.value.exit_code == 5
    assert stage.backend.sent("update_state", "stream_run") == []
    assert not ServerInfo("aegra", "0.11.0").refuses_checkpoints
    assert not ServerInfo("aegra", None).refuses_checkpoints


async def test_a_busy_thread_refuses_and_nothing_is_lost(stage: Stage) -> None:
    stage.backend.fail["update_state"] = Conflict("The thread is busy.")
    plan = await stage.fork()
    with pytest.raises(Conflict):
        await stage.carry_out(plan)
    assert len(stage.backend.rows["t-1"]) == 5
    ended = await stage.carry_out(plan)
    assert ended.end is RunEnd.SUCCESS, "the same plan can be carried out again"


async def test_a_line_that_breaks_while_the_run_goes_on(stage: Stage) -> None:
    stage.backend.extra_events = [ConnectionLost("The connection broke.")]
    ended = await stage.carry_out(await stage.fork())
    assert ended.end is RunEnd.LOST
    assert ended.end.exit_code == 4
    assert ended.run_id == "r-2"
    assert ended.error == "The connection broke."


async def test_a_busy_server_is_joined_again_when_it_wants_to_be(stage: Stage) -> None:
    stage.backend.extra_events = [ConnectionLost("The line is cut.")]
    stage.backend.fail["join_stream"] = ServerFailed("Too many requests.", status=429, retry_after=0.3)
    clock = asyncio.get_running_loop().time
    began = clock()
    await stage.carry_out(await stage.fork())
    assert stage.backend.sent("join_stream"), "it was joined again"
    assert clock() - began >= 0.3


async def test_a_stream_that_cannot_be_read_is_marked_broken_and_the_state_read_again(stage: Stage) -> None:
    backend = stage.backend
    backend.extra_events = [StreamBroken("It sent a byte that is not UTF-8.")]
    backend.ends = "success"

    async def ends_meanwhile(thread_id: str, run_id: str) -> Run:
        return replace(await FakeBackend.get_run(backend, thread_id, run_id), status="success")

    backend.get_run = ends_meanwhile  # type: ignore[method-assign]
    ended = await stage.carry_out(await stage.fork())
    assert ended.end is not RunEnd.LOST
    assert ended.error is not None
    assert "not UTF-8" in ended.error
    (mark,) = [e.event for e in stage.heard if isinstance(e, Streamed) and e.event.event == GAP]
    assert "stream broken: It sent a byte that is not UTF-8." in mark.data["words"]
    assert any(isinstance(event, Note) and "Waiting for the run's end" in event.text for event in stage.heard)


async def test_a_server_that_is_away_for_a_moment_afterwards_is_waited_for(stage: Stage) -> None:
    stage.backend.fail["get_thread"] = ServerFailed("It broke.")
    ended = await stage.carry_out(await stage.fork())
    assert ended.end is RunEnd.SUCCESS
    assert [str(e) for e in stage.heard if isinstance(e, LineLost)] == ["line lost, reconnecting 1/5"]
    assert [event for event in stage.heard if isinstance(event, LineBack)]


async def test_a_server_that_is_gone_afterwards(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_thread_id: str) -> Thread:
        raise ServerFailed("It broke.")

    monkeypatch.setattr(stage.backend, "get_thread", broken)
    ended = await stage.carry_out(await stage.fork())
    assert ended.end is RunEnd.LOST
    assert len([event for event in stage.heard if isinstance(event, LineLost)]) == 5


async def test_a_run_that_is_not_there_any_more_after_a_lost_line_is_gone(stage: Stage) -> None:
    def forget() -> None:
        stage.backend.run_list["t-1"].clear()

    stage.backend.extra_events = [forget, ConnectionLost("The connection broke.")]  # type: ignore[list-item]
    ended = await stage.carry_out(await stage.fork())
    assert (ended.end, ended.end.exit_code) == (RunEnd.GONE, 7)


async def test_checkpoints_that_a_restarted_server_lost_leave_the_tree(stage: Stage) -> None:
    stage.backend.rows["t-1"].pop()
    assert await stage.opened.drop_lost() == 1
    assert [row.checkpoint_id for row in stage.opened.tree] == [r.checkpoint_id for r in stage.backend.rows["t-1"]]
    assert stage.opened.tree.complete
    assert await stage.opened.drop_lost() == 0
    stage.backend.rows["t-1"].clear()
    assert await stage.opened.drop_lost() == 4
    assert stage.opened.tree.head is None


async def test_older_checkpoints_than_the_newest_page_are_not_taken_for_lost(stage: Stage) -> None:
    stage.backend.page_limit = 2
    tree = stage.opened.tree
    assert await stage.opened.drop_lost() == 0
    assert stage.opened.tree is tree


@pytest.mark.parametrize(
    ("status", "end", "code"),
    [("success", RunEnd.SUCCESS, 0), ("error", RunEnd.ERROR, 6), ("interrupted", RunEnd.CANCELLED, 6)],
)
async def test_the_run_tells_how_it_ended(stage: Stage, status: str, end: RunEnd, code: int) -> None:
    stage.backend.ends = status
    ended = await stage.carry_out(await stage.fork())
    assert (ended.end, ended.end.exit_code) == (end, code)


async def test_joining_a_run_of_somebody_else(stage: Stage) -> None:
    ended = await join_run(stage.opened, stage.backend.run_list["t-1"][0], stage.heard.append)
    assert ended.run_id == "r-1"
    assert ended.end is RunEnd.SUCCESS


async def test_plans_that_cannot_be(stage: Stage) -> None:
    tree, setup = stage.opened.tree, (await stage.replay()).setup
    with pytest.raises(PlanError, match="Nothing is left to run"):
        plan_replay(tree, stage.at(3), setup)
    with pytest.raises(PlanError, match="same as before"):
        plan_fork(tree, stage.at(1), {"call_1": {"query": "weather in Santa Fe"}}, setup)
    with pytest.raises(PlanError, match="No tool call 'nope'"):
        plan_fork(tree, stage.at(1), {"nope": {}}, setup)
    with pytest.raises(PlanError, match="query: this number cannot be written"):
        plan_fork(tree, stage.at(1), {"call_1": {"query": float("inf")}}, setup)
    with pytest.raises(PlanError, match="must be an object"):
        plan_fork(tree, stage.at(1), {"call_1": ["San Francisco"]}, setup)
    with pytest.raises(PlanError, match="null"):
        plan_input(tree, None, None, setup)


async def test_arguments_that_an_edit_drops_are_said(stage: Stage) -> None:
    setup = (await stage.replay()).setup
    plan = plan_fork(stage.opened.tree, stage.at(1), {"call_1": {"qurey": "weather in SF"}}, setup)
    assert any("query is gone" in note for note in plan.notes)
    both = replace(plan, edits=(ToolArgsEdit("call_1", "search", {"query": "sf", "days": 1}, {}),))
    assert any("query, days are gone" in note for note in both.notes)


async def test_a_run_that_stops_right_behind_an_edit_waits(stage: Stage) -> None:
    """It writes no checkpoint of its own: the head is the edit, and its task asks."""
    asks = Task("x", "action", interrupts=(Interrupt("Pay?"),))
    stage.backend.lie = lambda made: replace(made, tasks=(asks,))
    stage.backend.stops_at_once = True
    ended = await stage.carry_out(await stage.fork())
    assert ended.end is RunEnd.WAITING


async def test_old_checkpoints_are_as_they_were_after_every_plan(stage: Stage) -> None:
    before = list(stage.backend.rows["t-1"])
    for plan in (await stage.replay(), await stage.fork(), await stage.replay(step=1)):
        await stage.carry_out(plan)
        assert stage.backend.rows["t-1"][: len(before)] == before
