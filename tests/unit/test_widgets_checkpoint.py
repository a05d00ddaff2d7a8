"""The Checkpoint tab: what comes next, what is asked, what failed, how it was run, ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes import EPOCH
from tui.domain.checkpoint import Checkpoint, Interrupt, Run, Task
from tui.domain.error_words import error_parts
from tui.widgets.checkpoint_rows import FactRow, Facts, RunFacts, checkpoint_rows
from tui.widgets.lines import plain, width_of
from tui.widgets.questions import question_lines

START = Checkpoint(
    "t-1", "c02", parent_id="c01", step=1, next=("action",), source="loop", run_id="r-1", created_at=EPOCH
)
RUN = Run(
    "r-1",
    "t-1",
    "a-agent",
    "error",
    EPOCH,
    EPOCH + timedelta(seconds=2.5),
    kwargs={"config": {"recursion_limit": 25, "configurable": {"model": "haiku"}}, "context": {"lang": "ko"}},
)
TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    pay()\nValueError: too much'


def rows(checkpoint: Checkpoint = START, width: int = 60, unfolded: Any = (), **facts: Any) -> list[FactRow]:
    made = checkpoint_rows(Facts(checkpoint, **facts), width, unfolded)
    assert all(width_of(row.line) <= width for row in made)
    return made


def page(checkpoint: Checkpoint = START, **options: Any) -> list[str]:
    return [plain(row.line).rstrip() for row in rows(checkpoint, **options)]


def test_the_facts_of_a_checkpoint() -> None:
    text = page(is_head=True, branch=1, run=RunFacts(RUN, "agent"), now=EPOCH + timedelta(minutes=5))
    assert text == [
        "next        action",
        "",
        "run         r-1",
        "  status    error  2.5s",
        "  assistant agent",
        "  started   2026-01-01 12:00:00.000Z · 5m ago",
        "  config    recursion_limit  25",
        '            configurable  {"model": "haiku"}',
        '  context   lang  "ko"',
        "",
        "checkpoint  c02",
        "parent      c01",
        "thread      t-1",
        "step        1",
        "made by     a step; its parent would tell which, and is not",
        "            here",
        "source      loop",
        "branch      branch 1 · head: the next message goes on from",
        "            here",
        "created     2026-01-01 12:00:00.000Z · 5m ago",
    ]


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("Pay **20 €**?", ["Pay 20 €?"]),
        ({"question": "Pay?", "order": 7}, ["Pay?", "order  7"]),
        ([{"description": "Pay?", "action": {"args": {}}}], ["Pay?", 'action  {"args": {}}']),
        ({"order": 7}, ["order  7"]),
        (12.5, ["12.5"]),
        (["a", "b"], ['["a", "b"]']),
    ],
)
def test_a_question_is_readable_whatever_its_shape(value: Any, lines: list[str]) -> None:
    assert [plain(line) for line in question_lines(value, 40)] == lines
    asks = Task("t1", "pay", interrupts=(Interrupt(value, "i-1"),))
    text = page(replace(START, tasks=(asks,)))
    assert text[2] == "task        pay  ‖ waits for an answer"
    assert text[3] == f"asks        {lines[0]}"
    assert "  id        i-1" in text
    answered = page(replace(START, tasks=(replace(asks, result={"ok": True}),)))
    assert answered[2] == "task        pay  done"
    assert answered[3].startswith("asked ")


@pytest.mark.parametrize(
    ("error", "what", "more"),
    [
        ("ValueError('boom x=2')", "ValueError: boom x=2", 0),
        ('KeyError("it\'s")', "KeyError: it's", 0),
        ("CancelledError()", "CancelledError", 0),
        ("ValueError('a\\nb')", "ValueError: a", 1),
        ("ValueError(1, 2)", "ValueError(1, 2)", 0),
        (TRACEBACK, "ValueError: too much", 4),
        ("", "", 0),
    ],
)
def test_an_error_says_what_went_wrong_first(error: str, what: str, more: int) -> None:
    said, rest = error_parts(error)
    assert said == what
    assert len(rest) == more


def test_a_traceback_is_folded_below_what_it_says() -> None:
    failed = replace(START, tasks=(Task("t2", "book", error=TRACEBACK),))
    text = page(failed)
    assert text[2:5] == ["task        book  ✗ failed", "error       ValueError: too much", "            ▸ 4 more lines"]
    assert '              File "x.py", line 1, in f' in [
        line.replace("                ", "              ", 1) for line in page(failed, unfolded={"error/t2"})
    ]


def test_who_called_is_nobodys_business() -> None:
    caller = {"x-api-key": "planted", "langgraph_auth_user": {"identity": "planted"}, "cookie": "planted"}
    run = replace(RUN, kwargs={"config": {"configurable": dict(caller)}, "context": {"authorization": "planted"}})
    text = "\n".join(page(replace(START, metadata={"kept": 1, **caller}), run=RunFacts(run, "agent"), width=400))
    assert "kept" in text
    assert text.count("[hidden]") >= 3
    assert "planted" not in text


def test_long_results_and_metadata_are_folded() -> None:
    done = Task("t3", "look", result={f"k{n}": n for n in range(20)})
    checkpoint = replace(START, tasks=(done,), metadata={f"m{n}": n for n in range(9)})
    text = page(checkpoint)
    assert "result      ▸ 20 keys" in text
    assert "metadata    ▸ 9 keys" in text
    assert "            k19  19" in page(checkpoint, unfolded={"result/t3"})
    assert "metadata    a  1" in page(replace(START, metadata={"a": 1})), "a short one is not worth a key"


def test_what_is_not_known_of_the_run_is_said() -> None:
    assert "            reading it …" in page()
    assert "            it was deleted" in page(run=RunFacts(None, problem="it was deleted"))
    assert "run         not said" in page(replace(START, run_id=None))
    behind = replace(START, checkpoint_id="c90", parent_id="c02", source="update", run_id=None)
    assert "run         none: written by an edit, a replay or a copy" in page(behind)
    begins = "run         none: a replay begins with this empty update"
    assert begins in page(behind, parent=START), "as a replay's first checkpoint"
    edited = replace(behind, values={"messages": []})
    assert "run         none: written by an edit" in page(edited, parent=START)
    copied = replace(edited, source="fork")
    assert "run         none: a copy of the checkpoint beside it" in page(copied, parent=START)
    bare = replace(RUN, kwargs={})
    assert "  config    this server does not keep it" in page(run=RunFacts(bare))
    busy = replace(RUN, status="running")
    assert "  status    running" in page(run=RunFacts(busy)), "no duration while it runs"


def test_a_broken_checkpoint_says_why() -> None:
    text = page(replace(START, broken="values are no object"))
    assert text[:2] == [
        "This checkpoint can't be read: values are no object",
        "The others are not concerned. ctrl+r reads it again.",
    ]


def test_every_id_can_be_copied() -> None:
    checkpoint = replace(START, namespace="child:1", tasks=(Task("t1", "pay", interrupts=(Interrupt(1, "i-1"),)),))
    found = {row.selected.words: row.selected.value for row in rows(checkpoint, run=RunFacts(RUN)) if row.selected}
    for words, value in {
        "checkpoint id": "c02",
        "parent id": "c01",
        "thread id": "t-1",
        "run id": "r-1",
        "assistant id": "a-agent",
        "task id": "t1",
        "interrupt id": "i-1",
        "namespace": "child:1",
    }.items():
        assert found[words] == value


@pytest.mark.parametrize("width", [20, 33, 80])
def test_hostile_texts_are_shown_in_any_width(width: int) -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07 \u202eevil 👩‍👩‍👧"
    task = Task(
        hostile, hostile, error=hostile, interrupts=(Interrupt(hostile, hostile), Interrupt({hostile: hostile}))
    )
    checkpoint = Checkpoint(
        hostile, hostile, next=(hostile,), tasks=(task,), broken=hostile, metadata={hostile: hostile}, run_id=hostile
    )
    text = page(checkpoint, width=width, unfolded={f"error/{hostile}"}, run=RunFacts(None, problem=hostile))
    assert not any(c in line for line in text for c in "\x1b\u202e\x07")
