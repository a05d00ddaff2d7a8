"""What the system knows about processes (CPU, memory), how long keys take, and what went over a line."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.pty_terminal import ROOT, PtyTerminal, plain_environment
from tests.benchmarks.screen import Region, Screen

_TICKS = os.sysconf("SC_CLK_TCK")
KEY_PAUSE = 0.1
"""Seconds between two keys, as if somebody held one down slowly."""
LONGEST_KEY = 10.0


def family(pid: int) -> list[int]:
    """A process and all that it started, as of now."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            found += family(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its living children, and of those that ended and were waited for."""
    return sum(_cpu_of(one) for one in family(pid))


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / _TICKS


def memory_bytes(pid: int, what: str = "VmRSS") -> int:
    """Resident memory of a process and its children; `VmHWM` is the most that each ever had."""
    return sum(_memory_of(one, what) for one in family(pid))


def _memory_of(pid: int, what: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def peak_memory(pid: int, every: float = 0.02) -> Iterator[Callable[[], int]]:
    """Watches a process and its children; call what it gives for the most memory that they had together."""
    peak = memory_bytes(pid)
    over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(every):
            peak = max(peak, memory_bytes(pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: max(peak, _memory_of(pid, "VmHWM"))
    finally:
        over.set()
        watcher.join()


def move_cursor(terminal: PtyTerminal, key: str, region: Region) -> float:
    """Press `j` or `k` in a list; the seconds until its cursor stands one row further.

    Raises:
        TooSlow: the cursor is nowhere, or did not move.
    """
    step = 1 if key == "j" else -1
    start: int | None = None

    def stands_somewhere(screen: Screen) -> bool:
        nonlocal start
        start = screen.cursor_row(region)
        return start is not None

    terminal.wait_for(stands_somewhere, what="a cursor in the list", patience=LONGEST_KEY)
    assert start is not None
    wanted = start + step
    at = terminal.write(key)
    arrived = terminal.wait_for(
        lambda screen: screen.cursor_row(region) == wanted, what=f"{key!r} to move the cursor", patience=LONGEST_KEY
    )
    return arrived - at


def click_row(terminal: PtyTerminal, region: Region, row: int) -> float:
    """Click a row of a list; the seconds until its cursor stands there."""
    place = f"{region.left + 3};{row + 1}"
    at = terminal.write(f"\x1b[<0;{place}M\x1b[<0;{place}m")
    arrived = terminal.wait_for(
        lambda screen: screen.cursor_row(region) == row, what=f"a click on row {row}", patience=LONGEST_KEY
    )
    return arrived - at


def key_delays(
    terminal: PtyTerminal, region: Region, *, until: Callable[[], bool], least: int = 4, pause: float = KEY_PAUSE
) -> list[float]:
    """Move a list's cursor down and up until something is true, and at least so often; the seconds that each took."""
    delays: list[float] = []
    while len(delays) < least or not until():
        delays.append(move_cursor(terminal, "jk"[len(delays) % 2], region))
        time.sleep(pause)
    if len(delays) % 2:
        move_cursor(terminal, "k", region)
    return delays


def count_down(seconds: float) -> Callable[[], bool]:
    """True when so many seconds have passed."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end


def run_seconds(command: Sequence[str]) -> float:
    """How long a command takes from start to end, its output thrown away."""
    begun = time.perf_counter()
    subprocess.run(
        command, check=True, cwd=ROOT, env=plain_environment(), stdin=subprocess.DEVNULL, capture_output=True
    )
    return time.perf_counter() - begun


def python_module(*words: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", *words]


def timed(action: Callable[[], object], times: int) -> list[float]:
    """The seconds of each of several calls."""
    spent: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        spent.append(time.perf_counter() - begun)
    return spent
