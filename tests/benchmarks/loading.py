"""Driving the app through a long thread: choosing it, reading all of it, and moving in it meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.benchmarks import layout
from tests.benchmarks.measure import KEY_PAUSE, LONGEST_KEY
from tests.benchmarks.pty_terminal import PtyTerminal, TooSlow
from tests.benchmarks.results import median
from tests.benchmarks.screen import Region, Screen

MARKS = "◉●◆⎇‖✗▶"
"""What a row of the timeline begins with."""

LOAD_ALL = "G"
"""What makes the app read older checkpoints: pressed again whenever it has stopped reading."""

STALLED = 5.0
"""Seconds without a new page after which `LOAD_ALL` is pressed again."""

_STEP = re.compile(r"\s(-?\d+)(?:\s+(?:[\d.]+ ?m?s|[a-z]+))?\W*$")
_LOADED = re.compile(r"(\d[\d,.]*)(\+?) checkpoints")


@dataclass
class Loading:
    """One complete reading of a thread: how long it took, and how long each key took meanwhile."""

    seconds: float = 0.0
    delays: list[float] = field(default_factory=list)
    presses: int = 0
    """How often `LOAD_ALL` was needed because reading had stopped."""


def ready(terminal: PtyTerminal) -> tuple[Region, Region]:
    """The panes of threads and timeline, once there is something in both, the focus on the threads."""
    terminal.wait_for(layout.has_panes, what="three panes")
    timeline = layout.pane(terminal.screen, 1)
    terminal.wait_for(lambda screen: rows_shown(screen, timeline) > 0, what="a thread in the timeline")
    terminal.settle()
    go_to_pane(terminal, 1)
    return layout.pane(terminal.screen, 0), timeline


def go_to_pane(terminal: PtyTerminal, number: int) -> None:
    """Give the focus to a pane by its number, and wait until it has it."""
    terminal.write(str(number))
    terminal.settle()


def choose_row(terminal: PtyTerminal, region: Region, place: int) -> None:
    """Put the cursor of a list on a row that is in sight."""
    terminal.write("g" + "j" * place)
    terminal.wait_for(lambda screen: screen.cursor_row(region) == region.top + place, what=f"row {place} to be chosen")
    terminal.settle()


def rows_shown(screen: Screen, timeline: Region) -> int:
    """How many checkpoints are in sight."""
    return layout.rows_with(screen, timeline, MARKS)


def checkpoints_loaded(screen: Screen, timeline: Region) -> int:
    """How many checkpoints the timeline's title counts."""
    found = _LOADED.search(layout.title(screen, timeline))
    return int(re.sub(r"\D", "", found[1])) if found else 0


def load_everything(
    terminal: PtyTerminal, threads: Region, timeline: Region, place: int, size: int, *, with_keys: bool = True
) -> Loading:
    """Open the thread in row `place` of the list, and read all of it. The clock runs from Enter to the last row.

    With keys: what the app reads by itself, and keys from the first picture on. Without: `LOAD_ALL` is pressed then.
    The thread that is open before must have another number of checkpoints.
    """
    choose_row(terminal, threads, place)
    small = checkpoints_loaded(terminal.screen, timeline)
    loading = Loading()
    begun = grew = terminal.write("\r")
    terminal.wait_for(lambda screen: checkpoints_loaded(screen, timeline) not in (0, small), what="the thread")
    loaded = terminal.watch(lambda screen: checkpoints_loaded(screen, timeline) >= size)
    count, key = 0, "j"
    if not with_keys:
        _press(terminal, timeline)
    while loaded.seen is None:
        if with_keys:
            loading.delays.append(_patiently(partial(move_step, terminal, timeline, key)))
            key = "j" if key == "k" else "k"
        time.sleep(KEY_PAUSE)
        now, before = time.perf_counter(), count
        count = checkpoints_loaded(terminal.screen, timeline)
        if count > before:
            grew = now
        elif now - grew > STALLED:
            loading.presses += 1
            grew, key = _press(terminal, timeline), "k"
    loading.seconds = loaded.seen.time - begun
    return loading


def pressed(presses: Sequence[float]) -> str:
    """What to note about the further presses of the key, if any were needed."""
    more = median(presses)
    return f"{LOAD_ALL} had to be pressed {more:.0f} more times: it read on only near the end" if more else ""


def _patiently(action: Callable[[], float]) -> float:
    try:
        return action()
    except TooSlow:
        return LONGEST_KEY


def _press(terminal: PtyTerminal, timeline: Region) -> float:
    """Press `LOAD_ALL` and wait until that was seen, unless the cursor is there already; the time of the press."""
    start = step_under_cursor(terminal.screen, timeline)
    at = terminal.write(LOAD_ALL)
    terminal.appears(lambda screen: step_under_cursor(screen, timeline) != start, within=1.0)
    return at


def move_step(terminal: PtyTerminal, timeline: Region, key: str) -> float:
    """Press `j` or `k`; the seconds until the cursor stands on the next step, wherever that is drawn by then.

    Right for threads without branches, also while rows are added.
    """
    start: int | None = None

    def stands_somewhere(screen: Screen) -> bool:
        nonlocal start
        start = step_under_cursor(screen, timeline)
        return start is not None

    terminal.wait_for(stands_somewhere, what="a cursor in the timeline", patience=LONGEST_KEY)
    assert start is not None
    wanted = start + (1 if key == "k" else -1)
    at = terminal.write(key)
    arrived = terminal.wait_for(
        lambda screen: step_under_cursor(screen, timeline) == wanted, what=f"step {wanted}", patience=LONGEST_KEY
    )
    return arrived - at


def step_delays(
    terminal: PtyTerminal, timeline: Region, *, until: Callable[[], bool], pause: float = KEY_PAUSE
) -> list[float]:
    """Move the cursor of the timeline down and up until something is true; the seconds that each key took."""
    delays: list[float] = []
    while not until():
        move = partial(move_step, terminal, timeline, "jk"[len(delays) % 2])
        delays.append(_patiently(move))
        time.sleep(pause)
    return delays


def step_under_cursor(screen: Screen, timeline: Region) -> int | None:
    """The step in the row under the cursor: the last number, before the time it took or a word."""
    row = screen.cursor_row(timeline)
    found = _STEP.search(screen.line(row, timeline.left, timeline.right)) if row is not None else None
    return int(found[1]) if found else None
