"""Runs as lines, and one run's details. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tui.domain.addresses import tail
from tui.domain.checkpoint import JSON, Run
from tui.domain.labels import ago, duration, in_words, step_words
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
    "interrupted": ("‖", "mark-waiting"),
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


def status_words(run: Run) -> str:
    """The status as a person understands it: the server calls a cancelled run "interrupted"."""
    return "cancelled" if run.status == "interrupted" else one_line(run.status, 11)


def kwargs_words(kwargs: Mapping[str, JSON]) -> str:
    """What a run was started with, in words."""
    config = kwargs.get("config")
    configurable = config.get("configurable") if isinstance(config, Mapping) else None
    start = configurable.get("checkpoint_id") if isinstance(configurable, Mapping) else None
    where = f" from …{tail(start)}" if isinstance(start, str) else ""
    if kwargs.get("command"):
        return f"command {in_words(kwargs['command'])}{where}"
    given = kwargs.get("input")
    if given is None:
        return f"no input, goes on{where or ' from the head'}"
    return (step_words(None, given) or in_words(given)) + where


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
