"""The server's clock, from the Date header of its answers: ages go by it, because ours may be hours off, or jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EXACTNESS = timedelta(seconds=2)
"""The header names whole seconds, and an answer is on its way for a while: less than this is no difference."""


def local_time() -> datetime:
    """What this machine takes for the time."""
    return datetime.now(UTC)


class ServerClock:
    """How far the server's clock is ahead of ours; zero as long as it does not say."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def heard(self, date_header: str) -> None:
        """An answer has come."""
        try:
            ahead = parsedate_to_datetime(date_header).astimezone(UTC) - local_time()
        except (ValueError, TypeError, OverflowError):
            return
        self.ahead = ahead if abs(ahead) > EXACTNESS else timedelta()
