"""Work beside the app that makes threads while the user looks on already, as the demo does."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


@dataclass(frozen=True, slots=True)
class News:
    """What the work beside us says: what it does now, and the thread to begin with, once it is there."""

    says: str
    first_thread: str | None = None


Beside: TypeAlias = Callable[[Callable[[News], None]], Coroutine[Any, Any, None]]
"""The work; it tells its news as they come."""

FIRST = "The first thread is being made …"


class BesideControl:
    """Lets the work begin when the app is connected, and shows the threads as they come."""

    def __init__(self, screen: DebuggerScreen, beside: Beside | None) -> None:
        self._screen = screen
        self._beside = beside
        self.is_demo = beside is not None
        """Whether the server is the demo's own: it stops with the app."""
        self.is_working = beside is not None
        """Whether threads are still to come."""
        self._says = ""

    def begin(self) -> None:
        """The app is connected: begin, if that was not done yet."""
        beside, self._beside = self._beside, None
        if beside is not None:
            self._screen.history.say_opening(FIRST)
            self._screen.work.start(partial(self._work, beside), group="beside")

    async def _work(self, beside: Beside) -> None:
        try:
            await beside(self._hear)
        finally:
            self.is_working = False
            self._screen.show_progress("", only=self._says)
            self._screen.history.show_if_none()
            self._screen.threads.reload(says="")

    def _hear(self, news: News) -> None:
        self._says = news.says
        self._screen.show_progress(news.says)
        self._screen.statuses.look()
        if news.first_thread is not None and self._screen.history.opened is None:
            self._screen.history.start_opening(partial(self._open, news.first_thread))

    async def _open(self, thread_id: str) -> None:
        thread = await self._screen.session.backend.get_thread(thread_id)
        self._screen.threads.put(thread)
        self._screen.threads_list.select(thread_id)
        await self._screen.history.open(thread)
