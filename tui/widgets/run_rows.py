"""Runs as lines, and one run's details. Pure."""

from __future__ import annotations

from datetime import datetime

from tui.domain.addresses import tail
from tui.domain.checkpoint import JSON, Run
from tui.domain.labels import age, duration, in_words
from tui.domain.run_setup import run_setup, without_server_keys
from tui.domain.run_words import checkpoint_of, kwargs_words, status_words
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

_LABEL_CELLS = 18

_FACTS = ("stream_mode", "interrupt_before", "interrupt_after", "webhook", "durability")
"""What else a run was started with that fits into a line."""


def run_line(run: Run, now: datetime, width: int) -> Line:
    """One row of `width` cells: status, end of the id, what it was given, how long it took, age."""
    mark, style = _STYLES.get(run.status, ("?", "calm"))
    right = f"{duration(run.seconds):>6} {age(run.created_at, now):>5}"
    words = kwargs_words(run.kwargs)
    head = f"{status_words(run):<11} …{tail(run.run_id)}  "
    return (
        (f" {mark} ", style),
        (head, "strong"),
        (fit(one_line(words), max(0, width - 3 - cell_len(head) - len(right) - 2)), ""),
        (" " + right + " ", "calm"),
    )


def run_page(run: Run, assistant: str = "") -> list[Paragraph]:
    """What is known of a run, most wanted first; what servers add to every run is only counted.

    `assistant`: its name, where it is known.
    """
    kept, setup = run.kwargs, run_setup(run)
    facts: list[tuple[str, str]] = [
        ("status", status_words(run)),
        ("assistant", f"{one_line(assistant, 60)} {run.assistant_id}".strip() if run.assistant_id else "not said"),
        ("created", moment(run.created_at) if run.created_at else ""),
        ("took", f"{duration(run.seconds)}, with the time that it waited for a worker" if run.seconds else ""),
        ("run", run.run_id),
        ("thread", run.thread_id),
        ("multitask", run.multitask_strategy or "not said"),
        *((name.replace("_", " "), in_words(kept[name])) for name in _FACTS if kept.get(name) not in (None, [], "")),
    ]
    paragraphs = [_fact(label, value) for label, value in facts if value]
    start = checkpoint_of(kept)
    given = kept.get("command") or kept.get("input")
    if given is None:
        paragraphs += _section("input", f"none: it goes on from {f'…{tail(start)}' if start else 'the head'}")
    else:
        paragraphs += _section("command" if kept.get("command") else "input", given)
    values = (
        ("config", dict(setup.config)),
        ("context", setup.context),
        ("metadata", without_server_keys(run.metadata)),
    )
    for title, value in values:
        if value:
            paragraphs += _section(title, hide_named(value, of_caller=title == "metadata"))
    if not setup.known:
        paragraphs += _section("config", "this server does not keep it")
    return [*paragraphs, Paragraph(()), Paragraph((("What servers add to every run is left out here.", "calm"),))]


def _fact(label: str, value: str) -> Paragraph:
    return Paragraph(((label.ljust(_LABEL_CELLS), "calm"), (one_line(value), "")), _LABEL_CELLS)


def _section(title: str, value: JSON) -> list[Paragraph]:
    if isinstance(value, str):
        return [Paragraph(()), _fact(title, value)]
    lines = [Paragraph((("  ", ""), *line), 4) for line in json_lines(value)]
    return [Paragraph(()), Paragraph(((title, "strong"),)), *lines]
