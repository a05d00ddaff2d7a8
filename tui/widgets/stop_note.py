"""Why a run stopped at this checkpoint: the question that waits, or what failed. Above the messages and the state."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.domain.checkpoint import Checkpoint
from tui.domain.error_words import error_line
from tui.domain.safe_text import one_line
from tui.domain.value_words import question_words

MOST_CELLS = 240
"""Of each reason; the Checkpoint tab has all of it."""

MOST_REASONS = 2


def stop_reasons(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    """(words, style) of each question and each failure, in one line of safe text."""
    found = []
    for task in checkpoint.tasks:
        name = one_line(task.name, 40)
        if task.was_cancelled:
            found.append((f"⊘ {name} was cancelled", "warning"))
        elif task.error is not None:
            found.append((f"✗ {name} failed: {one_line(error_line(task.error), MOST_CELLS)}", "mark-error"))
        found += [
            (f"‖ {name} asks: {one_line(question_words(interrupt.value), MOST_CELLS)}", "mark-waiting")
            for interrupt in task.pending_interrupts
            if task.error is None
        ]
    return found


class StopNote(Static):
    """Hidden where nothing stopped."""

    DEFAULT_CSS = """
    StopNote { display: none; height: auto; max-height: 40%; margin-bottom: 1; }
    StopNote.-stopped { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(markup=False, id=id)
        self._reasons: list[tuple[str, str]] = []

    def show(self, checkpoint: Checkpoint | None) -> None:
        """Tell of this checkpoint."""
        reasons = stop_reasons(checkpoint) if checkpoint is not None else []
        if reasons == self._reasons:
            return
        self._reasons = reasons
        self.set_class(bool(reasons), "-stopped")
        pieces: list[str | tuple[str, str]] = []
        for words, style in reasons[:MOST_REASONS]:
            pieces += [*["\n"] * bool(pieces), (words, f"${style}")]
        if len(reasons) > MOST_REASONS:
            pieces.append((f"\n{len(reasons) - MOST_REASONS} more in the Checkpoint tab", "$calm"))
        self.update(Content.assemble(*pieces))
