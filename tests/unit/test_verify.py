"""Whatever a server does instead of an edit is caught by a check of its own, also where it names no parents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tui.domain.checkpoint import Checkpoint
from tui.domain.plans import PlanKind, ToolArgsEdit, TravelPlan
from tui.domain.requests import RunSetup, StateUpdate
from tui.domain.verify import verify_clone, verify_update

ASKS = {"type": "human", "id": "m1", "content": "sf?"}
OLD_RESULT = {"type": "tool", "id": "m3", "content": "31 °C", "tool_call_id": "call"}


def calls(args: Any) -> dict[str, Any]:
    return {"type": "ai", "id": "m2", "content": "", "tool_calls": [{"name": "search", "id": "call", "args": args}]}


BEFORE, AFTER = {"query": "Santa Fe", "days": 1}, {"query": "San Francisco", "days": 1}
BASE = Checkpoint("t", "c2", parent_id="c1", values={"messages": [ASKS, calls(BEFORE)], "n": 1}, next=("action",))
WRITTEN = replace(BASE, checkpoint_id="c3", parent_id="c2", values={"messages": [ASKS, calls(AFTER)], "n": 1})
PLAN = TravelPlan(
    PlanKind.FORK,
    "t",
    RunSetup("agent"),
    BASE,
    StateUpdate(BASE.ref, {"messages": [calls(AFTER)]}),
    edits=(ToolArgsEdit("call", "search", BEFORE, AFTER),),
)


def messages(*those: Any) -> Any:
    return {"messages": list(those), "n": 1}


def test_what_was_asked_for_is_well() -> None:
    assert verify_update(PLAN, BASE, WRITTEN).problems == ()
    assert verify_update(PLAN, BASE, replace(WRITTEN, parent_id=None)).problems == (), "some servers name no parents"
    other = verify_update(PLAN, BASE, replace(WRITTEN, next=("agent",)))
    assert (other.problems, other.next_changed) == ((), True)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (replace(WRITTEN, checkpoint_id="c2", parent_id=None), "no new checkpoint was made"),
        (replace(WRITTEN, parent_id="c9"), "hangs on checkpoint …c9, not on …c2"),
        (replace(WRITTEN, values=messages(ASKS, calls(BEFORE))), "did not land"),
        (replace(WRITTEN, values=messages(ASKS, calls({**AFTER, "days": 1.0}))), "did not land"),
        (replace(WRITTEN, values=messages(ASKS, {"type": "ai", "id": "m2", "content": ""})), "call is gone"),
        (replace(WRITTEN, values=messages(ASKS, calls(AFTER), OLD_RESULT)), "an old tool result came back"),
        (replace(WRITTEN, values=messages(ASKS, calls(AFTER), calls(AFTER))), "appended as a new message"),
        (replace(WRITTEN, values=messages(calls(AFTER))), "the messages are others than before"),
        (replace(WRITTEN, values={"n": 1}), "the messages are gone"),
        (replace(WRITTEN, values=messages(ASKS, calls(AFTER)) | {"n": True}), "the state key 'n' changed"),
        (replace(WRITTEN, values={"messages": [ASKS, calls(AFTER)]}), "the state key 'n' changed"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_anything_else_is_a_problem(written: Checkpoint, said: str) -> None:
    problems = verify_update(PLAN, BASE, written).problems
    assert any(said in problem for problem in problems), problems


def test_a_clone_is_a_new_checkpoint_beside_its_source_with_the_same_state() -> None:
    clone = replace(BASE, checkpoint_id="c9")
    assert verify_clone(BASE, clone).problems == ()
    assert verify_clone(BASE, replace(clone, parent_id="c2")).problems == ()
    for wrong, said in (
        (BASE, "no new checkpoint"),
        (replace(clone, parent_id="c0"), "another checkpoint than its source"),
        (replace(clone, values=messages(ASKS)), "not the source's"),
    ):
        assert [problem for problem in verify_clone(BASE, wrong).problems if said in problem], said
