"""Threads as lines: status mark, what was said last, age. Pure."""

from __future__ import annotations

from datetime import datetime

from tui.domain.checkpoint import Thread
from tui.domain.labels import ago, call_words, in_words
from tui.domain.messages import read_messages, summary
from tui.domain.safe_text import one_line
from tui.widgets.lines import Line, fit

AGE_CELLS = 4

STATUS_MARKS: dict[str, tuple[str, str]] = {
    "idle": ("●", "calm"),
    "interrupted": ("‖", "mark-waiting"),
    "busy": ("▶", "mark-running"),
    "error": ("✗", "mark-error"),
}
"""Mark and style of each status; every mark has its own shape, so that colour is never needed."""

NO_MESSAGES = "(no messages)"


def thread_title(thread: Thread) -> str:
    """What stands for a thread, on one line of safe text: its title, else what was said last, as of the last run."""
    for key in ("title", "name"):
        title = thread.metadata.get(key)
        if isinstance(title, str) and title.strip():
            return one_line(title, 200)
    preview = thread.preview
    if preview is None:
        return NO_MESSAGES
    messages = read_messages({"messages": [preview]}) if isinstance(preview, dict) and "content" in preview else []
    if messages:
        calls = [call_words(call) for call in messages[0].tool_calls]
        return one_line(", ".join(calls) if calls else summary(messages[0]), 200)
    if isinstance(preview, dict):
        return one_line(" · ".join(f"{key} {in_words(value, 40)}" for key, value in preview.items()), 200)
    return one_line(in_words(preview), 200)


def thread_line(thread: Thread, now: datetime, width: int, *, is_open: bool = False) -> Line:
    """One row of `width` cells."""
    mark, style = STATUS_MARKS.get(thread.status, ("?", "calm"))
    title = thread_title(thread)
    words_style = "calm" if title == NO_MESSAGES else "strong" if is_open else ""
    age = ago(thread.updated_at or thread.created_at, now)[:10]
    age_cells = max(AGE_CELLS, len(age))
    return (
        (" ", ""),
        (mark + " ", style),
        (fit(title, max(0, width - 3 - age_cells - 1)), words_style),
        (age.rjust(age_cells), "calm"),
        (" ", ""),
    )
