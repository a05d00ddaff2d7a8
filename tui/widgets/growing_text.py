"""A text that grows at its end, wrapped so that each new piece costs what is new. Pure."""

from __future__ import annotations

from tui.domain.safe_text import sanitise
from tui.widgets.lines import Line, Part, break_points

MOST_LINES = 4000
"""Lines kept of one text, the newest: more than anybody scrolls through while it streams."""

_SETTLED = 40
"""Lines of one paragraph after which all but the last two can't change any more, and are not looked at again."""


class GrowingText:
    """Lines of `indent` and at most `cells` cells. Greedy wrapping never changes a line before the last one."""

    def __init__(self, cells: int, indent: Part = ("", "")) -> None:
        self._cells = max(1, cells)
        self._indent = indent
        self._text = ""
        self._settled: list[Line] = []
        self._from = 0
        self._hidden = 0

    def lines(self, text: str) -> list[Line]:
        """The lines of the text, which is the one before with more at its end (or another)."""
        if not text.startswith(self._text):
            self._settled, self._from, self._hidden = [], 0, 0
        self._text = text
        end = text.rfind("\n", self._from) + 1
        if end > self._from:
            for paragraph in text[self._from : end - 1].split("\n"):
                self._settled.extend(self._wrapped(paragraph)[1])
            self._from = end
        safe, last = self._wrapped(text[self._from :])
        last = self._settle(safe, last)
        surplus = len(self._settled) - MOST_LINES
        if surplus > 0:
            del self._settled[:surplus]
            self._hidden += surplus
        if self._hidden:
            return [(self._indent, (f"┄ {self._hidden:,} earlier lines", "calm")), *self._settled, *last]
        return self._settled + last

    def _settle(self, points: list[tuple[int, int]] | None, last: list[Line]) -> list[Line]:
        """Take the finished lines of a long paragraph out of what is wrapped again with every piece."""
        if points is None or len(last) < _SETTLED:
            return last
        self._settled += last[:-2]
        self._from += points[-2][0]
        return last[-2:]

    def _wrapped(self, paragraph: str) -> tuple[list[tuple[int, int]] | None, list[Line]]:
        """(where the lines are in the paragraph, if its characters are shown as they are; the lines)."""
        safe = sanitise(paragraph).expandtabs(4)
        points = list(break_points(safe, self._cells))
        lines: list[Line] = [(self._indent, (safe[start:stop], "")) for start, stop in points]
        return (points if safe == paragraph else None), lines
