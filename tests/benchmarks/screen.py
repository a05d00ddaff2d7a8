"""A terminal's screen, as far as a Textual app uses one: what stands where, in which style, after how many frames.

Not a general emulator: no scroll regions, no wrapping, no insertion, because Textual (which redraws what it moves) uses
none of them. It is fast enough to keep up with a streaming app while it shares two cores with it.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, split_graphemes

_TOKEN = re.compile(
    r"\x1b\[(?P<mark>[<-?]?)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1bP[^\x1b]*\x1b\\"
    r"|\x1b[()*+][0-9A-Za-z]"
    r"|\x1b[0-9=>A-OQ-Z^-~]"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|[\x00-\x1a\x1c-\x1f\x7f]"
)
_BACKGROUND = re.compile(r"(?:^|;)(48;2;\d+;\d+;\d+|48;5;\d+|4[0-7]|10[0-7])(?=;|$)")
_PARTS = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+")
_REVERSE = re.compile(r"(?:^|;)7(?=;|$)")


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of cells, from (left, top) up to but without (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def rows(self) -> range:
        """The numbers of its rows."""
        return range(self.top, self.bottom)


class Screen:
    """Feed it what an app writes; read cells, texts, frames. Columns and rows count from 0."""

    def __init__(self, columns: int, rows: int, width_of: Callable[[str], int] = cell_len) -> None:
        """`width_of` measures a character: terminals differ in what they make of emoji of several parts."""
        self._width_of = width_of
        self.columns = columns
        self.rows = rows
        self.frames = 0
        """Synchronised updates (mode 2026) that have ended: one a frame."""
        self.drawing = False
        """Whether a synchronised update has begun and not ended: a terminal shows nothing of it yet."""
        self.clipboard = ""
        """What the app last copied (OSC 52), still in base64."""
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._x = self._y = 0
        self._style = ""
        self._text = [[" "] * columns for _ in range(rows)]
        self._styles = [[""] * columns for _ in range(rows)]

    def feed(self, data: bytes) -> None:
        """Take in what was written; a sequence that is cut off waits for its rest."""
        text = self._rest + self._decode(data)
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                break
            at = token.end()
            if (run := token["text"]) is not None:
                self._put(run)
            elif token["final"] is not None:
                self._control(token["mark"], token["numbers"], token["between"], token["final"])
            elif token["osc"] is not None:
                self._operating_system(token["osc"])
            elif token[0] == "\r":
                self._x = 0
            elif token[0] == "\n":
                self._x, self._y = 0, min(self._y + 1, self.rows - 1)
            elif token[0] == "\b":
                self._x = max(0, self._x - 1)
        self._rest = text[at:]

    def line(self, row: int, left: int = 0, right: int | None = None) -> str:
        """The text of a row, or of a part of it."""
        return "".join(self._text[row][left:right])

    def lines(self, region: Region | None = None) -> list[str]:
        """The texts of a region, or of the whole screen."""
        part = region or Region(0, 0, self.columns, self.rows)
        return [self.line(row, part.left, part.right) for row in part.rows]

    def contains(self, text: str, region: Region | None = None) -> bool:
        """Whether a row shows this text."""
        return any(text in line for line in self.lines(region))

    def is_blank(self) -> bool:
        """Whether nothing is shown at all."""
        return not any(line.strip() for line in self.lines())

    def cells(self, region: Region) -> tuple[tuple[str, ...], ...]:
        """Texts and styles of a region: equal if and only if it looks the same."""
        return tuple(
            (*self._text[row][region.left : region.right], *self._styles[row][region.left : region.right])
            for row in region.rows
        )

    def cursor_row(self, region: Region) -> int | None:
        """The row of a list whose background differs from that of most rows; None if not exactly one does."""
        backgrounds = [_background(self._styles[row][region.left]) for row in region.rows]
        usual = Counter(backgrounds).most_common(1)[0][0]
        others = [row for row, background in zip(region.rows, backgrounds, strict=True) if background != usual]
        return others[0] if len(others) == 1 else None

    def find_in(self, text: str, region: Region) -> int | None:
        """The first row of a region that shows this text."""
        return next((row for row in region.rows if text in self.line(row, region.left, region.right)), None)

    def _put(self, text: str) -> None:
        for piece, width in self._pieces(text):
            room = self.columns - self._x
            if not width and self._x:
                self._join(piece)
            if room <= 0 or not width:
                continue
            cells = list(piece) if width == len(piece) else [piece, *[""] * (width - 1)]
            if len(cells) > room:
                cells = cells[:room] if cells[room] else [" "] * room
            start, end = self._x, self._x + len(cells)
            row = self._text[self._y]
            if not row[start]:
                self._halve(row, start)
            if end < self.columns and not row[end]:
                self._halve(row, end)
            row[start:end] = cells
            self._styles[self._y][start:end] = [self._style] * len(cells)
            self._x = end

    def _halve(self, row: list[str], at: int) -> None:
        """What is left of a wide character, of which something at `at` or before it is overwritten, is blank."""
        end = at
        while end < self.columns and not row[end]:
            end += 1
        while at and not row[at]:
            at -= 1
        row[at:end] = [" "] * (end - at)

    def _join(self, mark: str) -> None:
        at = self._x - 1
        while at and not self._text[self._y][at]:
            at -= 1
        self._text[self._y][at] += mark

    def _pieces(self, text: str) -> Iterator[tuple[str, int]]:
        """A run of text with its width: whole where every character takes one cell, else character by character."""
        if text.isascii() or (self._width_of is cell_len and cell_len(text) == len(text) and text.isprintable()):
            yield text, len(text)
            return
        for start, end, _ in split_graphemes(text)[0]:
            yield text[start:end], self._width_of(text[start:end])

    def _control(self, mark: str, numbers: str, between: str, final: str) -> None:
        if mark == "?" and numbers == "2026" and not between:
            self.drawing = final == "h"
            self.frames += final == "l"
        if mark or between:
            return
        if final == "m":
            self._style = _styled(self._style, numbers)
        elif final in "Hf":
            self._move_to(numbers)
        elif final in "ABCD":
            self._move_by(final, int(numbers or "1"))
        elif final == "J" and numbers in ("2", "3"):
            self._clear_rows(range(self.rows))
        elif final == "K":
            self._clear(self._y, self._x if numbers in ("", "0") else 0)

    def _move_to(self, numbers: str) -> None:
        row, _, column = numbers.partition(";")
        self._y = min(max(int(row or "1"), 1), self.rows) - 1
        self._x = min(max(int(column or "1"), 1), self.columns) - 1

    def _move_by(self, final: str, distance: int) -> None:
        if final in "AB":
            self._y = min(max(self._y + (distance if final == "B" else -distance), 0), self.rows - 1)
        else:
            self._x = min(max(self._x + (distance if final == "C" else -distance), 0), self.columns - 1)

    def _operating_system(self, command: str) -> None:
        if command.startswith("52;"):
            self.clipboard = command.rpartition(";")[2]

    def _clear_rows(self, rows: range) -> None:
        for row in rows:
            self._clear(row, 0)

    def _clear(self, row: int, left: int) -> None:
        self._text[row][left:] = [" "] * (self.columns - left)
        self._styles[row][left:] = [self._style] * (self.columns - left)


@lru_cache(65536)
def _styled(style: str, numbers: str) -> str:
    """A style after more SGR numbers, always written in the same way: attributes in order, foreground, background."""
    parts = _PARTS.findall(numbers) or ["0"]
    known = _PARTS.findall(style)
    for part in parts:
        if part == "0":
            known = []
            continue
        kind = _kind(part)
        known = [one for one in known if _kind(one) != kind] + [part] * (part not in ("39", "49"))
    return ";".join(sorted(known, key=lambda one: (_kind(one), one)))


def _kind(part: str) -> str:
    if len(part) >= 2 and (part[0] in "39" or part.startswith("38;")):
        return "x foreground"
    if len(part) >= 2 and (part[0] == "4" or part.startswith("10")):
        return "y background"
    return part.zfill(2)


def _background(style: str) -> str:
    found = _BACKGROUND.search(style)
    return ("reverse " if _REVERSE.search(style) else "") + (found[1] if found else "")
