"""The styles of cells as a terminal is told them (SGR numbers), and the fewest of them that turn one into another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

RESET = "\x1b[m"


class Look(NamedTuple):
    """A style in its three parts, each as SGR numbers."""

    attributes: str
    foreground: str
    background: str


@lru_cache(4096)
def look_of(codes: str) -> Look:
    """The parts of a style, from its SGR numbers: those of one complete style, without a reset."""
    attributes: list[str] = []
    foreground = background = ""
    numbers = codes.split(";") if codes else []
    at = 0
    while at < len(numbers):
        first = numbers[at]
        long = {"5": 3, "2": 5}.get(numbers[at + 1], 1) if first in ("38", "48") and at + 1 < len(numbers) else 1
        whole = ";".join(numbers[at : at + long])
        if first in ("38", "39") or (len(first) == 2 and first[0] in "39"):
            foreground = "" if first == "39" else whole
        elif first in ("48", "49") or (first[0] == "4" and len(first) == 2) or first.startswith("10"):
            background = "" if first == "49" else whole
        else:
            attributes.append(whole)
        at += long
    return Look(";".join(attributes), foreground, background)


@lru_cache(16384)
def change(before: str, after: str) -> str:
    """The sequence that turns one style into another; "" if they are the same."""
    if before == after:
        return ""
    if not after:
        return RESET
    old, new = look_of(before), look_of(after)
    if old.attributes != new.attributes:
        # Attributes can't all be taken back one by one on every terminal: begin anew.
        return f"\x1b[0;{after}m" if before else f"\x1b[{after}m"
    parts: list[str] = []
    if old.foreground != new.foreground:
        parts.append(new.foreground or "39")
    if old.background != new.background:
        parts.append(new.background or "49")
    return f"\x1b[{';'.join(parts)}m" if parts else ""
