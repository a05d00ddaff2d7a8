"""One run in full: what it was given, how it stands; looked at again while it goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui.backends.errors import BackendError
from tui.domain.checkpoint import Run
from tui.screens.dialogs import TextScreen
from tui.widgets.run_rows import run_page
from tui.widgets.text_view import TextView

ACTIVE_SECONDS = 1.0
"""Between two looks while the run is active."""


class RunDetailsScreen(TextScreen):
    """`read` gives the run as it is now, and the name of its assistant."""

    def __init__(self, run: Run, read: Callable[[Run], Awaitable[tuple[Run, str]]]) -> None:
        super().__init__(f"Run {run.run_id}", run_page(run))
        self._run = run
        self._assistant = ""
        self._read = read

    def on_mount(self) -> None:
        """Look, and look again while it goes on."""
        super().on_mount()
        self.set_interval(ACTIVE_SECONDS, self._look_again)
        self._look()

    def _look_again(self) -> None:
        if self._run.is_active:
            self._look()

    def _look(self) -> None:
        self.run_worker(self._read_again(), group="details", exclusive=True, exit_on_error=False)

    async def _read_again(self) -> None:
        try:
            self._run, self._assistant = await self._read(self._run)
        except BackendError as error:
            self.notify(f"This is how it was: {error}", severity="warning", markup=False)
            return
        self.query_one(TextView).show_again(run_page(self._run, self._assistant))
