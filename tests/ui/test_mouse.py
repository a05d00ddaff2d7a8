"""The mouse does what it seems to: the wheel in every pane, each key of the bar, each row; or nothing at all."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.widget import Widget

from tests.e2e.app_terminal import AppTerminal
from tests.fakes import FakeBackend
from tests.ui.driving import Driver, app_on_fake
from tests.ui.test_navigation import long_thread
from tui.screens.help import HelpScreen
from tui.widgets.text_view import TextView

MOUSE_MODES = {"1000", "1003", "1006", "1015"}
"""What a terminal is asked for by a program that wants to know where the mouse is."""


async def wheel(driver: Driver, widget: Widget, turn: type[MouseScrollDown | MouseScrollUp] = MouseScrollDown) -> None:
    """Turn the wheel over a widget."""
    await driver.pilot._post_mouse_events([turn], widget=widget, offset=(4, 2))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_wheel_scrolls_and_leaves_the_selection(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, backend=long_thread(120)) as (driver, _):
        await driver.press("2", "j")
        timeline = driver.screen.timeline
        selected = timeline.selected
        await wheel(driver, timeline)
        await driver.until(lambda: timeline.scroll_offset.y > 0, "rows further below")
        await wheel(driver, timeline, MouseScrollUp)
        await driver.until(lambda: timeline.scroll_offset.y == 0, "the first row again")
        assert timeline.selected == selected
        await driver.press("3")
        for tab in ("Checkpoint", "JSON", "Messages", "State"):
            while driver.screen.inspector.tab != tab:
                await driver.press("]")
            view = driver.screen.inspector.view
            if view.max_scroll_y:
                await wheel(driver, view)
                await driver.until(lambda view=view: view.scroll_offset.y > 0, f"further below in {tab}")  # type: ignore[misc]
        assert timeline.selected == selected


async def test_the_wheel_scrolls_threads_and_the_help() -> None:
    backend = FakeBackend()
    for _ in range(60):
        backend.add_weather_thread()
    async with app_on_fake(backend=backend) as (driver, _):
        threads = driver.screen.threads_list
        await driver.until(lambda: threads.max_scroll_y > 0, "more threads than lines")
        opened = threads.selected
        await wheel(driver, threads)
        await driver.until(lambda: threads.scroll_offset.y > 0, "threads further below")
        assert threads.selected is opened
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, HelpScreen))
        view = driver.app.screen.query_one(TextView)
        await driver.until(lambda: view.max_scroll_y > 0)
        await wheel(driver, view)
        await driver.until(lambda: view.scroll_offset.y > 0, "keys further below")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_whatever_the_key_bar_shows_can_be_clicked(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size) as (driver, _):
        await driver.select_step(1)
        await driver.until(lambda: "r replay" in driver.text("#keys"))

        async def click(words: str) -> None:
            await driver.until(lambda: words in driver.text("#keys"), words)
            await driver.pilot.click("#keys", offset=(driver.text("#keys").index(words) + 1, 0))

        await click("r replay")
        assert "Replay" in await driver.asked()
        await driver.pilot.click("#question", offset=(0, 0))
        await driver.press("n")
        await click("i input")
        await driver.until(lambda: driver.screen.input_editor.is_open, "the editor")
        await click("esc keep draft")
        await driver.until(lambda: not driver.screen.input_editor.is_open, "the editor to close")
        await click("? help")
        await driver.until(lambda: isinstance(driver.app.screen, HelpScreen), "the help")
        await driver.press("escape")
        await click("e edit")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor of the call")
        await click("^t fields/JSON")
        await driver.until(lambda: driver.screen.inspector.editor.draft.version.is_json, "JSON")


async def test_every_row_can_be_clicked() -> None:
    async with app_on_fake() as (driver, _):
        timeline = driver.screen.timeline
        clicked = []
        for row in range(timeline.row_count):
            await driver.pilot.click("#timeline", offset=(10, row + 1))
            clicked.append(timeline.selected)
        assert len(set(clicked)) == timeline.row_count == 5


@pytest.mark.parametrize("words", [(), ("--no-mouse",)])
def test_without_the_mouse_the_terminal_keeps_it(words: tuple[str, ...], tmp_path: Path) -> None:
    with socket.socket() as deaf:  # bound and not listening: nobody else can have the port
        deaf.bind(("127.0.0.1", 0))
        keep_mouse(words, f"http://127.0.0.1:{deaf.getsockname()[1]}", tmp_path)


def keep_mouse(words: tuple[str, ...], url: str, state: Path) -> None:
    terminal = AppTerminal("open", url, *words, state=state)
    try:
        terminal.see("offline")
        assert bool(MOUSE_MODES & terminal.modes) is not bool(words)
    finally:
        terminal.write("q")
        assert terminal.ended() == 0
        terminal.close()
