"""Brings the app into a state on recorded answers, and takes its pictures in every size and look.

One app per state: it is driven once, then the terminal changes its size and the user chooses another theme. What
belongs to the start of the app (NO_COLOR, ASCII, fewer colours) has an app of its own.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

from rich.color import ColorSystem
from rich.segment import Segment
from textual.widgets import Input, TextArea
from textual.worker import WorkerState

import tui.app
from tests.snapshots.columns import misaligned
from tests.snapshots.recorded import RecordedBackend, recorded_backend, shortly_after
from tests.snapshots.svg import Paint, in_palette, screen_cells, screen_lines, svg_of, true_colour
from tests.ui.driving import Driver
from tui.app import ForkpointApp
from tui.domain.addresses import Address
from tui.screens import connection_control, status_watch
from tui.session.frames import FrameLog
from tui.session.session import Session

Act: TypeAlias = Callable[[Driver], Awaitable[None]]

SIZES = ((120, 36), (80, 24), (200, 50))
THEMES = ("dark", "light")

_add_frame = FrameLog.add
"""Raw events tell when they came: in pictures, one after the other."""

_GO_ON = {"live", "watch", "statuses"}
"""Groups of work that may go on in a picture; those of `holds` do as well."""


@dataclass(frozen=True)
class State:
    """A state of the screen: whose data, and what the user did."""

    name: str
    act: Act | None = None
    thread: str = ""
    """The title of the thread that is opened; "" opens the newest."""
    backend: Callable[[], RecordedBackend] = recorded_backend
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the app."""
    sizes: tuple[tuple[int, int], ...] = SIZES
    messages: bool = False
    """Whether the messages at the lower right belong to it."""


@dataclass(frozen=True)
class Look:
    """A terminal that can't do all, or a user who needs another theme."""

    name: str
    theme: str | None = None
    ascii_only: bool = False
    no_color: bool = False
    colors: str | None = None
    paint: Paint = true_colour


LOOKS = (
    Look("contrast", theme="forkpoint-contrast"),
    Look("colorblind", theme="forkpoint-colorblind"),
    Look("no-color", no_color=True),
    Look("ascii", ascii_only=True),
    Look("256", colors="256", paint=in_palette(ColorSystem.EIGHT_BIT)),
    Look("16", colors="standard", paint=in_palette(ColorSystem.STANDARD)),
)


class StagedApp(ForkpointApp):
    """The app, whose messages stay until the picture is taken."""

    CSS_PATH = str(Path(tui.app.__file__).parent / "screens" / "debugger.tcss")

    def notify(self, message: str, *, timeout: float | None = None, **options: Any) -> None:
        """Tell, for as long as it takes."""
        del timeout
        super().notify(message, timeout=3600, **options)


def app_for(state: State, look: Look | None = None) -> StagedApp:
    """The app on a state's data."""
    backend = state.backend()
    moment = shortly_after(backend) if backend.threads else datetime.fromisoformat("2026-11-21T12:00:00+00:00")
    options: dict[str, Any] = {"profile": "demo", "theme": "forkpoint-dark", **state.options}
    if look is not None:
        options |= {"theme": look.theme, "ascii_only": look.ascii_only}
    if state.thread:
        options["open_address"] = Address(backend.titled(state.thread))
    with mock.patch.dict(os.environ, {"NO_COLOR": "1"} if look is not None and look.no_color else {}):
        app = StagedApp(Session(backend), now=lambda: moment, **options)
    if look is not None and look.colors is not None:
        app.fit_colours(look.colors)
    return app


async def drive(driver: Driver, state: State) -> None:
    """Bring the app there, once it has started."""
    backend = driver.screen.session.backend
    if not getattr(backend, "holds", ()):
        await driver.until(lambda: driver.screen.is_ready, "the thread")
    else:
        await driver.until(lambda: "esc stops" in driver.text("#header"), "the words that something takes long")
    await settle(driver)
    if state.act is not None:
        await state.act(driver)
    if not state.messages:
        driver.app.clear_notifications()


@asynccontextmanager
async def staged(state: State, look: Look | None = None) -> AsyncIterator[Driver]:
    """The app in a state."""
    app = app_for(state, look)
    steady = mock.patch.object(FrameLog, "add", lambda log, event, _: _add_frame(log, event, 0.04 * log.count))
    # Nor does anybody look at the server, or count seconds, because the machine that takes the picture is slow.
    unseen = mock.patch.object(status_watch, "WATCH_SECONDS", 3600.0)
    uncounted = mock.patch.object(connection_control, "TELL_SECONDS_FROM", 3600)
    with steady, unseen, uncounted:
        async with app.run_test(size=SIZES[0], notifications=True) as pilot:
            driver = Driver(app, pilot)
            await drive(driver, state)
            yield driver


async def settle(driver: Driver) -> list[list[Segment]]:
    """Wait until nothing changes any more; returns what is on the screen."""
    app, screen = driver.app, driver.screen
    holds = getattr(screen.session.backend, "holds", ())

    def at_rest() -> bool:
        running = {worker.group for worker in app.workers if worker.state is WorkerState.RUNNING}
        waits = running - _GO_ON
        followed = all(group.startswith("run") for group in waits)
        selected = screen.timeline.selected in (None, driver.shown_id)
        return (not waits or bool(holds) or followed) and (selected or bool(holds))

    await driver.until(at_rest, "the end of all work")
    for widget in (*app.screen.query(TextArea), *app.screen.query(Input)):
        widget.cursor_blink = False
    before: list[list[Segment]] = []
    for _ in range(20):
        now = screen_lines(app)
        if now == before:
            return now
        before = now
        await driver.pilot.pause()
    return before


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, and what does not line up in it."""

    svg: str
    problems: tuple[str, ...] = ()


async def take(driver: Driver, paint: Paint = true_colour) -> Picture:
    """What is on the screen once it is at rest."""
    lines = await settle(driver)
    cells = screen_cells(lines, paint)
    return Picture(svg_of(cells), tuple(misaligned(driver.app, lines, cells)))


async def pictures(state: State) -> dict[str, Picture]:
    """A state in every size and in both of our main themes, by "120x36-dark" and so on."""
    found = {}
    async with staged(state) as driver:
        for size in state.sizes:
            await driver.pilot.resize_terminal(*size)
            # To and fro: a change of the theme takes longer than anything else here.
            for theme in THEMES if f"forkpoint-{THEMES[0]}" == driver.app.theme else THEMES[::-1]:
                driver.app.theme = f"forkpoint-{theme}"
                found[f"{size[0]}x{size[1]}-{theme}"] = await take(driver)
    return found


async def pictures_in(look: Look, state: State) -> dict[str, Picture]:
    """A state in another look, by "120x36-ascii" and so on."""
    found = {}
    async with staged(state, look) as driver:
        for size in state.sizes[:2]:
            await driver.pilot.resize_terminal(*size)
            found[f"{size[0]}x{size[1]}-{look.name}"] = await take(driver, look.paint)
    return found
