"""Whether columns line up: each line as wide as the terminal, each pane's border in one column, whatever is written."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.app import App

from tests.snapshots.svg import Cell
from tui.domain.cells import cell_len

BORDERS = frozenset("│┃▌║╭╮╰╯┌┐└┘┏┓┗┛├┤┬┴┼─━|+-")
_NONE = ("", "none", "hidden", "blank")


def misaligned(app: App[None], lines: Sequence[Sequence[Segment]], cells: Sequence[Sequence[Cell]]) -> list[str]:
    """What does not line up, in words; nothing where all is well.

    Lines are measured as a whole, as a terminal does: parts of an emoji that meet at the edge of two pieces of text
    would be one character there, and move all that follows.
    """
    width, height = app.size
    found = [] if len(lines) == height else [f"{len(lines)} lines of {height}"]
    for y, line in enumerate(lines):
        text = "".join(segment.text for segment in line)
        if cell_len(text) != width:
            found.append(f"line {y} has {cell_len(text)} cells of {width}: {text!r}")
    return found or [*_borders(app, cells)]


def _borders(app: App[None], cells: Sequence[Sequence[Cell]]) -> list[str]:
    """Places where the border of a widget should stand, and something else does."""
    found = []
    for widget, (region, clip) in app.screen._compositor.visible_widgets.items():
        seen = region.intersection(clip)
        edges = (
            (widget.styles.border_left[0], seen.x, region.x),
            (
                widget.styles.border_right[0],
                seen.right - 1,
                region.right - 1,
            ),
        )
        for kind, x, whole in edges:
            if kind in _NONE or x != whole:
                continue
            for y in range(seen.y, seen.bottom):
                over, _ = app.screen.get_widget_at(x, y)
                if over is widget and cells[y][x].text not in BORDERS:
                    found.append(f"{widget!r}: {cells[y][x].text!r} at column {x} of line {y} instead of its border")
    return found
