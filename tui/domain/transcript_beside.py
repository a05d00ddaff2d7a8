"""What a run's stream tells beside its nodes, a bounded part of it: custom and unknown events, and gaps. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sized

from tui.domain.transcript import CustomEvent, Gap, StreamEvent

MOST_OTHERS = 1000
"""Custom events, unknown events, gaps and questions kept, each."""

MOST_CHARACTERS = 64 * 1024 * 1024
"""Of JSON (see `size_of`) that custom and unknown events are kept from, together; past that all so far go."""


class Beside:
    """Keeps the newest, and counts what it drops."""

    def __init__(self) -> None:
        self.custom: deque[CustomEvent] = deque(maxlen=MOST_OTHERS)
        self.unknown: deque[StreamEvent] = deque(maxlen=MOST_OTHERS)
        self.gaps: deque[Gap] = deque(maxlen=MOST_OTHERS)
        self.dropped = 0
        self._held = 0

    def keep_custom(self, event: CustomEvent, size: int) -> None:
        """Keep a custom event that was made of so much JSON."""
        self._make_room(self.custom, size)
        self.custom.append(event)

    def keep_unknown(self, event: StreamEvent, size: int) -> None:
        """Keep an event of which nobody knows what it means, likewise."""
        self._make_room(self.unknown, size)
        self.unknown.append(event)

    def _make_room(self, kept: Sized, size: int) -> None:
        self._held += size
        if self._held > MOST_CHARACTERS:
            self.dropped += len(self.custom) + len(self.unknown)
            self.custom.clear()
            self.unknown.clear()
            self._held = size
        self.dropped += len(kept) == MOST_OTHERS
