"""The three walkthroughs through the app with real keys, checked in the server's own history with its own SDK."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph_sdk import get_sync_client
from textual.widgets import OptionList

from tests.ui.driving import Driver, app_on_server
from tui.domain.addresses import Address
from tui.screens.dialogs import ChooseScreen
from tui.screens.runs import RunsList, RunsScreen

QUESTION = "what's the weather in sf"
SIZES = [(120, 36), (80, 24)]


def history_of(url: str, thread_id: str) -> list[dict[str, Any]]:
    return [dict(state) for state in get_sync_client(url=url).threads.get_history(thread_id, limit=100)]


@pytest.fixture
def asked(server_url: str) -> str:
    """A thread on which the weather in SF was asked, and answered wrongly."""
    client = get_sync_client(url=server_url)
    thread_id = client.threads.create()["thread_id"]
    client.runs.wait(thread_id, "agent", input={"messages": [{"role": "user", "content": QUESTION}]})
    return str(thread_id)


async def choose(driver: Driver, wanted: str) -> None:
    """Choose one of a list by its words."""
    await driver.until(lambda: isinstance(driver.app.focused, OptionList), "a choice")
    screen = driver.app.screen
    assert isinstance(screen, ChooseScreen)
    words = [words for _, words in screen.choices]
    for _ in range(words.index(wanted)):
        await driver.press("down")
    await driver.press("enter")


async def open_runs(driver: Driver) -> RunsList:
    await driver.press("R")
    await driver.until(lambda: isinstance(driver.app.screen, RunsScreen), "the runs")
    return driver.app.screen.query_one(RunsList)


@pytest.mark.parametrize("size", SIZES)
async def test_w1_run(server_url: str, size: tuple[int, int]) -> None:
    client = get_sync_client(url=server_url)
    async with app_on_server(server_url, size=size) as driver:
        await driver.press("a")
        assert "new thread" in await driver.yes()
        await choose(driver, "agent")
        editor = driver.screen.input_editor
        await driver.until(lambda: editor.is_open, "the input editor")
        opened = driver.screen.history.opened
        assert opened is not None
        thread = client.threads.get(opened.thread_id)
        assert (thread["status"], thread["metadata"], thread["values"]) == ("idle", {}, None)

        await driver.press("escape", "2")
        runs = await open_runs(driver)
        await driver.until(lambda: "No runs" in runs.empty_words(), "the list without runs")
        await driver.press("escape", "i")
        await driver.write(QUESTION)
        await driver.until(lambda: "for agent" in str(editor.border_title), "who is to run it, chosen before")
        await driver.press("ctrl+s")
        assert "Run with this input" in await driver.yes()
        await driver.until(lambda: driver.screen.live.run_id, "the run's id")

        await driver.press("2")  # in the live pane R means its raw events
        runs = await open_runs(driver)
        await driver.until(lambda: len(runs.runs) == 1, "the run in the list")
        run = runs.runs[0]
        assert run.run_id == driver.screen.live.run_id
        assert run.kwargs["input"] == {"messages": [{"role": "user", "content": QUESTION}]}
        assert {"config", "stream_mode", "interrupt_before", "interrupt_after", "webhook"} <= run.kwargs.keys()
        await driver.run_over()
        await driver.until(lambda: runs.runs[0].status == "success", "the run's success in the list")
        await driver.press("escape")

        await driver.until(lambda: driver.screen.timeline.summary == "5 checkpoints", "all of the history")
        assert driver.screen.timeline.selected == opened.tree.head.checkpoint_id if opened.tree.head else None
        assert not editor.is_open
    state = dict(client.threads.get_state(opened.thread_id))
    assert [message["type"] for message in state["values"]["messages"]] == ["human", "ai", "tool", "ai"]
    assert state["values"]["messages"][1]["usage_metadata"]["input_tokens"] > 0
    assert (state["next"], state["tasks"]) == ([], [])
    assert state["metadata"]["run_id"] == run.run_id


@pytest.mark.parametrize("size", SIZES)
async def test_w2_replay(server_url: str, asked: str, size: tuple[int, int]) -> None:
    before = history_of(server_url, asked)
    third = before[2]
    assert third["next"] == ["action"]
    async with app_on_server(server_url, size=size, open_address=Address(asked)) as driver:
        await driver.press("j", "j")
        assert driver.screen.timeline.selected == third["checkpoint"]["checkpoint_id"]
        await driver.press("r")
        question = await driver.yes()
        assert "Replay from step 1?" in question
        assert "Runs action" in question
        assert "head moves" in question
        await driver.run_over()
        nodes = [section.node for section in driver.screen.live_pane.transcript.sections]
        assert nodes == ["action", "agent"]
        assert driver.screen.timeline.summary == "8 checkpoints · 2 branches"
        selected = driver.screen.timeline.selected

    after = history_of(server_url, asked)
    assert after[-len(before) :] == before, "old checkpoints are as they were"
    assert selected == after[0]["checkpoint"]["checkpoint_id"], "the new branch is selected"
    replayed, original = after[0]["values"]["messages"], before[0]["values"]["messages"]
    assert replayed[1] == original[1], "the same tool call, with the same id"
    assert {m["id"] for m in replayed[2:]}.isdisjoint({m["id"] for m in original[2:]})
    assert after[2]["parent_checkpoint"]["checkpoint_id"] == third["checkpoint"]["checkpoint_id"]


@pytest.mark.parametrize("size", SIZES)
async def test_w3_fork(server_url: str, asked: str, size: tuple[int, int]) -> None:
    before = history_of(server_url, asked)
    third = before[2]
    async with app_on_server(server_url, size=size, open_address=Address(asked)) as driver:
        await driver.press("j", "j", "e")
        inspector = driver.screen.inspector
        await driver.until(lambda: inspector.is_editing, "the editor")
        assert inspector.editor.area.text == "weather in Santa Fe"
        await driver.press(*["backspace"] * len("Santa Fe"))
        await driver.write("San Francisco")
        assert inspector.editor.edited_args() is not None
        await driver.press("ctrl+s")
        question = await driver.yes()
        assert 'search.query "weather in Santa Fe" -> "weather in San Francisco"' in question
        await driver.run_over()
        assert not inspector.is_editing
        assert not driver.screen.drafts
        assert not any("draft is kept" in words for words in driver.heard)
        assert [section.node for section in driver.screen.live_pane.transcript.sections] == ["action", "agent"]
        assert driver.screen.timeline.summary == "8 checkpoints · 2 branches"
        rows = driver.text("#timeline") if size[0] > 100 else ""
        assert not rows or 'query -> "…San Francisco"' in rows

    after = history_of(server_url, asked)
    assert after[-len(before) :] == before, "old checkpoints are as they were"
    edited, answer = after[0]["values"]["messages"][1], after[0]["values"]["messages"][-1]
    original = before[0]["values"]["messages"][1]
    assert edited["id"] == original["id"]
    assert edited["tool_calls"] == [original["tool_calls"][0] | {"args": {"query": "weather in San Francisco"}}]
    assert "14 °C" in answer["content"]
    assert "Santa Fe" in before[0]["values"]["messages"][-1]["content"]
    assert after[2]["parent_checkpoint"]["checkpoint_id"] == third["checkpoint"]["checkpoint_id"]
    assert after[2]["metadata"]["source"] == "update"
