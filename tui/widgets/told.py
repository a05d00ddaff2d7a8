"""What was told lately: the same is not told again beside itself."""

from __future__ import annotations

import time


class Told:
    """Remembers what is still to be seen, so that the same is not said again beside it."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], float] = {}

    def is_news(self, message: str, severity: str, seconds: float) -> bool:
        """Whether a message is not on the screen any more; from now on it is."""
        now = time.monotonic()
        self._until = {key: end for key, end in self._until.items() if end > now}
        if (message, severity) in self._until:
            return False
        self._until[message, severity] = now + seconds
        return True
