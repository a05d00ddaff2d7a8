"""Times as text. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(then: datetime) -> str:
    """A time to the millisecond in UTC, which is how servers write it."""
    return then.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")
