"""Did the server do what was asked? Checked by re-reading, before anything runs.

Servers have accepted an edit and written it to the head, to another parent, or with the old tool result behind it. Each
of these is a hard stop. A changed `next` is none: the edit may have changed the route; but it is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.checkpoint import JSON, Checkpoint
from tui.domain.json_values import same
from tui.domain.messages import find_messages, tool_calls_of
from tui.domain.plans import TravelPlan


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the re-read checkpoint showed; `problems` empty means that the run may start."""

    problems: tuple[str, ...] = ()
    next_was: tuple[str, ...] = ()
    next_is: tuple[str, ...] = ()

    @property
    def next_changed(self) -> bool:
        """Whether other nodes will run now than would have run before."""
        return self.next_was != self.next_is


def verify_clone(source: Checkpoint, clone: Checkpoint) -> Verdict:
    """A clone is a new checkpoint beside its source, with the same values and the same `next`."""
    problems = []
    if clone.checkpoint_id == source.checkpoint_id:
        problems.append("no new checkpoint was made")
    if clone.parent_id not in (source.parent_id, source.checkpoint_id):
        problems.append("the clone hangs on another checkpoint than its source")
    if not same(clone.values, source.values):
        problems.append("the clone's state is not the source's")
    return Verdict(tuple(problems), source.next, clone.next)


def verify_update(plan: TravelPlan, base: Checkpoint, written: Checkpoint) -> Verdict:
    """Compare the re-read checkpoint with the plan; `base` is what was updated (the start, or its clone)."""
    problems = []
    if written.checkpoint_id == base.checkpoint_id:
        problems.append("no new checkpoint was made")
    elif written.parent_id is not None and written.parent_id != base.checkpoint_id:
        problems.append(f"the edit hangs on checkpoint …{written.parent_id[-6:]}, not on …{base.checkpoint_id[-6:]}")
    problems += _edit_problems(plan, written)
    problems += _message_problems(base, written)
    problems += _other_keys(base.values, written.values, plan)
    return Verdict(tuple(problems), base.next, written.next)


def _edit_problems(plan: TravelPlan, written: Checkpoint) -> list[str]:
    calls = {call.id: call for call in tool_calls_of(written.values, everywhere=True)}
    problems = []
    for edit in plan.edits:
        call = calls.get(edit.tool_call_id)
        if call is None:
            problems.append(f"the tool call {edit.tool_call_id} is gone")
        elif not same(call.args, edit.after):
            problems.append(f"the new arguments of {edit.tool} did not land")
    return problems


def _message_problems(base: Checkpoint, written: Checkpoint) -> list[str]:
    before, after = find_messages(base.values), find_messages(written.values)
    if before is None or after is None:
        return [] if before is after else ["the messages are gone"]
    ids_before, ids_after = _ids(before[1]), _ids(after[1])
    if ids_after == ids_before:
        return []
    if len(ids_after) > len(ids_before) and ids_after[: len(ids_before)] == ids_before:
        extra = after[1][len(ids_before) :]
        if any(isinstance(m, Mapping) and m.get("type", m.get("role")) == "tool" for m in extra):
            return ["an old tool result came back behind the edit"]
        return ["the edit was appended as a new message instead of replacing the old one"]
    return ["the messages are others than before"]


def _other_keys(before: JSON, after: JSON, plan: TravelPlan) -> list[str]:
    """State keys that the plan did not touch must be as they were."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    values = plan.update.values if plan.update is not None else None
    touched = set(values) if isinstance(values, Mapping) else set()
    changed = [key for key in before if key not in touched and not same(before[key], after.get(key))]
    return [f"the state key {changed[0]!r} changed, which nobody asked for"] if changed else []


def _ids(messages: list[JSON]) -> list[JSON]:
    return [message.get("id") if isinstance(message, Mapping) else None for message in messages]
