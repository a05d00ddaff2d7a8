"""The last gates before the terminal: nothing that a terminal obeys, no secrets, ASCII marks where that is wanted.

They work on drawn lines and keep every width, so they also cover what Textual's own widgets draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleRenderable, RenderHook
from rich.segment import Segment, Segments
from textual.color import Color
from textual.filter import LineFilter

from tui.domain.marks import Mark
from tui.domain.safe_text import UNSEEN, sanitise
from tui.domain.secrets import hide, secret_spans

_BREAKS = dict.fromkeys((0x09, 0x0A))
"""What `sanitise` leaves for whoever breaks lines; in a drawn line they have no place, and no width."""

_SPINNER = "|/-\\"


class NothingHidden(LineFilter):
    """No text may hold a character that a terminal obeys, or that nobody sees.

    Texts of a backend are made safe where they are read; this catches what was forgotten.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without such characters, as wide as before."""
        del background
        if all(segment.text.isascii() and segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(UNSEEN.sub(_blank, segment.text.translate(_BREAKS)), segment.style)
            for segment in segments
        ]


class NothingHiddenInPrints(RenderHook):
    """The same for what is printed when the app has gone: an exception may quote a server. There is room for marks.

    Nor are there secrets: a traceback may show the variables of a request.
    """

    def __init__(self, console: Console, secrets: Sequence[str] = ()) -> None:
        self._console = console
        self._secrets = tuple(secrets)
        self._pieces = NoSecrets(secrets)

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """What is to be printed, drawn and made visible."""
        return [Segments(self._visible(renderable)) for renderable in renderables]

    def _visible(self, renderable: ConsoleRenderable) -> Iterator[Segment]:
        # A traceback wraps and cuts what variables hold, so that of a long secret only pieces may be there.
        for segment in self._pieces.apply(list(self._console.render(renderable)), Color(0, 0, 0)):
            yield segment if segment.control else Segment(sanitise(hide(segment.text, self._secrets)), segment.style)


def _blank(hidden: re.Match[str]) -> str:
    """Most have no width; what has is blank, so that the line stays as wide as it was laid out."""
    return " " * cell_len(hidden.group())


class NoSecrets(LineFilter):
    """No line shows a secret of the connection, nor a key of the platform; the columns stay.

    What is copied or edited keeps it: this is about looking over shoulders, screenshots and recordings of terminals.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with dots in the place of secrets."""
        del background
        text = "".join(segment.text for segment in segments if not segment.control)
        spans = list(secret_spans(text, self._secrets))
        if not spans:
            return segments
        letters = list(text)
        for begin, end in spans:
            letters[begin:end] = "\N{BULLET}" * (end - begin)
        dotted = "".join(letters)
        changed: list[Segment] = []
        at = 0
        for segment in segments:
            if segment.control:
                changed.append(segment)
                continue
            changed.append(Segment(dotted[at : at + len(segment.text)], segment.style))
            at += len(segment.text)
        return changed


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
    singles |= {mark.shape: mark.ascii for mark in Mark}
    return table | {ord(mark): plain for mark, plain in singles.items()}


_ASCII = _table()
