"""Which of how many: what `/` says about the matches of a text in a view. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

SECONDS = 0.05
"""How long matches are counted before "and more" has to do: a key must not wait for it."""

_EVERY = 64
"""Lines between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Matches:
    """`at` is the number of the match under the cursor, from 1, or 0; `more`: there are, or may be, others."""

    total: int = 0
    at: int = 0
    more: bool = False

    @property
    def words(self) -> str:
        """3 of 17, 17 matches, 3 of 120+, no match."""
        if not self.total:
            return "no match" if not self.more else "…"
        count = f"{self.total:,}{'+' * self.more}"
        if self.at:
            return f"{self.at:,} of {count}"
        return f"{count} {'match' if count == '1' else 'matches'}"


def count_matches(numbers: Iterable[int], holds: Callable[[int], bool], at: int | None) -> Matches:
    """Count the lines that hold a text, as far as that is quick; `at` is the line of the cursor."""
    end = time.monotonic() + SECONDS
    total = place = 0
    for looked, number in enumerate(numbers, 1):
        if holds(number):
            total += 1
            if number == at:
                place = total
        if looked % _EVERY == 0 and time.monotonic() > end:
            return Matches(total, place, more=True)
    return Matches(total, place)


def next_match(count: int, holds: Callable[[int], bool], at: int, *, backwards: bool, stay: bool) -> int | None:
    """The next line that holds a text, going round at the ends; `stay`: the line `at` itself is looked at first."""
    first = 0 if stay else 1
    for distance in range(first, count + first):
        number = (at - distance if backwards else at + distance) % count
        if holds(number):
            return number
    return None
