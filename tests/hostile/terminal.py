"""A terminal that trusts nobody: every byte an app writes is taken apart, and what is not on the list is a violation.

The list is what Textual writes when it draws (cursor positions, plain styles, the modes that it sets at its start and
resets at its end), and no more. A payload that gets through shows as a sequence that is not on it, as a character
that no drawn text may hold, or as a row that ends in the wrong column.
"""

from __future__ import annotations

import re
import unicodedata
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import split_graphemes

from tests.benchmarks.screen import Screen
from tests.hostile.corpus import CLIPBOARD

MOST_MARKS = 8
"""Combining marks on one letter that some language may need."""

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC with their strings
    r"|\x1b[ -/]*[0-~]"
    r"|[\x9d\x90\x98\x9e\x9f].*?(?:\x07|\x1b\\|\x9c)"
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\r\n|[\x00-\x1a\x1c-\x1f\x7f-\x9f]",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x9c]*\x1b?|[ -/]*)?\Z|\r\Z", re.DOTALL)

_STYLES = frozenset(map(str, (0, 1, 2, 3, 4, 7, 9, *range(22, 30), *range(30, 50), *range(90, 98), *range(100, 108))))
"""Numbers of plain styles; 5 (blinks), 6 and 8 (hidden) are none of ours."""

_MODES = "25|7|1000|1003|1004|1006|1015|1049|2004|2026"
_ALLOWED = re.compile(
    rf"\x1b\[\d+;\d+H|\x1b\[\d+C|\x1b\[\?(?:{_MODES})[hl]|\x1b\[\?20(?:26|48)\$p|\x1b\[>\d+u|\x1b\[<u|\x1b\]22;[a-z-]+\x07|\r\n"
)
_ONCE = ("\x1b[?1049h", "\x1b[?1049l", "\x1b[?25l", "\x1b[?25h", "\x1b[?2004h", "\x1b[?2004l")
"""What an app writes when it starts or ends, and never between."""

_CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")

_FORMAT = frozenset(map(chr, (0x200C, 0x200D, *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2)))
"""Format characters that letters and emoji are made with."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | frozenset(map(chr, range(0xFE00, 0xFE0E)))


class StrictScreen(Screen):
    """A screen that counts every sequence, and remembers in `violations` what nobody but a payload would write.

    `plain`: no sequence at all is allowed, as for a verb without colours.
    """

    def __init__(self, columns: int, rows: int, *, plain: bool = False) -> None:
        super().__init__(columns, rows)
        self.sequences: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.copied: list[str] = []
        """What was copied by OSC 52, in base64, in order."""
        self.allowed_bells = 0
        """Textual rings when an app crashes."""
        self._plain = plain
        self._strict = getincrementaldecoder("utf-8")("strict").decode
        self._open = ""

    def feed(self, data: bytes) -> None:
        """Take in what was written, and look at every character of it. Text waits for the sequence behind it."""
        try:
            text = self._open + self._strict(data)
        except UnicodeDecodeError as error:
            self.violations[f"bytes that are no UTF-8: {error.object[error.start : error.end]!r}"] += 1
            return
        unfinished = _UNFINISHED.search(text)
        self._take(text, unfinished.start() if unfinished else len(text))

    def _take(self, text: str, end: int) -> None:
        at = 0
        for found in _SEQUENCE.finditer(text, 0, end):
            self._look_at_text(text[at : found.start()])
            self._look_at_sequence(found[0])
            at = found.end()
        super().feed(text[:at].encode("utf-8", "replace"))
        self._open = text[at:]

    def cell(self, row: int, column: int) -> str:
        """What one cell shows; "" for the second half of a wide character."""
        return self._text[row][column]

    def finish(self) -> None:
        """Nothing more comes: a sequence must not be left open."""
        self._look_at_text(self._open)
        super().feed(self._open.encode("utf-8", "replace"))
        if "\x1b" in self._open or "\r" in self._open:
            self.violations[f"an open sequence: {self._open[-60:]!r}"] += 1
        for sequence in _ONCE:
            if self.sequences[sequence] > 1:
                self.violations[f"{sequence!r} {self.sequences[sequence]} times"] += 1

    def _look_at_sequence(self, sequence: str) -> None:
        if self._plain:
            if sequence != "\r\n" and sequence != "\t":
                self.violations[repr(sequence[:80])] += 1
            return
        if copied := _CLIPBOARD.fullmatch(sequence):
            self.copied.append(copied[1])
            if copied[1] == CLIPBOARD:
                self.violations["a payload wrote the clipboard"] += 1
        elif sequence.startswith("\x1b[") and sequence.endswith("m"):
            self._look_at_style(sequence[2:-1])
        elif _ALLOWED.fullmatch(sequence):
            self.sequences[sequence] += 1
        elif sequence == "\x07" and self.allowed_bells:
            self.allowed_bells -= 1
        else:
            self.violations[repr(sequence[:80])] += 1

    def _look_at_style(self, numbers: str) -> None:
        rest = numbers.split(";") if numbers else []
        while rest:
            taken = {"2": 5, "5": 3}.get(rest[1], 1) if rest[0] in ("38", "48") and len(rest) > 1 else 1
            if rest[0] not in _STYLES:
                self.violations[f"the style {numbers[:40]!r}"] += 1
                return
            del rest[:taken]

    def _look_at_text(self, text: str) -> None:
        if text.isascii():
            return
        marks = 0
        for character in text:
            category = unicodedata.category(character)
            marks = marks + 1 if category in ("Mn", "Me") else 0
            if marks == MOST_MARKS + 1:
                self.violations["more than a few marks on a letter"] += 1
            if _is_forbidden(character, category):
                self.violations[f"U+{ord(character):04X} in a text"] += 1

    def _put(self, text: str) -> None:
        """Place what shows as one character each, so that families of emoji take the cells that they were given."""
        spans, _ = split_graphemes(text)
        for start, end, width in spans:
            if width == 0:
                continue
            if self._x + width > self.columns:
                if self._plain or self.sequences["\x1b[?1049l"]:
                    return
                self.violations["a row that is wider than the screen"] += 1
                return
            self._text[self._y][self._x : self._x + width] = [text[start:end], *[""] * (width - 1)]
            self._styles[self._y][self._x : self._x + width] = [self._style] * width
            self._x += width


def _is_forbidden(character: str, category: str) -> bool:
    """What a terminal obeys, or what nobody sees."""
    if category == "Cf":
        return character not in _FORMAT
    return category in ("Cc", "Cs", "Zl", "Zp") or character in _INVISIBLE or 0xE0000 <= ord(character) <= 0xE0FFF


@dataclass(frozen=True)
class _Box:
    """A drawn box; `bottom` is the last row of the screen where its lower edge is not seen."""

    top: int
    left: int
    right: int
    bottom: int

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def surrounds(self, other: _Box) -> bool:
        """Also itself."""
        return self.holds(other.top, other.left) and self.holds(other.bottom, other.right)


def crooked_borders(screen: StrictScreen) -> list[str]:
    """Boxes whose sides do not stand straight, in words.

    What lies over a box (another box, a message at the right) may hide parts of its sides; nothing may push them aside.
    """
    boxes = [*_boxes(screen)]
    covers = [*boxes, *_messages(screen)]
    problems = []
    for box in boxes:
        hidden = [cover for cover in covers if not cover.surrounds(box)]
        for row in range(box.top + 1, box.bottom):
            for column in (box.left, box.right):
                cell = screen.cell(row, column)
                if cell not in _SIDES and not any(cover.holds(row, column) for cover in hidden):
                    problems.append(f"row {row}, column {column}: {cell!r} instead of a side")
    return problems


def _boxes(screen: StrictScreen) -> Iterator[_Box]:
    for top in range(screen.rows):
        for left in range(screen.columns):
            if screen.cell(top, left) != "╭":
                continue
            corner = (x for x in range(left + 1, screen.columns) if screen.cell(top, x) in ("╮", "╭"))
            right = next(corner, left)
            if screen.cell(top, right) == "╭":
                continue  # its other corner lies under another box: nobody can tell where
            below = (row for row in range(top + 1, screen.rows) if screen.cell(row, left) == "╰")
            yield _Box(top, left, right, next(below, top))


def _messages(screen: StrictScreen) -> Iterator[_Box]:
    """Toasts: they reach from their bar to the right end."""
    for row in range(screen.rows - 1):
        for column in range(screen.columns):
            if screen.cell(row, column) == screen.cell(row + 1, column) == "▌":
                yield _Box(row, column, screen.columns, row + 1)


_SIDES = frozenset("│├┤")
