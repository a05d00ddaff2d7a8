"""A server that is stopped in the middle of a run and started again: the run is joined again, or said to be gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from langgraph_sdk import get_sync_client

from tests.conftest import GRAPHS
from tests.e2e.forkpoint import FORKPOINT
from tests.e2e.restarting import RestartingServer, restarting_server


@pytest.fixture
def server() -> Iterator[RestartingServer]:
    with restarting_server({"gate": GRAPHS / "gate.py"}) as running:
        yield running


def start(server: RestartingServer, gate: Path) -> tuple[str, subprocess.Popen[str]]:
    """A run on a new thread, streamed by a verb of its own process."""
    thread = get_sync_client(url=server.url).threads.create()["thread_id"]
    value = json.dumps({"messages": [{"role": "user", "content": "go"}], "gate": str(gate)})
    command = [*FORKPOINT, "run", thread, "--assistant", "gate", "--input", value, "--json", "--url", server.url]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    )
    return thread, process


def read_until(lines: IO[str] | None, event: str) -> list[dict[str, Any]]:
    """The streamed lines up to one of this name."""
    read: list[dict[str, Any]] = []
    for line in lines or ():
        read.append(json.loads(line))
        if read[-1]["event"] == event:
            return read
    raise AssertionError(f"no {event} in {read}")


def finish(process: subprocess.Popen[str]) -> tuple[list[dict[str, Any]], str]:
    """The rest of the streamed lines, and what was said beside them."""
    out, said = process.communicate(timeout=90)
    assert "Traceback" not in said
    return [json.loads(line) for line in out.splitlines()], said


def nodes(events: list[dict[str, Any]]) -> list[str]:
    return [node for event in events if event["event"] == "updates" for node in event["data"]]


def test_a_run_is_joined_again_when_its_server_is_back(server: RestartingServer, tmp_path: Path) -> None:
    """Stopped in good order, which writes its files; then killed, which leaves them as they are."""
    gate = tmp_path / "open"
    thread, process = start(server, gate)
    events: list[dict[str, Any]] = []
    with process:
        events += read_until(process.stdout, "custom")
        for how in (signal.SIGTERM, signal.SIGKILL):
            server.end(how)
            server.start()
            events += read_until(process.stdout, "custom")
        gate.touch()
        rest, said = finish(process)
    events += rest
    assert process.returncode == 0, said
    assert said.count("line lost, reconnecting 1/5") == 2
    assert nodes(events) == ["first", "second", "third"]
    marks = [event for event in events if event["event"] == "gap"]
    assert [mark["filled"] for mark in marks] == [True, True]
    assert all("the server began again what had not ended" in mark["data"]["words"] for mark in marks)
    assert rest[-1]["status"] == "success"
    state = get_sync_client(url=server.url).threads.get_state(thread)
    assert rest[-1]["checkpoint_id"] == state["checkpoint"]["checkpoint_id"]
    values: Any = state["values"]
    assert [m["content"] for m in values["messages"]] == [
        "go",
        "before the gate",
        "through the gate",
        "behind the gate",
    ]


def test_a_run_that_a_killed_server_forgot_is_said_to_be_gone(server: RestartingServer, tmp_path: Path) -> None:
    _, process = start(server, tmp_path / "never")
    with process:
        read_until(process.stdout, "custom")
        server.end(signal.SIGKILL)
        server.forget()
        server.start()
        rest, said = finish(process)
    assert process.returncode == 7
    assert rest[-1]["status"] == "gone"
    assert "does not know the run any more" in rest[-1]["error"]
    assert "line lost, reconnecting" in said
