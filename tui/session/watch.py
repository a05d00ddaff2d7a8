"""Following a thread that somebody else drives: runs, checkpoints and edits by others appear without being asked for.

Two senses: the server's stream of the thread says at once when a run begins or ends; a glance at the thread every few
seconds (its status and times, never its state) notices everything else, and is the only sense where there is no such
stream. What changed is then read by the short way that any refresh takes.
"""

from __future__ import annotations

import asyncio

from tui.backends.base import RunStream
from tui.backends.errors import BackendError, NotFound, Unsupported
from tui.domain.checkpoint import Run, Thread
from tui.session.events import Emit, HistoryGrew, HistoryLost, RunSeen, WatchLost, WatchOn
from tui.session.open_thread import OpenThread
from tui.session.stops import state_of

GLANCE_SECONDS = 5.0
"""Between two looks while nothing goes on."""

BUSY_SECONDS = 2.0
"""Between two looks while a run is active: its checkpoints appear as they are written."""

LONGEST_PAUSE = 30.0
"""Between two looks at a server that does not answer, or asks for a pause (Retry-After)."""

LISTEN_AGAIN_SECONDS = 5.0
"""Before the stream of the thread is opened again after it broke."""


class ThreadWatch:
    """Watches one open thread until `run` is cancelled or the thread is gone."""

    def __init__(self, opened: OpenThread, emit: Emit) -> None:
        self._opened = opened
        self._emit = emit
        self._look = asyncio.Event()
        self._on = False
        self._was_away = False
        self._active: str | None = None
        self._taken = state_of(opened.thread)
        """The thread's state that the tree was read after; never one whose reading broke off."""
        self._settling = False

    async def run(self) -> None:
        """Watch. Raises `NotFound` when the thread was deleted; every other failure is told and tried again."""
        listening = asyncio.create_task(self._listen())
        try:
            await self._glances()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            pause = LISTEN_AGAIN_SECONDS
            try:
                async with self._opened.backend.watch(self._opened.thread_id) as stream:
                    if self._was_away:
                        self._look.set()  # it answers again
                    await self._hear(stream)
            except Unsupported:
                return
            except BackendError as error:
                if not self._was_away:
                    self._look.set()  # a glance finds out how bad it is, and says so
                pause = _pause_after(error, pause)
            await asyncio.sleep(pause)

    async def _hear(self, stream: RunStream) -> None:
        async for event in stream:
            if event.mode == "metadata":
                self._look.set()

    async def _glances(self) -> None:
        failures = 0
        while True:
            pause = GLANCE_SECONDS
            try:
                thread = await self._opened.backend.glance(self._opened.thread_id)
                await self._look_for_losses()
                await self._compare(thread)
                self._say_on()
                failures = 0
                pause = BUSY_SECONDS if thread.status == "busy" else GLANCE_SECONDS
            except NotFound:
                raise
            except BackendError as error:
                self._on, self._was_away = False, True
                self._emit(WatchLost(str(error)))
                failures += 1
                pause = _pause_after(error, failures * GLANCE_SECONDS)
            await self._wait(pause)

    async def _wait(self, seconds: float) -> None:
        """Until something is heard, or for so many seconds."""
        try:
            await asyncio.wait_for(self._look.wait(), seconds)
        except TimeoutError:
            return
        self._look.clear()

    async def _compare(self, thread: Thread) -> None:
        busy = thread.status == "busy"
        changed = state_of(thread) != self._taken
        if not changed and not busy and not self._settling and self._active is None:
            return
        self._opened.reread_as(thread)
        await self._see_runs(busy=busy)
        grown = await self._opened.refresh()
        # Once more at the next look: some servers write the last checkpoint behind the thread's new status.
        self._taken, self._settling = state_of(thread), changed
        if grown or changed:
            self._emit(HistoryGrew(grown))

    async def _look_for_losses(self) -> None:
        """A server that was away may have been started anew, and have forgotten what it had not written down."""
        if self._was_away:
            if lost := await self._opened.drop_lost():
                self._emit(HistoryLost(lost))
            self._was_away = False

    async def _see_runs(self, *, busy: bool) -> None:
        """Tell of a run that has begun, and of one that has ended."""
        if busy and self._active is not None:
            return
        newest = await self._opened.backend.runs(self._opened.thread_id, limit=5)
        active = next((run for run in newest if run.is_active), None)
        if self._active is not None and (active is None or active.run_id != self._active):
            ended = next((run for run in newest if run.run_id == self._active), None)
            self._tell(ended)
        if active is not None and active.run_id != self._active:
            self._tell(active)
        self._active = active.run_id if active is not None else None

    def _tell(self, run: Run | None) -> None:
        if run is not None:
            self._emit(RunSeen(run))

    def _say_on(self) -> None:
        if not self._on:
            self._on = True
            self._emit(WatchOn())


def _pause_after(error: BackendError, least: float) -> float:
    return min(max(least, error.retry_after or 0.0), LONGEST_PAUSE)
