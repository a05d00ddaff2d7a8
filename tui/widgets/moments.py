"""Times as text. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(then: datetime, *, exact: bool = True) -> str:
    """A time in UTC, to the millisecond or to the second, which is how servers write it."""
    timespec = "milliseconds" if exact else "seconds"
    return then.astimezone(UTC).isoformat(sep=" ", timespec=timespec).replace("+00:00", "Z")
