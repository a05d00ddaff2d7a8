"""Work that waits for the server: in workers, one at a time per kind, with errors told and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from textual.worker import Worker, get_current_worker

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

Says: TypeAlias = str | Callable[[], str]
"""What a job does, in words: always the same, or what it does now."""


class Stopped(BackendError):
    """The user did not want to wait any longer."""


class Work:
    """Starts jobs of the screen. A job of the same group replaces the one before."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._slow: list[tuple[Worker[None], Says, OnError]] = []
        """Reads that were told to take long, oldest first: what they do, and who hears that they were stopped."""

    def stop_waiting(self) -> bool:
        """Give up the newest read that takes long; False where nothing does."""
        self._slow = [slow for slow in self._slow if not slow[0].is_finished]
        if not self._slow:
            return False
        worker, says, on_error = self._slow.pop()
        worker.cancel()
        on_error(Stopped(f"Stopped {_now(says)}."))
        return True

    def start(
        self, job: Job, *, group: str, says: Says = "", on_error: OnError | None = None, may_stop: bool = True
    ) -> Worker[None]:
        """Run `job`; `says` is shown while it takes long; errors go to `on_error`, else to a message.

        `may_stop`: the user may give it up. Not for what changes something: nobody would know whether it was done.
        """
        return self._screen.run_worker(
            partial(self._guarded, job, says, on_error or self._screen.report, may_stop=may_stop),
            group=group,
            exclusive=True,
            exit_on_error=False,
            name=group,
        )

    async def _guarded(self, job: Job, says: Says, on_error: OnError, *, may_stop: bool) -> None:
        worker = get_current_worker()

        def takes_long() -> None:
            if may_stop:
                self._slow.append((worker, says, on_error))
            self._screen.show_progress(_now(says), may_stop=may_stop)

        timer = self._screen.set_timer(SHOW_AFTER, takes_long) if says else None
        try:
            await job()
        except (BackendError, PlanError, AmbiguousName) as error:
            on_error(error)
        finally:
            if timer is not None:
                timer.stop()
                self._screen.show_progress("", only=_now(says))


def _now(says: Says) -> str:
    return says if isinstance(says, str) else says()


def goes_on(worker: Worker[None] | None) -> bool:
    """Whether a job is still to come or to end. One that is cancelled before its first step never "finishes"."""
    return worker is not None and not worker.is_finished and not worker.is_cancelled
