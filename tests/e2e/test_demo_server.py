"""The demo's server lives exactly as long as the process that wanted it, however that one ends."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.demo.server import DemoError, demo_graphs, start_demo_server

ROOT = Path(__file__).resolve().parents[2]
SUPERVISOR = ROOT / "tui" / "demo" / "supervisor.py"
PATIENCE = 30.0

PARENT = """
import json, os, signal, sys
from tui.demo.server import start_demo_server

running = start_demo_server(delay=0)
if "fork" in sys.argv and os.fork() == 0:
    signal.pause()  # a child that holds the pipe, too
known = {"url": running.url, "folder": str(running.folder)}
print(json.dumps(known | {"pids": [running.supervisor_pid, running.server_pid]}), flush=True)
signal.pause()
"""


class Watched:
    """Processes that are not our children, watched until they end."""

    def __init__(self, pids: list[int]) -> None:
        self._descriptors = [os.pidfd_open(pid) for pid in pids]

    def wait(self, seconds: float = PATIENCE) -> None:
        """Wait until all of them ended."""
        deadline = time.monotonic() + seconds
        for descriptor in self._descriptors:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            assert poll.poll(max(0.0, deadline - time.monotonic()) * 1000), "a process is still there"
            os.close(descriptor)


def session_of(pid: int) -> list[int]:
    """All processes of the session that `pid` leads: the server and whatever it started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(int(entry.name)) == pid:
                    found.append(int(entry.name))
    return found


def listens(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def supervise(*graphs: str, port: int | None = None) -> subprocess.Popen[str]:
    """A supervisor as the demo starts it."""
    command = [sys.executable, "-I", str(SUPERVISOR)]
    for graph in graphs or [f"flaky={demo_graphs()['flaky']}"]:
        command += ["--graph", graph]
    if port is not None:
        command += ["--port", str(port)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)


def next_event(process: subprocess.Popen[str], wanted: str) -> dict[str, Any]:
    """Read on to the next event of that name."""
    assert process.stdout is not None
    for line in process.stdout:
        event: dict[str, Any] = json.loads(line)
        if event["event"] == wanted:
            return event
    raise AssertionError(f"the supervisor never said {wanted}")


@pytest.mark.parametrize("extra", [[], ["fork"]], ids=["killed", "killed while a child holds the pipe"])
def test_nothing_is_left_when_the_parent_is_killed(extra: list[str]) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *extra],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert parent.stdout is not None
        known = json.loads(parent.stdout.readline())
        supervisor, server = known["pids"]
        assert listens(known["url"])
        assert Path(known["folder"]).is_dir()
        watched = Watched([supervisor, *session_of(server)])

        parent.kill()
        watched.wait()

        assert not Path(known["folder"]).exists()
        assert not listens(known["url"])
        assert session_of(server) == []
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.communicate()


def test_nothing_is_left_when_the_pipe_ends_during_the_start() -> None:
    process = supervise()
    next_event(process, "starting")
    (server,) = children_of(process.pid)
    folder = Path(f"/proc/{server}/cwd").resolve()
    watched = Watched([server])
    process.communicate(timeout=PATIENCE)
    watched.wait()
    assert process.returncode == 0
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_supervisor_and_its_server(number: signal.Signals) -> None:
    process = supervise()
    next_event(process, "starting")
    (server,) = children_of(process.pid)
    folder = Path(f"/proc/{server}/cwd").resolve()
    watched = Watched([server])
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    watched.wait()
    assert not folder.exists()
    process.communicate()


def test_the_end_of_the_server_itself_is_reported() -> None:
    process = supervise()
    ready = next_event(process, "ready")
    os.kill(ready["pid"], signal.SIGKILL)
    failed = next_event(process, "failed")
    assert failed["message"] == "The demo server ended by itself."
    assert process.wait(PATIENCE) == 1
    assert not Path(ready["folder"]).exists()
    process.communicate()


@pytest.fixture
def stranger() -> Iterator[int]:
    """A port where another Agent Server answers already."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"version": "0.16.7", "host": {"kind": "self-hosted", "host_revision_id": null}}')

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as stranger:
        thread = threading.Thread(target=stranger.serve_forever, daemon=True)
        thread.start()
        yield stranger.server_port
        stranger.shutdown()
        thread.join()


def test_a_busy_port_is_left_to_its_owner(stranger: int) -> None:
    told: list[str] = []
    running = start_demo_server(on_progress=told.append, delay=0, port=stranger)
    try:
        assert running.url != f"http://127.0.0.1:{stranger}"
        assert running.url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{running.url}/info", timeout=PATIENCE) as answer:
            assert json.load(answer)["langgraph_py_version"]
        # The terminal's Ctrl+C goes to the foreground process group: neither of them is in it.
        assert os.getsid(running.supervisor_pid) != os.getsid(0)
        assert os.getsid(running.server_pid) != os.getsid(0)
    finally:
        running.stop()
    assert told[0] == f"starting langgraph dev on 127.0.0.1:{stranger}"
    assert "loading graph agent" in told
    assert not running.folder.exists()
    assert not listens(running.url)
    running.stop()


def test_a_graph_that_cannot_be_loaded_is_shown_with_the_log(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError('no such flux capacitor')\n")
    with pytest.raises(DemoError) as caught:
        start_demo_server({"broken": broken})
    assert "ended while it started" in caught.value.what
    assert "no such flux capacitor" in caught.value.log
    assert "no such flux capacitor" in str(caught.value)


FAKE = """
import subprocess, sys
from tui.demo import supervisor

real, times = supervisor.launch, []

def launch(graphs, folder, port):
    times.append(port)
    if len(times) > int(sys.argv[1]):
        return real(graphs, folder, port)
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(["sh", "-c", sys.argv[2]], stdout=log, start_new_session=True)
    return supervisor.Server(process, folder, "nonce", port)

supervisor.launch = launch
supervisor.START_SECONDS = float(sys.argv[3])
sys.exit(supervisor.main(["--graph", sys.argv[4]]))
"""


def supervise_fake(fakes: int, script: str, start_seconds: float) -> subprocess.Popen[str]:
    """A supervisor whose first servers are a shell script."""
    flaky = f"flaky={demo_graphs()['flaky']}"
    return subprocess.Popen(
        [sys.executable, "-c", FAKE, str(fakes), script, str(start_seconds), flaky],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_port_that_is_lost_at_the_last_moment_is_replaced() -> None:
    process = supervise_fake(1, "echo 'ERROR: [Errno 98] address already in use'; exit 1", 60)
    ready = next_event(process, "ready")
    assert listens(ready["url"])
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert not listens(ready["url"])


@pytest.mark.parametrize(
    ("script", "start_seconds", "message"),
    [
        ("echo no idea; exit 3", 60, "The demo server ended while it started."),
        ("echo no idea; exec sleep 600", 1, "The demo server did not answer within 1 seconds."),
    ],
    ids=["ends at once", "never answers"],
)
def test_a_server_that_does_not_start_is_reported_once(script: str, start_seconds: float, message: str) -> None:
    process = supervise_fake(9, script, start_seconds)
    failed = next_event(process, "failed")
    assert failed["message"] == message
    assert failed["log"] == "no idea"
    rest, _ = process.communicate(timeout=PATIENCE)
    assert rest == ""
    assert process.returncode == 1
