"""Keys that are typed while a thread opens: they wait for it, and are for nothing else."""

from __future__ import annotations

import asyncio
import gc
import warnings
from dataclasses import dataclass, field

import pytest
from langgraph_sdk import get_sync_client
from textual.events import Key
from textual.widgets import Input

from tests.fakes import FakeBackend
from tests.ui.driving import Driver, app_on_fake, app_on_server, opened_app
from tui.backends.errors import NotFound
from tui.domain.checkpoint import ServerInfo
from tui.screens.waiting_keys import ONE_GO_SECONDS
from tui.widgets.args_editor import ArgsEditor


@dataclass
class SlowBackend(FakeBackend):
    """Two threads whose histories are read only while the gate is open."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    def __post_init__(self) -> None:
        self.add_weather_thread()
        self.add_weather_thread()

    async def before_page(self) -> None:
        """Wait at the gate."""
        self.waiting += 1
        await self.gate.wait()


def open_gate() -> SlowBackend:
    backend = SlowBackend()
    backend.gate.set()
    return backend


async def type_at_once(driver: Driver, *keys: str) -> None:
    """Keys that come in one piece, as pasted or from a fast typist over a slow line."""
    for key in keys:
        driver.app.post_message(Key(key, key if len(key) == 1 else None))
    await driver.pilot.pause()


def opened_id(driver: Driver) -> str | None:
    opened = driver.screen.history.opened
    return opened.thread_id if opened is not None else None


async def shut_on_the_other_thread(driver: Driver, backend: SlowBackend) -> str:
    """The cursor on the thread that is not open, and the gate shut; returns which is open."""
    before = opened_id(driver)
    assert before is not None
    backend.gate.clear()
    backend.waiting = 0
    await driver.press("j")
    selected = driver.screen.threads_list.selected
    assert selected is not None
    assert selected.thread_id != before
    return before


async def test_keys_typed_at_once_with_enter_are_for_the_thread_that_opens() -> None:
    backend = open_gate()
    async with opened_app(backend) as driver:
        before = await shut_on_the_other_thread(driver, backend)
        await type_at_once(driver, "enter", "j", "j", "e")
        await driver.press("Z")
        await driver.until(lambda: backend.waiting, "the opening")
        assert driver.screen.waiting_keys.count == 4
        assert opened_id(driver) == before
        backend.gate.set()
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.until(lambda: not driver.screen.waiting_keys.count, "the last key")
        assert opened_id(driver) != before
        editor = driver.screen.query_one(ArgsEditor)
        await driver.until(lambda: "Z" in str(editor.edited_args()), "what was typed behind e")


async def test_esc_gives_up_and_the_keys_are_for_nothing_else() -> None:
    backend = open_gate()
    async with opened_app(backend) as driver:
        before = await shut_on_the_other_thread(driver, backend)
        selected = driver.screen.timeline.selected
        await driver.press("enter", "j", "j", "e", "escape")
        assert not driver.screen.waiting_keys.is_waiting
        backend.gate.set()
        await driver.press("2")
        assert opened_id(driver) == before
        assert driver.screen.timeline.selected == selected
        assert not driver.screen.inspector.is_editing
        assert driver.heard[-1].startswith("Given up")


async def test_a_thread_that_does_not_open_takes_its_keys_with_it() -> None:
    backend = open_gate()
    async with opened_app(backend) as driver:
        before = await shut_on_the_other_thread(driver, backend)
        selected = driver.screen.timeline.selected
        backend.fail["history"] = NotFound("That thread is gone.")
        await driver.press("enter", "j", "j")
        backend.gate.set()
        await driver.until(lambda: any("gone" in words for words in driver.heard), "the error")
        assert driver.screen.waiting_keys.count == 0
        assert opened_id(driver) == before
        assert driver.screen.timeline.selected == selected


async def test_enter_and_esc_in_the_same_moment_leave_nothing_behind() -> None:
    backend = open_gate()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with opened_app(backend) as driver:
            before = opened_id(driver)
            await driver.press("j")
            await type_at_once(driver, "enter", "escape")
            assert opened_id(driver) == before
            await type_at_once(driver, "enter", "j")
            await driver.until(lambda: opened_id(driver) != before, "the other thread")
        gc.collect()
    assert not [str(warning.message) for warning in caught if "never awaited" in str(warning.message)]


async def test_a_second_enter_opens_another_thread_and_forgets_the_keys_of_the_first() -> None:
    backend = open_gate()
    async with opened_app(backend) as driver:
        before = await shut_on_the_other_thread(driver, backend)
        await driver.press("enter", "j")
        await driver.until(lambda: backend.waiting, "the opening")
        threads = driver.screen.threads_list
        threads.select(before)
        threads.action_open()  # as a double click does
        await driver.pilot.pause()
        assert driver.screen.waiting_keys.count == 0
        backend.gate.set()
        await driver.until(lambda: driver.screen.current_pane == "timeline", "the thread")
        assert opened_id(driver) == before


async def test_keys_that_come_before_the_first_thread_wait_for_it() -> None:
    backend = SlowBackend()
    async with opened_app(backend, wait=False) as driver:
        await driver.press("enter", "j")
        await driver.until(lambda: backend.waiting, "the first thread")
        assert "Opening weather in SF" in driver.text("#timeline")
        assert "thread is open" not in driver.text("#timeline")
        backend.gate.set()
        await driver.until(lambda: driver.screen.is_ready, "the first thread")
        await driver.until(lambda: not driver.screen.waiting_keys.count, "the keys")
        head = driver.screen.history.opened.tree.head if driver.screen.history.opened else None
        assert head is not None
        await driver.until(lambda: driver.screen.timeline.selected == head.parent_id, "one step down")
        assert driver.screen.current_pane == "timeline"


async def test_a_key_that_waited_answers_no_question() -> None:
    backend = SlowBackend()
    async with opened_app(backend, wait=False) as driver:
        await driver.press("D", "y", "y")
        await driver.until(lambda: backend.waiting, "the first thread")
        assert driver.screen.waiting_keys.count == 3
        backend.gate.set()
        assert "Delete" in await driver.asked()
        await driver.until(lambda: not driver.screen.waiting_keys.count, "the keys")
        assert "Delete" in await driver.asked()
    assert len(backend.threads) == 2


async def test_q_behind_keys_that_wait_long_leaves_at_once() -> None:
    async with opened_app(NeverThere(), wait=False) as driver:
        await driver.until(lambda: "Connecting" in driver.text("#threads"), "the words")
        long_ago = Key("j", "j")
        long_ago.time -= 2 * ONE_GO_SECONDS
        driver.app.post_message(long_ago)
        await driver.until(lambda: driver.screen.waiting_keys.count, "the key")
        await driver.press("q")
        await driver.until(lambda: driver.app.return_code is not None, "the end")


async def test_esc_at_the_start_gives_up_what_hangs_and_ctrl_r_tries_again() -> None:
    backend = SlowBackend()
    async with opened_app(backend, wait=False) as driver:
        await driver.until(lambda: backend.waiting, "the first thread")
        await driver.press("escape")
        assert driver.screen.is_ready
        assert "No thread is open" in driver.text("#timeline")
        backend.gate.set()
        await driver.press("enter")
        await driver.until(lambda: opened_id(driver), "a thread")


async def test_what_is_typed_while_a_thread_is_made_goes_into_its_input() -> None:
    backend = open_gate()
    async with opened_app(backend) as driver:
        await driver.press("a")
        await driver.asked()
        backend.gate.clear()
        await driver.press("y")
        await driver.write("hi")
        backend.gate.set()
        await driver.until(lambda: driver.screen.input_editor.has_class("-open"), "the editor")
        await driver.until(lambda: "hi" in driver.screen.input_editor.text, "what was typed")


async def test_typed_at_once_on_a_real_server(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    thread_id = str(client.threads.create()["thread_id"])
    client.runs.wait(thread_id, "agent", input={"messages": [{"role": "user", "content": "the weather in sf"}]})
    async with app_on_server(server_url) as driver:
        assert driver.screen.threads_list.select(thread_id)
        await type_at_once(driver, "enter", "j", "j", "e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        assert opened_id(driver) == thread_id


async def test_on_the_palette_no_key_waits() -> None:
    backend = open_gate()
    async with app_on_fake(backend=backend) as (driver, _):
        await shut_on_the_other_thread(driver, backend)
        await driver.press("enter", "ctrl+p")
        await driver.press("f")
        assert driver.screen.waiting_keys.count == 0
        await driver.press("escape")
        backend.gate.set()
        await driver.until(lambda: not driver.screen.waiting_keys.is_waiting, "the thread")


async def test_a_text_typed_at_once_with_the_key_that_asks_for_it_is_in_its_field() -> None:
    async with app_on_fake() as (driver, _):
        await type_at_once(driver, "slash", "s", "e", "a", "r")
        find = driver.screen.query_one("#find Input", Input)
        await driver.until(lambda: find.value == "sear", "the text to find")
        await driver.press("escape", "2")
        await type_at_once(driver, "i", "h", "e", "j")
        await driver.until(lambda: driver.screen.input_editor.text == "hej", "the input")


async def test_a_text_typed_at_once_with_e_is_in_the_field_that_opens() -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("2", "j", "j")
        await type_at_once(driver, "e", *"Zurich")
        editor = driver.screen.query_one(ArgsEditor)
        await driver.until(lambda: "SantaFeZurich" in editor.area.text.replace(" ", ""), "what was typed")


async def test_a_text_typed_at_once_with_e_on_several_fields_and_from_the_inspector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    asks = backend.rows["t-1"][2].values["messages"][1]["tool_calls"][0]
    # All threads of all tests share this call: it must be as it was afterwards.
    monkeypatch.setitem(asks, "args", asks["args"] | {"limit": 3, "deep": {"a": 1}, "note": "x"})
    async with app_on_fake(backend=backend, size=(80, 24)) as (driver, _):
        await driver.press("2", "j", "j", "3")
        await type_at_once(driver, "e", *"Zurich")
        editor = driver.screen.query_one(ArgsEditor)
        await driver.until(lambda: "Zurich" in editor.area.text, "what was typed")
        assert "Zurich" in str((editor.edited_args() or {}).values())


class NeverThere(FakeBackend):
    """A server that never answers."""

    async def connect(self) -> ServerInfo:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


async def test_what_is_mounted_behind_the_first_list_is_there_too_when_there_is_none() -> None:
    async with opened_app(NeverThere(), wait=False) as driver:
        await driver.until(lambda: "Connecting" in driver.text("#threads"), "the words")
        assert not driver.screen.query("#input-editor")
        await driver.press("escape")
        await driver.until(lambda: driver.screen.query("#input-editor") and driver.screen.query("#args-editor"), "them")


async def test_leaving_while_it_connects_is_no_error() -> None:
    async with opened_app(NeverThere(), wait=False) as driver:
        await driver.until(lambda: "Connecting" in driver.text("#threads"), "the words")
        await driver.press("ctrl+q")
    assert driver.app.return_code == 0
