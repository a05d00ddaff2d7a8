"""What bad input and bad luck get in the app: a clear message, an app that lives, nothing lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes import FakeBackend
from tests.ui.driving import Driver, app_on_fake, opened_app
from tui.backends.errors import (
    BackendError,
    CannotConnect,
    Conflict,
    ConnectionLost,
    NotAllowed,
    NotAnAgentServer,
    ServerFailed,
)
from tui.domain.addresses import Address
from tui.domain.checkpoint import Checkpoint
from tui.domain.transcript import StreamEvent
from tui.screens.travel_control import ANOTHER_GOES_ON
from tui.session.events import RunEnd

BUSY = Conflict("The thread is busy with a run.", hint="Wait for it, or cancel it.", status=409)


async def edit_query(driver: Driver) -> None:
    """Open the editor where the tool call is still to run, and put another query in."""
    await driver.select_step(1)
    await driver.press("e")
    await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
    await driver.press(*["backspace"] * len("Santa Fe"))
    await driver.write("Oslo")


def has_heard(driver: Driver, words: str) -> bool:
    return any(words in message for message in driver.heard)


@pytest.mark.parametrize(
    "error",
    [
        CannotConnect("Nothing listens at http://fake.example.", hint="Start the server, or name another with --url."),
        NotAnAgentServer("http://fake.example is not an Agent Server.", hint="Check the address."),
        NotAllowed("http://fake.example does not accept the key (401).", hint="Set FORKPOINT_API_KEY.", status=401),
        CannotConnect("The certificate of fake.example is not trusted.", hint="Give its CA with --ca FILE."),
    ],
)
async def test_cannot_connect_then_can(error: BackendError) -> None:
    backend = FakeBackend(fail={"connect": error})
    backend.add_weather_thread()
    async with opened_app(backend) as driver:
        shown = "".join(driver.text("#threads").split())
        assert "".join(f"{error.what}{error.hint}ctrl+r tries again.".split()) in shown
        assert not driver.heard, "it stands where the threads would be"
        assert "offline" in driver.text("#header")
        assert "stale" not in driver.text("#header"), "nothing was read that could be"
        assert driver.text("#keys").split() == ["^r", "refresh", "q", "quit", "?", "help", "^p", "all"]
        await driver.press("ctrl+r")
        await driver.until(lambda: driver.screen.timeline.row_count == 5, "the timeline after the second try")
        assert "weather in SF" in driver.text("#threads")


async def test_a_question_says_that_somebody_elses_run_goes_on() -> None:
    async with app_on_fake() as (driver, _):
        opened = driver.screen.history.opened
        assert opened is not None
        await driver.select_step(1)
        opened.reread_as(replace(opened.thread, status="busy"))
        await driver.press("r")
        assert ANOTHER_GOES_ON in await driver.asked()
        await driver.press("n")
        opened.reread_as(replace(opened.thread, status="idle"))
        await driver.press("r")
        assert "goes on" not in await driver.asked()


@pytest.mark.parametrize("method", ["update_state", "stream_run", "get_run", "checkpoint"])
@pytest.mark.parametrize(
    "error", [BUSY, ServerFailed("The server broke.", status=500), ConnectionLost("The line is cut.")]
)
async def test_a_failed_send_keeps_the_draft_or_its_checkpoint(method: str, error: BackendError) -> None:
    async with app_on_fake() as (driver, backend):
        await edit_query(driver)
        backend.fail[method] = error
        await driver.press("ctrl+s")
        if method != "get_run":
            await driver.yes()
        await driver.until(lambda: has_heard(driver, error.what), "the error")
        await driver.until(lambda: not driver.screen.live.is_streaming, "the end of the attempt")
        if method == "stream_run":
            edited = next(c for c in backend.rows["t-1"] if c.source == "update")
            assert edited.values["messages"][1]["tool_calls"][0]["args"] == {"query": "weather in Oslo"}
            assert edited.checkpoint_id in driver.screen.history.opened.tree  # type: ignore[union-attr]
        else:
            assert len(backend.rows["t-1"]) == 5, "nothing was written"
            assert len(driver.screen.drafts) == 1
            assert "draft" in driver.text("#timeline")
            # A second try succeeds with the same draft.
            if not driver.screen.inspector.is_editing:
                await driver.press("e")
            await driver.until(lambda: "Oslo" in driver.screen.inspector.editor.area.text, "the draft")
            await driver.press("ctrl+s")
            await driver.yes()
            await driver.run_over()
            assert not driver.screen.drafts
            assert backend.rows["t-1"][-1].values["messages"][-1]["content"] == "It is fine: weather in Oslo"


async def test_a_draft_survives_leaving_the_editor_and_other_checkpoints() -> None:
    async with app_on_fake() as (driver, _):
        await edit_query(driver)
        await driver.press("escape")
        assert not driver.screen.inspector.is_editing
        assert "draft" in driver.text("#timeline")
        await driver.select_step(3)
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: "Oslo" in driver.screen.inspector.editor.area.text, "the draft")


async def test_broken_json_is_said_and_not_sent() -> None:
    async with app_on_fake() as (driver, backend):
        await edit_query(driver)
        await driver.press("ctrl+t")
        area = driver.screen.inspector.editor.area
        area.move_cursor((1, len(area.document[1])))
        await driver.press("backspace")
        check = driver.screen.query_one(".field--check")
        await driver.until(lambda: check.display, "the complaint")
        assert "line 2" in str(check.render())
        await driver.press("ctrl+s")
        await driver.until(lambda: has_heard(driver, "Not sent: mend line 2 of search"), "where it is")
        assert not driver.screen.query_one("#question").has_class("-open")
        assert backend.sent("update_state", "stream_run", "get_run") == []
        await driver.write('"')
        await driver.until(lambda: not check.display, "the complaint to go")


async def test_arguments_that_are_no_object_are_refused() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.press("ctrl+t")
        driver.screen.inspector.editor.area.load_text("[1, 2]")
        await driver.until(lambda: driver.screen.query_one(".field--check").display, "the complaint")
        await driver.press("ctrl+s")
        assert backend.sent("get_run") == []


async def test_the_same_arguments_are_no_fork() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.press("ctrl+s")
        check = driver.screen.query_one(".editor--check")
        await driver.until(lambda: "same as before" in str(check.render()), "the reason")
        assert backend.sent("update_state", "stream_run") == []


async def test_numbers_stay_numbers() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.press("ctrl+t")
        driver.screen.inspector.editor.area.load_text('{"query": "x", "n": 12345678901234567890, "f": 1.0}')
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        edited = next(c for c in backend.rows["t-1"] if c.source == "update")
        args = edited.values["messages"][1]["tool_calls"][0]["args"]
        assert repr(args) == "{'query': 'x', 'n': 12345678901234567890, 'f': 1.0}"


async def test_no_means_that_nothing_is_sent() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.select_step(1)
        for answer in ("n", "escape"):
            await driver.press("r")
            assert "Replay from step 1?" in await driver.asked()
            await driver.press(answer)
            assert not driver.screen.query_one("#question").has_class("-open")
        assert backend.sent("update_state", "stream_run") == []


async def test_other_keys_do_nothing_while_a_question_waits() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.select_step(1)
        await driver.press("r")
        await driver.asked()
        for key in ("1", "a", "x", "j", "q", "tab"):
            await driver.press(key)
            assert "Replay from step 1?" in await driver.asked()
        assert backend.sent("update_state", "stream_run", "create_thread", "cancel_run") == []


async def test_a_thread_deleted_meanwhile() -> None:
    async with app_on_fake() as (driver, backend):
        backend.threads.clear()
        await driver.press("2", "ctrl+r")
        await driver.until(lambda: driver.screen.history.opened is None, "the thread to close")
        assert has_heard(driver, "No thread")
        assert "deleted" in driver.screen.timeline.empty_words()
        assert driver.screen.threads_list.row_count == 0


async def test_a_checkpoint_that_is_gone_is_not_forked() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.select_step(1)
        gone = driver.screen.timeline.selected
        backend.rows["t-1"] = [row for row in backend.rows["t-1"] if row.checkpoint_id != gone]
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: has_heard(driver, f"No checkpoint {gone}"), "the error")
        assert backend.sent("update_state", "stream_run") == []
        assert driver.screen.history.opened is not None, "the thread itself is still there"


async def test_a_thread_without_checkpoints_says_what_to_do() -> None:
    backend = FakeBackend()
    await backend.create_thread()
    async with opened_app(backend) as driver:
        assert "i starts a run" in driver.screen.timeline.empty_words()
        await driver.press("2", "r")
        assert has_heard(driver, "Select a checkpoint")
        await driver.press("e", "x", "J", "y", "l", "h", "less_than_sign", "G", "g", "slash", "a", "enter", "n")


async def test_no_threads_at_all_says_what_to_do() -> None:
    async with opened_app(FakeBackend()) as driver:
        assert "a makes one" in driver.screen.threads_list.empty_words()
        await driver.press("enter", "D", "s", "i", "R", "j", "2", "3", "4")


async def test_a_server_that_lies_runs_nothing() -> None:
    async with app_on_fake() as (driver, backend):

        def lie(row: Checkpoint) -> Checkpoint:
            return replace(row, parent_id="c04")

        backend.lie = lie
        await edit_query(driver)
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.until(lambda: has_heard(driver, "did not do what was asked"), "the error")
        assert backend.sent("stream_run") == []
        assert len(driver.screen.drafts) == 1


@pytest.mark.parametrize(
    ("ends", "end"), [("error", RunEnd.ERROR), ("interrupted", RunEnd.CANCELLED), ("timeout", RunEnd.TIMEOUT)]
)
async def test_a_run_that_does_not_succeed_is_said(ends: str, end: RunEnd) -> None:
    async with app_on_fake() as (driver, backend):
        backend.ends = ends
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.run_over()
        assert end.value in driver.text("#live")


async def test_a_stream_that_breaks_off_says_that_the_run_goes_on() -> None:
    async with app_on_fake() as (driver, backend):
        backend.extra_events = [ConnectionLost("The line is cut.")]
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.run_over()
        assert RunEnd.LOST.value in driver.text("#live")
        await driver.until(lambda: has_heard(driver, "The line is cut") or has_heard(driver, "goes on"), "the message")
        backend.extra_events = [StreamEvent("custom", {"tick": 1})]
        await driver.press("J")
        await driver.until(lambda: "join_stream" in backend.sent("join_stream"), "the run to be joined")


async def test_odd_and_hostile_events_do_not_hurt() -> None:
    hostile: Any = "\x1b]52;c;ZXZpbA==\x07[bold red]boo[/] \u202eevil \u200b"
    async with app_on_fake() as (driver, backend):
        backend.extra_events = [
            StreamEvent("custom", hostile),
            StreamEvent("updates", {hostile: {"messages": [{"type": "ai", "id": "x", "content": hostile}]}}),
            StreamEvent("nonsense", [[[None]]]),
            StreamEvent("messages", "not a message"),
        ]
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.run_over()
        await driver.press("4")
        await driver.until(lambda: "boo" in driver.text("#live"), "the event")
        assert "\x1b" not in driver.text("#live")
        assert "[bold red]" in driver.text("#live"), "markup of a server is text"


async def test_read_only_says_so_and_sends_nothing() -> None:
    async with app_on_fake(read_only=True) as (driver, backend):
        await driver.select_step(1)
        await driver.press("r", "e", "i", "x", "1", "a", "D")
        assert has_heard(driver, "read-only")
        assert backend.sent("update_state", "stream_run", "create_thread", "delete_thread", "cancel_run") == []
        assert "replay" not in driver.text("#keys")
        assert "read-only" in driver.text("#header")


async def test_a_named_checkpoint_that_is_not_there_opens_the_thread_anyway() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    async with opened_app(backend, open_address=Address("latest", "head~9")) as driver:
        assert driver.screen.history.opened is not None
        assert driver.screen.timeline.row_count == 5
        assert has_heard(driver, "head~9")


async def test_a_named_thread_that_is_not_there_is_told_in_whole_sentences() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    async with opened_app(backend, open_address=Address("nobody", None)) as driver:
        said = " ".join(driver.text("#timeline").split())
        assert "List them: forkpoint threads. enter on a thread tries again." in said


async def test_quitting_asks_only_when_something_would_be_lost() -> None:
    async with app_on_fake() as (driver, _):
        await edit_query(driver)
        await driver.press("escape", "q")
        assert "draft" in await driver.asked()
        await driver.press("n")
        assert driver.app.is_running
    async with app_on_fake() as (driver, backend):
        await driver.press("2", "q")
        await driver.until(lambda: not driver.app.is_running, "the end of the app")
    assert backend.sent("close") == ["close"]


async def test_editors_close_with_their_thread_and_keep_their_texts() -> None:
    backend = FakeBackend()
    first, second = backend.add_weather_thread(), backend.add_weather_thread()
    async with opened_app(backend, open_address=Address(first)) as driver:
        await edit_query(driver)
        await driver.press("escape", "2", "i")
        await driver.write("hello")
        assert driver.screen.input_editor.is_open
        await driver.press("escape")
        opened = driver.screen.history.opened
        await driver.press("1", "g", "enter")
        await driver.until(lambda: driver.screen.history.opened is not opened, "the other thread")
        assert driver.screen.history.opened is not None
        assert driver.screen.history.opened.thread_id == second
        assert not driver.screen.inspector.is_editing
        assert "draft" not in driver.text("#timeline")
        await driver.press("1", "G", "enter")
        await driver.until(lambda: "draft" in driver.text("#timeline"), "the draft of the first thread")


async def test_no_second_run_while_one_is_followed() -> None:
    async with app_on_fake() as (driver, backend):
        gate = asyncio.Event()
        backend.extra_events = [gate]
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: driver.screen.live.run_id, "the run")
        runs = len(backend.run_list["t-1"])
        await driver.select_step(1)
        await driver.press("r")
        await driver.until(lambda: has_heard(driver, "A run is going on"), "the refusal")
        assert len(backend.run_list["t-1"]) == runs
        gate.set()
        await driver.run_over()


async def test_opening_the_thread_again_keeps_following_its_run() -> None:
    async with app_on_fake() as (driver, backend):
        gate = asyncio.Event()
        backend.extra_events = [gate]
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: driver.screen.live.run_id, "the run")
        await driver.press("1", "enter")
        await driver.until(lambda: driver.screen.current_pane == "timeline", "the thread to be opened again")
        gate.set()
        await driver.run_over()
        assert driver.screen.timeline.summary == "8 checkpoints · 2 branches"
