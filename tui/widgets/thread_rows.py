"""Threads as lines: status mark, title, age; where there is room a second line with what was said last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from tui.domain.addresses import tail
from tui.domain.checkpoint import Thread
from tui.domain.labels import age
from tui.domain.safe_text import cell_len, one_line
from tui.domain.thread_titles import NO_MESSAGES, first_asked, own_title, said_last, thread_title
from tui.domain.value_words import cut_words, question_words
from tui.widgets.lines import Line, fit

AGE_CELLS = 3
TWIN_CELLS = 4
_AROUND = 5 + AGE_CELLS
"""Cells of a line that are not the title's."""

_LONGEST = 200

BESIDE_FROM = 64
"""Cells from which on a line has room for more than the title."""

TITLE_CELLS = 30
"""Of a title with something beside it."""

STATUS_MARKS: dict[str, tuple[str, str]] = {
    "idle": ("●", "calm"),
    "interrupted": ("‖", "mark-waiting"),
    "busy": ("▶", "mark-running"),
    "error": ("✗", "mark-error"),
}
"""Mark and style of each status; every mark has its own shape, so that colour is never needed."""

CANCELLED = ("⊘", "warning")
"""Of a thread that is "interrupted" because its run was cancelled, where that is known."""


def twins(threads: Sequence[Thread], width: int) -> frozenset[str]:
    """Ids of the threads whose titles look like another's in lines of `width` cells."""
    shown: dict[str, list[str]] = {}
    for thread in threads:
        shown.setdefault(cut_words(thread_title(thread), width - _AROUND), []).append(thread.thread_id)
    return frozenset(chain.from_iterable(ids for ids in shown.values() if len(ids) > 1))


def thread_line(
    thread: Thread,
    now: datetime,
    width: int,
    *,
    is_open: bool = False,
    is_twin: bool = False,
    says_last: bool = False,
) -> Line:
    """The (first) line of a thread, `width` cells wide; of twins the ends of their ids tell which is which.

    With `says_last` what was said last stands beside the title, where there is room for it.
    """
    mark, style = CANCELLED if thread.was_cancelled else STATUS_MARKS.get(thread.status, ("?", "calm"))
    title = thread_title(thread)
    words_style = "calm" if title == NO_MESSAGES else "strong" if is_open else ""
    shown = thread_age(thread, now).rjust(AGE_CELLS)
    name = f" …{tail(thread.thread_id, TWIN_CELLS)}" if is_twin else ""
    cells = max(0, width - _AROUND + AGE_CELLS - len(shown) - cell_len(name))
    beside = (
        _beside(thread, cells - max(TITLE_CELLS, cell_len(title)) - 2) if says_last and width >= BESIDE_FROM else ()
    )
    cells -= sum(cell_len(text) for text, _ in beside)
    return (
        (" ", ""),
        (mark + " ", style),
        (fit(cut_words(title, cells), cells), words_style),
        *beside,
        (name + " ", "calm"),
        (shown, "calm"),
        (" ", ""),
    )


def _beside(thread: Thread, cells: int) -> Line:
    """What was said last in that many cells, if that is enough to say anything."""
    if cells < TITLE_CELLS // 2:
        return ()
    words, style = _second_words(thread)
    return (("  ", ""), (fit(cut_words(words, cells), cells), style))


def preview_line(thread: Thread, width: int) -> Line:
    """The second line: why it waits or failed, else what was said last, else whose it is."""
    words, style = _second_words(thread)
    return (("   ", ""), (cut_words(words, max(0, width - 4)), style))


def thread_age(thread: Thread, now: datetime) -> str:
    """How long ago a thread changed, in at most four cells: now, 5m, 3h, 99d, 14w, 2y."""
    then = thread.updated_at or thread.created_at
    word = age(then, now)
    if then is None or len(word) <= AGE_CELLS:
        return word
    weeks = (now - then).days // 7
    return f"{weeks}w" if weeks < 104 else f"{weeks // 52}y"


def _second_words(thread: Thread) -> tuple[str, str]:
    if thread.status == "interrupted" and thread.interrupts:
        return one_line(f"waits: {question_words(thread.interrupts[0].value)}", _LONGEST), "mark-waiting"
    if thread.was_cancelled:
        return "its last run was cancelled", "warning"
    if thread.status == "error" and thread.error:
        return one_line(thread.error, _LONGEST), "mark-error"
    said = said_last(thread) if own_title(thread) or first_asked(thread) else ""
    if said:
        return said, "calm"
    graph = one_line(thread.graph_id or "not run yet", 30)
    return f"{graph} · …{tail(thread.thread_id, 8)}", "calm"
