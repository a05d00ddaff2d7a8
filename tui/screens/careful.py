"""A screen that knows what may be done on its connection, and asks before anything runs, changes or goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.domain.plans import TravelPlan
from tui.domain.production import Care, Write
from tui.domain.requests import PlannedRequest
from tui.domain.safe_text import one_line
from tui.screens.dialogs import TextScreen
from tui.screens.panes import PanesScreen
from tui.screens.type_id import TypeIdScreen
from tui.session.session import Session
from tui.widgets.question_line import QuestionLine
from tui.widgets.request_lines import request_page


class CarefulScreen(PanesScreen):
    """`read_only`: nothing is written; that the requests themselves are held back is the session's matter."""

    def __init__(self, session: Session, *, care: Care, read_only: bool) -> None:
        super().__init__()
        self.session = session
        self.care = care
        self.read_only = read_only or not session.can_run

    @property
    def address(self) -> str:
        """The server's URL, without secrets."""
        return one_line(self.session.address)

    @property
    def host(self) -> str:
        """The same for a sentence: plain http goes without saying."""
        return self.address.removeprefix("http://")

    def may_write(self) -> bool:
        """Whether anything can be run or changed here; says so if not."""
        if self.read_only:
            self.tell("This connection is read-only: nothing can be run or changed.")
        return not self.read_only

    def ask_write(
        self,
        question: str,
        details: str,
        on_yes: Callable[[], object],
        on_no: Callable[[], object] | None = None,
        *,
        thread_id: str | None = None,
    ) -> None:
        """Ask before something runs or changes, unless the user does not want that; always on production."""
        if self.care.asks(Write.CHANGE):
            place = self.care.place(self.address, thread_id)
            self.query_one(QuestionLine).set_class(self.care.production, "-production")
            self.ask(question, f"{place} {details}".strip(), on_yes, on_no)
        else:
            on_yes()

    def ask_delete(self, words: str, question: str, on_yes: Callable[[], object], *, thread_id: str) -> None:
        """Ask before something goes for good; on production the id has to be typed."""
        if self.care.wants_id(Write.DELETE):
            asked = f"{self.care.place(self.address)} {words}"

            def answered(typed: bool | None) -> None:
                if typed:
                    on_yes()

            self.app.push_screen(TypeIdScreen(asked, thread_id), answered)
        else:
            self.ask(question, words, on_yes)

    def show_requests(self, requests: Sequence[PlannedRequest], plan: TravelPlan) -> None:
        """Show what would be sent."""
        self.app.push_screen(TextScreen("What would be sent", request_page(requests, plan, self.address)))
