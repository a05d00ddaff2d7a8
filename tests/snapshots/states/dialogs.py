"""What lies over the panes, and what belongs to the whole screen: help, palette, lists, header, the first hint."""

from __future__ import annotations

from dataclasses import replace

from textual.widgets import OptionList

from tests.snapshots.record_shapes import WIDE
from tests.snapshots.recorded import RecordedBackend, recorded_backend
from tests.snapshots.stage import State, settle
from tests.snapshots.states.editor import change
from tests.snapshots.states.timeline import shapes, timeline
from tests.ui.driving import Driver
from tui.demo.seed import BRANCHED, SF
from tui.screens.runs import RunsList


def never_run() -> RecordedBackend:
    """Threads without runs."""
    backend = recorded_backend()
    return replace(backend, run_list={thread_id: [] for thread_id in backend.threads})


async def help_(driver: Driver) -> None:
    """Every key."""
    await driver.press("question_mark")


async def help_find(driver: Driver) -> None:
    """A search in the help."""
    await driver.press("question_mark", "slash")
    await driver.write("replay")
    await driver.press("enter")


async def palette(driver: Driver) -> None:
    """All commands."""
    await driver.press("2", "ctrl+p")
    await settle(driver)


async def palette_search(driver: Driver) -> None:
    """A command by its name."""
    await palette(driver)
    await driver.write("fold")
    await settle(driver)


async def palette_theme(driver: Driver) -> None:
    """The themes."""
    driver.app.action_change_theme()
    await settle(driver)


async def copy(driver: Driver) -> None:
    """What can be copied."""
    await driver.press("2", "g", "y")


async def runs(driver: Driver) -> None:
    """The runs of a thread."""
    await driver.press("2", "R")
    await driver.until(lambda: driver.app.screen.query("RunsList").first().row_count, "the runs")  # type: ignore[attr-defined]


async def run_details(driver: Driver) -> None:
    """One of them."""
    await runs(driver)
    await driver.press("enter")


async def assistant(driver: Driver) -> None:
    """Who is to run a new thread."""
    await driver.press("1", "a")
    await driver.yes()
    await driver.until(lambda: isinstance(driver.app.focused, OptionList), "the choice")


async def no_runs(driver: Driver) -> None:
    """The runs of a thread that has none."""
    await driver.press("R")
    await driver.until(lambda: "starts one" in driver.text(RunsList), "that there are none")


async def leaving(driver: Driver) -> None:
    """A draft was not sent."""
    await change(driver)
    await driver.press("escape", "q")
    await driver.asked()


async def refused(driver: Driver) -> None:
    """A key that would write."""
    await driver.press("2", "g", "r")


STATES = (
    State("help", help_, SF),
    State("help-find", help_find, SF),
    State("palette", palette, SF),
    State("palette-search", palette_search, SF),
    State("palette-theme", palette_theme, SF),
    State("copy-menu", copy, SF),
    State("copy-menu-wide-characters", copy, WIDE, shapes),
    State("runs", runs, BRANCHED),
    State("runs-empty", no_runs, backend=never_run),
    State("run-details", run_details, BRANCHED),
    State("assistant-choice", assistant, SF),
    State("first-hint", None, options={"first_start": True}),
    State("leave-question", leaving, SF),
    State("read-only", timeline, SF, options={"read_only": True, "profile": "staging"}),
    State("read-only-refuses", refused, SF, options={"read_only": True, "profile": "staging"}, messages=True),
    State("production", timeline, SF, options={"production": True, "profile": "prod"}),
    State("theme-unknown", timeline, SF, options={"theme": "solarised"}, messages=True),
    State("too-small", timeline, SF, sizes=((40, 10), (50, 12))),
)
