"""The last gates before the terminal: nothing that a terminal obeys, and only ASCII marks where that is wanted.

Both work on drawn lines and keep every width, so they also cover what Textual's own widgets draw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.domain.labels import Mark

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_SPINNER = "|/-\\"


class NoControlCharacters(LineFilter):
    """No text may hold a character that a terminal obeys.

    Texts of a backend are made safe where they are read; this catches what was forgotten.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without control characters, which have no width that a line could lose."""
        del background
        if not any(_CONTROL.search(segment.text) for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(_CONTROL.sub("", segment.text), segment.style)
            for segment in segments
        ]


class AsciiMarks(LineFilter):
    """Marks, lanes, borders and ellipses as ASCII, for terminals and fonts without them.

    The letters of texts stay: who reads Korean has a terminal for it.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with each drawing character replaced by one of the same width."""
        del background
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment(segment.text.translate(_ASCII), segment.style)
            for segment in segments
        ]


def _table() -> Mapping[int, str]:
    table: dict[int, str] = {}
    for code in range(0x2500, 0x2580):  # box drawing
        table[code] = "+"
    table |= dict.fromkeys(map(ord, "─━┄┅┈┉╌╍═╴╶╸╺╼╾"), "-")
    table |= dict.fromkeys(map(ord, "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"), "|")
    for code in range(0x2580, 0x25A0):  # blocks: scrollbars, half-line borders, bars
        table[code] = " "
    table |= dict.fromkeys(map(ord, "█▓▉▊▋"), "#") | dict.fromkeys(map(ord, "░▒"), ".")
    for code in range(0x2800, 0x2900):  # braille: spinners
        table[code] = _SPINNER[code % len(_SPINNER)]
    singles = {"…": "~", "·": "-", "•": "*", "→": ">", "←": "<", "↑": "^", "↓": "v", "×": "x", "↵": "/", "⏎": "/"}
    singles |= {"▸": ">", "▾": "v", "▶": ">", "▼": "v", "◀": "<", "▲": "^", "✓": "+", "✔": "+", "⟨": "<", "⟩": ">"}
    singles |= {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "○": "o", "■": "#", "□": ".", "≈": "~"}
    singles |= {"−": "-", "±": "~", "≥": ">", "≤": "<", "⋯": "~", "⋮": ":", "›": ">", "‹": "<", "◇": "o", "△": "^"}
    singles |= dict(mark.value for mark in Mark)
    return table | {ord(mark): plain for mark, plain in singles.items()}


_ASCII = _table()
