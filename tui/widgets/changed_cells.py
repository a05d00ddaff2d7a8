"""What the terminal shows and what it shall show, cell by cell: only the difference is written.

Textual sends whole widgets, and whole panes when they scroll: 10 to 25 KB for one step of a cursor, of which a few
hundred bytes are news. On a slow line the rest is what the user waits for. As curses does, `take` draws a frame of
Textual's into the picture that is wanted, and `changes` writes what makes the terminal show it; frames in between cost
nothing.

Hyperlinks of styles are left out: the texts come from servers, and where they lead is said by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from tui.widgets.sgr import RESET, change

Cell = tuple[str, str]
"""(text, SGR numbers); the right half of a wide character has the text ""."""

Row = list[Cell]

_UNKNOWN: Cell = ("\x00", "")
"""Differs from every cell: no text has a control character."""

_BLANK: Cell = (" ", "")

SHORT_GAP = 4
"""Unchanged cells between changed ones that are cheaper written again than jumped over."""


class ChangedCells:
    """Two pictures of a screen: the one that is wanted, and the one that the terminal shows."""

    def __init__(self) -> None:
        self._wanted: list[Row] = []
        self._shown: list[Row] = []
        self._touched: set[int] = set()
        self._width = 0

    def forget(self) -> None:
        """The terminal may show anything (it was resized, or another program had it): write everything next time."""
        self._shown = [[_UNKNOWN] * self._width for _ in self._wanted]
        self._touched = set(range(len(self._wanted)))

    def resize(self, size: Size) -> bool:
        """Take another size; whether it is another: what is wanted is to be drawn completely then."""
        if (size.width, size.height) == (self._width, len(self._wanted)):
            return False
        self._width = size.width
        self._wanted = [[_BLANK] * size.width for _ in range(size.height)]
        self.forget()
        return True

    def take(self, update: LayoutUpdate | ChopsUpdate, colors: ColorSystem) -> None:
        """Draw a frame, or a part of one, into the picture that is wanted."""
        pieces = _layout_pieces(update) if isinstance(update, LayoutUpdate) else _chops_pieces(update)
        for x, y, strip in pieces:
            if 0 <= y < len(self._wanted) and x < self._width:
                self._draw(self._wanted[y], x, _cells(strip, colors))
                self._touched.add(y)

    def changes(self) -> str:
        """What to write so that the terminal shows what is wanted, from then on taken as shown; "" if it does."""
        pen = _Pen()
        for y in sorted(self._touched):
            wanted, shown = self._wanted[y], self._shown[y]
            if wanted != shown:
                for start, end in _runs(wanted, shown):
                    pen.write(y, start, wanted[start:end])
                self._shown[y] = wanted.copy()
        self._touched.clear()
        return pen.lift()

    def _draw(self, row: Row, x: int, cells: Sequence[Cell]) -> None:
        """Put cells into a row. Where half of a wide character is covered, the other half becomes blank."""
        room = self._width - x
        if len(cells) > room:
            is_cut = not cells[room][0]
            cells = [*cells[: room - 1], (" ", cells[room - 1][1])] if is_cut else cells[:room]
        end = x + len(cells)
        if not cells:
            return
        if x and not row[x][0]:
            row[x - 1] = (" ", row[x - 1][1])
        if end < self._width and not row[end][0]:
            row[end] = (" ", row[end][1])
        row[x:end] = cells


class _Pen:
    """Writes runs of cells, with as few moves and styles as it can."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._style = ""
        self._at: tuple[int, int] | None = None

    def write(self, y: int, x: int, cells: Sequence[Cell]) -> None:
        """Write cells from a place on."""
        self._go(y, x)
        last = len(cells) - 1
        for at, (text, style) in enumerate(cells):
            if not text:
                continue
            if self._at is None:
                self._go(y, x + at)
            if style != self._style:
                self._out.append(change(self._style, style))
                self._style = style
            if _is_risky(text):
                # Terminals do not agree on its width: clear its place, write it, and say where to go on.
                room = " " if at == last or cells[at + 1][0] else "  "
                self._out.append(f"{room}\x1b[{y + 1};{x + at + 1}H{text}")
                self._at = None
            else:
                self._out.append(text)
        if self._at is not None:
            self._at = (y, x + len(cells))

    def lift(self) -> str:
        """Everything written, the style as it was."""
        if self._style:
            self._out.append(RESET)
        return "".join(self._out)

    def _go(self, y: int, x: int) -> None:
        if self._at == (y, x):
            return
        if self._at is not None and self._at[0] == y and self._at[1] < x:
            self._out.append(f"\x1b[{x - self._at[1]}C")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H")
        self._at = (y, x)


def _runs(wanted: Row, shown: Row) -> Iterator[tuple[int, int]]:
    """The parts of a row that differ, from start to end, whole characters only."""
    start = end = -1
    for at in [at for at, (new, old) in enumerate(zip(wanted, shown, strict=True)) if new != old]:
        left, right = at, at + 1
        while left > 0 and not wanted[left][0]:
            left -= 1
        while right < len(wanted) and not wanted[right][0]:
            right += 1
        if _is_risky(wanted[at][0]) or _is_risky(shown[at][0]):
            # Where it really ended on the terminal nobody knows: write the rest of the row again.
            right = len(wanted)
        if start >= 0 and left <= end + _gap(wanted, end, left):
            end = max(end, right)
        else:
            if start >= 0:
                yield start, end
            start, end = left, right
        if end == len(wanted):
            break
    if start >= 0:
        yield start, end


def _gap(row: Row, end: int, at: int) -> int:
    """How many unchanged cells before `at` may be written again: a few, if they need no other style."""
    if at - end > SHORT_GAP:
        return 0
    style = row[end - 1][1]
    return SHORT_GAP if all(text and not _is_risky(text) and of == style for text, of in row[end:at]) else 0


def _layout_pieces(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield x, y, strip
            x += strip.cell_length


def _chops_pieces(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """What Textual would write: see `ChopsUpdate.render_segments`."""
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > right or end <= left:
                continue
            whole = right > x >= left and end <= right
            yield x, y, strip if whole else strip.crop(0, min(end, right) - x)


def _cells(strip: Strip, colors: ColorSystem) -> Sequence[Cell]:
    cells: list[Cell] = []
    for text, style, control in strip:
        if control or not text:
            continue
        codes = _codes(style, colors) if style is not None else ""
        found = _cells_of(text, codes)
        if cells and not text.isascii():
            _join_marks(cells, text)
        cells += found
    return cells


@lru_cache(8192)
def _cells_of(text: str, codes: str) -> Sequence[Cell]:
    if text.isascii():
        return [(character, codes) for character in (text if text.isprintable() else filter(str.isprintable, text))]
    text = "".join(filter(_is_shown, text))
    cells: list[Cell] = []
    for start, end, width in split_graphemes(text)[0]:
        if width:
            cells.append((text[start:end], codes))
            cells += [("", codes)] * (width - 1)
    return cells


def _join_marks(cells: list[Cell], text: str) -> None:
    """What has no width of its own, at the beginning of a text in another style, belongs to the character before."""
    spans, _ = split_graphemes(text)
    start, end, width = spans[0]
    if width:
        return
    at = len(cells) - 1
    while at > 0 and not cells[at][0]:
        at -= 1
    marks = "".join(filter(_is_shown, text[start:end]))
    cells[at] = (cells[at][0] + marks, cells[at][1])


def _is_shown(character: str) -> bool:
    return character not in _CONTROLS


_CONTROLS = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0))))


def _codes(style: Style, colors: ColorSystem) -> str:
    # Textual keeps it there, too, and writes its own frames with it.
    known = style._ansi
    return known if known is not None else Strip.render_ansi(style, colors)


def _is_risky(text: str) -> bool:
    """Whether terminals disagree about a character's width: one of parts, or half a flag."""
    return len(text) > 1 or "\U0001f1e6" <= text <= "\U0001f1ff"
