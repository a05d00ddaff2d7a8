"""Work that waits for the server: in workers, one at a time per kind, with errors told and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from tui.backends.errors import BackendError
from tui.domain.plans import PlanError
from tui.session.open_thread import AmbiguousName

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen

SHOW_AFTER = 0.3
"""Seconds after which work that goes on is shown in its pane's title."""

Job = Callable[[], Coroutine[Any, Any, None]]
"""Makes the coroutine when its turn comes: one that is made and then never awaited, as when the worker is cancelled in
the same tick, would be a warning on the user's screen."""

OnError = Callable[[Exception], None]


class Work:
    """Starts jobs of the screen. A job of the same group replaces the one before."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def start(self, job: Job, *, group: str, says: str = "", on_error: OnError | None = None) -> Worker[None]:
        """Run `job`; `says` is shown while it takes long; errors go to `on_error`, else to a message."""
        return self._screen.run_worker(
            partial(self._guarded, job, says, on_error), group=group, exclusive=True, exit_on_error=False, name=group
        )

    async def _guarded(self, job: Job, says: str, on_error: OnError | None) -> None:
        timer = self._screen.set_timer(SHOW_AFTER, lambda: self._screen.show_progress(says)) if says else None
        try:
            await job()
        except (BackendError, PlanError, AmbiguousName) as error:
            (on_error or self._screen.report)(error)
        finally:
            if timer is not None:
                timer.stop()
                self._screen.show_progress("", only=says)


def goes_on(worker: Worker[None] | None) -> bool:
    """Whether a job is still to come or to end. One that is cancelled before its first step never "finishes"."""
    return worker is not None and not worker.is_finished and not worker.is_cancelled
