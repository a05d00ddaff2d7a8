"""The way to the terminal: when it is free for more, when it was somebody else's, and when it is gone.

Built on Textual's driver for Linux and macOS, whose thread for input spins for ever on a terminal that is gone, and
whose thread for output dies on it and then blocks the app.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Any, Protocol, TextIO, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

READ_BYTES = 4096
TICK = 0.1
"""Seconds after which an escape that nothing followed is the key of that name."""


class Viewer(Protocol):
    """What the driver tells an app that draws by itself."""

    def terminal_wanted(self) -> None:
        """It is about to be taken for the first time."""

    def terminal_begins(self, size: Size) -> None:
        """There is a terminal, and nothing to show yet."""

    def terminal_taken(self) -> None:
        """The terminal is ours again; what it shows is unknown."""

    def terminal_gone(self) -> None:
        """There is no terminal any more."""


class Line:
    """The file that Textual's thread for output writes to.

    It knows whether all was written, and bears that there is no terminal any more.
    """

    def __init__(self, file: TextIO, loop: asyncio.AbstractEventLoop, on_gone: Callable[[], None]) -> None:
        self._file = file
        self._loop = loop
        self._on_gone = on_gone
        self._lock = threading.Lock()
        # Counted up to whatever the app ever writes; equal when all of it is with the system.
        self._queued = 0
        self._written = 0
        self._gone = False
        self._when_free: Callable[[], None] | None = None

    def queued(self) -> None:
        """Something more will be written."""
        with self._lock:
            self._queued += 1

    def is_free(self, otherwise: Callable[[], None]) -> bool:
        """Whether everything was written; if not, `otherwise` is called in the event loop when it is."""
        with self._lock:
            if self._written >= self._queued:
                return True
            self._when_free = otherwise
            return False

    def write(self, text: str) -> None:
        """Write; called by the thread."""
        self._written += 1
        self._bear(lambda: self._file.write(text))

    def flush(self) -> None:
        """Write what is left; called by the thread when there is nothing more to write for now."""
        self._bear(self._file.flush)
        with self._lock:
            is_free = self._written >= self._queued
            callback = self._when_free if is_free else None
            if is_free:
                self._when_free = None
        if callback is not None:
            self._tell(callback)

    def fileno(self) -> int:
        """The number of the file."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._file.isatty()

    def _bear(self, action: Callable[[], object]) -> None:
        if self._gone:
            return
        try:
            action()
        except (OSError, ValueError):
            self._gone = True
            self._tell(self._on_gone)

    def _tell(self, callback: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to be told
            self._loop.call_soon_threadsafe(callback)


class TerminalDriver(LinuxDriver):
    """Tells its app when to draw everything again and when to end."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._viewer = cast("Viewer", app)
        self.line = Line(cast("TextIO", self._file), self._loop, self._viewer.terminal_gone)
        self._file = cast("Any", self.line)
        self._was_ours = self.is_ours = False
        """Whether what is drawn is seen: not before the start, nor while another program has the terminal."""

    def start_application_mode(self) -> None:
        """Take the terminal."""
        if not self._was_ours:
            self._viewer.terminal_wanted()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        is_first, self.is_ours, self._was_ours = not self._was_ours, True, True
        if is_first:
            self._viewer.terminal_begins(Size(*self._get_terminal_size()))
        else:
            self._loop.call_soon_threadsafe(self._viewer.terminal_taken)

    def stop_application_mode(self) -> None:
        """Give it back."""
        self.is_ours = False
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Write to the terminal, by the thread."""
        self.line.queued()
        super().write(data)

    def run_input_thread(self) -> None:
        """Read keys until the app ends, or the terminal does."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(TICK):
                    data = self._read()
                    if not data:
                        self._loop.call_soon_threadsafe(self._viewer.terminal_gone)
                        return
                    for message in parser.feed(decode(data)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        with contextlib.suppress(EOFError, ParseError):
            for _ in parser.feed(""):
                pass

    def _read(self) -> bytes:
        """What was typed; nothing if there is no terminal any more."""
        try:
            return os.read(self.fileno, READ_BYTES)
        except OSError:
            return b""
