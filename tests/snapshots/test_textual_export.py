"""Our pictures show what Textual itself exports: the same characters in the same cells, in the same colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from rich.cells import cell_len, split_graphemes
from textual.pilot import Pilot

from tests.snapshots.stage import SIZES, State, app_for, drive, settle, staged, take
from tests.snapshots.states import STATES
from tests.snapshots.svg import BAR, CELL, LINE, SPAN, TEXT, screen_cells, screen_lines, svg_of
from tests.ui.driving import Driver

Shown = dict[tuple[int, int], tuple[str, str]]
"""By (column, line): the character there and its colour."""

RULE = re.compile(r"^\.([\w-]+)\s*\{(.*?)\}", re.MULTILINE)
TEXTUAL_TEXT = re.compile(r'<text class="[\w-]+-(r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', re.DOTALL)
TEXTUAL_CELL, TEXTUAL_LINE, TEXTUAL_FIRST = 12.2, 24.4, 20
"""Of rich's export: width of a cell, height of a line, and where the first line of letters stands."""


def _placed(text: str, column: int, line: int, color: str) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    spans, _ = split_graphemes(text)
    for start, end, _ in spans:
        character = text[start:end]
        if character.strip():
            yield (column, line), (character, color)
        column += cell_len(character)


def _color(css: str) -> str:
    found = re.search(r"fill:\s*#([0-9a-fA-F]{6})", css)
    assert found is not None, css
    return found[1].lower()


def shown_by_us(svg: str) -> Shown:
    colors = {rule[1]: _color(rule[2]) for rule in RULE.finditer(svg)}
    shown: Shown = {}
    for text in TEXT.finditer(svg):
        line = (int(text[1]) - 13) // LINE
        for span in SPAN.finditer(text[2]):
            shown.update(_placed(unescape(span[3]), int(span[1]) // CELL, line, colors[span[2]]))
    for name, x, top, bottom in re.findall(r'<path class="(\w+)" d="M(\d+) (\d+)V(\d+)"/>', svg):
        for line in range(int(top) // LINE, int(bottom) // LINE):
            shown[int(x) // CELL, line] = (BAR, colors[name])
    return shown


def shown_by_textual(svg: str) -> Shown:
    colors = {
        rule[1].rpartition("-")[2]: _color(rule[2])
        for rule in RULE.finditer(re.sub(r"(?m)^\s+", "", svg))
        if "-r" in rule[1]
    }
    shown: Shown = {}
    for name, x, y, text in TEXTUAL_TEXT.findall(svg):
        line = round((float(y) - TEXTUAL_FIRST) / TEXTUAL_LINE)
        words = unescape(text).replace("\xa0", " ")
        shown.update(_placed(words, round(float(x) / TEXTUAL_CELL), line, colors[name]))
    return shown


NAMES = ("timeline-nested-older-branch", "messages-wide-characters", "editor-changed", "live-report", "help")


@pytest.mark.parametrize("state", [s for s in STATES if s.name in NAMES], ids=lambda state: state.name)
async def test_as_textual_exports_it(state: State) -> None:
    async with staged(state) as driver:
        picture = await take(driver)
        ours = shown_by_us(picture.svg)
        theirs = shown_by_textual(driver.app.export_screenshot())
        assert ours == shown_by_us(svg_of(screen_cells(screen_lines(driver.app)))), "it stood still"
    assert len(ours) > 300
    assert ours == theirs


def test_textuals_own_snapshot(snap_compare: Callable[..., bool]) -> None:
    """One picture in the form of pytest-textual-snapshot, which shows before and after in a browser."""
    (state,) = (state for state in STATES if state.name == "timeline-8")
    app = app_for(state)

    async def prepare(pilot: Pilot[None]) -> None:
        driver = Driver(app, pilot)
        await drive(driver, state)
        await settle(driver)

    assert snap_compare(app, terminal_size=SIZES[0], run_before=prepare)
