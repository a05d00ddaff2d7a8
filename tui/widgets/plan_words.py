"""A plan as the question before it is carried out: what, where, which nodes and tools run, what follows. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.changes import Change, changes
from tui.domain.checkpoint import START
from tui.domain.plans import PlanKind, TravelPlan, counted_tools
from tui.domain.value_words import change_words, short_change_words

WHOLE = 50
"""Characters of a text that a question shows as a whole."""


def question_of(plan: TravelPlan, address: str) -> tuple[str, str]:
    """(the question, what follows from yes). `address`: empty where it is told already."""
    return f"{_what(plan)}?", " ".join(
        filter(None, (plan.drop_note, plan.leave_note, _runs(plan, address), *_follows(plan)))
    )


def title_of(plan: TravelPlan) -> str:
    """What is being done, for the live pane: "fork of step 1", "replay of step 3", "input"."""
    if plan.kind is PlanKind.INPUT:
        return "input" if plan.at_head else f"input on {_step(plan)}"
    return f"{plan.kind.value} of {_step(plan)}"


def _what(plan: TravelPlan) -> str:
    if plan.kind is PlanKind.REPLAY:
        return f"Replay from {_step(plan)}"
    if plan.kind is PlanKind.INPUT:
        return "Run with this input" if plan.at_head else f"Run with this input on top of {_step(plan)}"
    edits = [_edit(change, f"{edit.tool}.") for edit in plan.edits for change in changes(edit.before, edit.after)]
    return f"Fork from {_step(plan)}: {', '.join(edits[:2])}{' …' if len(edits) > 2 else ''}"


def _edit(change: Change, prefix: str) -> str:
    """An edit as it is typed, or by what differs, where that might stand behind the end of what is shown."""
    texts = [text for text in (change.before, change.after) if isinstance(text, str)]
    words = short_change_words if max(map(len, texts), default=0) > WHOLE else change_words
    return words(change, prefix)


def _step(plan: TravelPlan) -> str:
    if plan.start is None:
        return "the head"
    return "a checkpoint" if plan.start.step is None else f"step {plan.start.step}"


def _runs(plan: TravelPlan, address: str) -> str:
    nodes = ", ".join("the graph's start" if node == START else node for node in plan.will_run) or "the graph"
    tools = counted_tools(plan.will_call)
    again = "" if plan.kind is PlanKind.INPUT else " again, for real"
    assistant = plan.setup.assistant_name or plan.setup.graph_id or plan.setup.assistant_id
    where = f" at {address.removeprefix('http://')}" if address else ""
    return f"Runs {nodes}{again}{f' (tool {tools})' if tools else ''}, as {assistant}{where}."


def _follows(plan: TravelPlan) -> Iterator[str]:
    """What else to know before saying yes, shorter than the notes of the plan."""
    if not plan.setup.known:
        yield "The original run is unknown: defaults are used."
    if plan.asks_again:
        yield "Its question is asked again."
    yield plan.growth.value
