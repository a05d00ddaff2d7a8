"""The frames of a run's stream as they came, with the time of each, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from tui.domain.json_values import Unsendable, dumps
from tui.domain.transcript import StreamEvent

MOST_FRAMES = 20_000
MOST_BYTES = 32 * 1024 * 1024
"""What is kept of the frames' data at most; the oldest frames go first, the newest stays whatever its size."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event: when it came (seconds since the first), its name and id, and its data as the server wrote it."""

    at: float
    gap: float
    """Seconds since the frame before it."""
    event: str
    id: str | None
    text: str = field(repr=False)
    """Not for a log that quotes what widgets are told: what identifies a caller is hidden where it is drawn."""
    filled: bool = False
    """It was not in the stream, see `StreamEvent.filled`."""


class FrameLog:
    """Keeps the newest frames. `count` is how many there were in all."""

    def __init__(self) -> None:
        self.count = 0
        self._frames: deque[Frame] = deque()
        self._began: float | None = None
        self._last = 0.0
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, event: StreamEvent, now: float) -> None:
        """Note an event that came at `now` (seconds on any clock)."""
        if self._began is None:
            self._began = self._last = now
        gap, self._last = now - self._last, now
        self.count += 1
        frame = Frame(now - self._began, gap, event.event, event.id, _text_of(event), event.filled)
        self._frames.append(frame)
        self._bytes += _size(frame)
        while len(self._frames) > 1 and (len(self._frames) > MOST_FRAMES or self._bytes > MOST_BYTES):
            self._bytes -= _size(self._frames.popleft())

    def since(self, number: int) -> Iterator[tuple[int, Frame]]:
        """The kept frames from the `number`-th of all on (the first is 0), each with its number."""
        first = self.count - len(self._frames)
        start = max(0, number - first)
        yield from enumerate(islice(self._frames, start, None), start=first + start)


def _size(frame: Frame) -> int:
    return len(frame.text) + len(frame.event) + len(frame.id or "")


def _text_of(event: StreamEvent) -> str:
    if event.raw is not None:
        return event.raw
    try:
        return dumps(event.data).decode()
    except Unsendable as error:
        return str(error)
