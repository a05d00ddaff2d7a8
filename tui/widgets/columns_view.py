"""A text in as many columns as its room has, for pages to look something up in: the help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from tui.widgets.lines import Line, Part, plain, width_of, wrap_line
from tui.widgets.text_view import Paragraph, TextView

LEAST = 70
"""Cells of a column: its longest lines just fit."""

MOST = 3
GAP = 3


class ColumnsView(TextView):
    """Empty paragraphs part it into blocks, which stay in one column each and in their order."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: list[tuple[Line, ...]] = []
        self._needle = ""
        self._cells = 0

    def line_at(self, index: int, width: int) -> Line:
        """One line; of a match only the column that holds it is marked."""
        if index != self._match:
            return super().line_at(index, width)
        cells = (_marked(cell) if self._needle in plain(cell).casefold() else cell for cell in self._rows[index])
        return beside(tuple(cells), self._cells)

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Scroll to the next line that holds `text` in one of its columns."""
        self._needle = text.casefold()
        return super().find(text, backwards=backwards, stay=stay)

    def _wrap(self, width: int) -> None:
        self._width = width
        self._rows, self._wrapped = [], []
        if width <= 0:
            return
        count = columns_in(width)
        self._cells = (width - GAP * (count - 1)) // count
        blocks = [
            [line for paragraph in block for line in wrap_line(paragraph.line, self._cells, paragraph.indent)]
            for block in _blocks(self._paragraphs)
        ]
        self._rows = list(zip_longest(*in_columns(blocks, count), fillvalue=()))
        self._wrapped = [beside(row, self._cells) for row in self._rows]


def columns_in(width: int) -> int:
    """How many columns have room in that many cells."""
    return max(1, min(MOST, (width + GAP) // (LEAST + GAP)))


def in_columns(blocks: Sequence[Sequence[Line]], count: int) -> list[list[Line]]:
    """At most `count` columns that are as low as can be, with a line between blocks."""
    low, high = max(map(len, blocks), default=0), sum(len(block) + 1 for block in blocks)
    while low < high:
        height = (low + high) // 2
        if len(_filled(blocks, height)) <= count:
            high = height
        else:
            low = height + 1
    return _filled(blocks, low)


def beside(cells: tuple[Line, ...], width: int) -> Line:
    """The lines of columns of `width` cells as one line."""
    parts: list[Part] = []
    for number, cell in enumerate(cells):
        parts += cell
        if any(cells[number + 1 :]):
            parts.append((" " * (width - width_of(cell) + GAP), ""))
    return tuple(parts)


def _filled(blocks: Sequence[Sequence[Line]], height: int) -> list[list[Line]]:
    """Columns of at most `height` lines, one after the other."""
    columns: list[list[Line]] = []
    for block in blocks:
        if columns and len(columns[-1]) + 1 + len(block) <= height:
            columns[-1] += [(), *block]
        else:
            columns.append(list(block))
    return columns


def _blocks(paragraphs: Sequence[Paragraph]) -> Iterator[list[Paragraph]]:
    block: list[Paragraph] = []
    for paragraph in paragraphs:
        if paragraph.line:
            block.append(paragraph)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _marked(cell: Line) -> Line:
    return tuple((text, "match") for text, _ in cell)
