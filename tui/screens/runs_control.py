"""The window of runs: whose it shows, and what becomes of what is chosen there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.domain.addresses import tail
from tui.domain.checkpoint import Run, Thread
from tui.domain.thread_titles import NO_MESSAGES, thread_title
from tui.screens.runs import PAGE, RunChoice, RunsScreen

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


class RunsControl:
    """Opens the window, and opens the thread whose run is joined if it is another one."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def show(self, thread: Thread | None = None) -> None:
        """List the runs of a thread, else of the open one."""
        thread = thread or self._screen.history.thread
        if thread is None:
            self._screen.no_use("Open a thread first.")
            return
        thread_id = thread.thread_id
        session = self._screen.session

        async def read(offset: int) -> Sequence[Run]:
            return await session.backend.runs(thread_id, limit=PAGE, offset=offset)

        async def read_one(run: Run) -> tuple[Run, str]:
            return await session.backend.get_run(thread_id, run.run_id), await session.assistant_name(run.assistant_id)

        name = thread_title(thread)
        title = f"Runs of {f'{name} ' * (name != NO_MESSAGES)}…{tail(thread_id, 8)}"
        window = RunsScreen(title, read, read_one, self._screen.now, read_only=self._screen.read_only)
        self._screen.app.push_screen(window, partial(self._chosen, thread_id))

    def _chosen(self, thread_id: str, choice: RunChoice | None) -> None:
        if choice is None:
            return
        opened = self._screen.history.opened
        if choice.what == "cancel":
            self._screen.active_runs.ask_cancel(choice.run)
        elif choice.what == "input" and self._screen.travel.refused():
            return
        elif opened is not None and opened.thread_id == thread_id:
            self._go_on_with(choice)
        else:
            self._screen.history.start_opening(partial(self._open_and_go_on, thread_id, choice))

    async def _open_and_go_on(self, thread_id: str, choice: RunChoice) -> None:
        await self._screen.history.open(await self._screen.session.backend.get_thread(thread_id))
        self._screen.show_pane("timeline")
        self._go_on_with(choice)

    def _go_on_with(self, choice: RunChoice) -> None:
        """On the open thread, join the chosen run, or type a new input."""
        if choice.run is None:
            self._screen.inputs.begin()
        elif self._screen.history.opened is not None:
            self._screen.live.join(self._screen.history.opened, choice.run)
