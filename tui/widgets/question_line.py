"""The question before anything runs or changes at the server: one line at the bottom, answered with one key."""

from __future__ import annotations

from collections.abc import Callable

from textual.binding import Binding
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.safe_text import one_line


class QuestionLine(Static, can_focus=True):
    """Hidden until `ask`. y or enter answers yes, n or esc no; the focus returns to where it was."""

    DEFAULT_CSS = """
    QuestionLine {
        display: none;
        height: auto;
        max-height: 6;
        padding: 0 1;
        background: $accent;
        color: $on-accent;
        &.-open { display: block; }
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
        self.update(
            Content.assemble(
                (one_line(question), "bold"),
                "  ",
                (" y yes ", "bold reverse"),
                " ",
                (" n no ", "bold reverse"),
                "  ",
                one_line(details),
            )
        )
        self.add_class("-open")
        self.focus()

    def give_up(self) -> None:
        """The user turned to something else: that is a no."""
        self._came_from = None
        self.action_answer(yes=False)

    def on_key(self, event: Key) -> None:
        """No other key acts while a question waits."""
        if event.key not in ("y", "enter", "n", "escape") and not event.key.startswith("ctrl+"):
            event.stop()

    def action_answer(self, yes: bool) -> None:
        """Close the question and do what was answered."""
        on_yes, on_no, came_from = self._on_yes, self._on_no, self._came_from
        self._on_yes = self._on_no = self._came_from = None
        self.remove_class("-open")
        if came_from is not None and came_from.is_attached:
            came_from.focus()
        if yes and on_yes is not None:
            on_yes()
        elif not yes and on_no is not None:
            on_no()
