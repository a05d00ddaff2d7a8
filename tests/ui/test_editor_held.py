"""The editor of tool arguments from `ctrl+s` to the run: what is asked about is sent, and a failure keeps it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes import FakeBackend
from tests.ui.driving import Driver, opened_app
from tui.backends.errors import CannotConnect, ServerFailed
from tui.domain.checkpoint import CheckpointRef
from tui.domain.requests import StateUpdate
from tui.widgets.args_editor import ArgsEditor


@dataclass
class SlowUpdates(FakeBackend):
    """The weather thread; the server takes edits only while the gate is open."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.add_weather_thread()

    async def update_state(self, thread_id: str, update: StateUpdate) -> CheckpointRef:
        await self.gate.wait()
        return await super().update_state(thread_id, update)


async def edit(driver: Driver, typed: str = "") -> ArgsEditor:
    await driver.select_step(1)
    await driver.press("e")
    editor = driver.screen.inspector.editor
    await driver.until(lambda: driver.screen.focused is editor.area, "the editor")
    await driver.write(typed)
    return editor


def is_held(driver: Driver) -> bool:
    return driver.screen.inspector.editor.is_held


def sent_args(backend: FakeBackend) -> list[Any]:
    edited = (row for row in backend.rows["t-1"] if row.source == "update")
    return [call["args"]["query"] for row in edited for call in row.values["messages"][1]["tool_calls"]]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_what_is_asked_about_is_what_is_sent(size: tuple[int, int]) -> None:
    backend = SlowUpdates()
    async with opened_app(backend, size=size) as driver:
        editor = await edit(driver, "!")
        typed = editor.area.text
        await driver.press("ctrl+s")
        await driver.asked()
        assert is_held(driver)
        await driver.press("n")
        assert not is_held(driver)
        await driver.write("?")
        assert editor.area.text == typed + "?"
        await driver.press("backspace")
        backend.gate.clear()
        await driver.press("ctrl+s")
        await driver.yes()
        assert str(editor.border_subtitle) == "Sending …"
        driver.screen.set_focus(editor.area)
        await driver.press("q", "x", "enter", "backspace", "ctrl+z", "ctrl+r", "ctrl+t", "ctrl+s", "ctrl+o", "ctrl+e")
        editor.take_text("from outside")
        assert editor.area.text == typed, "what is sent can't change any more, and no key is a command"
        assert not editor.draft.version.is_json
        assert len(driver.app.screen_stack) == 1
        backend.gate.set()
        await driver.run_over()
        assert not driver.screen.inspector.is_editing
        assert not driver.screen.drafts
        assert sent_args(backend) == [typed]


async def test_a_switch_is_held_too() -> None:
    backend = SlowUpdates()
    async with opened_app(backend) as driver:
        editor = await edit(driver)
        await driver.press("ctrl+t")
        editor.take_text('{"query": "weather", "exact": true}')
        await driver.press("ctrl+t", "tab")
        assert editor.area.text == "true"
        backend.gate.clear()
        await driver.press("ctrl+s")
        await driver.yes()
        driver.screen.set_focus(editor.area)
        await driver.press("space")
        assert editor.area.text == "true"
        backend.gate.set()
        await driver.run_over()
        assert sent_args(backend) == ["weather"]


async def test_who_leaves_and_comes_back_finds_it_held() -> None:
    backend = SlowUpdates()
    async with opened_app(backend) as driver:
        editor = await edit(driver, "!")
        backend.gate.clear()
        await driver.press("ctrl+s")
        await driver.yes()
        driver.screen.set_focus(editor.area)
        await driver.press("escape")
        assert not [words for words in driver.heard if "draft is kept" in words], "it is on its way"
        await edit(driver)
        assert editor.is_held
        backend.gate.set()
        await driver.run_over()
        assert not driver.screen.inspector.is_editing


@pytest.mark.parametrize("error", [CannotConnect("No answer."), ServerFailed("It broke.")])
async def test_an_edit_that_could_not_be_sent_is_there_to_be_changed(error: Exception) -> None:
    backend = SlowUpdates()
    async with opened_app(backend, size=(80, 24)) as driver:
        editor = await edit(driver, "!")
        typed = editor.area.text
        backend.fail["update_state"] = error
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.until(lambda: not editor.is_held, "the failure")
        assert driver.screen.inspector.is_editing
        await driver.until(lambda: driver.screen.focused is editor.area, "the focus")
        await driver.write("!")
        assert editor.area.text == typed + "!"
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert sent_args(backend) == [typed + "!"]


async def test_a_failure_behind_a_closed_editor_tells_where_the_draft_is() -> None:
    backend = SlowUpdates()
    async with opened_app(backend) as driver:
        editor = await edit(driver, "!")
        typed = editor.area.text
        backend.gate.clear()
        backend.fail["update_state"] = ServerFailed("It broke.")
        await driver.press("ctrl+s")
        await driver.yes()
        driver.screen.set_focus(editor.area)
        await driver.press("escape")
        backend.gate.set()
        words = "The draft is kept: e on its checkpoint goes on with it."
        await driver.until(lambda: words in driver.heard, "where the draft is")
        await edit(driver, "?")
        assert editor.area.text == typed + "?"


async def test_a_plan_that_cannot_be_made_gives_the_editor_back() -> None:
    backend = SlowUpdates()
    async with opened_app(backend) as driver:
        editor = await edit(driver, "!")
        backend.fail["get_run"] = ServerFailed("It broke.")
        await driver.press("ctrl+s")
        await driver.until(lambda: backend.sent("get_run") and not editor.is_held, "the failure")
        await driver.write("?")
        assert editor.area.text.endswith("!?")
