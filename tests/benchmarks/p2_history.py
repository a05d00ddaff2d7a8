"""P2, P3: opening a thread of ten thousand checkpoints, and reading all of it while the user goes on."""

from __future__ import annotations

from tests.benchmarks.lab import Lab, Server
from tests.benchmarks.loading import (
    Loading,
    choose_row,
    go_to_pane,
    load_everything,
    pressed,
    ready,
    rows_shown,
    step_delays,
)
from tests.benchmarks.measure import count_down, move_cursor, timed
from tests.benchmarks.pty_terminal import PtyTerminal
from tests.benchmarks.results import Finding, Limit, Plot, Report, Series, median, percentile

ROWS = 50
"""Rows of the timeline that must be on the screen."""

COLUMNS, LINES = 160, ROWS + 8
RAW_PAGE = 100
"""Rows a request of the raw reader."""

OPENINGS = 8
"""Openings of each thread for every sample that is asked for. `langgraph dev` loads its file of all checkpoints at each
request for history, and collects the garbage of that at every third one, which doubles its time: the median of a few
openings would be of the one kind or the other by chance."""


def open_thread(lab: Lab) -> Report:
    """P2: from Enter on a thread to fifty rows on the screen and a key answered, by length of the thread."""
    sizes = [100, 1000, lab.size(10_000, 2_000)]
    opened: dict[int, list[float]] = {size: [] for size in sizes}
    fetched: dict[int, list[float]] = {size: [] for size in sizes}
    with lab.server() as server:
        threads = [_made(lab, server, size) for size in sizes]
        # The newest thread comes first and is opened at the start: a small one, to come from.
        server.make.steps(5)
        with lab.app(server.url, columns=COLUMNS, rows=LINES) as terminal:
            for place, (size, thread) in enumerate(reversed([*zip(sizes, threads, strict=True)]), start=1):
                for _ in range(1 if lab.quick else OPENINGS * lab.repeat + 1):
                    fetched[size] += timed(lambda thread=thread: server.make.page(thread, ROWS), 1)  # type: ignore[misc]
                    opened[size].append(_open(terminal, place))
    return _opened(sizes, opened, {size: 1000 * median(seconds) for size, seconds in fetched.items()})


def _made(lab: Lab, server: Server, size: int) -> str:
    lab.say(f"making a thread of {size:,} checkpoints")
    return server.make.steps(size)


def _open(terminal: PtyTerminal, place: int) -> float:
    """Go from the small thread to another one; the seconds until it is there and the cursor has moved in it."""
    threads, timeline = ready(terminal)
    choose_row(terminal, threads, 0)
    terminal.write("\r")
    terminal.wait_for(lambda screen: rows_shown(screen, timeline) < ROWS, what="the small thread")
    terminal.settle()
    go_to_pane(terminal, 1)
    choose_row(terminal, threads, place)
    at = terminal.write("\r")
    arrived = terminal.wait_for(lambda screen: rows_shown(screen, timeline) >= ROWS, what=f"{ROWS} rows")
    return arrived - at + move_cursor(terminal, "j", timeline)


def _opened(sizes: list[int], seconds: dict[int, list[float]], fetched: dict[int, float]) -> Report:
    opened = {size: [1000 * one for one in some] for size, some in seconds.items()}
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
                Series("raw GET of the page", list(fetched.items())),
            ],
        )
    )
    return report


def load_all(lab: Lab) -> Report:
    """P3: everything is read in the background, and keys are pressed meanwhile; the same keys when all is there."""
    sizes = [100, 1000, lab.size(10_000, 2_000)]
    found: dict[int, list[Loading]] = {size: [] for size in sizes}
    raw: dict[int, list[float]] = {size: [] for size in sizes}
    idle: list[float] = []
    with lab.server() as server:
        threads_made = {size: _made(lab, server, size) for size in sizes}
        server.make.steps(5)  # the newest: opened at the start, to come from
        for place, size in enumerate(reversed(sizes), start=1):
            for _ in range(lab.repeat):
                # Both in the same minute: whatever else the machine does meets both.
                raw[size] += timed(lambda size=size: list(server.make.pages(threads_made[size], RAW_PAGE)), 1)  # type: ignore[misc]
                with lab.app(server.url, columns=COLUMNS, rows=LINES) as terminal:
                    threads, timeline = ready(terminal)
                    found[size].append(load_everything(terminal, threads, timeline, place, size))
                    terminal.settle(1.0)
                    idle += step_delays(terminal, timeline, until=count_down(2.0))
    return _loaded(sizes, found, raw, idle)


def _loaded(
    sizes: list[int], found: dict[int, list[Loading]], raw: dict[int, list[float]], idle: list[float]
) -> Report:
    largest = found[sizes[-1]]
    delays = [1000 * delay for loading in largest for delay in loading.delays]
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
            *(median(raw[sizes[-1]]), f"a raw reader that parses all pages of {RAW_PAGE} rows"),
            note=pressed([loading.presses for loading in largest]),
        ),
    ]
    report.plots.append(
        Plot(
            *("p3-load", "Loading a whole thread", "checkpoints", "seconds"),
            [
                Series("forkpoint", [(size, median([one.seconds for one in found[size]])) for size in sizes]),
                Series("raw reader that parses", [(size, median(raw[size])) for size in sizes]),
            ],
        )
    )
    return report
