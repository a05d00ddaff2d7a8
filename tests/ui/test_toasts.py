"""Messages never lie on a question or an editor, and none is there twice."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from tests.ui.driving import Driver, app_on_fake
from tui.widgets.told import Told

SIZES = [(120, 36), (80, 24), (200, 50)]


def toasts(driver: Driver) -> list[Widget]:
    return list(driver.app.screen.query("Toast"))


async def told(driver: Driver, text: str) -> None:
    driver.screen.tell(text)
    await driver.until(lambda: toasts(driver), "the message")
    await driver.pilot.pause()


def overlap(driver: Driver, selector: str) -> bool:
    other = driver.screen.query_one(selector)
    assert other.region.height
    return any(toast.region.overlaps(other.region) for toast in toasts(driver))


@pytest.mark.parametrize("size", SIZES)
async def test_a_question_is_not_covered_by_what_was_told_before_or_comes_after(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, toasts=True) as (driver, _):
        await driver.select_step(1)
        await told(driver, "told before")
        await driver.press("r")
        await driver.asked()
        await told(driver, "and told meanwhile")
        await driver.until(lambda: len(toasts(driver)) == 2, "both messages")
        await driver.until(lambda: not overlap(driver, "#question"), "room for the question")
        assert not overlap(driver, "#keys")


@pytest.mark.parametrize("size", SIZES)
async def test_an_editor_is_not_covered(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, toasts=True) as (driver, _):
        await driver.press("2", "e")  # at the head: it goes to the tool call, and says so
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await told(driver, "told over it")
        await driver.until(lambda: not overlap(driver, "ArgsEditor"), "room for the editor")


@pytest.mark.parametrize("size", SIZES)
async def test_an_input_is_not_covered(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, toasts=True) as (driver, _):
        await told(driver, "told before")
        await driver.press("2", "i")
        await driver.until(lambda: driver.screen.input_editor.has_class("-open"), "the editor")
        await driver.until(lambda: not overlap(driver, "#input-editor"), "room for the editor")


async def test_the_same_is_not_told_twice_at_a_time() -> None:
    async with app_on_fake(toasts=True) as (driver, _):
        for _ in range(3):
            await told(driver, "the same")
        assert [str(toast.render()) for toast in toasts(driver)] == ["the same"]
        driver.screen.tell("another")
        await driver.until(lambda: len(toasts(driver)) == 2, "the other message")


def test_what_is_gone_can_be_told_again() -> None:
    seen = Told()
    assert seen.is_news("a", "information", 60)
    assert not seen.is_news("a", "information", 60)
    assert seen.is_news("a", "error", 0)
    assert seen.is_news("a", "error", 0)
