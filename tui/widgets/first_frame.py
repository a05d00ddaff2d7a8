"""The first frame: header and empty panes where they will be, drawn before there are any widgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Size
from textual.strip import Strip

from tui.widgets.header_line import HeaderFacts, header_line

SHARES, LEAST = (26, 52, 42), 26
"""The widths of the panes and the least of the first, as in the style sheet of the debugger."""

WIDE = 100
"""Columns from which on there is more than one pane."""

_HEADER = {"name": "primary", "profile": "foreground", "calm": "calm", "warning": "warning"}
"""Styles of the header's parts: variables of the theme."""


def first_frame(
    size: Size, facts: HeaderFacts, variables: Mapping[str, str], filters: Sequence[LineFilter]
) -> LayoutUpdate:
    """The frame. `variables` are the theme's; `filters` are those through which everything is drawn."""
    background = Color.parse(variables["background"])
    strips = [
        Strip(list(line)).adjust_cell_length(size.width, _style(variables, "foreground"))
        for line in _lines(size, facts, variables)
    ]
    for each in filters:
        strips = [strip.apply_filter(each, background) for strip in strips]
    return LayoutUpdate([[strip] for strip in strips[: size.height]], size.region)


def _lines(size: Size, facts: HeaderFacts, variables: Mapping[str, str]) -> Iterator[list[Segment]]:
    yield [
        Segment(text, _style(variables, _HEADER.get(style, "foreground"), "panel", bold=style in ("name", "warning")))
        for text, style in header_line(facts, size.width)
    ]
    height = size.height - 2
    if size.width >= WIDE:
        first, rest = _style(variables, "primary"), _style(variables, "rule")
        widths = _widths(size.width)
        for edges in ("╭─╮", *["│ │"] * (height - 2), "╰─╯"):
            yield [
                Segment(edges[0] + edges[1] * (width - 2) + edges[2], rest if number else first)
                for number, width in enumerate(widths)
            ]
    else:
        yield from ([] for _ in range(height))
    yield [Segment(" " * size.width, _style(variables, "foreground", "panel"))]


def _widths(width: int) -> list[int]:
    first = max(LEAST, width * SHARES[0] // sum(SHARES))
    ends = [0, first, *(first + (width - first) * share // sum(SHARES[1:]) for share in accumulate(SHARES[1:]))]
    return [end - start for start, end in pairwise(ends)]


def _style(variables: Mapping[str, str], color: str, background: str = "background", *, bold: bool = False) -> Style:
    of = Color.parse(variables[color]).rich_color
    return Style(color=of, bgcolor=Color.parse(variables[background]).rich_color, bold=bold or None)
