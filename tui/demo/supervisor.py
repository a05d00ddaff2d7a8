"""Runs a local Agent Server for as long as its parent lives: `python -m tui.demo.supervisor --graph NAME=PATH …`.

The parent holds the other end of this process's standard input. When that ends (the parent quits, crashes or is killed)
the server is stopped and its working folder removed; nobody has to be asked. A process of its own can do this where an
exit handler cannot, and a session of its own keeps the Ctrl+C of the parent's terminal away from the server.

Only the standard library, so that it starts at once. On standard output it says one JSON object per line:
`{"event": "starting", "message"}` any number of times, then `{"event": "ready", "url", "pid", "folder"}` or
`{"event": "failed", "message", "log"}`. A server that ends by itself later is reported as failed, too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

HOST = "127.0.0.1"
START_SECONDS = 90.0
"""How long a server may take to answer, on a slow machine with a cold cache."""
STOP_SECONDS = 6.0
"""How long it may take to stop by itself before it is killed."""
POLL_SECONDS = 0.1
ATTEMPTS = 3
"""Ports to try: between choosing a free port and using it somebody else may take it."""
LOG_TAIL_LINES = 25
JOBS_PER_WORKER = 10
"""Runs at the same time; the server's own default of one would let a single long run block all threads."""

_NONCE_VARIABLE = "LANGSMITH_HOST_REVISION_ID"
"""The server repeats this variable in `/info`: the proof that the server which answers is the one started here."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_API_LINE = re.compile(r"API: (http://\S+)")
_GRAPH_LINE = re.compile(r"Importing graph profiling.*\bgraph_id=(\S+)")


class Ended(Exception):
    """The parent is gone, or asked to stop."""


class ServerFailed(Exception):
    """The server did not start, or ended; `log` is the end of what it printed."""

    def __init__(self, message: str, log: str = "", *, may_retry: bool = False) -> None:
        super().__init__(message)
        self.log = log
        self.may_retry = may_retry


@dataclass(slots=True)
class Server:
    """A started server process, the leader of its own process group, and where its output goes."""

    process: subprocess.Popen[bytes]
    folder: Path
    nonce: str
    port: int

    @property
    def log(self) -> str:
        """All that it printed so far, without colours."""
        try:
            return _ANSI.sub("", (self.folder / "server.log").read_text(encoding="utf-8", errors="replace"))
        except FileNotFoundError:
            return ""

    @property
    def log_tail(self) -> str:
        """The last lines that it printed."""
        return "\n".join(self.log.splitlines()[-LOG_TAIL_LINES:])

    def has_ended(self) -> bool:
        """Whether the process ended."""
        return self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to stop, wait, and kill what is left of its process group."""
        self._signal_group(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        self._signal_group(signal.SIGKILL)
        self.process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


def server_environment(environment: Mapping[str, str], nonce: str) -> dict[str, str]:
    """The server's environment: no key of ours, none of the user's LangSmith or LangGraph settings, no tracing."""
    foreign = re.compile(r"(LANGSMITH|LANGCHAIN|LANGGRAPH|LANGSERVE)_|(FORKPOINT_API_KEY|MOUNT_PREFIX|LOG_\w+|PORT)$")
    kept = {name: value for name, value in environment.items() if not foreign.match(name)}
    return kept | {
        "LANGSMITH_TRACING": "false",
        "LANGGRAPH_CLI_NO_ANALYTICS": "1",
        "LANGGRAPH_NO_VERSION_CHECK": "true",
        "LOG_COLOR": "false",
        "PYTHONUNBUFFERED": "1",
        _NONCE_VARIABLE: nonce,
    }


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def launch(graphs: Mapping[str, str], folder: Path, port: int) -> Server:
    """Start `langgraph dev` in `folder`, in a session of its own."""
    package_root = Path(__file__).resolve().parents[2]
    config = {
        "dependencies": [str(package_root)],
        "graphs": {name: f"{path}:graph" for name, path in graphs.items()},
        "env": {},
    }
    (folder / "langgraph.json").write_text(json.dumps(config), encoding="utf-8")
    nonce = uuid.uuid4().hex
    command = [
        *(sys.executable, "-m", "langgraph_cli", "dev"),
        *("--no-browser", "--no-reload", "--host", HOST, "--port", str(port)),
        *("--n-jobs-per-worker", str(JOBS_PER_WORKER)),
    ]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=server_environment(os.environ, nonce),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Server(process, folder, nonce, port)


def is_ours(url: str, nonce: str) -> bool:
    """Whether the server at `url` is the one that was started with `nonce`."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/info", timeout=2) as answer:
            info: Any = json.loads(answer.read(100_000))
    except (OSError, ValueError):
        return False
    host = info.get("host") if isinstance(info, dict) else None
    return isinstance(host, dict) and host.get("host_revision_id") == nonce


class Supervisor:
    """Watches the parent and the server; every wait is a wait for either of them."""

    def __init__(self, graphs: Mapping[str, str], port: int | None = None) -> None:
        self._graphs = graphs
        self._port = port
        self._parent = os.getppid()
        self._said: set[str] = set()
        self._signalled = _signal_pipe()

    def run(self) -> int:
        """Start, report, wait for the end of the parent or of the server, clean up. The exit code."""
        folder = Path(tempfile.mkdtemp(prefix="forkpoint-demo-"))
        try:
            return self._run_in(folder)
        except Ended:
            return 0
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run_in(self, folder: Path) -> int:
        for attempt in range(1, ATTEMPTS + 1):
            port = self._port if self._port is not None and attempt == 1 else free_port()
            server = launch(self._graphs, folder, port)
            try:
                self._await_server(server)
                self._await_end(server)
            except ServerFailed as failure:
                if failure.may_retry and attempt < ATTEMPTS:
                    self._say("starting", message="that port was taken; trying another one")
                    continue
                self._say("failed", message=str(failure), log=failure.log)
                return 1
            finally:
                server.stop()
        return 1

    def _await_server(self, server: Server) -> None:
        """Wait until the server answers and is proved to be this one, on whichever port it chose."""
        self._tell(f"starting langgraph dev on {HOST}:{server.port}")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._pause(POLL_SECONDS)
            log = server.log
            if server.has_ended():
                taken = "address already in use" in log
                raise ServerFailed("The demo server ended while it started.", server.log_tail, may_retry=taken)
            for graph in _GRAPH_LINE.finditer(log):
                self._tell(f"loading graph {graph[1]}")
            if (address := _API_LINE.search(log)) and is_ours(address[1], server.nonce):
                self._say("ready", url=address[1], pid=server.process.pid, folder=str(server.folder))
                return
        raise ServerFailed(f"The demo server did not answer within {START_SECONDS:.0f} seconds.", server.log_tail)

    def _await_end(self, server: Server) -> None:
        while not server.has_ended():
            self._pause(0.5)
        raise ServerFailed("The demo server ended by itself.", server.log_tail)

    def _pause(self, seconds: float) -> None:
        """Wait, or raise `Ended` as soon as the parent's end of the pipe is closed or the parent has changed."""
        parent = sys.stdin.fileno()
        ready, _, _ = select.select([parent, self._signalled], [], [], seconds)
        if self._signalled in ready or (parent in ready and not os.read(parent, 4096)):
            raise Ended
        if os.getppid() != self._parent:
            # Some other process still holds the pipe, but whoever started this is gone.
            raise Ended

    def _tell(self, message: str) -> None:
        """Report a step of the start, once."""
        if message not in self._said:
            self._said.add(message)
            self._say("starting", message=message)

    def _say(self, event: str, **fields: object) -> None:
        try:
            sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody listens any more. The interpreter would fail once more when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Ended from None


def _signal_pipe() -> int:
    """A file descriptor that becomes readable when a signal asks this process to stop.

    A handler that raised could strike anywhere, such as between the start of the server and the note of its number.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _note_signal)
    return reading


def _note_signal(_number: int, _frame: FrameType | None) -> None:
    """Nothing here: that there is a handler makes the signal arrive at the pipe."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: graphs as NAME=PATH, and optionally the port to try first."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo.supervisor", description="Run the demo's Agent Server.")
    parser.add_argument("--graph", action="append", required=True, metavar="NAME=PATH")
    parser.add_argument("--port", type=int, default=None)
    options = parser.parse_args(arguments)
    graphs = dict(str(pair).split("=", 1) for pair in options.graph)
    return Supervisor(graphs, options.port).run()


if __name__ == "__main__":
    sys.exit(main())
