"""What the inspector says about a checkpoint where something stopped."""

from __future__ import annotations

from tui.domain.checkpoint import Checkpoint, Interrupt, Task
from tui.widgets.stop_note import MOST_CELLS, stop_reasons


def stopped(*tasks: Task) -> Checkpoint:
    return Checkpoint("t", "c", tasks=tasks)


def test_a_question_and_a_failure_are_told_in_words() -> None:
    asks = Task("1", "approve", interrupts=(Interrupt({"question": "Pay 42.5 EUR\nback?"}),))
    failed = Task("2", "load", error="ValueError(\"row 3: 'n/a' is not a number\")")
    assert stop_reasons(stopped(asks, failed)) == [
        ("‖ approve asks: Pay 42.5 EUR ↵ back?", "mark-waiting"),
        ("✗ load failed: ValueError: row 3: 'n/a' is not a number", "mark-error"),
    ]


def test_an_answered_question_and_what_is_only_to_run_say_nothing() -> None:
    answered = Task("1", "approve", interrupts=(Interrupt("Pay?"),), result={"ok": True})
    assert stop_reasons(stopped(answered, Task("2", "agent"))) == []


def test_a_long_error_is_cut_and_none_of_it_is_obeyed() -> None:
    ((words, _),) = stop_reasons(stopped(Task("1", "load", error="Boom: \x1b[31m" + "x" * 1000)))
    assert len(words) < MOST_CELLS + 60
    assert "\x1b" not in words
    assert words.endswith("…")
