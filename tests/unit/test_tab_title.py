"""The tabs' names in a border: all of them are there as long as that is possible, and each can be clicked."""

from __future__ import annotations

import pytest

from tui.widgets.inspector import TABS
from tui.widgets.lines import plain, width_of
from tui.widgets.tab_title import SHORT, tab_at, tab_line


@pytest.mark.parametrize("current", TABS)
@pytest.mark.parametrize("cells", [26, 27, 30, 36, 80])
def test_every_tab_is_named_and_the_current_one_in_full(current: str, cells: int) -> None:
    line = tab_line(TABS, current, cells)
    assert width_of(line) <= cells
    names = plain(line).replace("│", " ").split()
    assert all(name in (tab, SHORT.get(tab)) for name, tab in zip(names, TABS, strict=True))
    assert names[TABS.index(current)] == current


@pytest.mark.parametrize("cells", [26, 80])
def test_each_name_can_be_clicked(cells: int) -> None:
    line = tab_line(TABS, "State", cells)
    text = plain(line)
    for number, name in enumerate(text.replace("│", " ").split()):
        assert tab_at(line, text.index(name)) == number
        assert tab_at(line, text.index(name) + len(name) - 1) == number
    assert tab_at(line, -1) is None
    assert tab_at(line, len(text)) is None


def test_where_nothing_fits_there_is_still_something() -> None:
    assert "Checkpoint" in plain(tab_line(TABS, "Checkpoint", 8))
