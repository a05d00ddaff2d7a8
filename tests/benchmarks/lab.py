"""What all figures share: how often to measure, servers, apps in terminals, and a home that is nobody's."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.long_threads import GRAPHS, ThreadMaker
from tests.benchmarks.measure import python_module
from tests.benchmarks.pty_terminal import PtyTerminal
from tui.config import first_time
from tui.demo.server import RunningDemo, start_demo_server


@dataclass
class Server:
    """A running Agent Server and a maker of threads on it."""

    demo: RunningDemo
    make: ThreadMaker

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.demo.url


@dataclass
class Lab:
    """`repeat`: samples of each figure; `quick`: smaller sizes, to see that everything works."""

    repeat: int = 3
    quick: bool = False
    say: Callable[[str], None] = lambda _text: None
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="forkpoint-benchmarks-")))

    def __post_init__(self) -> None:
        first_time("hint", self.home / "forkpoint")  # the greeting would lie over what is measured

    def close(self) -> None:
        """Remove the home."""
        shutil.rmtree(self.home, ignore_errors=True)

    def size(self, full: int, quick: int) -> int:
        """A size, or the smaller one."""
        return quick if self.quick else full

    @contextmanager
    def server(self) -> Iterator[Server]:
        """A fresh Agent Server with the demo's graphs and the benchmarks' own."""
        self.say("starting an Agent Server")
        demo = start_demo_server(GRAPHS, delay=0)
        make = ThreadMaker(demo.url)
        try:
            yield Server(demo, make)
        finally:
            make.close()
            demo.stop()

    def app(
        self,
        url: str,
        *,
        thread: str | None = None,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        bytes_per_second: float | None = None,
    ) -> PtyTerminal:
        """The app as a user starts it."""
        words = ["tui", "open", url, *(["--thread", thread] if thread else [])]
        size = {"columns": columns, "rows": rows}
        return self.terminal(*words, **size, environment=environment, bytes_per_second=bytes_per_second)

    def terminal(
        self,
        *module: str,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        bytes_per_second: float | None = None,
    ) -> PtyTerminal:
        """A module in a terminal of its own, in a home that holds no settings."""
        home = {"HOME": str(self.home)} | {f"XDG_{name}_HOME": str(self.home) for name in ("CONFIG", "STATE", "CACHE")}
        return PtyTerminal(
            python_module(*module),
            columns=columns,
            rows=rows,
            environment=home | dict(environment or {}),
            bytes_per_second=bytes_per_second,
        )


def machine() -> dict[str, object]:
    """What this was measured on, and how busy it was before."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "textual": version("textual"),
        "langgraph_api": version("langgraph-api"),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
