"""A run in words: how it stands, and what it was started with. The app and the verbs share them."""

from __future__ import annotations

from collections.abc import Mapping

from tui.domain.addresses import tail
from tui.domain.checkpoint import JSON, Run, Thread
from tui.domain.labels import in_words, step_words
from tui.domain.safe_text import one_line


def status_words(run: Run) -> str:
    """The status as a person understands it: the server calls a cancelled run "interrupted"."""
    return "cancelled" if run.status == "interrupted" else one_line(run.status, 11)


def thread_status(thread: Thread) -> str:
    """The status of a thread, which the server calls "interrupted" also where its last run was cancelled."""
    return "cancelled" if thread.was_cancelled else one_line(thread.status, 11)


def kwargs_words(kwargs: Mapping[str, JSON]) -> str:
    """What a run was started with, in words."""
    start = checkpoint_of(kwargs)
    where = f" from …{tail(start)}" if start is not None else ""
    if kwargs.get("command"):
        return f"command {in_words(kwargs['command'])}{where}"
    given = kwargs.get("input")
    if given is None:
        return f"no input, goes on{where or ' from the head'}"
    return (step_words(None, given) or in_words(given)) + where


def checkpoint_of(kwargs: Mapping[str, JSON]) -> str | None:
    """The checkpoint that a run started from; None for the head, or where it is not said."""
    config = kwargs.get("config")
    configurable = config.get("configurable") if isinstance(config, Mapping) else None
    start = configurable.get("checkpoint_id") if isinstance(configurable, Mapping) else None
    return start if isinstance(start, str) else None
