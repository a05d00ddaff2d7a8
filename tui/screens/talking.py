"""What a screen says to its user: messages, errors with what to try, questions, choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.backends.errors import BackendError
from tui.domain.safe_text import sanitise
from tui.screens.dialogs import ChooseScreen
from tui.widgets.question_line import QuestionLine
from tui.widgets.told import NOTHING_DONE


class TalkingScreen(Screen[None]):
    """The main screen's voice. Everything that is said is safe text."""

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        """A job that failed in a way that nobody expected is a bug: it must not pass in silence."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.log.error(repr(event.worker.error))
            self.report(event.worker.error)

    def report(self, error: BaseException) -> None:
        """Tell about an error: what happened, and what to try."""
        what = error.what if isinstance(error, BackendError) else str(error) or type(error).__name__
        hint = error.hint if isinstance(error, BackendError) else ""
        self.notify(sanitise(f"{what} {hint}".strip()), severity="error", timeout=12, markup=False)

    def warn(self, text: str, *, about: str = "") -> None:
        """Tell about something that went wrong at the server."""
        self.notify(sanitise(text), title=about, severity="warning", timeout=10, markup=False)

    def tell(self, text: str, *, about: str = "") -> None:
        """Tell about something; of what it is `about` (a run's id) only what is told last stands."""
        self.notify(sanitise(text), title=about, timeout=6, markup=False)

    def no_use(self, text: str) -> None:
        """Tell why a key did nothing; goes with the next key."""
        self.query_one(QuestionLine).did_not_come()
        self.notify(sanitise(text), title=NOTHING_DONE, timeout=4, markup=False)

    def ask(
        self, question: str, details: str, on_yes: Callable[[], object], on_no: Callable[[], object] | None = None
    ) -> None:
        """Ask before something runs or changes."""
        self.query_one(QuestionLine).ask(question, details, on_yes, on_no)

    def choose(self, title: str, choices: Sequence[tuple[str, str]], then: Callable[[str | None], None]) -> None:
        """Let the user choose one of (id, words); `then` hears which, or None for none. No work waits meanwhile."""
        self.app.push_screen(ChooseScreen(title, choices), then)
