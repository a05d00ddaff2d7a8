"""The app while its server is stopped and started again in the middle of a run: it waits, says so, and goes on."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from langgraph_sdk import get_client

from tests.conftest import GRAPHS
from tests.e2e.restarting import RestartingServer, restarting_server
from tests.ui.driving import Driver, app_on_server
from tui.domain.addresses import Address
from tui.session import line, watch

NARROW = (80, 24)


@pytest.fixture
def server() -> Iterator[RestartingServer]:
    with restarting_server({"gate": GRAPHS / "gate.py"}) as running:
        yield running


@asynccontextmanager
async def run_at_the_gate(server: RestartingServer, gate: Path) -> AsyncIterator[Driver]:
    """The app in a narrow terminal, following a run that waits at the gate."""
    theirs = get_client(url=server.url)
    thread_id = (await theirs.threads.create(metadata={"graph_id": "gate"}))["thread_id"]
    value = {"messages": [{"role": "user", "content": "go"}], "gate": str(gate)}
    await theirs.runs.create(thread_id, "gate", input=value, stream_mode=["updates", "custom"], stream_resumable=True)
    async with app_on_server(server.url, size=NARROW, open_address=Address(thread_id)) as driver:
        await driver.press("J")
        await driver.until(lambda: driver.screen.live_pane.transcript.custom, "the run at the gate")
        assert driver.screen.current_pane == "live"
        yield driver


async def goes_through(driver: Driver, gate: Path) -> None:
    """The run goes on to its end, and everything is there."""
    pane = driver.screen.live_pane
    await driver.until(lambda: len(pane.transcript.custom) >= 1 and driver.screen.live.is_streaming, "the run again")
    await asyncio.to_thread(gate.touch)
    await driver.run_over()
    await driver.until(lambda: driver.screen.timeline.summary == "5 checkpoints", "all checkpoints")
    assert driver.screen.current_pane == "timeline", "an end folds the pane"


async def test_a_run_goes_on_by_itself_when_its_server_is_back(server: RestartingServer, tmp_path: Path) -> None:
    gate = tmp_path / "open"
    async with run_at_the_gate(server, gate) as driver:
        pane = driver.screen.live_pane
        await asyncio.to_thread(server.end, signal.SIGTERM)
        await driver.until(
            lambda: "line lost, reconnecting" in driver.text("#header") + str(pane.border_title), "words"
        )
        assert driver.screen.current_pane == "live"
        await asyncio.to_thread(server.start)
        await driver.until(lambda: pane.transcript.gaps, "the mark of the gap")
        assert "the server began again" in pane.transcript.gaps[0].words
        await goes_through(driver, gate)
        assert [s.node for s in pane.transcript.sections if not s.cut] == ["first", "second", "third"]


async def test_a_line_that_was_given_up_is_joined_again_when_the_server_is_back(
    server: RestartingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.05,))
    monkeypatch.setattr(watch, "GLANCE_SECONDS", 0.3)
    monkeypatch.setattr(watch, "BUSY_SECONDS", 0.3)
    gate = tmp_path / "open"
    async with run_at_the_gate(server, gate) as driver:
        await asyncio.to_thread(server.end, signal.SIGTERM)
        await driver.until(lambda: driver.screen.live_pane.is_over, "the line to be given up")
        assert driver.screen.current_pane == "live", "what was lost stays in sight"
        await driver.until(lambda: "stale" in driver.screen.history.facts, "the timeline to say that it is stale")
        await asyncio.to_thread(server.start)
        await driver.until(lambda: driver.screen.live.is_streaming, "the run to be joined again")
        assert any("The server is back" in words for words in driver.heard)
        await goes_through(driver, gate)
        assert "stale" not in driver.screen.history.facts
