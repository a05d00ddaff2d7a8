"""The demo's Agent Server as seen by its user: started, waited for, and stopped with the process that wanted it.

The supervisor runs in a process of its own; who holds the pipe to it keeps it alive.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tui.session import keeper

GRAPHS: tuple[str, ...] = ("agent", "approval", "research", "flaky", "inventory")
"""The graphs that the demo serves, by the names of their modules."""

INSTALL_HINT = "Install what it needs: pip install 'forkpoint[demo]'"
_NEEDED = ("langgraph_cli", "langgraph_api")
_SUPERVISOR_STOP_SECONDS = 15.0

Progress = Callable[[str], None]


class DemoError(Exception):
    """The demo cannot run: `what` happened, `hint` what to try, `log` the end of what the server printed."""

    def __init__(self, what: str, *, hint: str = "", log: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.log = log

    def __str__(self) -> str:
        """All that the user needs to see, the log last."""
        lines = [f"{self.what} {self.hint}".strip()]
        if self.log:
            lines += ["The server's last words:", self.log]
        return "\n".join(lines)


class RunningDemo:
    """A started demo server. `stop` it; if that never happens, the end of this process does it."""

    def __init__(self, process: subprocess.Popen[str], url: str, server_pid: int, folder: Path) -> None:
        self._process = process
        self.url = url
        self.server_pid = server_pid
        self.folder = folder
        """The server's temporary working folder."""

    @property
    def supervisor_pid(self) -> int:
        """The process that watches over the server."""
        return self._process.pid

    def stop(self) -> None:
        """Stop the server, remove its folder, and wait until both are gone. Stopping twice is fine."""
        keeper.end(self._process, _SUPERVISOR_STOP_SECONDS)


def demo_graphs() -> dict[str, Path]:
    """The files of the demo's graphs by name."""
    folder = Path(__file__).resolve().parent / "graphs"
    return {name: folder / f"{name}.py" for name in GRAPHS}


def check_installed() -> None:
    """Raise `DemoError` where the extra `demo` is not installed, or the system cannot run it."""
    if os.name != "posix":
        raise DemoError(
            "The demo runs on Linux and macOS only.",
            hint="Start `langgraph dev` on your own graphs, then: forkpoint --url http://127.0.0.1:2024",
        )
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise DemoError(f"The demo's server is not installed ({', '.join(missing)} missing).", hint=INSTALL_HINT)


def start_demo_server(
    extra_graphs: Mapping[str, Path] | None = None,
    *,
    on_progress: Progress | None = None,
    delay: float | None = None,
    port: int | None = None,
) -> RunningDemo:
    """Start the demo's server and wait until it answers.

    Args:
        extra_graphs: More graphs to serve: a name and a file with a variable `graph`.
        on_progress: Called with one short line per step of the start.
        delay: Seconds per token of the scripted model; None leaves it to FORKPOINT_DEMO_DELAY or the default.
        port: The port to try first; a busy or missing one is replaced by a free one.

    Raises:
        DemoError: The extra is not installed, or the server did not start.
    """
    process = _launch(extra_graphs or {}, delay, port)
    return _await_ready(process, on_progress)


def _launch(extra_graphs: Mapping[str, Path], delay: float | None, port: int | None) -> subprocess.Popen[str]:
    check_installed()
    graphs = demo_graphs() | {name: path.resolve() for name, path in extra_graphs.items()}
    # By its path and isolated (-I): it needs nothing but the standard library, whatever the current folder is.
    command = [sys.executable, "-I", str(Path(__file__).with_name("supervisor.py"))]
    command += [word for name, path in graphs.items() for word in ("--graph", f"{name}={path}")]
    if port is not None:
        command += ["--port", str(port)]
    environment = dict(os.environ)
    if delay is not None:
        environment["FORKPOINT_DEMO_DELAY"] = repr(delay)
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # the terminal's Ctrl+C is not meant for it
    )


def _await_ready(process: subprocess.Popen[str], on_progress: Progress | None) -> RunningDemo:
    """Read what the supervisor says until the server is ready."""
    noise: list[str] = []
    stdout = process.stdout
    for line in stdout or ():
        event = _parse(line)
        if event is None:
            noise.append(line.rstrip())
        elif event["event"] == "ready":
            return RunningDemo(process, event["url"], event["pid"], Path(event["folder"]))
        elif event["event"] == "failed":
            keeper.end(process, _SUPERVISOR_STOP_SECONDS)
            raise DemoError(
                event["message"], hint="Try again, or see what the server printed.", log=event.get("log", "")
            )
        elif on_progress is not None:
            on_progress(str(event.get("message", "")))
    keeper.end(process, _SUPERVISOR_STOP_SECONDS)
    raise DemoError("The demo's supervisor ended before the server was ready.", log="\n".join(noise[-25:]))


def _parse(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
