"""The three walkthroughs on any Agent Server, through the session, and what the server turned out to be able to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.agent_server.checkup import Checkup
from tui.backends.errors import BackendError
from tui.domain.checkpoint import JSON, Checkpoint, ServerInfo
from tui.domain.diagnosis import Probe, copy_probe, fork_probe
from tui.domain.messages import read_messages
from tui.domain.plans import PlanError, choose_tool_call, plan_fork, plan_input, plan_replay
from tui.session.events import RunEnd, RunEnded, Streamed, TravelEvent
from tui.session.open_thread import OpenThread
from tui.session.session import Session
from tui.session.travel import carry_out

LONGEST_SECONDS = 60.0
QUESTION = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
BETTER = {"query": "weather in San Francisco"}


class Deviates(Exception):
    """The server did something else than the walkthrough says; the text is what."""


@dataclass(slots=True)
class Played:
    """How it went on one server: per walkthrough "" or what went wrong, and the capabilities."""

    info: ServerInfo
    walkthroughs: dict[str, str] = field(default_factory=dict)
    probes: list[Probe] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether all walkthroughs came out."""
        return not any(self.walkthroughs.values())


async def play(url: str) -> Played:
    """Play all of them on the server at `url`, each on a thread of its own, and try its capabilities."""
    backend = AgentServerBackend(url)
    session = Session(backend, assistant="agent")
    try:
        played = Played(await session.connect())
        for name, walk in WALKTHROUGHS.items():
            played.walkthroughs[name] = await _outcome(session, walk)
        played.probes = [probe async for probe in Checkup(backend).probes()]
        played.probes += [fork_probe(session.info), copy_probe(session.info)]
    finally:
        await session.close()
    return played


async def _outcome(session: Session, walk: Callable[[Session], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await walk(session)
    except (Deviates, BackendError, PlanError) as error:
        return str(error)
    except TimeoutError:
        return f"not done within {LONGEST_SECONDS:.0f} s"
    return ""


async def background_run(session: Session) -> None:
    """W1: start a run in the background, look at it, join it, read the thread's final state."""
    backend = session.backend
    thread = await backend.create_thread()
    _expect(thread.status == "idle", f"a new thread is {thread.status}")
    _expect(not await backend.runs(thread.thread_id), "a new thread has runs")
    opened = await session.open(thread)
    plan = plan_input(opened.tree, None, QUESTION, await session.setup_for_input(thread))
    started = await backend.start_run(thread.thread_id, plan.run_request(None))
    _expect(started.is_active, f"a run that was just started is {started.status}")
    await backend.join_run(thread.thread_id, started.run_id)
    run = await backend.get_run(thread.thread_id, started.run_id)
    _expect(run.status == "success", f"the joined run is {run.status}")
    await opened.refresh()
    head = _head(opened)
    roles = [message.role for message in read_messages(head.values)]
    _expect(roles == ["human", "ai", "tool", "ai"], f"the thread holds {roles}")
    _expect(head.next == (), f"something is left to run: {head.next}")
    _expect(head.run_id == started.run_id, "the head does not name its run")
    _expect(bool(_messages(head)[1].get("usage_metadata")), "the model's message has no usage metadata")


async def replay(session: Session) -> None:
    """W2: run from the checkpoint before the tool again; the same call, new messages, old checkpoints untouched."""
    opened = await _asked(session)
    before_tool, before, original = _before_tool(opened), list(opened.tree), _messages(_head(opened))
    setup = await session.setup_for_replay(opened, before_tool)
    _expect(setup.known, "the run behind a checkpoint is not known")
    nodes = await _ran(opened, plan_replay(opened.tree, before_tool, setup))
    _expect(nodes == ["action", "agent"], f"the replay ran {nodes}")
    replayed = _messages(_head(opened))
    _expect(replayed[1] == original[1], "the replayed tool call is another")
    known = {message["id"] for message in original[2:]}
    _expect(known.isdisjoint(message["id"] for message in replayed[2:]), "the replay made no new messages")
    await _expect_untouched(session, opened, before)
    ancestors = {row.checkpoint_id for row in opened.tree.ancestors(_head(opened).checkpoint_id)}
    _expect(before_tool.checkpoint_id in ancestors, "the replay hangs on another checkpoint")


async def fork(session: Session) -> None:
    """W3: edit the tool call and run from there; the new query is searched, both branches are there."""
    opened = await _asked(session)
    before_tool, before, original = _before_tool(opened), list(opened.tree), _messages(_head(opened))
    setup = await session.setup_for_replay(opened, before_tool)
    call = choose_tool_call(opened.tree, before_tool, None)
    clone_first = session.info.needs_clone_before_edit
    plan = plan_fork(opened.tree, before_tool, {call.id or "": BETTER}, setup, clone_first=clone_first)
    _expect(await _ran(opened, plan) == ["action", "agent"], "the fork ran other nodes")
    forked = _messages(_head(opened))
    _expect(forked[1]["tool_calls"][0]["args"] == BETTER, "the edit did not stay")
    _expect(forked[1]["id"] == original[1]["id"], "the edited message has another id")
    _expect("San Francisco" in str(forked[2]["content"]), f"the tool was asked for {forked[2]['content']!r}")
    _expect("San Francisco" in str(forked[3]["content"]), "the answer is not about the edit")
    _expect("Santa Fe" in str(original[3]["content"]), "the old answer is another")
    await _expect_untouched(session, opened, before)
    _expect(len(opened.tree.tips()) == 2, f"there are {len(opened.tree.tips())} branches instead of two")
    # A cloned checkpoint is a sibling of the original: then they share all before it.
    fork_point = before_tool.parent_id if clone_first else before_tool.checkpoint_id
    ancestors = {row.checkpoint_id for row in opened.tree.ancestors(_head(opened).checkpoint_id)}
    _expect(fork_point in ancestors, "the branches do not share their beginning")


WALKTHROUGHS: dict[str, Callable[[Session], Awaitable[None]]] = {
    "background run": background_run,
    "replay": replay,
    "fork": fork,
}


async def _asked(session: Session) -> OpenThread:
    """A thread on which the question was asked, streamed, and answered; all of its history read."""
    thread = await session.backend.create_thread()
    opened = await session.open(thread)
    plan = plan_input(opened.tree, None, QUESTION, await session.setup_for_input(thread))
    nodes = await _ran(opened, plan)
    _expect(nodes == ["agent", "action", "agent"], f"the run told of the nodes {nodes}")
    await opened.load_all()
    _expect(len(opened.tree) == 5, f"the history holds {len(opened.tree)} checkpoints instead of five")
    return opened


async def _ran(opened: OpenThread, plan: JSON) -> list[str]:
    """Carry out a plan to a successful end; the nodes that told of their updates, in order."""
    heard: list[TravelEvent] = []
    ended: RunEnded = await carry_out(opened, plan, heard.append)
    _expect(ended.end is RunEnd.SUCCESS, f"the run ended with {ended.end.value}: {ended.error or 'no reason given'}")
    updates = [heard_one.event for heard_one in heard if isinstance(heard_one, Streamed)]
    return [
        node for event in updates if event.mode == "updates" and isinstance(event.data, dict) for node in event.data
    ]


async def _expect_untouched(session: Session, opened: OpenThread, before: list[Checkpoint]) -> None:
    """Old checkpoints are as they were, read anew."""
    fresh = await session.open(opened.thread)
    await fresh.load_all()
    for row in before:
        now = fresh.tree.get(row.checkpoint_id)
        _expect(now is not None, "an old checkpoint is gone")
        if now is not None:
            same = (now.values, now.next, now.parent_id) == (row.values, row.next, row.parent_id)
            _expect(same, f"the old checkpoint of step {row.step} changed")


def _before_tool(opened: OpenThread) -> Checkpoint:
    found = next((row for row in opened.tree if row.next == ("action",)), None)
    if found is None:
        raise Deviates("no checkpoint stands before the tool")
    return found


def _head(opened: OpenThread) -> Checkpoint:
    if opened.tree.head is None:
        raise Deviates("the thread has no checkpoints")
    return opened.tree.head


def _messages(checkpoint: Checkpoint) -> list[JSON]:
    messages = checkpoint.values.get("messages") if isinstance(checkpoint.values, dict) else None
    if not isinstance(messages, list) or len(messages) != 4:
        raise Deviates(f"the state does not hold four messages but {messages!r:.200}")
    return messages


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise Deviates(otherwise)
