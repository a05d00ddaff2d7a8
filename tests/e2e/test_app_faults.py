"""Faults around the app itself, in real terminals: sizes that change all the time, a full disk, a second app."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from tests.e2e.app_terminal import AppTerminal
from tests.e2e.forkpoint import FORKPOINT

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
DRAFT = "a draft that stays"
ROW = 'begin "started"'
"""The newest row of the tree while `wait` runs: the thread may be opened before it has any."""
PLACE = "begin  done"
"""What the inspector says of the checkpoint before the node `begin`."""


@pytest.fixture
def client(server_url: str) -> SyncLangGraphClient:
    return get_sync_client(url=server_url)


@pytest.fixture
def new_thread(client: SyncLangGraphClient) -> Iterator[Callable[[str], str]]:
    """Makes threads with a title; they are deleted in the end, with their runs."""
    made: list[str] = []

    def new(title: str) -> str:
        made.append(client.threads.create(metadata={"title": title})["thread_id"])
        return made[-1]

    yield new
    for thread_id in made:
        for run in client.runs.list(thread_id):
            if run["status"] in ("pending", "running"):
                client.runs.cancel(thread_id, run["run_id"], wait=True)
        client.threads.delete(thread_id)


def test_a_hundred_sizes_in_a_run_change_neither_place_nor_draft(
    client: SyncLangGraphClient, new_thread: Callable[[str], str], server_url: str, tmp_path: Path
) -> None:
    thread = new_thread("sizes")
    client.runs.create(thread, "slow", input=ASKED, stream_mode=["custom", "updates"], stream_resumable=True)
    with AppTerminal("open", server_url, "--thread", thread, state=tmp_path) as terminal:
        terminal.see("J joins it")
        terminal.see(ROW)
        terminal.write("i")
        terminal.see("^s")
        terminal.write(DRAFT)
        terminal.see(DRAFT)
        terminal.write("\x1b")
        terminal.wait_for(lambda screen: not screen.contains(DRAFT), what="the editor to close")
        terminal.write("J")
        terminal.see("x cancel")
        terminal.write("3]]2gj")  # the inspector says in full which checkpoint is selected
        terminal.see(PLACE)
        for number in range(100):
            terminal.resize(40 + number * 37 % 160, 8 + number * 11 % 50)
        terminal.resize(120, 36)
        terminal.see(PLACE)
        terminal.see("x cancel")
        terminal.write("i")
        terminal.see(DRAFT)
        assert not any("Traceback" in line for line in terminal.screen.lines())


def test_a_full_disk_costs_the_log_not_the_write(
    client: SyncLangGraphClient, new_thread: Callable[[str], str], server_url: str, tmp_path: Path
) -> None:
    """No file can grow, as on a disk without room: what would be noted is said to be missing, once."""
    thread = new_thread("full disk")
    words = [*FORKPOINT, "run", thread, "--assistant", "agent", "--input", '{"messages": "hi"}', "--url", server_url]
    done = subprocess.run(
        words,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=_at_home(tmp_path),
        preexec_fn=_no_room,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("can't be written") == 1
    assert "File too large" in done.stderr
    assert len(client.runs.list(thread)) == 1


def test_a_full_disk_leaves_the_config_as_it_was(tmp_path: Path) -> None:
    """A theme that is chosen is kept there: all of the file, or nothing."""
    config = tmp_path / "config.toml"
    config.write_text('theme = "forkpoint-dark"\n[profiles.prod]\nurl = "https://h"\nproduction = true\n')
    before = config.read_bytes()
    keeps = "import sys, pathlib, tui.theme_file as t; t.keep_theme(pathlib.Path(sys.argv[1]), 'forkpoint-light')"
    done = subprocess.run(
        [sys.executable, "-c", keeps, str(config)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=_no_room,
    )
    assert "NotKeptError" in done.stderr
    assert "File too large" in done.stderr
    assert config.read_bytes() == before
    assert list(tmp_path.iterdir()) == [config], "nothing half written is left"


def test_two_apps_on_one_thread_see_what_the_other_does(
    client: SyncLangGraphClient, new_thread: Callable[[str], str], server_url: str, tmp_path: Path
) -> None:
    thread = new_thread("two of us")
    client.runs.wait(thread, "agent", input=ASKED)
    one = AppTerminal("open", server_url, "--thread", thread, state=tmp_path / "one")
    with one, AppTerminal("open", server_url, "--thread", thread, state=tmp_path / "two") as two:
        for mine, theirs, branches in ((one, two, 2), (two, one, 3)):
            mine.write("2gjjr")
            mine.see("Replay from step")
            mine.write("y")
            for app in (mine, theirs):
                app.see(f"{branches} branches")


def test_the_second_app_is_told_that_the_thread_is_busy(
    client: SyncLangGraphClient, new_thread: Callable[[str], str], server_url: str, tmp_path: Path
) -> None:
    thread = new_thread("busy")
    client.runs.create(thread, "slow", input=ASKED, multitask_strategy="reject")
    with AppTerminal("open", server_url, "--thread", thread, state=tmp_path) as terminal:
        terminal.see("J joins it")
        terminal.see(ROW)
        terminal.write("2r")
        terminal.see("Replay from step 1?")
        terminal.write("y")
        terminal.see("Join the active run or cancel it")


def _no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _at_home(state: Path) -> dict[str, str]:

    return os.environ | {"NO_COLOR": "1", "XDG_STATE_HOME": str(state)}
