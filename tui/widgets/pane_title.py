"""Titles of panes: a name at the left and facts at the right, both in the upper border."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from textual.content import Content
from textual.widget import Widget

from tui.domain.safe_text import cell_len, one_line, shorten

BORDER_CELLS = 6
"""Corners, and the spaces around a border title."""

_SHOWN: WeakKeyDictionary[Widget, tuple[int, str, str, str, str]] = WeakKeyDictionary()
"""The last title of each pane: setting one draws the whole pane again, also where it says the same."""


_LINES = {"heavy": "━"}


def set_title(pane: Widget, name: str, facts: str = "", foot: str = "") -> None:
    """Write a pane's title, as wide as the pane; facts keep their place when the name is long. `foot` stands below."""
    width = pane.outer_size.width - BORDER_CELLS
    if width <= 0:
        return
    right = shorten(one_line(facts), width)
    left = shorten(one_line(name), max(0, width - cell_len(right) - 2))
    title = (width, left, right, f"{_rule(pane)} {pane.styles.border_top[0]} {_has_corners(pane)}", foot)
    if _SHOWN.get(pane) == title:
        return
    _SHOWN[pane] = title
    if foot or pane.border_subtitle:
        pane.border_subtitle = Content(foot)
    line = max(0, width - cell_len(left) - cell_len(right) - 2) if right else 0
    show_title(
        pane,
        Content.assemble(
            (left, "bold"),
            (f" {_LINES.get(pane.styles.border_top[0], '─') * line} ", f"{_rule(pane)} not bold") if right else "",
            (right, "$calm not bold"),
        ),
    )


def show_title(pane: Widget, title: Content) -> None:
    """Put a title into a pane's border. The same again costs nothing: it would draw all of the pane."""
    if not _has_corners(pane):
        # A border without corners leaves no room beside its title.
        title = Content.assemble(" ", title, " ")
    if title.is_same(getattr(pane, "_border_title", None) or Content()):
        return
    pane.border_title = title


def title_from(pane: Widget) -> int:
    """Cells before the first letter of a pane's title."""
    return 3 if _has_corners(pane) else 2


def _has_corners(pane: Widget) -> bool:
    return bool(pane.styles.border_left[0])


def _rule(pane: Widget) -> str:
    return "$primary" if pane.has_class("-current") else "$rule"
