"""Where a reader is in a stream of events, so that it can be resumed without losing or repeating any.

Servers number events by the millisecond, so that several in a row can carry the same id, and resume *after* all events
of an id. Hence a reader resumes after the last id before the current one, of which it surely has all events, and then
leaves out as many events of the current id as it has had already.

A server that is joined while a run streams begins to listen, then hands out what it has stored, then what it has heard:
what was stored in between comes twice, once at the end of the stored events and once more right behind them. Such a
repetition has an id that is smaller than one that came already, or the same id and data as one that was made after the
reader asked; nothing older is ever taken for one. When that was by the server's clock is known to the millisecond where
events came as they were made. Who has just joined knows it to some seconds only: of two events in a row that are alike
to the millisecond it can't tell whether they are two, and is told to look (`Taken.UNSURE`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import Enum, auto

from tui.domain.json_values import same
from tui.domain.transcript import StreamEvent

FROM_THE_START = "-1"
"""The event id that asks for everything the server kept."""


OVERLAP_SECONDS = 2.0
"""How long after a stream was resumed its events may come twice, by the server's clock."""


GRAIN_SECONDS = 0.002
"""Ids are cut to milliseconds."""


JOIN_GRAIN_SECONDS = 5.0
"""How well the server's clock is known to who has just joined: its answers bear whole seconds, at times old ones."""


class Taken(Enum):
    """What an event is to a reader."""

    NEW = auto()
    REPEATED = auto()
    UNSURE = auto()
    """It came twice, or there are two alike. It is not noted yet: look, and take it again."""


class StreamPosition:
    """Counts what was received. `take` says of each event whether it is new. `clock`: seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._before: str | None = None
        self._current: str | None = None
        self._had = 0
        self._skip: dict[str | None, int] = {}
        self.has_hole = False
        """Whether the events that a resumed stream must begin with have not come: the server has forgotten them, or
        does not know the id. What came in between is lost then; who has marked the place says so here."""
        self._late = math.inf
        """Seconds between an event's making and its coming, at the least: how far the clocks differ, and a little."""
        self._overlap: _Overlap | None = None
        self.without_id = 0
        """Events that came without an id: such a stream can't be resumed."""

    @property
    def can_resume(self) -> bool:
        """Whether the server numbers its events, as far as is known."""
        return self._current is not None or not self.without_id

    @property
    def before(self) -> str:
        """The id behind which the newest one's events are; what asks for everything, if there is none."""
        return self._before or FROM_THE_START

    @property
    def had(self) -> int:
        """How many events of the newest id came."""
        return self._had

    def joins(self, ahead: float) -> None:
        """A run that goes on was joined now: what the server hands out may overlap. `ahead`: its clock, in seconds."""
        self._overlap = _Overlap(self._clock() + ahead - JOIN_GRAIN_SECONDS, JOIN_GRAIN_SECONDS)

    def resume(self) -> str | None:
        """The id to resume after, and from now on expect the events since then again; None if there are no ids."""
        if self._current is None:
            return None if self.without_id else FROM_THE_START
        self._skip, self.has_hole = {self._current: self._had}, True
        self._overlap = _Overlap(self._clock() - self._late - GRAIN_SECONDS) if math.isfinite(self._late) else None
        return self.before

    def take(self, event: StreamEvent, *, is_twin: bool | None = None) -> Taken:
        """Note an event. `is_twin`: what a look at the server told about one that was unsure."""
        if event.id is None:
            self.without_id += 1
            return Taken.NEW
        made = time_of(event)
        if made is not None:
            self._late = min(self._late, self._clock() - made.timestamp())
        if (left := self._skip.get(event.id, 0)) > 0:
            self._skip[event.id] = left - 1
            self.has_hole = False
            self._repeats(event, made, is_twin=True)
            return Taken.REPEATED
        repeats = self._repeats(event, made, is_twin)
        if repeats is not Taken.NEW:
            return repeats
        if event.id != self._current:
            self._before, self._current, self._had = self._current, event.id, 0
        self._had += 1
        return Taken.NEW

    def _repeats(self, event: StreamEvent, made: datetime | None, is_twin: bool | None) -> Taken:
        if self._overlap is None or made is None:
            return Taken.NEW
        repeats = self._overlap.take(event, made.timestamp(), is_twin)
        if self._overlap.is_over:
            self._overlap = None
        return repeats


class _Overlap:
    """Finds what comes twice behind the stored events of a stream.

    `since`: when it was asked for, by the server's clock, or up to twice `grain` seconds before.
    """

    def __init__(self, since: float, grain: float = 0.0) -> None:
        self._since = since
        self._until = since + 2 * grain + OVERLAP_SECONDS
        self._is_sure = not grain
        self._events: list[StreamEvent] = []
        self._at: frozenset[int] = frozenset()
        """Where the repetition may be: places of what it would bring next."""
        self.is_over = False

    def take(self, event: StreamEvent, made: float, is_twin: bool | None) -> Taken:
        """Whether an event is one that came already, since the stream was asked for."""
        if made < self._since:
            return Taken.NEW
        if made > self._until:
            self.is_over = True
            return Taken.NEW
        events = self._events
        found = frozenset() if is_twin else self._places_of(event)
        if not found:
            self.is_over = bool(self._at)
            events.append(event)
            return Taken.NEW
        # Known is what repeats to who knows when it asked; else by a newer one that came, or as part of a repetition.
        may_be_new = len(events) in self._at if self._at else event.id == events[-1].id
        if may_be_new and not self._is_sure and is_twin is None:
            return Taken.UNSURE
        self._at = frozenset(place + 1 for place in found)
        self.is_over = self._at == {len(events)}
        return Taken.REPEATED

    def _places_of(self, event: StreamEvent) -> frozenset[int]:
        """The places of events that this may be once more.

        What comes twice is the end of what was stored, in the same order.
        """
        events = self._events
        places: Iterable[int] = self._at - {len(events)}
        if not self._at and events and (event.id or "") <= (events[-1].id or ""):
            first = len(events)
            while first and (events[first - 1].id or "") >= (event.id or ""):
                first -= 1
            places = range(first, len(events))
        return frozenset(place for place in places if _alike(events[place], event))


def _alike(one: StreamEvent, other: StreamEvent) -> bool:
    return (one.id, one.event) == (other.id, other.event) and same(one.data, other.data)


def time_of(event: StreamEvent) -> datetime | None:
    """When the server sent an event, by the milliseconds that its id begins with; None where ids are other things."""
    digits, dash, _ = (event.id or "").partition("-")
    if not dash or not (digits.isascii() and digits.isdecimal()) or not 12 <= len(digits) <= 14:
        return None
    return datetime.fromtimestamp(int(digits) / 1000, UTC)
