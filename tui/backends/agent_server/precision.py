"""What a server would silently change: integers that its JSON parser turns into floats."""

from __future__ import annotations

from tui.backends.errors import Rejected
from tui.domain.checkpoint import JSON
from tui.domain.safe_text import one_line

_LEAST = -(2**63)
_MOST = 2**64 - 1


def refuse_rounded_integers(body: JSON, what: str) -> None:
    """Raise for integers beyond 64 bits, which official Python servers take for floats.

    Raises:
        Rejected: names the first such integer; `what` says what was not sent.
    """
    stack: list[tuple[JSON, str]] = [(body, "")]
    while stack:
        value, path = stack.pop()
        if isinstance(value, dict):
            stack.extend((child, f"{path}.{key}" if path else str(key)) for key, child in value.items())
        elif isinstance(value, list):
            stack.extend((child, f"{path}[{index}]") for index, child in enumerate(value))
        elif isinstance(value, int) and not _LEAST <= value <= _MOST:
            place = one_line(path, 200)
            raise Rejected(
                f"{what} was not sent: the integer at {place} is beyond 64 bits, and this server would round it.",
                hint="Write it as a text, or leave it unchanged.",
            )
