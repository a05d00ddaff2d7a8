"""The demo without a screen: three walkthroughs on the real server, as text for a talk, a log, a newcomer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.live_output import PlainPrinter
from tui.cli.options import Options, connected
from tui.cli.output import say, say_tree
from tui.cli.run_output import say_run
from tui.cli.state_output import say_checkpoint
from tui.config import Connection
from tui.domain.addresses import tail
from tui.domain.checkpoint import Checkpoint
from tui.domain.json_values import pretty
from tui.domain.labels import call_words, step_words
from tui.domain.messages import Message, read_messages
from tui.domain.plans import TravelPlan, choose_tool_call, plan_fork, plan_input, plan_replay
from tui.session.events import RunEnd, RunEnded
from tui.session.travel import carry_out

if TYPE_CHECKING:
    from tui.session.open_thread import OpenThread
    from tui.session.session import Session

QUESTION = "what's the weather in sf"
BETTER_QUERY = "weather in San Francisco"


class StoryFailed(Exception):
    """The server did something else than the story tells."""


async def play_story(url: str) -> None:
    """Play W1, W2 and W3 on the server at `url`; raises `StoryFailed` when a step does not come out as told."""
    options = Options(Connection(url, assistant="agent", audited=False))
    async with connected(options) as session:
        say(f"Forkpoint on a real Agent Server: {session.info.title} at {session.backend.address}")
        await _background_run(session)
        opened = await _replay(session, options)
        await _fork(session, opened, options)


async def _background_run(session: Session) -> None:
    _title("1. A background run")
    backend = session.backend
    thread = await backend.create_thread()
    say("A new thread:")
    say(_indented(pretty(dict(thread.raw))))
    say(f"Its runs: {list(await backend.runs(thread.thread_id))}")
    setup = await session.setup_for_input(thread)
    opened = await session.open(thread)
    plan = plan_input(opened.tree, None, _question(), setup)
    started = await backend.start_run(thread.thread_id, plan.run_request(None))
    say(f'Asked in the background: "{QUESTION}"')
    say_run(started)
    await backend.join_run(thread.thread_id, started.run_id)
    finished = await backend.get_run(thread.thread_id, started.run_id)
    say(f"\nJoined it until its end: status {finished.status}")
    _expect(finished.status == "success", "the run did not succeed")
    await opened.refresh()
    head = opened.tree.head
    _expect(head is not None and len(read_messages(head.values)) == 4, "the thread does not hold four messages")
    if head is not None:
        say("\nThe thread's final state:")
        say_checkpoint(head)


async def _replay(session: Session, options: Options) -> OpenThread:
    _title("2. Replay from a checkpoint")
    thread = await session.backend.create_thread(metadata={"title": "weather in SF"})
    opened = await session.open(thread)
    setup = await session.setup_for_input(thread)
    await _run(opened, options, plan_input(opened.tree, None, _question(), setup))
    say("\nIts history:")
    say_tree(opened.tree)
    before_tool = _before_tool(opened)
    say(f"\nThe checkpoint right before the tool: {tail(before_tool.checkpoint_id)}, next {list(before_tool.next)}.")
    say("Replaying it: nothing is edited, the tool and the model really run again.\n")
    setup = await session.setup_for_replay(opened, before_tool)
    before = _messages(opened)
    await _run(opened, options, plan_replay(opened.tree, before_tool, setup))
    after = _messages(opened)
    calls = [call.id for message in after for call in message.tool_calls]
    _expect(calls == [call.id for message in before for call in message.tool_calls], "the tool call is another")
    new = [message for message in after if message.id not in {known.id for known in before}]
    _expect([message.role for message in new] == ["tool", "ai"], "the new messages are not the tool's and the model's")
    ids = " and ".join(f"…{tail(message.id or '?')} ({message.role})" for message in new)
    say(f"The tool call is the same, {', '.join(filter(None, calls))}; the new messages have new ids: {ids}.")
    return opened


async def _fork(session: Session, opened: OpenThread, options: Options) -> None:
    _title("3. Fork: edit the tool call, run from there")
    before_tool = _before_tool(opened)
    call = choose_tool_call(opened.tree, before_tool, None)
    say(f"The model asked for {call_words(call)}: that is the bug. It meant San Francisco.")
    say(f"Editing it in place ({call.id} in message …{tail(call.message_id or '?')}), and running from there:\n")
    setup = await session.setup_for_replay(opened, before_tool)
    await _run(opened, options, plan_fork(opened.tree, before_tool, {call.id or "": {"query": BETTER_QUERY}}, setup))
    say("\nBoth branches, side by side; everything up to the fork point is shared:")
    say_tree(opened.tree)
    tips = opened.tree.tips()
    say(f"\nbefore  {_answer(opened, tips[-1])}")
    say(f"after   {_answer(opened, tips[0])}")
    _expect(len(tips) == 3, "the history does not hold the original path, the replay and the fork")
    _expect("San Francisco" in _answer(opened, tips[0]), "the fork's answer did not change")


async def _run(opened: OpenThread, options: Options, plan: TravelPlan) -> RunEnded:
    printer = PlainPrinter(options, opened.thread_id)
    ended = await carry_out(opened, plan, printer.hear)
    printer.finish(ended)
    _expect(ended.end is RunEnd.SUCCESS, f"the run ended with {ended.end.value}")
    return ended


def _messages(opened: OpenThread) -> tuple[Message, ...]:
    head = opened.tree.head
    return read_messages(head.values) if head is not None else ()


def _before_tool(opened: OpenThread) -> Checkpoint:
    """The oldest checkpoint whose next is the tool: the guides' third state from the newest."""
    waiting = [checkpoint for checkpoint in opened.tree if checkpoint.next == ("action",)]
    _expect(bool(waiting), "no checkpoint stands before the tool")
    return min(waiting, key=lambda checkpoint: checkpoint.checkpoint_id)


def _answer(opened: OpenThread, checkpoint_id: str) -> str:
    return step_words(None, {"messages": opened.tree[checkpoint_id].values["messages"][-1:]})


def _question() -> dict[str, object]:
    return {"messages": [{"role": "user", "content": QUESTION}]}


def _title(text: str) -> None:
    say(f"\n{text}\n{'─' * len(text)}")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise StoryFailed(otherwise)
