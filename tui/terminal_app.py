"""An app that writes to the terminal only what changed, when the line is free for it, and ends with its terminal."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import textual.screen
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.events import Event, Key, Resize
from textual.geometry import Offset, Size
from textual.screen import Screen

from tui.widgets.changed_cells import ChangedCells

if TYPE_CHECKING:
    from tui.terminal_driver import TerminalDriver

SYNC_BEGIN, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"

textual.screen.UPDATE_PERIOD = 1 / 120  # type: ignore[misc]
"""Seconds between two frames: what a key changes right behind a frame has to wait for the next one, at 60 a second for
17 ms. Where nothing changes there is no frame, and a slow line has a pace of its own."""

LATEST_REDRAW = 0.25
"""Seconds after which everything is written to a terminal of a new size, should the new layout not have done it."""


@dataclass(slots=True)
class Pace:
    """When the next frame may be written: at most `frames` a second, and `bytes_per_second` on the average.

    What a key did is seen at once all the same; the bytes of it are made up for later.
    """

    frames: float = 15
    bytes_per_second: float = 20_000
    clock: Callable[[], float] = time.monotonic
    _next: float = field(default=0.0, init=False)
    _carried: float = field(default=0.0, init=False)
    _hurries: bool = field(default=False, init=False)

    def wait(self) -> float:
        """Seconds until then; 0 if it may be written now."""
        due = self._next if self._hurries else max(self._next, self._carried)
        return max(0.0, due - self.clock())

    def hurry(self) -> None:
        """A key was pressed: the next frame does not wait for the bytes before it."""
        self._hurries = True

    def sent(self, size: int) -> None:
        """So many bytes were written."""
        now = self.clock()
        self._next = now + 1 / self.frames
        self._carried = max(now, self._carried) + size / self.bytes_per_second
        self._hurries = False


GONE = 129
"""The exit code of an app whose terminal is gone."""


class TerminalApp(App[None]):
    """Frames that the line is too slow for are never written: the next one that is has everything.

    Where Textual draws by other means (tests, the web, Windows), it does so as always.
    """

    def __init__(self, *, low_bandwidth: bool = False) -> None:
        super().__init__()
        self.low_bandwidth = low_bandwidth
        """Whether the terminal is far away: views scroll by half pages then."""
        self._pace = Pace() if low_bandwidth else None
        self._cells = ChangedCells()
        self._due: asyncio.TimerHandle | None = None
        self._cursor_shown: Offset | None = None

    def get_driver_class(self) -> type[Driver]:
        """Our driver, where Textual would take the one that it is built on."""
        chosen = super().get_driver_class()
        if sys.platform == "win32":
            return chosen
        from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415  # there is none on Windows

        from tui.terminal_driver import TerminalDriver  # noqa: PLC0415

        return TerminalDriver if chosen is LinuxDriver else chosen

    def first_frame(self, size: Size) -> LayoutUpdate | None:
        """What is seen while everything else is still being made."""
        del size
        return None

    def terminal_wanted(self) -> None:
        """The terminal is about to be taken."""

    def terminal_begins(self, size: Size) -> None:
        """Show something at once."""
        frame = self.first_frame(size)
        if frame is not None:
            self._cells.resize(size)
            self._cells.take(frame, self._colors)
            self._paint()

    def terminal_taken(self) -> None:
        """The terminal is ours again: it may show anything."""
        self._draw_all()

    def terminal_gone(self) -> None:
        """Nobody sees us any more: the same end as by SIGHUP, which mostly comes along."""
        self.exit(return_code=GONE)

    def action_redraw(self) -> None:
        """Draw everything again: another program may have written on the terminal."""
        self._draw_all()

    async def on_event(self, event: Event) -> None:
        """What a terminal shows after it changed its size is its own affair."""
        if isinstance(event, Key) and self._pace is not None:
            self._pace.hurry()
        if isinstance(event, Resize) and not event.is_forwarded:
            self._cells.forget()
            self._cursor_shown = None
            asyncio.get_running_loop().call_later(LATEST_REDRAW, self._paint)
        await super().on_event(event)

    def _draw_all(self) -> None:
        self._cells.forget()
        self._cursor_shown = None
        self._paint()

    @property
    def _colors(self) -> ColorSystem:
        return COLOR_SYSTEMS.get(self.console.color_system or "", ColorSystem.TRUECOLOR)

    @property
    def _terminal(self) -> TerminalDriver | None:
        """Our driver, while it has the terminal."""
        driver = self._driver
        is_there = driver is not None and self._running and not self._closed and hasattr(driver, "line")
        return driver if is_there and driver.is_ours else None  # type: ignore[return-value,union-attr]

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Textual has a frame: keep what it shows, and write what changed as soon as may be."""
        is_frame = isinstance(renderable, (LayoutUpdate, ChopsUpdate))
        if not is_frame or self._batch_count or not hasattr(self._driver, "line"):
            super()._display(screen, renderable)
            return
        try:
            compositor = screen._compositor
            if self._cells.resize(compositor.size) and isinstance(renderable, ChopsUpdate):
                renderable = compositor.render_full_update()
            self._cells.take(renderable, self._colors)
            self._paint()
        except Exception as error:  # noqa: BLE001  # as Textual does: it shows it and ends
            self._handle_exception(error)
        finally:
            self.post_display_hook()

    def _paint(self) -> None:
        """Write what changed; later, if the line is not free or was used too much."""
        terminal = self._terminal
        if terminal is None:
            return
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._pace is not None and (seconds := self._pace.wait()):
            self._due = asyncio.get_running_loop().call_later(seconds, self._paint)
        elif terminal.line.is_free(self._paint):
            self._write(terminal)

    def _write(self, terminal: TerminalDriver) -> None:
        changes = self._cells.changes()
        cursor = self.cursor_position
        if not changes and cursor == self._cursor_shown:
            return
        self._cursor_shown = self._previous_cursor_position = cursor
        words = f"{changes}\x1b[{cursor.y + 1};{cursor.x + 1}H"
        terminal.write(f"{SYNC_BEGIN}{words}{SYNC_END}" if self._sync_available else words)
        if self._pace is not None:
            self._pace.sent(len(words))
