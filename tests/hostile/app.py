"""The app in a terminal that trusts nobody: type, wait for what one would see, and look at all that was written."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.pty_terminal import Condition, PtyTerminal
from tests.hostile.terminal import StrictScreen, crooked_borders

PATIENCE = 40.0
"""Seconds that a loaded machine may take to show something."""

ESC, ENTER, LEFT = "\x1b", "\r", "\x1b[D"
CTRL_O, CTRL_P, CTRL_Q, CTRL_S = "\x0f", "\x10", "\x11", "\x13"


def _shows(text: str) -> Condition:
    return lambda screen: screen.contains(text)


class StrictTerminal(PtyTerminal):
    """Runs the app (or a module) with some words, on a screen of its own."""

    def __init__(
        self, *words: str, state: Path, size: tuple[int, int] = (120, 36), module: str = "tui", **environment: str
    ) -> None:
        self.strict = StrictScreen(*size)
        super().__init__(
            [sys.executable, "-m", module, *words],
            columns=size[0],
            rows=size[1],
            environment={"XDG_STATE_HOME": str(state), "XDG_CONFIG_HOME": str(state), **environment},
            screen=self.strict,
        )

    def see(self, *texts: str, straight: bool = True) -> None:
        """Wait until the screen shows these texts; nothing hostile may have come until then.

        `straight`: what is there has borders that can be checked; the palette's list has none.
        """
        for text in texts:
            self.wait_for(_shows(text), what=repr(text), patience=PATIENCE)
        self.check()
        if straight:
            self.wait_for(
                lambda _: not crooked_borders(self.strict), what=f"straight borders beside {texts}", patience=PATIENCE
            )

    def gone(self, text: str) -> None:
        """Wait until the screen does not show a text any more."""
        self.wait_for(lambda screen: not screen.contains(text), what=f"no {text!r}", patience=PATIENCE)
        self.check()

    def check(self) -> None:
        """Nothing may have been written that an app does not write."""
        assert not self.strict.violations, self.shown()

    def shown(self) -> str:
        """What is wrong, and the screen, for the message of a failed test."""
        lines = "\n".join(line.rstrip() for line in self.strict.lines())
        return f"{dict(self.strict.violations)}\n{lines}"

    def ended(self) -> int:
        """Wait until it has ended by itself, and look at the last that it wrote; returns the exit code."""
        code = self.wait(40)
        self._reader.join(10)
        self.strict.finish()
        self.check()
        return code
