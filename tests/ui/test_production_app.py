"""A profile that is marked as production, in the app: it looks it, always asks, and deleting wants the id."""

from __future__ import annotations

from textual.color import Color
from textual.widgets import Input, Static

from tests.ui.driving import app_on_fake
from tui.screens.type_id import TypeIdScreen
from tui.widgets.header_line import HeaderLine


async def test_the_header_is_coloured_and_questions_name_host_and_thread() -> None:
    async with app_on_fake(production=True, profile="prod", ask=False) as (driver, backend):
        assert "PRODUCTION" in driver.text("#header")
        header = driver.screen.query_one(HeaderLine)
        assert header.styles.background == Color.parse(driver.app.theme_variables["error"])
        await driver.select_step(1)
        await driver.press("r")
        words = await driver.asked()
        assert "PRODUCTION http://fake.example (profile prod), thread …t-1:" in words
        assert driver.screen.query_one("#question").has_class("-production")
        await driver.press("n")
        assert not backend.sent("stream_run", "update_state")


async def test_a_setting_turns_questions_off_but_not_the_one_before_deleting() -> None:
    async with app_on_fake(ask=False) as (driver, backend):
        await driver.select_step(1)
        await driver.press("r")
        await driver.run_over()
        assert backend.sent("stream_run")
        await driver.press("1", "D")
        assert "Delete" in await driver.asked()
        await driver.press("n")
        assert not backend.sent("delete_thread")


async def test_deleting_wants_the_id_typed() -> None:
    async with app_on_fake(production=True) as (driver, backend):
        await driver.press("1", "D")
        await driver.until(lambda: isinstance(driver.app.screen, TypeIdScreen), "the question")
        await driver.write("t-2")
        await driver.press("enter")
        assert not backend.sent("delete_thread")
        assert "not its id" in str(driver.app.screen.query_one("#type-wrong", Static).render())
        driver.app.screen.query_one(Input).value = "t-1"
        await driver.press("enter")
        await driver.until(lambda: backend.sent("delete_thread"), "the deletion")


async def test_esc_deletes_nothing() -> None:
    async with app_on_fake(production=True) as (driver, backend):
        await driver.press("1", "D")
        await driver.until(lambda: isinstance(driver.app.screen, TypeIdScreen), "the question")
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "the main screen")
        assert not backend.sent("delete_thread")
