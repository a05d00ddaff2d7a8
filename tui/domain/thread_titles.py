"""What a thread is called where people look for it: one name in the list, the verbs, the palette and the questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui.domain.checkpoint import JSON, Checkpoint, Thread
from tui.domain.hidden import hidden_in
from tui.domain.labels import call_words, in_words
from tui.domain.messages import Message, find_messages, read_messages, summary
from tui.domain.safe_text import one_line

NO_MESSAGES = "(no messages)"

_LONGEST = 200
_TITLE_KEYS = ("title", "name", "thread_name")
"""Where apps that use the server keep titles, in the thread's metadata."""


def thread_title(thread: Thread) -> str:
    """One line of safe text: the title, else what a person asked first, else what was said last, as of the last run."""
    return own_title(thread) or first_asked(thread) or said_last(thread) or NO_MESSAGES


def own_title(thread: Thread) -> str:
    """The title that the thread's metadata gives it; "" without one."""
    return next((one_line(title, _LONGEST) for title in _own_titles(thread)), "")


def first_asked(thread: Thread) -> str:
    """The first message, if a person wrote it: what the thread is about, and it stays while the last one changes."""
    message = _message(thread.first)
    return one_line(message.text, _LONGEST) if message is not None and message.role == "human" else ""


def said_last(thread: Thread) -> str:
    """The last message in words, or the short values that stand for it."""
    preview = thread.preview
    if preview is None:
        return ""
    message = _message(preview)
    if message is not None:
        calls = [call_words(call) for call in message.tool_calls]
        return one_line(", ".join(calls) if calls else summary(message), _LONGEST)
    if isinstance(preview, dict):
        return one_line(" · ".join(f"{key} {in_words(value, 40)}" for key, value in preview.items()), _LONGEST)
    return one_line(in_words(preview), _LONGEST)


def keeping_words(thread: Thread, known: Thread) -> Thread:
    """A newer reading of a thread; where it does not tell what was said, what is known of that stays."""
    first = known.first if thread.first is None else thread.first
    return replace(thread, first=first, preview=known.preview if thread.preview is None else thread.preview)


def with_error_of(thread: Thread, head: Checkpoint) -> Thread:
    """A reading of a thread; where it does not tell that its last run was cancelled, its newest checkpoint may."""
    error = next((task.error for task in head.tasks if task.was_cancelled), None)
    is_untold = thread.status == "interrupted" and not thread.interrupts and thread.error is None
    return replace(thread, error=error) if is_untold and error is not None else thread


def with_words_of(thread: Thread, values: JSON) -> Thread:
    """A reading of a thread; where it does not tell what was said, its state does."""
    found = find_messages(values) if thread.first is None else None
    return thread if not found or not found[1] else replace(thread, first=found[1][0], preview=found[1][-1])


def exact_title(thread: Thread) -> str:
    """The title as it is at the server, for copying; where there is none, what is shown instead."""
    return next(_own_titles(thread), thread_title(thread))


def hidden_in_title(thread: Thread) -> int:
    """How many hidden characters the title has, or what stands for it."""
    return hidden_in(next(_own_titles(thread), thread.first if first_asked(thread) else thread.preview))


def _own_titles(thread: Thread) -> Iterator[str]:
    for key in _TITLE_KEYS:
        title = thread.metadata.get(key)
        if isinstance(title, str) and title.strip():
            yield title


def _message(value: JSON) -> Message | None:
    found = read_messages({"messages": [value]}) if isinstance(value, dict) and "content" in value else []
    return found[0] if found else None
