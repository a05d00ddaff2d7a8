"""The server goes away in the middle of a run: what the verbs say, and that nobody takes it for success."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import TEST_GRAPHS
from tests.e2e.forkpoint import ok
from tui.demo.server import RunningDemo, start_demo_server

IMPATIENT = (
    sys.executable,
    "-c",
    "from tui.session import line; line.PAUSES = (0.1,) * 5; from tui.cli.main import main; main()",
)
"""The command, but it does not wait half a minute for a server that will not come back."""

WAIT = json.dumps({"messages": [{"role": "user", "content": "wait"}]})


@pytest.fixture
def own_server() -> Iterator[RunningDemo]:
    """A server that only this test uses, because it will be stopped."""
    server = start_demo_server(TEST_GRAPHS, delay=0)
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_run_whose_server_goes_away(own_server: RunningDemo, how: signal.Signals) -> None:
    thread = ok("new", "--json", url=own_server.url).json["thread_id"]
    command = [*IMPATIENT, "run", thread, "--assistant", "slow", "--input", WAIT, "--json", "--url", own_server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "custom":
                break
        os.kill(own_server.server_pid, how)
        rest, said = process.communicate(timeout=60)
    end = json.loads(rest.splitlines()[-1])
    assert end["event"] == "end"
    assert end["status"] == "lost"
    assert end["error"]
    assert process.returncode == 4
    assert "Join it: forkpoint join" in said
    assert "Traceback" not in said
