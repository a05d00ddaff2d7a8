"""Runs as lines, and one run's details. Pure."""

from __future__ import annotations

from datetime import datetime

from tui.domain.addresses import tail
from tui.domain.checkpoint import Run
from tui.domain.labels import ago, duration
from tui.domain.run_words import kwargs_words, status_words
from tui.domain.safe_text import cell_len, one_line
from tui.domain.secrets import hide_named
from tui.widgets.json_lines import json_lines
from tui.widgets.lines import Line, fit
from tui.widgets.moments import moment
from tui.widgets.text_view import Paragraph

_STYLES = {
    "pending": ("…", "calm"),
    "running": ("▶", "mark-running"),
    "success": ("●", "ok"),
    "error": ("✗", "mark-error"),
    "timeout": ("✗", "mark-error"),
    "interrupted": ("⊘", "warning"),
}

_LABEL_CELLS = 12


def run_line(run: Run, now: datetime, width: int) -> Line:
    """One row of `width` cells: status, end of the id, what it was given, how long it took, age."""
    mark, style = _STYLES.get(run.status, ("?", "calm"))
    took = ""
    if run.created_at is not None and run.updated_at is not None and not run.is_active:
        took = duration((run.updated_at - run.created_at).total_seconds())
    right = f"{took:>6} {ago(run.created_at, now):>5}"
    words = kwargs_words(run.kwargs)
    head = f"{status_words(run):<11} …{tail(run.run_id)}  "
    return (
        (f" {mark} ", style),
        (head, "strong"),
        (fit(one_line(words), max(0, width - 3 - cell_len(head) - len(right) - 2)), ""),
        (" " + right + " ", "calm"),
    )


def run_page(run: Run) -> list[Paragraph]:
    """All that is known of a run."""
    facts = (
        ("run", run.run_id),
        ("thread", run.thread_id),
        ("status", status_words(run)),
        ("assistant", run.assistant_id or "not said"),
        ("created", moment(run.created_at) if run.created_at else ""),
        ("updated", moment(run.updated_at) if run.updated_at else ""),
        ("multitask", run.multitask_strategy or "not said"),
    )
    paragraphs = [
        Paragraph(((label.ljust(_LABEL_CELLS), "calm"), (one_line(value), "")), _LABEL_CELLS) for label, value in facts
    ]
    for title, value in (("kwargs", run.kwargs), ("metadata", run.metadata)):
        paragraphs += [Paragraph(()), Paragraph(((title, "strong"),))]
        paragraphs.extend(
            Paragraph((("  ", ""), *line), 4)
            for line in json_lines(hide_named(dict(value), of_caller=title == "metadata"))
        )
    return paragraphs
