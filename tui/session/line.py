"""The line to a running run: it is joined again when it breaks, and hands on every event exactly once.

The end of a stream proves nothing (a server that stops ends its streams in good order), so the run is asked whether it
is over. While it is not, the stream is joined again, with pauses that grow; where the server does not keep events, what
was missed shows in the history, and the gap is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager

from tui.backends.base import RunStream
from tui.backends.errors import BackendError, CannotConnect, ConnectionLost, NotFound, ServerFailed, StreamBroken
from tui.domain.checkpoint import Run
from tui.domain.stream_position import StreamPosition
from tui.domain.transcript import StreamEvent
from tui.session.events import Emit, LineBack, LineLost, Note
from tui.session.open_thread import OpenThread

PAUSES: Sequence[float] = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each try to join again; received events start the count anew."""

_BREAKS = (CannotConnect, ServerFailed, StreamBroken)
"""What ends a stream before its time; another try may help against all but the last."""

POLL_SECONDS = 1.0
"""Between two looks at a run whose stream can't be read."""


class Line:
    """The events of one run over as many connections as it takes. `lost` is why it was given up, if it was."""

    def __init__(self, opened: OpenThread, emit: Emit, *, run_id: str | None = None) -> None:
        self.run_id = run_id
        self.lost: BackendError | None = None
        self.ended: Run | None = None
        """The run as it was read after its end, if it was."""
        self._opened = opened
        self._emit = emit
        self._position = StreamPosition()
        self._tries = 0

    async def events(self, stream: RunStream) -> AsyncIterator[StreamEvent]:
        """The events, starting on an open stream."""
        reason: BackendError | None = None
        try:
            async for event in self._from(stream):
                yield event
        except _BREAKS as error:
            reason = error
        while await self._goes_on(reason):
            try:
                async with self._join_again() as again:
                    self._emit(LineBack(complete=self._position.can_resume))
                    async for event in self._from(again):
                        yield event
                reason = None
            except _BREAKS as error:
                reason = error
            except NotFound:
                return  # deleted or rolled back meanwhile
            except BackendError as error:
                self.lost = error
                return

    async def _from(self, stream: RunStream) -> AsyncIterator[StreamEvent]:
        async for event in stream:
            self.run_id = self.run_id or stream.run_id
            if self._position.take(event):
                self._tries = 0
                yield event

    def _join_again(self) -> AbstractAsyncContextManager[RunStream]:
        after = self._position.resume()
        return self._opened.backend.join_stream(self._opened.thread_id, self.run_id or "", last_event_id=after)

    async def _goes_on(self, reason: BackendError | None) -> bool:
        """Whether the run may still say something: pauses before the next try, and gives up after the last one."""
        if self.run_id is None:
            self.lost = reason
            return False
        if isinstance(reason, StreamBroken):
            # The same event would break it again: wait for the end instead, and read the state then.
            self.lost = reason
            self._emit(Note(f"{reason} Waiting for the run's end."))
            await self._wait_for_the_end()
            return False
        if reason is None and not await self._is_active():
            return False
        if self._tries == len(PAUSES):
            self.lost = reason or ConnectionLost("The stream ended again and again while the run goes on.")
            return False
        pause = PAUSES[self._tries]
        self._tries += 1
        self._emit(LineLost(self._tries, len(PAUSES), str(reason or "The stream ended while the run goes on.")))
        await asyncio.sleep(pause)
        return True

    async def _is_active(self) -> bool:
        try:
            run = await self._opened.backend.get_run(self._opened.thread_id, self.run_id or "")
        except NotFound:
            return False
        except BackendError:
            return True  # not known: joining will tell
        self.ended = None if run.is_active else run
        return run.is_active

    async def _wait_for_the_end(self) -> None:
        while await self._is_active():  # noqa: ASYNC110 - the event is at the server
            await asyncio.sleep(POLL_SECONDS)
