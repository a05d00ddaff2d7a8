"""Tables as lines: columns by cells, narrowed until they fit, as records where they can't. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.lines import Line, Part, width_of, wrap_line

_GAP = " │ "
_LEAST = 5
"""Cells below which a column is not readable."""


def table_lines(rows: Sequence[Sequence[Line]], rights: Sequence[bool], width: int) -> list[Line]:
    """Rows of one-line cells, the first row the headings; `rights` says which columns are set to the right."""
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return []
    full = [[*row, *[()] * (columns - len(row))] for row in rows]
    widths = _widths(full, columns, width - len(_GAP) * (columns - 1))
    if widths is None:
        return _records(full, width)
    lines: list[Line] = []
    for number, row in enumerate(full):
        lines.extend(_row(row, widths, [*rights, *[False] * columns]))
        if number == 0:
            lines.append((("─┼─".join("─" * size for size in widths), "rule"),))
    return lines


def _widths(rows: Sequence[Sequence[Line]], columns: int, room: int) -> list[int] | None:
    """Cells of each column, taken from the widest ones until all fit; None when they can't."""
    widths = [max(1, *(width_of(row[column]) for row in rows)) for column in range(columns)]
    while (over := sum(widths) - room) > 0:
        widest = max(widths)
        if widest <= _LEAST:
            return None
        at = widths.index(widest)
        second = max((size for size in widths if size < widest), default=_LEAST)
        widths[at] = max(_LEAST, widest - over, second - 1)
    return widths


def _row(row: Sequence[Line], widths: Sequence[int], rights: Sequence[bool]) -> list[Line]:
    cells = [wrap_line(cell, size) for cell, size in zip(row, widths, strict=True)]
    lines: list[Line] = []
    for number in range(max(map(len, cells))):
        parts: list[Part] = []
        for column, (cell, size) in enumerate(zip(cells, widths, strict=True)):
            line = cell[number] if number < len(cell) else ()
            space: Line = ((" " * max(0, size - width_of(line)), ""),)
            if column:
                parts.append((_GAP, "rule"))
            parts += (space + line) if rights[column] else (line + space)
        lines.append(tuple(part for part in parts if part[0]))
    return lines


def _records(rows: Sequence[Sequence[Line]], width: int) -> list[Line]:
    """Each row as lines of "heading value"."""
    lines: list[Line] = []
    for row in rows[1:]:
        if lines:
            lines.append((("─" * min(width, 12), "rule"),))
        for heading, cell in zip(rows[0], row, strict=True):
            lines.extend(wrap_line((*heading, (" ", ""), *cell), width, 2))
    return lines
