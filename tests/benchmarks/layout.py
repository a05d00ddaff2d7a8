"""Where the app's panes are on a screen, read from their borders, so that a benchmark knows where to look."""

from __future__ import annotations

import re

from tests.benchmarks.screen import Region, Screen

_TOP = re.compile("╭[^╭╮]*╮")


def panes(screen: Screen) -> list[Region]:
    """The insides of all bordered panes, from the top down and from left to right."""
    found: list[Region] = []
    for row in range(screen.rows):
        for top in _TOP.finditer(screen.line(row)):
            bottom = _bottom(screen, top.start(), row)
            if bottom is not None:
                found.append(Region(top.start() + 1, row + 1, top.end() - 1, bottom))
    return found


def has_panes(screen: Screen, count: int = 3) -> bool:
    """Whether so many panes are drawn."""
    return len(panes(screen)) >= count


def pane(screen: Screen, place: int) -> Region:
    """One pane: 0 threads, 1 timeline, 2 inspector, 3 what is open below them."""
    return panes(screen)[place]


def title(screen: Screen, region: Region) -> str:
    """What stands in the upper border of a pane."""
    return screen.line(region.top - 1, region.left, region.right)


def rows_with(screen: Screen, region: Region, marks: str) -> int:
    """How many rows of a pane begin with one of these marks."""
    return sum(line.lstrip()[:1] in marks for line in screen.lines(region) if line.strip())


def _bottom(screen: Screen, column: int, top: int) -> int | None:
    return next((row for row in range(top + 1, screen.rows) if screen.line(row, column, column + 1) == "╰"), None)
