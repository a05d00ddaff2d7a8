"""What is known about a checkpoint besides its state: what comes next, questions, errors, the run, ids. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tui.domain.addresses import id_words
from tui.domain.checkpoint import JSON, Checkpoint, Run, Task
from tui.domain.error_words import error_parts
from tui.domain.labels import ago, duration
from tui.domain.origin import OriginKind, counted, origin_of
from tui.domain.run_setup import run_setup
from tui.domain.run_words import status_words
from tui.domain.safe_text import one_line, sanitise
from tui.domain.secrets import hide_named
from tui.domain.value_words import fit_words
from tui.widgets.key_names import key_of
from tui.widgets.lines import Line, Part, wrap_line, wrap_text
from tui.widgets.message_texts import args_lines
from tui.widgets.moments import moment
from tui.widgets.questions import question_lines
from tui.widgets.row_view import Selected

LABEL_CELLS = 12

_STATUS_STYLES = {"success": "ok", "error": "error", "timeout": "error", "running": "mark-running"}
_FOLDED_FROM = 6
"""Rows from which on a value is folded."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of the run that made a checkpoint; `problem` says why it is not known (yet)."""

    run: Run | None = None
    assistant: str = ""
    problem: str = "reading it …"


@dataclass(frozen=True, slots=True)
class Facts:
    """A checkpoint, and what a page says about its place in the tree and its run."""

    checkpoint: Checkpoint
    parent: Checkpoint | None = None
    branch: int | None = None
    is_head: bool = False
    run: RunFacts = field(default_factory=RunFacts)
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """A row: its line, what can be copied there, and what folds there."""

    line: Line = ()
    selected: Selected | None = None
    key: str | None = None


def checkpoint_rows(facts: Facts, width: int, unfolded: Collection[str] = ()) -> list[FactRow]:
    """The page, most wanted first, in rows of at most `width` cells."""
    page = _Page(max(LABEL_CELLS + 8, width), unfolded)
    checkpoint = facts.checkpoint
    if checkpoint.broken is not None:
        page.add_text(f"This checkpoint can't be read: {checkpoint.broken}", "error")
        page.add_text(f"The others are not concerned. {key_of('app.refresh')} reads it again.", "calm")
        page.gap()
    waiting = counted(checkpoint.next)
    page.add_fact("next", waiting or "nothing is left to run", "strong" if waiting else "calm")
    for task in checkpoint.tasks:
        _add_task(page, task)
    _add_run(page, facts)
    _add_place(page, facts)
    _add_value(page, "metadata", hide_named(dict(checkpoint.metadata), of_caller=True))
    return page.rows


def _add_task(page: _Page, task: Task) -> None:
    state, style = "to run", "calm"
    if task.was_cancelled:
        state, style = "⊘ cancelled", "warning"
    elif task.error is not None:
        state, style = "✗ failed", "error"
    elif task.result is not None:
        state, style = "done", "ok"
    elif task.interrupts:
        state, style = "‖ waits for an answer", "mark-waiting"
    page.gap()
    head: Line = ((one_line(task.name, 40), "strong"), ("  " + state, style))
    page.add_lines([(("task".ljust(LABEL_CELLS), "calm"), *head)], Selected("task id", task.id))
    for number, interrupt in enumerate(task.interrupts):
        asked = Selected("question", interrupt.value)
        label = "asks" if task.result is None else "asked"
        page.add_labelled(label, question_lines(interrupt.value, page.room), asked)
        if interrupt.id:
            page.add_fact(f"  id {number + 1}" if number else "  id", interrupt.id, "calm", "interrupt id")
    if task.error is not None and not task.was_cancelled:
        _add_error(page, task)
    if task.result is not None:
        key = f"result/{task.id}"
        page.add_folding("result", task.result, key)


def _add_error(page: _Page, task: Task) -> None:
    what, rest = error_parts(task.error or "")
    copied = Selected("error", task.error)
    page.add_labelled("error", [((line, "error"),) for line in wrap_text(sanitise(what), page.room)], copied)
    if not rest:
        return
    key = f"error/{task.id}"
    if page.is_open(key):
        page.add_labelled("", [((f"▾ {len(rest)} lines", "calm"),)], copied, key)
        lines = [((line, "calm"),) for text in rest for line in wrap_text(sanitise(text), page.room - 2)]
        page.add_labelled("", [(("  ", ""), *line) for line in lines], copied, key)
    else:
        page.add_labelled("", [((f"▸ {len(rest)} more lines", "calm"),)], copied, key)


def _add_run(page: _Page, facts: Facts) -> None:
    run_id = facts.checkpoint.run_id
    page.gap()
    if run_id is None:
        page.add_fact("run", _why_no_run(facts), "calm")
        return
    page.add_fact("run", run_id, "", "run id")
    run = facts.run.run
    if run is None:
        page.add_fact("", facts.run.problem, "calm")
        return
    status: list[Part] = [(status_words(run), _STATUS_STYLES.get(run.status, "mark-waiting"))]
    if run.seconds is not None:
        status.append((f"  {duration(run.seconds)}", ""))
    page.add_labelled("  status", [tuple(status)], None)
    assistant = facts.run.assistant or run.assistant_id or "not said"
    page.add_fact("  assistant", assistant, "", "assistant id", run.assistant_id)
    if run.created_at is not None:
        page.add_fact("  started", _when(run.created_at, facts.now, page.room))
    setup = run_setup(run)
    if not setup.known:
        page.add_fact("  config", "this server does not keep it", "calm")
        return
    _add_value(page, "  config", hide_named(dict(setup.config)), "defaults")
    if setup.context:
        _add_value(page, "  context", hide_named(dict(setup.context)))


def _why_no_run(facts: Facts) -> str:
    if facts.checkpoint.source not in ("update", "fork"):
        return "not said"
    if facts.parent is None:
        return "none: written by an edit, a replay or a copy"
    written = {
        OriginKind.REPLAY: "a replay begins with this empty update",
        OriginKind.COPY: "a copy of the checkpoint beside it",
    }
    return f"none: {written.get(origin_of(facts.checkpoint, facts.parent).kind, 'written by an edit')}"


def _add_place(page: _Page, facts: Facts) -> None:
    checkpoint = facts.checkpoint
    page.gap()
    page.add_fact("checkpoint", checkpoint.checkpoint_id, "", "checkpoint id")
    page.add_fact(
        "parent", checkpoint.parent_id or "none: the first", "" if checkpoint.parent_id else "calm", "parent id"
    )
    page.add_fact("thread", checkpoint.thread_id, "", "thread id")
    if checkpoint.namespace:
        page.add_fact("namespace", checkpoint.namespace, "", "namespace")
    step = "not said" if checkpoint.step is None else str(checkpoint.step)
    page.add_fact("step", step)
    origin = origin_of(checkpoint, facts.parent)
    unknown = "; its parent would tell which, and is not here" if origin.kind is OriginKind.UNKNOWN else ""
    page.add_fact("made by", f"{origin.label}{unknown}")
    page.add_fact("source", checkpoint.source or "not said", "calm")
    if facts.branch is not None or facts.is_head:
        words = [f"branch {facts.branch}"] if facts.branch is not None else []
        page.add_fact("branch", " · ".join([*words, *["head: the next message goes on from here"] * facts.is_head]))
    if checkpoint.created_at is not None:
        page.add_fact("created", _when(checkpoint.created_at, facts.now, page.room))


def _add_value(page: _Page, label: str, value: JSON, empty: str = "") -> None:
    if value:
        page.add_folding(label, value, f"value/{label.strip()}")
    elif empty:
        page.add_fact(label, empty, "calm")


def _when(then: datetime, now: datetime | None, room: int) -> str:
    """A time and its age, as exact as there is room for."""
    age = f" · {ago(then, now)} ago" if now is not None else ""
    exact, short = moment(then), moment(then, exact=False)
    return fit_words((exact + age, short + age, short[11:] + age, short[11:-1] + age), room)


class _Page:
    """Collects rows: a label at the left, what it is about beside it."""

    def __init__(self, width: int, unfolded: Collection[str]) -> None:
        self.rows: list[FactRow] = []
        self.room = width - LABEL_CELLS
        self._width = width
        self._unfolded = unfolded

    def is_open(self, key: str) -> bool:
        """Whether the user unfolded something."""
        return key in self._unfolded

    def gap(self) -> None:
        """An empty row, between others."""
        if self.rows and self.rows[-1].line:
            self.rows.append(FactRow())

    def add_lines(self, lines: Sequence[Line], selected: Selected | None = None) -> None:
        """Rows as they are, wrapped."""
        for line in lines:
            self.rows += [FactRow(row, selected) for row in wrap_line(line, self._width, LABEL_CELLS)]

    def add_text(self, text: str, style: str) -> None:
        """A sentence over the whole width."""
        self.add_lines([((one_line(text), style),)])

    def add_fact(self, label: str, value: str, style: str = "", copies: str = "", copied: str | None = None) -> None:
        """A label and a short value; `copies` names what `y` copies there: all of an id that is shown in short."""
        selected = Selected(copies, copied or value) if copies else None
        text = one_line(value)
        if " " not in text:
            text = id_words(text, self.room)
        self.add_lines([((label.ljust(LABEL_CELLS), "calm"), (text, style))], selected)

    def add_labelled(
        self, label: str, lines: Sequence[Line], selected: Selected | None, key: str | None = None
    ) -> None:
        """A label, and lines of at most `room` cells beside it."""
        for number, line in enumerate(lines):
            before = label.ljust(LABEL_CELLS) if number == 0 else " " * LABEL_CELLS
            self.rows.append(FactRow(((before, "calm"), *line), selected, key))

    def add_folding(self, label: str, value: JSON, key: str) -> None:
        """A value: as it is when it is short, else its size, and all of it once it is unfolded."""
        selected = Selected(label.strip(), value)
        lines = args_lines(value, self.room)
        if len(lines) <= _FOLDED_FROM:
            self.add_labelled(label, lines, selected)
            return
        count = ""
        if isinstance(value, (dict, list)):
            count = f"{len(value):,} {'key' if isinstance(value, dict) else 'item'}{'s' * (len(value) != 1)}"
        if self.is_open(key):
            self.add_labelled(label, [((f"▾ {count}", "calm"),)], selected, key)
            self.add_labelled("", lines, selected, key)
        else:
            words = count or f"{len(lines)} lines"
            self.add_labelled(label, [((f"▸ {words}", "calm"),)], selected, key)
