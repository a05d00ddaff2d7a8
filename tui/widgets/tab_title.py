"""The names of tabs in the upper border of a pane: which of them is in front, and where each can be clicked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.widgets.lines import Line, width_of

SHORT: Mapping[str, str] = {"Messages": "Msgs", "Checkpoint": "Check"}
"""What a tab that is not in front is called where there is no room for its name."""


def tab_line(tabs: Sequence[str], current: str, cells: int) -> Line:
    """The names of all tabs; in `cells` if that is possible, with ever less between them and of them."""
    short = [name if name == current else SHORT.get(name, name) for name in tabs]
    ways = [_joined(names, tabs, current, rule) for names in (list(tabs), short) for rule in (" │ ", "│")]
    return next((line for line in ways if width_of(line) <= cells), ways[-1])


def tab_at(line: Line, x: int) -> int | None:
    """The number of the tab at a cell of a line; the rule behind a name belongs to it."""
    end = 0
    for number, (name, _) in enumerate(line):
        end += len(name)
        if 0 <= x < end:
            return number // 2
    return None


def _joined(names: Sequence[str], tabs: Sequence[str], current: str, rule: str) -> Line:
    parts = []
    for name, tab in zip(names, tabs, strict=True):
        parts += [(name, "current" if tab == current else "calm"), (rule, "rule")]
    return tuple(parts[:-1])
