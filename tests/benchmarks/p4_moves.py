"""P4, P10: what one move of the cursor costs, in time and in bytes to the terminal."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass

from tests.benchmarks.lab import Lab
from tests.benchmarks.loading import go_to_pane, ready
from tests.benchmarks.measure import move_cursor
from tests.benchmarks.proxy import CountingProxy
from tests.benchmarks.pty_terminal import PtyTerminal
from tests.benchmarks.results import Finding, Limit, Plot, Report, Series, median, percentile
from tests.benchmarks.screen import Region

MOST_BYTES = 2000
"""What a move may send to the terminal."""

WATCH = "POST /threads/search"
"""How the app looks for other threads and statuses every few seconds, whatever is done."""

NOTE = f"not counted: {WATCH}, by which threads are kept fresh whatever is done"

REST = 0.2
"""Seconds between two moves: long enough for whatever follows the cursor with a delay."""

WALKS = 10
"""Walks of eight moves in each app for one `repeat`: of three times eighty moves twelve are slower than the p95."""

WARM = 3.0
"""Seconds until an app has done what it does once after its start."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves of a cursor: milliseconds, bytes and frames of each."""

    delays: list[float]
    sizes: list[float]
    frames: list[float]


def moves(lab: Lab) -> Report:
    """P4: the same moves in timelines of different lengths; everything is in memory.

    The apps run side by side and take turns, so that whatever else the machine does meets all of them.
    """
    lengths = [10, 1000, lab.size(100_000, 10_000)]
    found = {length: Moves([], [], []) for length in lengths}
    with ExitStack() as stack:
        apps: dict[int, tuple[PtyTerminal, Region]] = {}
        for length in lengths:
            lab.say(f"{length:,} rows")
            terminal = stack.enter_context(lab.terminal("tests.benchmarks.programs.loaded_app", str(length)))
            apps[length] = terminal, _timeline(terminal)
        time.sleep(WARM)
        for _ in range(WALKS * lab.repeat):
            for length, (terminal, region) in apps.items():
                _walk(terminal, region, found[length])
    return _report(lengths, found)


def _timeline(terminal: PtyTerminal) -> Region:
    """The timeline, with the focus on it and a cursor in it."""
    _, timeline = ready(terminal)
    go_to_pane(terminal, 2)
    terminal.wait_for(lambda screen: screen.cursor_row(timeline) is not None, what="a cursor in the timeline")
    return timeline


def _walk(terminal: PtyTerminal, region: Region, found: Moves) -> None:
    """Four down, four up: rows that were drawn before and rows that were not."""
    for key in "jjjjkkkk":
        before = terminal.seen()
        found.delays.append(1000 * move_cursor(terminal, key, region))
        terminal.settle(REST)
        after = terminal.seen()
        found.sizes.append(after.bytes - before.bytes)
        found.frames.append(after.frames - before.frames)


def _report(lengths: list[int], found: dict[int, Moves]) -> Report:
    report = Report()
    least = percentile(found[lengths[0]].delays, 0.95)
    for length in lengths:
        of = found[length]
        report.findings += [
            Finding(
                *("P4", f"a cursor move at {length:,} rows: p95", "ms", of.delays, Limit(1.2), least),
                baseline_what="the same at 10 rows",
                value=percentile(of.delays, 0.95),
            ),
            Finding(
                "P4", f"a cursor move at {length:,} rows: bytes to the terminal", "B", of.sizes, Limit(most=MOST_BYTES)
            ),
        ]
    report.plots += [
        Plot(
            *("p4-move", "One cursor move in the timeline", "rows", "ms"),
            [
                Series("median", [(length, median(found[length].delays)) for length in lengths]),
                Series("p95", [(length, percentile(found[length].delays, 0.95)) for length in lengths]),
            ],
        ),
        Plot(
            *("p4-bytes", "Bytes to the terminal for one cursor move", "rows", "bytes"),
            [
                Series("forkpoint", [(length, median(found[length].sizes)) for length in lengths]),
                Series("must stay under", [(length, MOST_BYTES) for length in lengths]),
            ],
        ),
    ]
    return report


def switches(lab: Lab) -> Report:
    """P10: between two checkpoints that were both looked at before; requests are counted between app and server."""
    with lab.server() as server:
        thread = server.make.steps(30, grow=150)
        with CountingProxy(server.url) as proxy, lab.app(proxy.url, thread=thread) as terminal:
            region = _timeline(terminal)
            _walk(terminal, region, Moves([], [], []))
            time.sleep(1)
            before = len(proxy.requests)
            found = Moves([], [], [])
            for number in range(4 * lab.repeat):
                one = _walk_once(terminal, region, "jk"[number % 2])
                found.delays.append(one[0])
                found.frames.append(one[1])
            asked = [request for request in proxy.requests[before:] if request != WATCH]
    return Report(
        [
            Finding("P10", "switch to a visited checkpoint: frames", "", found.frames, Limit(most=1)),
            Finding("P10", "switch to a visited checkpoint: time", "ms", found.delays),
            Finding("P10", f"requests for {len(found.frames)} switches", "", [len(asked)], Limit(most=0), note=NOTE),
        ]
    )


def _walk_once(terminal: PtyTerminal, region: Region, key: str) -> tuple[float, float]:
    before = terminal.seen()
    delay = 1000 * move_cursor(terminal, key, region)
    terminal.settle(REST)
    return delay, terminal.seen().frames - before.frames
