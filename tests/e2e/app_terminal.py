"""The app in a real terminal, for what only a process can show: signals, sizes, and the terminal left behind."""

from __future__ import annotations

import os
import re
import sys
import termios
from pathlib import Path

from tests.benchmarks.pty_terminal import PtyTerminal

_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KITTY = re.compile(rb"\x1b\[([<>])[0-9]*u")

MODES_AT_START = {"7", "25"}
"""What a terminal has switched on: lines wrap, the cursor is shown."""


class AppTerminal(PtyTerminal):
    """Runs `forkpoint` with some words. `state` is where it keeps what it remembers."""

    def __init__(self, *words: str, state: Path, columns: int = 120, rows: int = 36, **environment: str) -> None:
        self.modes = set(MODES_AT_START)
        self.keyboards = 0
        self._unread = b""
        super().__init__(
            [sys.executable, "-m", "tui", *words],
            columns=columns,
            rows=rows,
            environment={"XDG_STATE_HOME": str(state), **environment},
        )

    def is_as_new(self) -> bool:
        """Whether it treats what is typed as a terminal does that was just opened."""
        master, slave = os.openpty()
        try:
            return termios.tcgetattr(self._master) == termios.tcgetattr(slave)
        finally:
            os.close(master)
            os.close(slave)

    def see(self, text: str) -> None:
        """Wait until the screen shows a text."""
        self.wait_for(lambda screen: screen.contains(text), what=repr(text))

    def ended(self) -> int:
        """Wait until it has ended by itself; returns the exit code."""
        code = self.wait(30)
        self._reader.join(5)  # until everything that it wrote is read
        return code

    def _take(self, data: bytes) -> None:
        seen = self._unread + data
        for match in _MODE.finditer(seen):
            for mode in match[1].decode().split(";"):
                (self.modes.add if match[2] == b"h" else self.modes.discard)(mode)
        self.keyboards += sum(1 if match[1] == b">" else -1 for match in _KITTY.finditer(seen))
        # What may be the beginning of a sequence waits for its rest.
        last = seen.rfind(b"\x1b")
        self._unread = seen[last:] if last >= 0 and len(seen) - last < 12 and not _whole(seen[last:]) else b""
        super()._take(data)


def _whole(sequence: bytes) -> bool:
    return bool(_MODE.match(sequence) or _KITTY.match(sequence)) or not re.fullmatch(rb"\x1b(\[[?<>0-9;]*)?", sequence)
