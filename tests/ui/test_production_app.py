"""A profile that is marked as production, in the app: it looks it, always asks, and deleting wants the id."""

from __future__ import annotations

import asyncio

import pytest
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


WRITES = ("create_thread", "update_state", "stream_run", "start_run", "cancel_run", "delete_thread")


@pytest.mark.parametrize(("keys", "then"), [("r", ""), ("e", "ctrl+s"), ("i", "ctrl+s"), ("1a", "")])
async def test_every_write_asks_whatever_the_setting_and_no_sends_nothing(keys: str, then: str) -> None:
    async with app_on_fake(production=True, profile="prod", ask=False, assistant="agent") as (driver, backend):
        await driver.select_step(1)
        await driver.press(*keys)
        if then:
            await driver.write("x")
            await driver.press(then)
        assert "PRODUCTION http://fake.example (profile prod)" in await driver.asked()
        await driver.press("n")
        await driver.until(lambda: not driver.screen.query_one("#question").has_class("-open"), "the answer")
        assert not backend.sent(*WRITES)


async def test_cancelling_asks_too() -> None:
    async with app_on_fake(production=True, ask=False) as (driver, backend):
        goes_on = asyncio.Event()
        backend.extra_events = [goes_on]
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: driver.screen.live.run_id, "the run")
        await driver.press("x")
        assert "PRODUCTION" in await driver.asked()
        await driver.press("n")
        goes_on.set()
        await driver.run_over()
        assert not backend.sent("cancel_run")


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


async def test_esc_stops_no_write_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would know whether it was done."""
    async with app_on_fake() as (driver, backend):
        answered, deletes = asyncio.Event(), backend.delete_thread

        async def slow(thread_id: str) -> None:
            await answered.wait()
            await deletes(thread_id)

        monkeypatch.setattr(backend, "delete_thread", slow)
        await driver.press("1", "D")
        await driver.yes()
        await driver.until(lambda: "changing threads" in driver.text("#header"), "that it takes long")
        assert "esc stops" not in driver.text("#header")
        await driver.press("escape")
        answered.set()
        await driver.until(lambda: backend.sent("delete_thread"), "the deletion")
