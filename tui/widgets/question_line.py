"""The question before anything runs or changes at the server: short, at the bottom, answered with one key."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from textual.binding import Binding
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.safe_text import cell_len, one_line, shorten
from tui.widgets.key_names import keyed, keys_of
from tui.widgets.lines import Line, width_of, wrap_line

ANSWER_CELLS = 14
"""The answers and the spaces around them, always at the end of the last line."""

MOST_LINES = ((100, 3), (60, 5), (0, 7))
"""(columns from which on, lines that a question may take)."""


JUST_GONE = 1.0
"""Seconds in which a `y` was typed for a question that is not there any more, or did not come."""


class QuestionLine(Static, can_focus=True):
    """Hidden until `ask`. y or enter answers yes, n or esc no; the focus returns to where it was."""

    DEFAULT_CSS = """
    QuestionLine {
        display: none;
        height: auto;
        text-wrap: nowrap;
        padding: 0 1;
        background: $accent;
        color: $on-accent;
        &.-open { display: block; }
        &.-production { background: $error; color: $on-accent; }
    }
    """

    BINDINGS = [
        Binding("y,enter", "answer(True)", "yes", id="question.yes", key_display="y"),
        Binding("n,escape", "answer(False)", "no", id="question.no", key_display="n"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._on_yes: Callable[[], object] | None = None
        self._on_no: Callable[[], object] | None = None
        self._came_from: Widget | None = None
        self._words = ("", "")
        self._gone_at: float | None = None
        self.clock: Callable[[], float] = monotonic

    @property
    def is_just_gone(self) -> bool:
        """Whether a question went away by itself, or did not come, a moment ago."""
        return self._gone_at is not None and self.clock() - self._gone_at < JUST_GONE

    def did_not_come(self) -> None:
        """A key that asks had nothing to ask about."""
        self._gone_at = self.clock()

    @property
    def is_open(self) -> bool:
        """Whether a question waits for its answer."""
        return self._on_yes is not None

    def ask(
        self, question: str, details: str, on_yes: Callable[[], object], on_no: Callable[[], object] | None = None
    ) -> None:
        """Ask; an older question is answered with no."""
        if self.is_open:
            self.give_up()
        self._on_yes, self._on_no = on_yes, on_no
        self._came_from = self.screen.focused
        self._words = one_line(question), one_line(details)
        self.add_class("-open")
        self._write()
        # At once: a focus that arrives late from elsewhere must not look like an answer.
        self.screen.set_focus(self)

    def on_resize(self) -> None:
        """Break the lines again."""
        if self.is_open:
            self._write()

    def _write(self) -> None:
        width = max(1, self.screen.size.width - 2)
        *lines, last = question_lines(*self._words, width)
        pieces: list[str | tuple[str, str]] = []
        for line in lines:
            pieces += [*line, "\n"]
        gap = " " * max(1, width - cell_len("".join(text for text, _ in last)) - ANSWER_CELLS)
        yes, no = keyed(" {question.yes} yes "), keyed(" {question.no} no ")
        self.update(Content.assemble(*pieces, *last, gap, (yes, "bold reverse"), " ", (no, "bold reverse")))

    def give_up(self) -> None:
        """The user turned to something else: that is a no."""
        self._came_from = None
        self._gone_at = self.clock()
        self.action_answer(yes=False)

    def on_key(self, event: Key) -> None:
        """No other key acts while a question waits, whatever keys the answers have."""
        if event.key not in (*keys_of("question.yes"), *keys_of("question.no")) and not event.key.startswith("ctrl+"):
            event.stop()

    def action_answer(self, yes: bool) -> None:
        """Close the question and do what was answered."""
        on_yes, on_no, came_from = self._on_yes, self._on_no, self._came_from
        self._on_yes = self._on_no = self._came_from = None
        self.remove_class("-open")
        if came_from is not None and came_from.is_attached:
            self.screen.set_focus(came_from)
        if yes and on_yes is not None:
            on_yes()
        elif not yes and on_no is not None:
            on_no()


def question_lines(question: str, details: str, width: int) -> list[Line]:
    """Question (bold) and details as few lines, the last one with room for the answers.

    Where both do not fit, the question is cut first: it repeats what the user has just typed.
    """
    most = next(lines for columns, lines in MOST_LINES if width + 2 >= columns)
    lines = _broken(question, details, width)
    if len(lines) <= most:
        return lines
    room = most * width - ANSWER_CELLS - most * 10  # words that do not fit at the end of a line leave gaps
    question = shorten(question, max(width, room - cell_len(details)))
    lines = _broken(question, shorten(details, max(0, room - cell_len(question))), width)
    return lines[: most - 1] + lines[-1:]


def _broken(question: str, details: str, width: int) -> list[Line]:
    lines = wrap_line(((question, "bold"), ("  " + details, "")), width)
    return [*lines, ()] if width_of(lines[-1]) > width - ANSWER_CELLS else lines
