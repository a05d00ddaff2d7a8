"""The editor of a new input: a draft for each thread, held while it is sent, and who runs a thread that is new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from langgraph_sdk import get_sync_client
from textual.widgets import OptionList

from tests.fakes import AGENT, FakeBackend, FakeStream
from tests.ui.driving import Driver, app_on_server, opened_app
from tui.backends.errors import CannotConnect, ServerFailed
from tui.domain.checkpoint import JSON, Assistant
from tui.domain.requests import RunRequest


@dataclass
class TwoThreads(FakeBackend):
    """Two threads, and runs that the server takes only while the gate is open."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.add_weather_thread()
        self.add_weather_thread()

    @asynccontextmanager
    async def stream_run(self, thread_id: str, request: RunRequest) -> AsyncIterator[FakeStream]:
        await self.gate.wait()
        async with super().stream_run(thread_id, request) as stream:
            yield stream


class TwoAssistants(TwoThreads):
    """Somebody has to choose."""

    async def assistants(self) -> Sequence[Assistant]:
        self._note("assistants")
        return [AGENT, replace(AGENT, assistant_id="a-other", graph_id="other", name="other")]


async def go_to(driver: Driver, thread_id: str) -> None:
    """Open a thread with the keys."""
    await driver.press("1")
    assert driver.screen.threads_list.select(thread_id)
    await driver.press("enter")
    await driver.until(lambda: opened_id(driver) == thread_id, "the thread")


def opened_id(driver: Driver) -> str | None:
    opened = driver.screen.history.opened
    return opened.thread_id if opened is not None else None


def is_held(driver: Driver) -> bool:
    return driver.screen.input_editor.is_held


async def write_input(driver: Driver, text: str) -> None:
    await driver.press("2", "i")
    await driver.until(lambda: driver.screen.input_editor.is_open, "the editor")
    await driver.write(text)


async def test_every_thread_has_its_own_draft_and_leaving_tells_of_them() -> None:
    async with opened_app(TwoThreads()) as driver:
        editor = driver.screen.input_editor
        await go_to(driver, "t-1")
        await write_input(driver, "for one")
        await driver.press("escape")
        assert driver.heard[-1] == "The text is kept: i goes on with it."
        await go_to(driver, "t-2")
        await write_input(driver, "for two")
        assert editor.text == "for two"
        await driver.press("escape")
        await go_to(driver, "t-1")
        await write_input(driver, "!")
        assert editor.text == "for one!"
        await driver.press("escape", "q")
        assert "2 drafts were not sent." in await driver.asked()
        await driver.press("n", "i", *["backspace"] * 8, "escape", "q")
        assert "There is a draft that was not sent." in await driver.asked()


async def test_a_thread_that_is_deleted_takes_its_draft_with_it() -> None:
    async with opened_app(TwoThreads()) as driver:
        await go_to(driver, "t-1")
        await write_input(driver, "for one")
        await driver.press("escape", "1", "D")
        await driver.yes()
        await driver.until(lambda: opened_id(driver) is None, "the end of the thread")
        assert not driver.screen.drafts


async def test_what_is_asked_about_is_what_is_sent() -> None:
    backend = TwoThreads()
    async with opened_app(backend) as driver:
        editor = driver.screen.input_editor
        await go_to(driver, "t-1")
        await write_input(driver, "hello")
        await driver.press("ctrl+s")
        await driver.asked()
        assert is_held(driver)
        await driver.press("n")
        assert not is_held(driver)
        await driver.write("!")
        assert editor.text == "hello!"
        backend.gate.clear()
        await driver.press("ctrl+s")
        await driver.yes()
        assert is_held(driver)
        assert "Sending …" in driver.text("#input-editor Static")
        await driver.press("2", "i")
        await driver.write("quick")
        await driver.press("enter", "backspace", "ctrl+s")
        assert editor.text == "hello!", "what is sent can't change any more, and no key is a command"
        assert opened_id(driver) == "t-1"
        backend.gate.set()
        await driver.run_over()
        assert not editor.is_open
        (request,) = [about for name, about in backend.calls if name == "stream_run"]
        assert request.input["messages"][0]["content"] == "hello!"
        assert not driver.screen.drafts


async def test_an_input_on_its_way_leaves_that_of_another_thread_alone() -> None:
    backend = TwoThreads()
    async with opened_app(backend) as driver:
        await go_to(driver, "t-1")
        await write_input(driver, "for one")
        backend.gate.clear()
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.press("escape")
        await go_to(driver, "t-2")
        await write_input(driver, "for two")
        backend.gate.set()
        await driver.run_over()
        await driver.write("!")
        assert driver.screen.input_editor.text == "for two!"
        assert len(driver.screen.drafts) == 0, "the first is sent, the second is still typed"


@pytest.mark.parametrize("error", [CannotConnect("No answer."), ServerFailed("It broke.")])
async def test_an_input_that_could_not_be_sent_stays_in_the_editor(error: Exception) -> None:
    backend = TwoThreads()
    async with opened_app(backend, size=(80, 24)) as driver:
        editor = driver.screen.input_editor
        await go_to(driver, "t-1")
        await write_input(driver, "hello")
        backend.fail["stream_run"] = error
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.until(lambda: not editor.is_held, "the failure")
        assert editor.is_open
        assert driver.screen.focused is editor.area
        await driver.write("!")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert [about.input["messages"][0]["content"] for name, about in backend.calls if name == "stream_run"] == [
            "hello",
            "hello!",
        ]


async def test_esc_before_the_question_means_that_there_is_none() -> None:
    gate = asyncio.Event()

    class SlowToDraw(TwoThreads):
        async def graph(self, assistant_id: str, *, xray: bool = False) -> JSON:
            await gate.wait()
            return await super().graph(assistant_id, xray=xray)

    backend = SlowToDraw()
    async with opened_app(backend) as driver:
        await go_to(driver, "t-1")
        await write_input(driver, "hello")
        await driver.press("ctrl+s")
        assert driver.screen.input_editor.is_held
        await driver.press("escape")
        gate.set()
        await driver.pilot.pause()
        assert not driver.screen.input_editor.is_open
        assert not driver.screen.query_one("#question").has_class("-open")
        await write_input(driver, "!")
        assert driver.screen.input_editor.text == "hello!"


async def test_who_chooses_no_assistant_makes_no_thread() -> None:
    backend = TwoAssistants()
    async with opened_app(backend) as driver:
        await driver.press("a")
        await driver.yes()
        await driver.until(lambda: isinstance(driver.app.focused, OptionList), "the choice")
        await driver.pilot.pause(0.4)
        assert "making" not in driver.text("#header"), "nothing is made while the user chooses"
        await driver.press("escape")
        assert not backend.sent("create_thread")
        assert driver.heard[-1] == "No assistant was chosen, so no thread was made: a asks again."
        await driver.press("a")
        await driver.yes()
        await driver.until(lambda: isinstance(driver.app.focused, OptionList), "the choice")
        await driver.press("enter")
        await driver.until(lambda: driver.screen.input_editor.is_open, "the editor")
        assert opened_id(driver) == "t-3"
        assert "New input for agent" in str(driver.screen.input_editor.border_title)


async def test_a_thread_is_made_for_the_chosen_assistant_on_a_real_server(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    before = client.threads.count()
    async with app_on_server(server_url) as driver:
        await driver.press("a")
        await driver.yes()
        await driver.until(lambda: isinstance(driver.app.focused, OptionList), "the choice")
        await driver.press("escape")
        await driver.press("a")
        await driver.yes()
        await driver.until(lambda: isinstance(driver.app.focused, OptionList), "the choice")
        choices = driver.app.screen.choices  # type: ignore[attr-defined]
        at = [words for _, words in choices].index("agent")
        await driver.press(*["j"] * at, "enter")
        await driver.until(lambda: driver.screen.input_editor.is_open, "the editor")
        await driver.write("the weather in sf")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        made = opened_id(driver)
    assert made is not None
    assert client.threads.get(made)["metadata"]["graph_id"] == "agent"
    assert client.threads.count() == before + 1


async def test_an_input_on_an_old_row_says_where_it_starts_and_what_stays_unanswered() -> None:
    async with opened_app(TwoThreads()) as driver:
        await go_to(driver, "t-1")
        await write_input(driver, "go on")
        editor = driver.screen.input_editor
        assert str(editor.border_title) == "New input"
        await driver.press("escape")
        await driver.select_step(1)
        await write_input(driver, "")
        assert str(editor.border_title) == "New input on top of step 1, not the head"
        await driver.press("ctrl+s")
        words = await driver.asked()
        assert "on top of step 1?" in words
        assert "1 tool call stays unanswered (search): many models refuse that." in words


async def test_while_a_run_goes_on_the_keys_that_are_named_are_none_that_would_be_typed() -> None:
    backend = TwoThreads()
    async with opened_app(backend) as driver:
        await go_to(driver, "t-1")
        await driver.select_step(1)
        backend.gate.clear()
        await driver.press("r")
        await driver.yes()
        await write_input(driver, "go on")
        await driver.press("ctrl+s")
        words = "A run is going on on this thread: esc, then x in the timeline cancels it, J joins it."
        await driver.until(lambda: words in driver.heard, "the message")
        driver.app.clear_notifications()
        await driver.press("escape", "e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.write("!")
        await driver.press("ctrl+s")
        await driver.until(lambda: words in driver.heard, "the message")
        backend.gate.set()
        await driver.run_over()
