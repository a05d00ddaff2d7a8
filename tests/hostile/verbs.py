"""Verbs as they are run in a terminal: in a pty of their own, whose every byte is looked at."""

from __future__ import annotations

import os
import pty
import subprocess
from dataclasses import dataclass
from threading import Thread

from tests.benchmarks.pty_terminal import plain_environment
from tests.e2e.forkpoint import FORKPOINT
from tests.hostile.terminal import StrictScreen


@dataclass(frozen=True)
class Shown:
    """What a verb showed to whoever sat before it."""

    code: int
    text: str
    violations: dict[str, int]


def shown(*words: str, **environ: str) -> Shown:
    """Run a verb in a terminal to its end."""
    terminal, child = pty.openpty()
    screen = StrictScreen(200, 50, plain=True)
    pieces: list[bytes] = []

    def read() -> None:
        while True:
            try:
                data = os.read(terminal, 65536)
            except OSError:  # the other end is closed
                return
            if not data:
                return
            pieces.append(data)

    reader = Thread(target=read, daemon=True)
    try:
        process = subprocess.Popen(
            [*FORKPOINT, *words],
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
            env=plain_environment() | os.environ | {"TERM": "xterm-256color"} | environ,
        )
        os.close(child)
        reader.start()
        code = process.wait(timeout=90)
        reader.join(30)
    finally:
        os.close(terminal)
    whole = b"".join(pieces)
    screen.feed(whole)
    screen.finish()
    return Shown(code, whole.decode("utf-8", "replace").replace("\r\n", "\n"), dict(screen.violations))
