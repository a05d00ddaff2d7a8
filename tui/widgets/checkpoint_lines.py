"""What is known about a checkpoint besides its state: ids, next, tasks, errors, interrupts, run, metadata. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from tui.domain.checkpoint import Checkpoint, Task
from tui.domain.safe_text import one_line, sanitise
from tui.widgets.json_lines import json_lines
from tui.widgets.text_view import Paragraph

_LABEL_CELLS = 11


def checkpoint_page(checkpoint: Checkpoint, *, branch: int | None = None, is_head: bool = False) -> list[Paragraph]:
    """The facts of a checkpoint, most wanted first."""
    paragraphs = list(_facts(checkpoint, branch, is_head=is_head))
    if checkpoint.tasks:
        paragraphs += [Paragraph(()), _title("tasks")]
        for task in checkpoint.tasks:
            paragraphs.extend(_task(task))
    if checkpoint.metadata:
        paragraphs += [Paragraph(()), _title("metadata")]
        paragraphs.extend(Paragraph((("  ", ""), *line), 4) for line in json_lines(dict(checkpoint.metadata)))
    return paragraphs


def _facts(checkpoint: Checkpoint, branch: int | None, *, is_head: bool) -> Iterator[Paragraph]:
    if checkpoint.broken is not None:
        yield Paragraph(((f"This checkpoint can't be read: {one_line(checkpoint.broken)}", "error"),))
    yield _fact("checkpoint", checkpoint.checkpoint_id)
    yield _fact("parent", checkpoint.parent_id or "none: the first")
    if checkpoint.namespace:
        yield _fact("namespace", checkpoint.namespace)
    yield _fact("thread", checkpoint.thread_id)
    if checkpoint.run_id:
        yield _fact("run", checkpoint.run_id)
    yield _fact("step", "" if checkpoint.step is None else str(checkpoint.step))
    yield _fact("source", checkpoint.source or "not said")
    if branch is not None:
        yield _fact("branch", f"{branch}{' · head' if is_head else ''}")
    yield _fact("next", ", ".join(checkpoint.next) or "nothing is left to run")
    if checkpoint.created_at is not None:
        yield _fact("created", moment(checkpoint.created_at))


def moment(then: datetime) -> str:
    """A time to the millisecond in UTC, which is how servers write it."""
    return then.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")


def _task(task: Task) -> Iterator[Paragraph]:
    state = "failed" if task.error is not None else "done" if task.result is not None else "pending"
    style = {"failed": "error", "done": "ok", "pending": "calm"}[state]
    yield Paragraph((("  " + one_line(task.name, 40), "strong"), ("  " + state, style)), 4)
    yield Paragraph((("  " + one_line(task.id, 60), "calm"),), 2)
    if task.error is not None:
        for line in sanitise(task.error).split("\n"):
            yield Paragraph((("    " + line.expandtabs(4), "error"),), 4)
    for interrupt in task.interrupts:
        waits = "waits" if task.result is None else "was asked"
        yield Paragraph(((f"    {waits}", "warning"), (f"  {one_line(interrupt.id or '', 40)}", "calm")))
        yield from (Paragraph((("      ", ""), *line), 8) for line in json_lines(interrupt.value))
    if task.result is not None:
        yield Paragraph((("    result", "calm"),))
        yield from (Paragraph((("      ", ""), *line), 8) for line in json_lines(task.result))


def _fact(label: str, value: str) -> Paragraph:
    return Paragraph(((label.ljust(_LABEL_CELLS), "calm"), (one_line(value), "")), 2)


def _title(text: str) -> Paragraph:
    return Paragraph(((text, "strong"),))
