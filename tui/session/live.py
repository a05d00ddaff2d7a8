"""From thousands of stream events a second to a few pictures of the run: the coalescer between stream and screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from tui.domain.transcript import StreamEvent, Transcript
from tui.domain.transcript_builder import TranscriptBuilder
from tui.session.frames import FrameLog

FLUSH_SECONDS = 1 / 12
"""The shortest time between two pictures: below it nobody sees a difference, and a slow line would fall behind."""


class LiveFeed:
    """Takes in events as they come; `on_picture` gets the transcript at most every `interval` seconds.

    The first event after a rest shows at once. Belongs to one event loop.
    """

    def __init__(
        self,
        on_picture: Callable[[Transcript], None],
        *,
        known: Iterable[str] = (),
        interval: float = FLUSH_SECONDS,
    ) -> None:
        self._on_picture = on_picture
        self._builder = TranscriptBuilder(known=known)
        self._interval = interval
        self._last = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self.frames = FrameLog()
        """The events as they came, for a look at the wire."""

    def snapshot(self) -> Transcript:
        """The transcript so far, also of events that were not shown yet."""
        return self._builder.snapshot()

    def feed(self, event: StreamEvent) -> None:
        """Take in one event; cheap."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        self._builder.feed(event)
        self.frames.add(event, loop.time())
        if self._timer is not None:
            return
        wait = self._last + self._interval - loop.time()
        if wait <= 0:
            self._show()
        else:
            self._timer = loop.call_later(wait, self._show)

    def close(self) -> None:
        """Show the last picture; later events are ignored."""
        if not self._closed:
            self._show()
            self._closed = True

    def _show(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = asyncio.get_running_loop().time()
        self._on_picture(self._builder.snapshot())
