"""The line to a running run: it is joined again when it breaks, and hands on every event exactly once.

The end of a stream proves nothing (a server that stops ends its streams in good order), so the run is asked whether it
is over. While it is not, the stream is joined again, with pauses that grow. Where the server does not have the events
any more (it keeps none, or it was started anew), the results that were missed are filled from the history, and the
place is marked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TypeVar

from tui.backends.base import RunStream
from tui.backends.errors import (
    BackendError,
    BadAnswer,
    CannotConnect,
    ConnectionLost,
    NotFound,
    ServerFailed,
    StreamBroken,
)
from tui.domain.checkpoint import Run
from tui.domain.stream_position import StreamPosition, Taken, time_of
from tui.domain.transcript import StreamEvent
from tui.session.events import Emit, HistoryLost, LineBack, LineLost, Note
from tui.session.gap import Gap
from tui.session.open_thread import OpenThread

PAUSES: Sequence[float] = (0.2, 1.0, 4.0, 9.0, 15.0)
"""Seconds before each try to join again: together long enough for a server to be started anew."""

LONGEST_PAUSE = 30.0
"""Seconds; a server that wants more (Retry-After) is asked sooner."""

LIVED_SECONDS = 5.0
"""A line that held so long, or brought an event, starts the count of tries anew."""

POLL_SECONDS = 1.0
"""Between two looks at a run whose stream can't be read."""

LOOK_SECONDS = 1.0
"""The longest wait for one more event of a moment, to tell two that are alike from one that comes twice."""

MOST_LOOKS = 10
"""Looks for such events of one run."""

AWAY = (CannotConnect, ServerFailed)
"""Another try may help: the server is not there, or not well."""

_BREAKS = (*AWAY, BadAnswer, StreamBroken)
"""What ends a stream before its time; nothing helps against the last. A proxy whose server is away may answer 200 with
a page of its own."""

_T = TypeVar("_T")


async def patiently(read: Callable[[], Awaitable[_T]], emit: Emit) -> _T:
    """Read, and while the server is away wait for it as long as for a line; then raise what it said last."""
    for number, pause in enumerate(PAUSES, start=1):
        try:
            answer = await read()
        except AWAY as error:
            emit(LineLost(number, len(PAUSES), str(error)))
            await asyncio.sleep(pause)
        else:
            if number > 1:
                emit(LineBack(complete=True))
            return answer
    return await read()


class Line:
    """The events of one run over as many connections as it takes. `lost` is why it was given up, if it was.

    `run_id`: of a run that was joined; that of one's own the stream tells.
    """

    def __init__(self, opened: OpenThread, emit: Emit, *, run_id: str | None = None) -> None:
        self.run_id = run_id
        self.lost: BackendError | None = None
        self.ended: Run | None = None
        """The run as it was read after its end, if it was."""
        self._opened = opened
        self._emit = emit
        self._position = StreamPosition()
        self._looks = 0
        if run_id is not None:
            self._position.joins(opened.backend.clock_ahead.total_seconds())
        self._gap = Gap()
        self._begun = False
        self.restarted = False
        """Whether the server was started anew meanwhile: it may have lost checkpoints."""
        self._tries = 0
        self._since: float | None = None
        """Since when the line holds."""

    @property
    def was_lost(self) -> bool:
        """Whether it was ever interrupted."""
        return self._gap.is_open

    async def events(self, stream: RunStream) -> AsyncIterator[StreamEvent]:
        """The events, starting on an open stream."""
        reason: BackendError | None = None
        try:
            async for event in self._from(stream):
                self._begun = self._begun or event.mode == "metadata"
                yield event
        except _BREAKS as error:
            reason = error
        self.run_id = self.run_id or stream.run_id
        while await self._goes_on(reason):
            try:
                async with self._join_again() as again:
                    async for event in self._rejoined(again):
                        yield event
                reason = None
            except _BREAKS as error:
                reason = error
            except NotFound:
                return  # deleted or rolled back meanwhile
            except BackendError as error:
                self.lost = error
                return

    def rest(self) -> Iterator[StreamEvent]:
        """After the last event, and after the history was read: what is missing still, behind a mark."""
        if self.run_id is not None and self.was_lost:
            mark = isinstance(self.lost, StreamBroken) or self._position.has_hole
            yield from self._gap.fill(self._opened.tree, self.run_id, self._gap_words(), mark=mark)

    async def _rejoined(self, stream: RunStream) -> AsyncIterator[StreamEvent]:
        """The events of a stream that was joined again, and in front of them what it left out."""
        complete = self._position.can_resume
        self._emit(LineBack(complete=complete))
        if not complete:
            for event in await self._fill("the server keeps no events"):
                yield event
        async for event in self._from(stream):
            # A server that was started anew has forgotten all events, and says once more that the run begins.
            if event.mode == "metadata" and self._begun:
                self.restarted = True
                self._position.has_hole = False
                for filled in await self._fill("the server began again what had not ended", until=time_of(event)):
                    yield filled
            elif self._position.has_hole:
                self._position.has_hole = False
                for filled in await self._fill("the server does not know what came last"):
                    yield filled
            self._begun = self._begun or event.mode == "metadata"
            yield event

    async def _fill(self, why: str, *, until: datetime | None = None) -> Sequence[StreamEvent]:
        try:
            if self.restarted and (lost := await self._opened.drop_lost()):
                self._emit(HistoryLost(lost))
            await self._opened.refresh()
        except BackendError:
            return ()  # it is tried again at the end
        words = f"{self._gap_words()}, {why}"
        return list(self._gap.fill(self._opened.tree, self.run_id or "", words, mark=True, until=until))

    def _gap_words(self) -> str:
        return f"stream broken: {self.lost}" if isinstance(self.lost, StreamBroken) else "line lost"

    async def _from(self, stream: RunStream) -> AsyncIterator[StreamEvent]:
        self._since = asyncio.get_running_loop().time()
        async for event in stream:
            self.run_id = self.run_id or stream.run_id
            taken = self._position.take(event)
            if taken is Taken.UNSURE:
                taken = self._position.take(event, is_twin=await self._is_twin(event))
            if taken is Taken.NEW:
                self._tries = 0
                if self._gap.repeats(event):
                    continue
                self._gap.note(event)
                yield event

    async def _is_twin(self, event: StreamEvent) -> bool:
        """Whether the server has one more event of this moment than came: no less was stored when this one was sent."""
        if self._looks == MOST_LOOKS:
            return True  # rather twice than never
        self._looks += 1
        after, count = self._position.before, 0
        try:
            async with asyncio.timeout(LOOK_SECONDS), self._join(after) as again:
                async for other in again:
                    if other.id == event.id:
                        count += 1
                    if count > self._position.had or (count and other.id != event.id):
                        break
        except (TimeoutError, BackendError):
            pass  # nothing more was stored, as far as can be known
        return count > self._position.had

    def _join(self, after: str | None) -> AbstractAsyncContextManager[RunStream]:
        return self._opened.backend.join_stream(self._opened.thread_id, self.run_id or "", last_event_id=after)

    def _join_again(self) -> AbstractAsyncContextManager[RunStream]:
        return self._join(self._position.resume())

    async def _goes_on(self, reason: BackendError | None) -> bool:
        """Whether the run may still say something: pauses before the next try, and gives up after the last one."""
        if self.run_id is None:
            self.lost = reason
            return False
        if isinstance(reason, StreamBroken):
            # The same event would break it again: wait for the end instead, and read the state then.
            self.lost = reason
            self._gap.opens()
            self._emit(Note(f"{reason} Waiting for the run's end."))
            await self._wait_for_the_end()
            return False
        if reason is None and not await self._is_active():
            return False
        self._gap.opens()
        if self._since is not None and asyncio.get_running_loop().time() - self._since > LIVED_SECONDS:
            self._tries = 0
        self._since = None
        if self._tries == len(PAUSES):
            self.lost = reason or ConnectionLost("The stream ended again and again while the run goes on.")
            return False
        # A busy server says when it wants to be asked again.
        wanted = reason.retry_after if reason is not None and reason.retry_after is not None else 0.0
        pause = max(PAUSES[self._tries], min(wanted, LONGEST_PAUSE))
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
        backend, thread_id = self._opened.backend, self._opened.thread_id
        try:
            run = await patiently(lambda: backend.get_run(thread_id, self.run_id or ""), self._emit)
            while run.is_active:
                await asyncio.sleep(POLL_SECONDS)
                run = await patiently(lambda: backend.get_run(thread_id, self.run_id or ""), self._emit)
        except BackendError:
            return  # whoever reads the run next will meet it, too, and say so
        self.ended = run
