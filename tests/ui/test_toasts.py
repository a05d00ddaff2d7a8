"""Messages have lines of their own: they lie on nothing, and none is there twice."""

from __future__ import annotations

import pytest
from textual.widget import Widget
from textual.widgets._toast import Toast

from tests.ui.driving import Driver, app_on_fake
from tests.ui.test_navigation import long_thread
from tui.screens.help import HelpScreen

SIZES = [(120, 36), (80, 24)]


def toasts(driver: Driver) -> list[Widget]:
    return list(driver.app.screen.query("Toast"))


async def told(driver: Driver, text: str) -> None:
    driver.screen.tell(text)
    await driver.until(lambda: toasts(driver), "the message")
    await driver.pilot.pause()


def covered(driver: Driver) -> list[Widget]:
    """What is seen on the screen and lies below a message."""
    others = [widget for widget in driver.app.screen.query("*") if not widget.children and widget.region.area]
    told = {toast.region for toast in toasts(driver)}
    return [
        other
        for other in others
        if not isinstance(other, Toast) and any(map(other.region.overlaps, told)) and other.is_on_screen
    ]


@pytest.mark.parametrize("size", SIZES)
async def test_a_message_covers_nothing(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, toasts=True) as (driver, _):
        await driver.select_step(1)
        await told(driver, "told before")
        await driver.press("r")
        await driver.asked()
        await told(driver, "and told meanwhile")
        await driver.until(lambda: len(toasts(driver)) == 2, "both messages")
        await driver.until(lambda: not covered(driver), "room for all")
        assert driver.screen.query_one("#question").region.height
        assert driver.screen.query_one("#keys").region.bottom == size[1], "the keys stay where they are"
        assert all(toast.region.bottom <= size[1] - 1 for toast in toasts(driver))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["e", "i"])
async def test_an_editor_is_not_covered(size: tuple[int, int], key: str) -> None:
    async with app_on_fake(size=size, toasts=True) as (driver, _):
        await driver.press("2", key)  # e at the head goes to the tool call, and says so
        screen = driver.screen
        await driver.until(lambda: screen.inspector.is_editing or screen.input_editor.has_class("-open"), "the editor")
        await told(driver, "told over it")
        await driver.until(lambda: not covered(driver), "room for the editor")


@pytest.mark.parametrize("size", SIZES)
async def test_the_selected_row_stays_in_sight(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, backend=long_thread(80), toasts=True) as (driver, _):
        await driver.press("2", *["j"] * (size[1] - 4))
        timeline = driver.screen.timeline

        def seen() -> bool:
            at = timeline.cursor_line()
            return at is not None and 0 <= at - timeline.scroll_offset.y < timeline.scrollable_content_region.height

        await driver.until(seen)
        await told(driver, "several lines " * (size[0] // 5))
        await driver.until(seen, "the row, now that the pane is lower")
        driver.app.clear_notifications()
        await driver.until(lambda: not toasts(driver), "the end of the message")
        assert seen()


async def test_a_dialog_is_not_covered() -> None:
    async with app_on_fake(size=(80, 24), toasts=True) as (driver, _):
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, HelpScreen))
        await told(driver, "told over it")
        await driver.until(lambda: not covered(driver), "room for the help")


async def test_the_same_is_not_told_twice_at_a_time() -> None:
    async with app_on_fake(toasts=True) as (driver, _):
        for _ in range(3):
            await told(driver, "the same")
        assert [str(toast.render()) for toast in toasts(driver)] == ["the same"]
        driver.screen.tell("another")
        await driver.until(lambda: len(toasts(driver)) == 2, "the other message")


async def test_of_a_run_only_what_was_said_last_stands() -> None:
    async with app_on_fake() as (driver, _):
        driver.screen.tell("Run …1 goes on.", about="r-1")
        driver.screen.tell("Run …2 goes on.", about="r-2")
        driver.screen.warn("Run …1 is cancelled.", about="r-1")
        await driver.until(lambda: driver.heard == ["Run …2 goes on.", "Run …1 is cancelled."], "the newest of each")
        driver.screen.tell("", about="r-2")
        await driver.until(lambda: driver.heard == ["Run …1 is cancelled."], "nothing about the other")


async def test_why_a_key_did_nothing_goes_with_the_next_key() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(-1)
        await driver.press("e", "e")
        (said,) = driver.heard
        assert said.startswith("No tool call to edit here")
        driver.screen.tell("another")
        await driver.press("k")
        await driver.until(lambda: driver.heard == ["another"], "its end")


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_told_leaves_no_empty_rows(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, toasts=True) as (driver, _):
        rows = driver.screen.query_one("#panes").region.height
        for run in range(4):
            driver.screen.tell(f"Run …{run} has begun.", about=f"r-{run}")
            await driver.until(lambda: len(toasts(driver)) == 1, "its begin")
            driver.screen.tell(f"Run …{run} has ended.", about=f"r-{run}")
            await driver.until(lambda: [str(toast.render())[-5:] for toast in toasts(driver)] == ["nded."], "its end")
            await driver.until(lambda: driver.screen.query_one("ToastRack").region.height == 1, "one row for it")
            driver.screen.tell("", about=f"r-{run}")
            await driver.until(lambda: not toasts(driver), "no more words")
        await driver.until(lambda: driver.screen.query_one("#panes").region.height == rows, "all rows back")
