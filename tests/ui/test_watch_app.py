"""The open thread while somebody else drives it."""

from __future__ import annotations

import asyncio

import pytest
from langgraph_sdk import get_client

from tests.ui.driving import app_on_server
from tui.domain.addresses import Address
from tui.session import watch

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "GLANCE_SECONDS", 0.3)
    monkeypatch.setattr(watch, "BUSY_SECONDS", 0.3)


async def test_what_others_do_appears_without_a_key(server_url: str) -> None:
    theirs = get_client(url=server_url)
    thread_id = (await theirs.threads.create(metadata={"graph_id": "agent"}))["thread_id"]
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.until(lambda: driver.screen.history.opened is not None, "the thread")
        await theirs.runs.wait(thread_id, "agent", input=ASKED)
        await driver.until(lambda: driver.screen.timeline.summary == "5 checkpoints", "their checkpoints")
        assert not driver.screen.live_pane.has_run, "nobody asked to follow"


async def test_following_opens_their_runs_and_stays_at_the_head(server_url: str) -> None:
    theirs = get_client(url=server_url)
    thread_id = (await theirs.threads.create(metadata={"graph_id": "slow"}))["thread_id"]
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.until(lambda: driver.screen.history.opened is not None, "the thread")
        await driver.press("f")
        run = await theirs.runs.create(thread_id, "slow", input={"messages": []}, stream_mode=["updates", "custom"])
        await driver.until(lambda: driver.screen.live.is_streaming, "their run in the live pane")
        await driver.until(lambda: driver.screen.live_pane.transcript.custom, "its events")
        await asyncio.gather(theirs.runs.cancel(thread_id, run["run_id"], wait=True), driver.run_over())
        opened = driver.screen.history.opened
        assert opened is not None
        assert opened.tree.head is not None
        assert driver.screen.timeline.selected == opened.tree.head.checkpoint_id


async def test_a_thread_that_somebody_deletes_is_closed(server_url: str) -> None:
    theirs = get_client(url=server_url)
    thread_id = (await theirs.threads.create(metadata={"graph_id": "agent"}))["thread_id"]
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.until(lambda: driver.screen.history.opened is not None, "the thread")
        await theirs.threads.delete(thread_id)
        await driver.until(lambda: driver.screen.history.opened is None, "the thread to be closed")
