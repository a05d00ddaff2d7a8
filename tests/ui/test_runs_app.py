"""Runs through the app against the real server: cancel, join, a growing tree, several tool calls, deleted threads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from tests.ui.driving import Driver, app_on_fake, app_on_server
from tui.domain.addresses import Address
from tui.screens.run_details import RunDetailsScreen
from tui.screens.runs import RunsList, RunsScreen
from tui.session.events import RunEnd
from tui.widgets.text_view import TextView


def new_thread(url: str, graph: str | None = None, given: Any = None) -> str:
    """A thread, on which a graph was run to its end if one is named."""
    client = get_sync_client(url=url)
    thread_id = str(client.threads.create()["thread_id"])
    if graph is not None:
        client.runs.wait(thread_id, graph, input=given)
    return thread_id


def slow_run(url: str) -> tuple[str, str]:
    """A thread with a run that goes on until it is cancelled: (thread, run)."""
    client = get_sync_client(url=url)
    thread_id = new_thread(url)
    run = client.runs.create(thread_id, "slow", input={"messages": []}, stream_mode=["updates", "custom"])
    return thread_id, str(run["run_id"])


def ticking_run(url: str) -> tuple[str, str]:
    """The same, in its second node: what is cancelled before it begins leaves no trace in its thread."""
    thread_id, run_id = slow_run(url)
    assert any(event.event == "custom" for event in get_sync_client(url=url).runs.join_stream(thread_id, run_id))
    return thread_id, run_id


def status_of(url: str, thread_id: str, run_id: str) -> str:
    return str(get_sync_client(url=url).runs.get(thread_id, run_id)["status"])


def live_text(driver: Driver) -> str:
    return driver.text("#live")


async def test_join_watch_and_cancel(server_url: str) -> None:
    thread_id, run_id = slow_run(server_url)
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.press("J")
        await driver.until(lambda: "tick" in live_text(driver), "the run's events")
        assert "▶" in driver.text("#timeline") or driver.screen.timeline.row_count <= 1
        await driver.press("x")
        assert f"Cancel run …{run_id[-6:]}?" in await driver.yes()
        await driver.run_over()
        assert RunEnd.CANCELLED.value in live_text(driver)
        await driver.until(lambda: driver.screen.timeline.row_count >= 2, "what the run had made")
    assert status_of(server_url, thread_id, run_id) == "interrupted"


async def test_cancel_from_the_list_of_runs(server_url: str) -> None:
    thread_id, run_id = slow_run(server_url)
    async with app_on_server(server_url, size=(80, 24), open_address=Address(thread_id)) as driver:
        await driver.press("R")
        await driver.until(lambda: isinstance(driver.app.screen, RunsScreen), "the runs")
        runs = driver.app.screen.query_one(RunsList)
        await driver.until(lambda: runs.row_count == 1, "the run")
        await driver.press("enter", "escape", "x")
        assert run_id[-6:] in await driver.yes()
        # Of a run what was said last stands: that it is cancelled, or what the thread's stream says about its end.
        ends = ("is cancelled", "has ended")
        await driver.until(lambda: any(end in words for words in driver.heard for end in ends), "the message")
    assert status_of(server_url, thread_id, run_id) == "interrupted"


async def test_leaving_asks_and_the_run_goes_on(server_url: str) -> None:
    thread_id, run_id = slow_run(server_url)
    try:
        async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
            await driver.press("J")
            await driver.until(lambda: "tick" in live_text(driver), "the run's events")
            await driver.press("q")
            assert "goes on" in await driver.yes()
            await driver.until(lambda: not driver.app.is_running, "the end of the app")
        assert status_of(server_url, thread_id, run_id) == "running"
    finally:
        get_sync_client(url=server_url).runs.cancel(thread_id, run_id, wait=True)


async def test_an_edit_while_a_run_is_active_keeps_the_draft(server_url: str) -> None:
    """409 of the real server: somebody else runs on the thread meanwhile."""
    client = get_sync_client(url=server_url)
    asked = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
    thread_id = new_thread(server_url, "agent", asked)
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.press("j", "j", "e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.press(*["backspace"] * len("Santa Fe"))
        await driver.write("Oslo")
        # Rebinding the thread to another graph is what the server allows others to do; here it keeps the thread busy.
        other = client.runs.create(thread_id, "slow", input={"messages": []})
        before = len(client.threads.get_history(thread_id, limit=100))
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.until(lambda: not driver.screen.live.is_streaming and driver.heard, "the refusal")
        assert len(driver.screen.drafts) == 1
        assert "Oslo" in driver.screen.inspector.editor.area.text
        client.runs.cancel(thread_id, other["run_id"], wait=True)
        sources = [state["metadata"]["source"] for state in client.threads.get_history(thread_id, limit=100)]
        assert "update" not in sources, f"nothing was written ({before} checkpoints before)"


async def test_one_of_several_tool_calls(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    asked = {"messages": [{"role": "user", "content": "write a report on solar power"}]}
    thread_id = new_thread(server_url, "research", asked)
    before = [dict(state) for state in client.threads.get_history(thread_id, limit=100)]
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.select_step(1)
        await driver.press("e")
        editor = driver.screen.inspector.editor
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        first = editor.call.id
        await driver.press("ctrl+n")
        assert editor.call.id != first
        assert "2 of 3" in str(editor.border_title)
        edited = editor.call
        await driver.press("ctrl+t")
        editor.area.load_text('{"source": "risks", "topic": "wind power"}')
        await driver.press("ctrl+s")
        assert "wind power" in await driver.yes()
        await driver.run_over()
        assert driver.screen.timeline.summary.endswith("2 branches")
    after = [dict(state) for state in client.threads.get_history(thread_id, limit=100)]
    assert after[-len(before) :] == before
    calls = {
        call["id"]: call["args"]
        for message in after[0]["values"]["messages"]
        for call in message.get("tool_calls") or []
    }
    assert calls[edited.id] == {"source": "risks", "topic": "wind power"}
    assert calls[first]["topic"] == "solar power"


async def test_a_run_that_fails_says_why(server_url: str) -> None:
    thread_id = new_thread(server_url)
    async with app_on_server(server_url, assistant="flaky", open_address=Address(thread_id)) as driver:
        await driver.press("i")
        await driver.write('{"rows": ["2026-01-01;12.5", "2026-01-02;n/a"]}')
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert RunEnd.ERROR.value in live_text(driver)
        await driver.until(lambda: "n/a" in live_text(driver), "the reason")
        assert not any("n/a" in message for message in driver.heard), "once is enough"
        assert "✗" in driver.text("#timeline")


async def test_a_run_that_stops_at_an_interrupt_waits(server_url: str) -> None:
    thread_id = new_thread(server_url)
    async with app_on_server(server_url, assistant="approval", open_address=Address(thread_id)) as driver:
        await driver.press("i")
        await driver.write("refund order 1182")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert RunEnd.WAITING.value in live_text(driver)
        assert "‖" in driver.text("#timeline")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_delete_a_thread(server_url: str, size: tuple[int, int]) -> None:
    thread_id = new_thread(server_url)
    async with app_on_server(server_url, size=size, open_address=Address(thread_id)) as driver:
        await driver.press("1")
        assert driver.screen.threads_list.selected is not None
        assert driver.screen.threads_list.selected.thread_id == thread_id
        await driver.press("D")
        assert thread_id[-8:] in await driver.yes()
        await driver.until(lambda: driver.screen.history.opened is None, "the thread to close")
    found = get_sync_client(url=server_url).threads.search(ids=[thread_id])
    assert found == []


async def test_an_input_from_the_empty_window_of_runs(server_url: str) -> None:
    thread_id, other = new_thread(server_url), new_thread(server_url)
    async with app_on_server(server_url, size=(80, 24), open_address=Address(other), assistant="agent") as driver:
        await driver.press("1")
        assert driver.screen.threads_list.select(thread_id)
        await driver.press("R")
        await driver.until(lambda: isinstance(driver.app.screen, RunsScreen), "the runs")
        await driver.until(lambda: "i starts one with an input" in driver.text(RunsList), "what to do")
        await driver.press("i")
        await driver.until(lambda: driver.screen.input_editor.is_open, "the editor")
        await driver.write("the weather in sf")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
    assert len(get_sync_client(url=server_url).runs.list(thread_id)) == 1
    assert not get_sync_client(url=server_url).runs.list(other)


@pytest.mark.parametrize("pane", ["2", "3", "4"])
async def test_replay_and_input_are_in_every_pane_of_the_open_thread(pane: str) -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("2", "j", "j", "r")
        await driver.yes()
        await driver.run_over()
        await driver.select_step(1)
        await driver.press(pane, "r")
        assert "Replay from step 1?" in await driver.asked()
        await driver.press("n", "i")
        await driver.until(lambda: driver.screen.input_editor.is_open, "the input")
        await driver.press("escape", "R")
        await driver.until(lambda: driver.app.screen is not driver.screen, "the runs, or the raw events")
        assert isinstance(driver.app.screen, RunsScreen) == (pane != "4")


async def test_a_run_in_full_is_true_while_it_goes_on(server_url: str) -> None:
    thread_id, run_id = slow_run(server_url)
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.press("R")
        await driver.until(lambda: isinstance(driver.app.screen, RunsScreen), "the runs")
        runs = driver.app.screen.query_one(RunsList)
        await driver.until(lambda: runs.row_count == 1, "the run")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, RunDetailsScreen), "its details")
        await driver.until(lambda: re.search(r"assistant +slow \w", driver.text(TextView)), "the assistant's name")
        assert re.search("status +(running|pending)", driver.text(TextView))
        shown = driver.text(TextView)
        assert run_id in shown
        assert not re.search("langgraph_|__request|created_by", shown), "what the server adds says nothing about it"
        get_sync_client(url=server_url).runs.cancel(thread_id, run_id, wait=True)
        await driver.until(lambda: re.search("status +cancelled", driver.text(TextView)), "its end")
        assert re.search(r"took +\d", driver.text(TextView))


async def test_a_cancelled_run_does_not_look_like_one_that_waits(server_url: str) -> None:
    thread_id, run_id = slow_run(server_url)
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.press("J")
        await driver.until(lambda: "tick" in live_text(driver), "the run's events")
        await driver.press("x")
        await driver.yes()
        await driver.run_over()
        assert "⊘ cancelled" in live_text(driver)
        await driver.until(lambda: "⊘" in driver.text("#timeline"), "the mark in the tree")
        assert "cancelled in wait" in driver.text("#timeline")
        assert "⊘" in driver.text("#threads")
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.until(lambda: "cancelled in wait" in driver.text("#timeline"), "the same when it is opened anew")
    assert status_of(server_url, thread_id, run_id) == "interrupted"


async def test_a_thread_that_others_cancelled_is_told_from_one_that_waits(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    cancelled, before = ticking_run(server_url)
    client.runs.cancel(cancelled, before, wait=True)
    goes_on, run_id = ticking_run(server_url)
    asked = {"messages": [{"role": "user", "content": "is it foggy in sf?"}]}
    waits = new_thread(server_url)
    client.runs.wait(waits, "agent", input=asked, interrupt_before=["tools"])
    opened = new_thread(server_url)

    async with app_on_server(server_url, open_address=Address(opened)) as driver:
        threads = driver.screen.threads

        def is_cancelled(thread_id: str) -> bool:
            thread = threads.find(thread_id)
            return thread is not None and thread.was_cancelled

        await driver.until(lambda: is_cancelled(cancelled), "what the list does not tell")
        assert "⊘" in driver.text("#threads")
        client.runs.cancel(goes_on, run_id, wait=True)
        driver.screen.statuses.look()
        await driver.until(lambda: is_cancelled(goes_on), "what happened elsewhere")
        assert not is_cancelled(waits)
        await driver.until(lambda: not driver.screen.session.stops.unknown(threads.pane.threads), "all to be known")

        driver.screen.session.stops.find_out = None  # type: ignore[assignment,method-assign] # none is read again
        await driver.press("1", "s")
        await driver.until(lambda: threads.find(opened) is None, "the filter")
        assert (is_cancelled(cancelled), is_cancelled(goes_on), is_cancelled(waits)) == (True, True, False)
        await driver.press("ctrl+r")
        await threads.read_first()
        threads.put(await driver.screen.session.backend.glance(cancelled))
        assert is_cancelled(cancelled), "a reading that does not tell it changes nothing"
