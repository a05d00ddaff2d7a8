"""Where a reader is in a stream of events, so that it can be resumed without losing or repeating any.

Servers number events by the millisecond, so that several in a row can carry the same id, and resume *after* all events
of an id. Hence a reader resumes after the last id before the current one, of which it surely has all events, and then
leaves out as many events of the current id as it has had already.

A server that is joined while a run streams begins to listen, then hands out what it has stored, then what it has heard:
what was stored in between comes twice, once at the end of the stored events and once more right behind them. Such a
repetition has an id that is smaller than one that came already, or the same id and data as one that was made after the
reader asked; nothing older is ever taken for one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tui.domain.json_values import same
from tui.domain.transcript import StreamEvent

FROM_THE_START = "-1"
"""The event id that asks for everything the server kept."""


OVERLAP_SECONDS = 2.0
"""How long after a stream was resumed its events may come twice, by the server's clock."""


GRAIN_SECONDS = 0.002
"""Ids are cut to milliseconds."""


class StreamPosition:
    """Counts what was received. `take` says of each event whether it is new. `clock`: seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._before: str | None = None
        self._current: str | None = None
        self._had = 0
        self._skip: dict[str | None, int] = {}
        self._late = math.inf
        """Seconds between an event's making and its coming, at the least: how far the clocks differ, and a little."""
        self._overlap: _Overlap | None = None
        self.without_id = 0
        """Events that came without an id: such a stream can't be resumed."""

    @property
    def can_resume(self) -> bool:
        """Whether the server numbers its events, as far as is known."""
        return self._current is not None or not self.without_id

    def resume(self) -> str | None:
        """The id to resume after, and from now on expect the events since then again; None if there are no ids."""
        if self._current is None:
            return None if self.without_id else FROM_THE_START
        self._skip = {self._current: self._had}
        self._overlap = _Overlap(self._clock() - self._late - GRAIN_SECONDS) if math.isfinite(self._late) else None
        return self._before or FROM_THE_START

    def take(self, event: StreamEvent) -> bool:
        """Note an event; False if it was received before."""
        if event.id is None:
            self.without_id += 1
            return True
        made = time_of(event)
        if made is not None:
            self._late = min(self._late, self._clock() - made.timestamp())
        if (left := self._skip.get(event.id, 0)) > 0:
            self._skip[event.id] = left - 1
            self._repeats(event, made)
            return False
        if self._repeats(event, made):
            return False
        if event.id != self._current:
            self._before, self._current, self._had = self._current, event.id, 0
        self._had += 1
        return True

    def _repeats(self, event: StreamEvent, made: datetime | None) -> bool:
        if self._overlap is None or made is None:
            return False
        repeats = self._overlap.take(event, made.timestamp())
        if self._overlap.is_over:
            self._overlap = None
        return repeats


class _Overlap:
    """Finds what comes twice behind the stored events of a resumed stream. `since`: when it was asked for."""

    def __init__(self, since: float) -> None:
        self._since = since
        self._events: list[StreamEvent] = []
        self._at: int | None = None
        self.is_over = False

    def take(self, event: StreamEvent, made: float) -> bool:
        """Whether an event is one that came already, since the stream was resumed."""
        if made < self._since:
            return False
        if made > self._since + OVERLAP_SECONDS:
            self.is_over = True
            return False
        if self._at is None and not (self._events and (event.id or "") <= (self._events[-1].id or "")):
            self._events.append(event)
            return False
        # What comes twice is the end of what was stored, in the same order.
        start = self._at if self._at is not None else 0
        places = range(start, len(self._events) if self._at is None else min(start + 1, len(self._events)))
        found = next((place for place in places if _alike(self._events[place], event)), None)
        if found is None:
            self.is_over = self._at is not None
            self._events.append(event)
            return False
        self._at = found + 1
        self.is_over = self._at == len(self._events)
        return True


def _alike(one: StreamEvent, other: StreamEvent) -> bool:
    return (one.id, one.event) == (other.id, other.event) and same(one.data, other.data)


def time_of(event: StreamEvent) -> datetime | None:
    """When the server sent an event, by the milliseconds that its id begins with; None where ids are other things."""
    digits, dash, _ = (event.id or "").partition("-")
    if not dash or not (digits.isascii() and digits.isdecimal()) or not 12 <= len(digits) <= 14:
        return None
    return datetime.fromtimestamp(int(digits) / 1000, UTC)
