"""Older checkpoints come by themselves: page after page in the background, while the user goes on."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from tui.screens.garbage import GARBAGE
from tui.screens.work import SHOW_AFTER, goes_on
from tui.widgets.key_names import keyed

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.screens.debugger import DebuggerScreen
    from tui.session.open_thread import OpenThread

BY_ITSELF_BYTES = 64_000_000
"""How much is read without being asked: ten thousand small states, and not the line of somebody with big ones."""

REDRAW_SECONDS = 0.5
"""The least time between two drawings of what came, as long as nobody waits for it."""

REST_SECONDS = 0.15
"""How long an opened thread is left alone: its first picture and the first keys come before what is not in sight."""

KEPT_FROM = 500
KEPT_GROWTH = 1.5
"""So many checkpoints, and then so many times as many, are out of sight when garbage is looked for."""

SAYS = "reading older checkpoints"


class OlderPages:
    """Reads what is older in the open thread: some by itself, all on `G`, and a page when the cursor comes near."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._worker: Worker[None] | None = None
        self._until: int | None = 0
        """Bytes of the thread up to which reading goes on; None: to its end."""
        self._begun = 0.0
        self._soon: Timer | None = None
        self._stopped = False
        self._kept = 0
        """How many checkpoints were there when it was last said that they stay."""

    @property
    def is_reading(self) -> bool:
        """Whether pages are being read."""
        return goes_on(self._worker)

    @property
    def is_shown(self) -> bool:
        """Whether it takes so long that the user was told."""
        return self.is_reading and time.monotonic() - self._begun >= SHOW_AFTER

    @property
    def words(self) -> str:
        """What stands below the timeline."""
        if self.is_shown:
            return keyed(f"{SAYS} · {{panes.back}} stops")
        opened = self._screen.history.opened
        if self.is_reading or opened is None or opened.tree.complete or not len(opened.tree):
            return ""
        return keyed("stopped · {view.bottom} reads on" if self._stopped else "{view.bottom} reads older checkpoints")

    def begin(self, opened: OpenThread) -> None:
        """A thread was opened: read some of it ahead."""
        self._until = opened.received_bytes + BY_ITSELF_BYTES
        self._stopped = False
        self._kept = 0
        self._start(opened, rests=len(opened.tree) >= self._screen.timeline.size.height)

    def read_all(self) -> None:
        """Read to the end."""
        self._until = None
        self._stopped = False
        self.read_near()

    def read_near(self) -> None:
        """The cursor is near the end of what is known: one page at least."""
        opened = self._screen.history.opened
        if opened is not None and not self.is_reading:
            self._start(opened)

    def stop(self) -> None:
        """Read no more, until the user asks for it."""
        self._until = 0
        self._stopped = True
        if self._worker is not None:
            self._worker.cancel()

    def _start(self, opened: OpenThread, *, rests: bool = False) -> None:
        if opened.tree.complete:
            return
        self._begun = time.monotonic()
        job = partial(self._read, opened, rests=rests)
        # Not one of the reads that esc gives up everywhere: elsewhere it goes back, and this goes on.
        self._worker = self._screen.work.start(job, group="older", says=SAYS, on_error=self._failed, may_stop=False)

    def _failed(self, error: Exception) -> None:
        self._until = 0
        self._stopped = True
        self._screen.history.failed(error)

    async def _read(self, opened: OpenThread, *, rests: bool) -> None:
        shown = self._screen.set_timer(SHOW_AFTER, self._screen.show_titles)
        try:
            if rests:
                await asyncio.sleep(REST_SECONDS)
            while not opened.tree.complete and (self._screen.timeline.needs_older or self._may_go_on(opened)):
                await opened.load_older()
                if opened is not self._screen.history.opened:
                    return
                if self._screen.timeline.needs_older:
                    self._draw(opened)
                elif self._soon is None:
                    self._soon = self._screen.set_timer(REDRAW_SECONDS, lambda: self._draw(opened))
        finally:
            shown.stop()
            # The worker is not finished yet: its end is shown when it is.
            self._screen.call_later(self._draw, opened)

    def _may_go_on(self, opened: OpenThread) -> bool:
        return self._until is None or opened.received_bytes < self._until

    def _draw(self, opened: OpenThread) -> None:
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        self._keep(opened)
        if opened is self._screen.history.opened:
            self._screen.history.tree_grew(opened, follow=False)

    def _keep(self, opened: OpenThread) -> None:
        if len(opened.tree) >= max(KEPT_FROM, KEPT_GROWTH * self._kept):
            self._kept = len(opened.tree)
            GARBAGE.keep()
