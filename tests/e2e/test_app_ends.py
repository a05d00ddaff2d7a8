"""However the app ends, the terminal is as it was, the run goes on, and the next start finds it again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from tests.e2e.app_terminal import MODES_AT_START, AppTerminal

ASKED = "slow question"


@dataclass
class Busy:
    """A thread with a run that goes on until it is cancelled."""

    url: str
    client: SyncLangGraphClient
    thread_id: str
    run_id: str

    @property
    def status(self) -> str:
        return str(self.client.runs.get(self.thread_id, self.run_id)["status"])


@pytest.fixture
def busy(server_url: str) -> Iterator[Busy]:
    client = get_sync_client(url=server_url)
    thread = client.threads.create(metadata={"title": ASKED})["thread_id"]
    run = client.runs.create(
        thread, "slow", input={"messages": []}, stream_mode=["custom", "updates"], stream_resumable=True
    )
    yield Busy(server_url, client, thread, run["run_id"])
    client.runs.cancel(thread, run["run_id"], wait=True)
    client.threads.delete(thread)


def followed(busy: Busy, state: Path) -> AppTerminal:
    """The app, following the run."""
    terminal = AppTerminal("open", busy.url, "--thread", busy.thread_id, state=state, columns=200)
    try:
        terminal.see("J joins it")
        terminal.write("J")
        terminal.see("x cancel")
        terminal.see("tick")
    except BaseException:
        terminal.close()
        raise
    return terminal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was_and_the_run_alone(
    busy: Busy, tmp_path: Path, number: signal.Signals
) -> None:
    with followed(busy, tmp_path) as terminal:
        assert "1049" in terminal.modes, "the app has a screen of its own"
        assert not terminal.is_as_new()
        os.kill(terminal.pid, number)
        assert terminal.ended() == 128 + number
        assert terminal.modes == MODES_AT_START
        assert terminal.keyboards == 0
        assert terminal.is_as_new()
        assert any(f"forkpoint join {busy.thread_id}" in line for line in terminal.screen.lines())
    assert busy.status == "running"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_at_the_very_start_leaves_the_terminal_as_it_was(
    server_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    with AppTerminal("open", server_url, state=tmp_path) as terminal:
        terminal.wait_for(lambda _: "1049" in terminal.modes, what="the first byte that changes the terminal")
        os.kill(terminal.pid, number)
        assert terminal.ended() == 128 + number
        assert terminal.modes == MODES_AT_START
        assert terminal.keyboards == 0
        assert terminal.is_as_new()


def test_killed_the_next_start_offers_the_run_again(busy: Busy, tmp_path: Path) -> None:
    with followed(busy, tmp_path) as terminal:
        os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.ended() == -signal.SIGKILL
    assert busy.status == "running"
    newer = busy.client.threads.create(metadata={"title": "a newer thread"})["thread_id"]
    try:
        with AppTerminal("open", busy.url, state=tmp_path) as again:
            again.see(f"Run …{busy.run_id[-6:]} goes on. J joins it")
            again.write("J")
            again.see("x cancel")
            again.see("tick")
    finally:
        busy.client.threads.delete(newer)


def test_a_window_that_is_closed_ends_the_app_but_not_the_run(busy: Busy, tmp_path: Path) -> None:
    with followed(busy, tmp_path) as terminal:
        terminal.hang_up()
        assert terminal.ended() == 128 + signal.SIGHUP
    assert busy.status == "running"
