"""Runs on standard output: one a line, and one with all that it was started with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tui.cli.output import say_fields
from tui.domain.checkpoint import JSON, Run
from tui.domain.labels import ago, in_words
from tui.domain.run_setup import run_setup
from tui.domain.run_words import kwargs_words, status_words
from tui.domain.safe_text import one_line
from tui.domain.secrets import hide_named

_CELLS = 160
"""Of one value; `--json` prints all of it."""


def run_row(run: Run, now: datetime) -> tuple[str, ...]:
    """A run's columns: id, status, age, what it was given."""
    return run.run_id, status_words(run), ago(run.created_at, now), one_line(kwargs_words(run.kwargs))


def say_run(run: Run) -> None:
    """All that is known of a run, a line each."""
    say_fields(
        [
            ("run", run.run_id),
            ("thread", run.thread_id),
            ("status", status_words(run)),
            ("assistant", run.assistant_id or ""),
            ("created", run.created_at.isoformat() if run.created_at else ""),
            ("updated", run.updated_at.isoformat() if run.updated_at else ""),
            ("strategy", f"{run.multitask_strategy} (when the thread is busy)" if run.multitask_strategy else ""),
            *_given(run),
        ]
    )


def _given(run: Run) -> Iterator[tuple[str, str]]:
    """What it was started with, without what the server adds to the config; what was left empty is named together."""
    kwargs = hide_named({**run.kwargs, "config": dict(run_setup(run).config)})
    unset = [key for key, value in kwargs.items() if _is_empty(value)]
    for key, value in kwargs.items():
        if key not in unset:
            yield key, in_words(value, _CELLS)
    if unset:
        yield "not set", ", ".join(unset)


def _is_empty(value: JSON) -> bool:
    return value is None or value in ("", [], {})
