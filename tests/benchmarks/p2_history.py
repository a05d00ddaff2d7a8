"""P2, P3: opening a thread of ten thousand checkpoints, and reading all of it while the user goes on."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from tests.benchmarks import layout
from tests.benchmarks.lab import Lab, Server
from tests.benchmarks.measure import LONGEST_KEY, count_down, key_delays, move_cursor, timed
from tests.benchmarks.pty_terminal import PtyTerminal, TooSlow
from tests.benchmarks.results import Finding, Limit, Plot, Report, Series, median, percentile
from tests.benchmarks.screen import Region, Screen

ROWS = 50
"""Rows of the timeline that must be on the screen."""

COLUMNS, LINES = 160, ROWS + 8
MARKS = "◉●◆⎇‖✗▶"
LOAD_ALL = "G"
"""What makes the app read older checkpoints: pressed again whenever it has stopped reading."""

STALLED = 0.5
"""Seconds without a new page after which `LOAD_ALL` is pressed again."""

_STEP = re.compile(r"\s(-?\d+)(?:\s+[\d.]+ ?m?s)?\W*$")
_LOADED = re.compile(r"(\d[\d,.]*)(\+?) checkpoints")


def open_thread(lab: Lab) -> Report:
    """P2: from Enter on a thread to fifty rows on the screen and a key answered, by length of the thread."""
    sizes = [100, 1000, lab.size(10_000, 2_000)]
    opened: dict[int, list[float]] = {}
    fetched: dict[int, float] = {}
    with lab.server() as server:
        # The newest thread comes first and is opened at the start: a small one, to come from.
        threads = {size: _made(lab, server, size) for size in sizes}
        server.make.steps(5)
        for size, thread in threads.items():
            fetched[size] = 1000 * median(timed(lambda thread=thread: server.make.page(thread, ROWS), 5))  # type: ignore[misc]
        with lab.app(server.url, columns=COLUMNS, rows=LINES) as terminal:
            for size in sizes:
                place = 1 + sizes[::-1].index(size)
                opened[size] = [1000 * _open(terminal, place) for _ in range(2 * lab.repeat + 1)]
    return _opened(sizes, opened, fetched)


def _made(lab: Lab, server: Server, size: int) -> str:
    lab.say(f"making a thread of {size:,} checkpoints")
    return server.make.steps(size)


def _open(terminal: PtyTerminal, place: int) -> float:
    """Go from the small thread to another one; the seconds until it is there and the cursor has moved in it."""
    threads, timeline = _ready(terminal)
    _choose(terminal, threads, 0)
    terminal.write("\r")
    terminal.wait_for(lambda screen: _shown(screen, timeline) < ROWS, what="the small thread")
    terminal.settle()
    terminal.write("1")
    terminal.settle()
    _choose(terminal, threads, place)
    terminal.settle()
    at = terminal.write("\r")
    arrived = terminal.wait_for(lambda screen: _shown(screen, timeline) >= ROWS, what=f"{ROWS} rows")
    spent = arrived - at + move_cursor(terminal, "j", timeline)
    terminal.settle()
    terminal.write("1")
    return spent


def _ready(terminal: PtyTerminal) -> tuple[Region, Region]:
    """The panes of threads and timeline, once there is something in both, the focus on the threads."""
    terminal.wait_for(layout.has_panes, what="three panes")
    timeline = layout.pane(terminal.screen, 1)
    terminal.wait_for(lambda screen: _shown(screen, timeline) > 0, what="a thread in the timeline")
    terminal.settle()
    terminal.write("1")
    terminal.settle()
    return layout.pane(terminal.screen, 0), timeline


def _choose(terminal: PtyTerminal, threads: Region, place: int) -> None:
    terminal.write("g" + "j" * place)
    terminal.wait_for(lambda screen: screen.cursor_row(threads) == threads.top + place, what="the thread's row")


def _shown(screen: Screen, timeline: Region) -> int:
    return layout.rows_with(screen, timeline, MARKS)


def _opened(sizes: list[int], opened: dict[int, list[float]], fetched: dict[int, float]) -> Report:
    report = Report()
    for size in sizes:
        report.findings.append(
            Finding(
                *("P2", f"open a thread of {size:,} checkpoints: {ROWS} rows and a key", "ms", opened[size]),
                *(Limit(1.5, plus=100), fetched[size], f"raw httpx GET of the newest {ROWS} rows"),
            )
        )
    small, large = sizes[0], sizes[-1]
    report.findings.append(
        Finding(
            *("P2", f"the same: {large:,} against {small:,}", "ms", opened[large]),
            *(Limit(1.2), median(opened[small]), f"the app with {small} checkpoints"),
        )
    )
    report.plots.append(
        Plot(
            *("p2-open", "Opening a thread: 50 rows on screen, a key answered", "checkpoints", "ms"),
            [
                Series("forkpoint", [(size, median(opened[size])) for size in sizes]),
                Series("raw GET of the page", [(size, fetched[size]) for size in sizes]),
            ],
        )
    )
    return report


@dataclass
class Loading:
    """One complete reading of a thread."""

    seconds: float
    delays: list[float]
    presses: int = 0


def load_all(lab: Lab) -> Report:
    """P3: everything is read in the background, and keys are pressed meanwhile."""
    sizes = [100, 1000, lab.size(10_000, 2_000)]
    found: dict[int, list[Loading]] = {size: [] for size in sizes}
    raw: dict[int, float] = {}
    idle: list[float] = []
    with lab.server() as server:
        server.make.steps(5)  # so that the cursor of the threads has a place to go
        for size in sizes:
            thread = _made(lab, server, size)
            raw[size] = median(timed(lambda thread=thread: list(server.make.pages(thread, 100)), lab.repeat))  # type: ignore[misc]
            for _ in range(lab.repeat):
                with lab.app(server.url, thread=thread, columns=COLUMNS, rows=LINES) as terminal:
                    threads, timeline = _ready(terminal)
                    idle += key_delays(terminal, threads, until=count_down(1.0))
                    found[size].append(_load(terminal, timeline, size))
    return _loaded(sizes, found, raw, idle)


def _load(terminal: PtyTerminal, timeline: Region, size: int) -> Loading:
    """Read all of a thread and move the cursor of the timeline meanwhile."""
    terminal.write("2")
    terminal.settle()
    loading = Loading(0.0, [])
    begun = grew = _press(terminal, timeline)
    count = _count(terminal.screen, timeline)
    while count < size:
        try:
            loading.delays.append(_move_up(terminal, timeline))
        except TooSlow:
            loading.delays.append(LONGEST_KEY)
        now, before = time.perf_counter(), count
        count = _count(terminal.screen, timeline)
        if count > before:
            grew = now
        elif now - grew > STALLED:
            loading.presses += 1
            grew = _press(terminal, timeline)
        time.sleep(0.03)
    loading.seconds = time.perf_counter() - begun
    return loading


def _press(terminal: PtyTerminal, timeline: Region) -> float:
    """Press `LOAD_ALL` and wait until that was seen; the time of the press."""
    start = _step(terminal.screen, timeline)
    at = terminal.write(LOAD_ALL)
    terminal.wait_for(lambda screen: _step(screen, timeline) != start, what=f"{LOAD_ALL} to be seen")
    return at


def _move_up(terminal: PtyTerminal, timeline: Region) -> float:
    """Move the cursor by a row; the seconds until it stands on the next step, wherever that is drawn by then."""
    start = _step(terminal.screen, timeline)
    wanted = None if start is None else start + 1
    at = terminal.write("k")
    arrived = terminal.wait_for(
        lambda screen: _step(screen, timeline) == wanted, what=f"step {wanted}", patience=LONGEST_KEY
    )
    return arrived - at


def _step(screen: Screen, timeline: Region) -> int | None:
    """The step in the row under the cursor: the last number but for the time it took."""
    row = screen.cursor_row(timeline)
    found = _STEP.search(screen.line(row, timeline.left, timeline.right)) if row is not None else None
    return int(found[1]) if found else None


def _count(screen: Screen, timeline: Region) -> int:
    found = _LOADED.search(layout.title(screen, timeline))
    return int(re.sub(r"\D", "", found[1])) if found else 0


def _loaded(sizes: list[int], found: dict[int, list[Loading]], raw: dict[int, float], idle: list[float]) -> Report:
    largest = found[sizes[-1]]
    delays = [1000 * delay for loading in largest for delay in loading.delays]
    presses = median([loading.presses for loading in largest])
    note = f"{LOAD_ALL} had to be pressed {presses:.0f} more times: the app reads a page only near the end of the list"
    report = Report()
    report.findings += [
        Finding(
            *("P3", f"{sizes[-1]:,} checkpoints loading: key delay p95", "ms", delays, Limit(most=50)),
            baseline=1000 * percentile(idle, 0.95),
            baseline_what="the same keys on an idle app (p95)",
            value=percentile(delays, 0.95),
        ),
        Finding(
            *("P3", f"{sizes[-1]:,} checkpoints loaded", "s", [loading.seconds for loading in largest], Limit(2)),
            *(raw[sizes[-1]], "a raw reader that parses all pages of 100 rows"),
            note=note if presses else "",
        ),
    ]
    report.plots.append(
        Plot(
            *("p3-load", "Loading a whole thread", "checkpoints", "seconds"),
            [
                Series("forkpoint", [(size, median([one.seconds for one in found[size]])) for size in sizes]),
                Series("raw reader that parses", list(raw.items())),
            ],
        )
    )
    return report
