"""Where a reader is in a stream of events, so that it can be resumed without losing or repeating any.

Servers number events by the millisecond, so that several in a row can carry the same id, and resume *after* all events
of an id. Hence a reader resumes after the last id before the current one, of which it surely has all events, and then
leaves out as many events of the current id as it has had already.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tui.domain.transcript import StreamEvent

FROM_THE_START = "-1"
"""The event id that asks for everything the server kept."""


class StreamPosition:
    """Counts what was received. `take` says of each event whether it is new."""

    def __init__(self) -> None:
        self._before: str | None = None
        self._current: str | None = None
        self._had = 0
        self._skip: dict[str | None, int] = {}
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
        return self._before or FROM_THE_START

    def take(self, event: StreamEvent) -> bool:
        """Note an event; False if it was received before the stream was resumed."""
        if event.id is None:
            self.without_id += 1
            return True
        if (left := self._skip.get(event.id, 0)) > 0:
            self._skip[event.id] = left - 1
            return False
        if event.id != self._current:
            self._before, self._current, self._had = self._current, event.id, 0
        self._had += 1
        return True


def time_of(event: StreamEvent) -> datetime | None:
    """When the server sent an event, by the milliseconds that its id begins with; None where ids are other things."""
    digits, dash, _ = (event.id or "").partition("-")
    if not dash or not (digits.isascii() and digits.isdecimal()) or not 12 <= len(digits) <= 14:
        return None
    return datetime.fromtimestamp(int(digits) / 1000, UTC)
