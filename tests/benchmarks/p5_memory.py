"""P5: the memory for a thread whose state grows with every step, so that its history is n² bytes of JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.benchmarks.lab import Lab
from tests.benchmarks.loading import load_everything, pressed, ready
from tests.benchmarks.long_threads import GROWTH, ThreadMaker
from tests.benchmarks.measure import memory_bytes, peak_memory, timed
from tests.benchmarks.results import Finding, Limit, Plot, Report, Series, median

MEGA = 1e6

PARSINGS = 3
"""How often each page is parsed: once would measure what else the machine does."""


@dataclass
class Cost:
    """What one thread costs: bytes of JSON, seconds to parse them, and what the app needs above an empty app."""

    raw: int = 0
    parsing: float = 0.0
    steady: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)


def memory(lab: Lab) -> Report:
    """All of the thread is read; then the memory is that of the app and of all that it started."""
    sizes = [lab.size(250, 50), lab.size(500, 100), lab.size(1000, 200)]
    costs: dict[int, Cost] = {}
    with lab.server() as server:
        empty = median([_empty(lab, server.url) for _ in range(lab.repeat)])
        for size in sizes:
            lab.say(f"making a growing thread of {size:,} checkpoints")
            thread = server.make.steps(size, grow=GROWTH, text_bytes=0)
            costs[size] = _raw(server.make, thread)
        server.make.steps(5)  # the newest: opened at the start, to come from
        for place, size in enumerate(reversed(sizes), start=1):
            for _ in range(lab.repeat):
                _measure(lab, server.url, place, size, empty, costs[size])
    return _report(sizes, costs, empty)


def _empty(lab: Lab, url: str) -> float:
    """The memory of the app with nothing open, after everything that it imports late is there."""
    with lab.app(url) as terminal:
        terminal.wait_for(lambda screen: screen.contains("live"), what="the app to be connected")
        terminal.settle(1.0)
        return memory_bytes(terminal.pid)


def _raw(make: ThreadMaker, thread: str) -> Cost:
    """The bytes of all pages, and how long parsing alone takes."""
    cost = Cost()
    for raw, _ in make.pages(thread, 20):
        cost.raw += len(raw)
        cost.parsing += median(timed(lambda raw=raw: json.loads(raw), PARSINGS))  # type: ignore[misc]
    return cost


def _measure(lab: Lab, url: str, place: int, size: int, empty: float, cost: Cost) -> None:
    with lab.app(url) as terminal, peak_memory(terminal.pid) as peak:
        threads, timeline = ready(terminal)
        loading = load_everything(terminal, threads, timeline, place, size, with_keys=False)
        cost.seconds.append(loading.seconds)
        cost.presses.append(loading.presses)
        terminal.settle(1.0)
        cost.steady.append((memory_bytes(terminal.pid) - empty) / MEGA)
        cost.peak.append((peak() - empty) / MEGA)


def _report(sizes: list[int], costs: dict[int, Cost], empty: float) -> Report:
    largest = sizes[-1]
    cost = costs[largest]
    what = f"{largest:,} growing steps"
    raw = "bytes of the raw JSON"
    note = f"above the empty app's {empty / MEGA:.0f} MB"
    presses = pressed(cost.presses)
    report = Report()
    report.findings += [
        Finding("P5", f"{what}: steady memory", "MB", cost.steady, Limit(0.10), cost.raw / MEGA, raw, note=note),
        Finding("P5", f"{what}: peak memory", "MB", cost.peak, Limit(0.25), cost.raw / MEGA, raw, note=note),
        Finding(
            "P5",
            f"{what}: load time",
            "s",
            cost.seconds,
            Limit(3),
            cost.parsing,
            "parsing the JSON alone (json.loads)",
            note=presses,
        ),
    ]
    report.plots.append(
        Plot(
            *("p5-memory", "Memory for a thread whose state grows with every step", "steps", "MB"),
            [
                Series("raw JSON", [(size, costs[size].raw / MEGA) for size in sizes]),
                Series("forkpoint, peak", [(size, median(costs[size].peak)) for size in sizes]),
                Series("forkpoint, steady", [(size, median(costs[size].steady)) for size in sizes]),
            ],
            log_x=False,
        )
    )
    return report
