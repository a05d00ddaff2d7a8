"""Driving the app like a person: open it, press keys, wait for what one would see."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from tests.fakes import FakeBackend
from tui.app import ForkpointApp
from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.base import Backend
from tui.screens.debugger import DebuggerScreen
from tui.session.session import Session

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PATIENCE = 30.0
"""Seconds until a condition that does not come true fails the test."""


class Driver:
    """The app under test and the keys to it."""

    def __init__(self, app: ForkpointApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> DebuggerScreen:
        """The main screen, also below another one."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, DebuggerScreen)
        return screen

    @property
    def heard(self) -> list[str]:
        """What the app has told in messages, oldest first."""
        return [notification.message for notification in self.app._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys, and let the app deal with them."""
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*("space" if character == " " else character for character in text))

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until a condition is true."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited in vain: {what or condition}; messages: {self.heard}"
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def asked(self) -> str:
        """Wait for a question; returns its words."""
        question = self.screen.query_one("#question")
        await self.until(lambda: question.has_class("-open"), "a question")
        return " ".join(str(question.render()).split())

    async def yes(self) -> str:
        """Wait for a question and answer yes; returns its words."""
        words = await self.asked()
        await self.press("y")
        return words

    async def run_over(self) -> None:
        """Wait until the run that is followed has ended and been read again."""
        pane = self.screen.live_pane
        await self.until(lambda: pane.has_run and pane.is_over, "the end of the run")
        await self.until(lambda: not self.screen.live.is_streaming, "the end of the stream")

    async def select_step(self, step: int, nth: int = 0) -> None:
        """Go to the nth (from the top) checkpoint with a step, with the arrow keys."""
        opened = self.screen.history.opened
        assert opened is not None
        wanted = sorted((c.checkpoint_id for c in opened.tree if c.step == step), reverse=True)[nth]
        await self.press("2", "g")
        for _ in range(len(opened.tree)):
            if self.screen.timeline.selected == wanted:
                break
            await self.press("j")
        assert self.screen.timeline.selected == wanted
        await self.until(lambda: self.shown_id == wanted, "the inspector")

    @property
    def shown_id(self) -> str | None:
        """The checkpoint in the inspector."""
        shown = self.screen.inspector.shown
        return shown.checkpoint.checkpoint_id if shown is not None else None

    def text(self, selector: str | type[Widget]) -> str:
        """What a widget shows now, line by line, without the ends of lines."""
        widget = self.screen.query_one(selector) if isinstance(selector, str) else self.app.screen.query_one(selector)
        strips = [widget.render_line(y) for y in range(widget.size.height)]
        return "\n".join(strip.text.rstrip() for strip in strips)


@asynccontextmanager
async def opened_app(
    backend: Backend, *, size: tuple[int, int] = (120, 36), wait: bool = True, **options: Any
) -> AsyncIterator[Driver]:
    """The app on a backend, connected and with its first thread open."""
    session = Session(backend, assistant=options.pop("assistant", None), left=options.pop("left", None))
    toasts = options.pop("toasts", False)
    app = ForkpointApp(session, now=options.pop("now", lambda: NOON), **options)
    async with app.run_test(size=size, notifications=toasts) as pilot:
        driver = Driver(app, pilot)
        if wait:
            await driver.until(lambda: driver.screen.is_ready, "the first threads")
        yield driver


@asynccontextmanager
async def app_on_server(url: str, *, size: tuple[int, int] = (120, 36), **options: Any) -> AsyncIterator[Driver]:
    """The app on a real server."""
    async with opened_app(AgentServerBackend(url), size=size, **options) as driver:
        yield driver


@asynccontextmanager
async def app_on_fake(
    *, size: tuple[int, int] = (120, 36), backend: FakeBackend | None = None, **options: Any
) -> AsyncIterator[tuple[Driver, FakeBackend]]:
    """The app on the fake backend with the weather thread."""
    if backend is None:
        backend = FakeBackend()
        backend.add_weather_thread()
    async with opened_app(backend, size=size, **options) as driver:
        yield driver, backend
