"""A terminal for one program: a real pty that answers queries as a modern terminal does, and keeps the screen.

A thread reads what the program writes, notes when each piece arrived, and wakes whoever waits for something to appear.
`bytes_per_second` makes it a slow line: it then takes no more than that from the pty, as a modem would, and the program
blocks when the kernel's buffers are full.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.screen import Screen

ROOT = Path(__file__).resolve().parents[2]
CHUNK = 65536
SLOW_CHUNK = 256
PATIENCE = 60.0
"""Seconds that anything may take before the benchmark gives up."""

_ANSWERS: Mapping[bytes, bytes] = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised output: supported
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",  # size reports in band: not supported, so SIGWINCH it is
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?u": b"\x1b[?0u",
    b"\x1b]10;?": b"\x1b]10;rgb:dddd/dddd/dddd\x1b\\",
    b"\x1b]11;?": b"\x1b]11;rgb:1111/1111/1111\x1b\\",
}

Condition = Callable[[Screen], bool]


class TooSlow(Exception):
    """What was waited for did not appear; the message shows the screen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How much a program had written at some time: `time` as of `time.perf_counter`, in seconds."""

    time: float
    bytes: int
    frames: int


@dataclass(slots=True)
class Awaited:
    """What somebody waits for, and what had arrived when it was fulfilled."""

    condition: Condition
    seen: Seen | None = None


class PtyTerminal:
    """Runs `command` in a terminal; leaving the context ends it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        bytes_per_second: float | None = None,
        screen: Screen | None = None,
    ) -> None:
        self.screen = screen or Screen(columns, rows)
        self.first_byte: float | None = None
        self.last_byte: float | None = None
        self._speed = bytes_per_second
        self._bytes = 0
        self._tail = b""
        self._ended = False
        self._changed = threading.Condition()
        self._awaited: list[Awaited] = []
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(environment or {}),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,  # the Ctrl+C of the terminal that the benchmarks run in is not meant for it
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The program."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program and the thread."""
        self._speed = None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._cut()

    def hang_up(self) -> None:
        """The terminal vanishes; no signal says so."""
        self._cut()

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait until the program has ended; its exit code."""
        return self._process.wait(patience)

    def resize(self, columns: int, rows: int) -> None:
        """Another size, with an empty screen: what a terminal makes of the old one is its own affair."""
        with self._changed:
            self.screen = Screen(columns, rows)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._process.send_signal(signal.SIGWINCH)

    def _cut(self) -> None:
        self._ended = True
        self._reader.join(5)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def seen(self) -> Seen:
        """What has arrived until now."""
        with self._changed:
            return self._seen(time.perf_counter())

    def write(self, keys: str) -> float:
        """Type; returns the time at which that was done."""
        at = time.perf_counter()
        os.write(self._master, keys.encode())
        return at

    def watch(self, condition: Condition) -> Awaited:
        """Look out for a condition while doing other things."""
        awaited = Awaited(condition)
        with self._changed:
            if condition(self.screen):
                awaited.seen = self._seen(self.last_byte or self.started)
            else:
                self._awaited.append(awaited)
        return awaited

    def wait_for(self, condition: Condition, *, what: str, patience: float = PATIENCE) -> float:
        """Wait until the screen fulfils a condition; returns the time at which what fulfilled it had arrived.

        Raises:
            TooSlow: it did not, or the program ended.
        """
        awaited = self.watch(condition)
        with self._changed:
            self._changed.wait_for(lambda: awaited.seen is not None or self._ended, patience)
            if awaited.seen is not None:
                return awaited.seen.time
            self._awaited.remove(awaited)
            shown = "\n".join(line.rstrip() for line in self.screen.lines())
            why = "the program ended" if self._ended else f"{patience:.0f} s passed"
            raise TooSlow(f"Waited for {what}, but {why}. The screen:\n{shown}")

    def appears(self, condition: Condition, *, within: float) -> bool:
        """Whether the screen fulfils a condition within some seconds."""
        try:
            self.wait_for(condition, what="it", patience=within)
        except TooSlow:
            return False
        return True

    def settle(self, quiet: float = 0.3, patience: float = PATIENCE) -> float:
        """Wait until nothing is written for `quiet` seconds from now; returns the time of the last byte."""
        begun = time.perf_counter()
        while True:
            with self._changed:
                last = self.last_byte or self.started
            now = time.perf_counter()
            left = max(last, begun) + quiet - now
            if left <= 0:
                return last
            if now > begun + patience:
                raise TooSlow(f"The program never stopped writing for {quiet} s.")
            time.sleep(left)

    def _read(self) -> None:
        due = time.perf_counter()
        while not self._ended:
            ready, _, _ = select.select([self._master], [], [], 0.1)
            if not ready:
                continue
            try:
                data = os.read(self._master, SLOW_CHUNK if self._speed else CHUNK)
            except OSError:  # the program is gone, and with it the other end
                data = b""
            if data:
                due = self._pace(due, len(data))
                self._take(data)
            else:
                self._end()

    def _pace(self, due: float, size: int) -> float:
        """Wait as long as the line needs for so many bytes; returns when it is free again."""
        if self._speed is None:
            return due
        due = max(due, time.perf_counter()) + size / self._speed
        time.sleep(max(0.0, due - time.perf_counter()))
        return due

    def _take(self, data: bytes) -> None:
        now = time.perf_counter()
        with self._changed:
            if self.first_byte is None:
                self.first_byte = now
            self.last_byte = now
            self._bytes += len(data)
            self.screen.feed(data)
            if not self.screen.drawing:
                self._fulfil(now)
        self._answer(data)

    def _fulfil(self, now: float) -> None:
        """Tell those whose condition is fulfilled. Here, not in their threads: these may wake up late."""
        for awaited in [one for one in self._awaited if one.condition(self.screen)]:
            awaited.seen = self._seen(now)
            self._awaited.remove(awaited)
            self._changed.notify_all()

    def _seen(self, now: float) -> Seen:
        return Seen(now, self._bytes, self.screen.frames)

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _answer(self, data: bytes) -> None:
        """Answer the queries in what was written, also those that are split between two pieces."""
        seen = self._tail + data
        for query, answer in _ANSWERS.items():
            at = seen.find(query)
            while at >= 0:
                if at + len(query) > len(self._tail):
                    os.write(self._master, answer)
                at = seen.find(query, at + 1)
        self._tail = seen[-16:]


def plain_environment() -> dict[str, str]:
    """The environment without what would change how a program starts (unwritten byte code) or draws."""
    dropped = ("FORKPOINT_", "TEXTUAL", "PYTHON", "SSH_", "NO_COLOR", "COLUMNS", "LINES", "TERM_PROGRAM", "TMUX")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program in a modern terminal."""
    return plain_environment() | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | dict(more)
