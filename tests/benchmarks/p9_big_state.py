"""P9: a state of 20 MB in the inspector: opening it, unfolding it, its JSON, and the keys meanwhile."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

from pydantic_core import from_json

from tests.benchmarks import layout
from tests.benchmarks.lab import Lab, Server
from tests.benchmarks.loading import choose_row, go_to_pane, ready
from tests.benchmarks.measure import click_row, timed
from tests.benchmarks.pty_terminal import PATIENCE, PtyTerminal, TooSlow
from tests.benchmarks.results import Finding, Limit, Plot, Report, Series, median, number, percentile
from tests.benchmarks.screen import Region

MEGA = 1_000_000
KEY = "documents"
"""What the inspector shows of the state."""

KEY_PAUSE = 0.05


@dataclass
class Opening:
    """Milliseconds: to the first paint, of keys meanwhile, of each unfolding, and to the JSON tab."""

    paint: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    unfold: list[float] = field(default_factory=list)
    as_json: list[float] = field(default_factory=list)


def big_state(lab: Lab) -> Report:
    """States of several sizes, opened from the list of threads."""
    sizes = [1, 5, lab.size(20, 10)]
    found = {size: Opening() for size in sizes}
    raw: dict[int, Raw] = {}
    with lab.server() as server:
        for size in sizes:
            lab.say(f"making a state of {size} MB")
            raw[size] = _prepare(server, size)
        server.make.steps(5)
        for place, size in enumerate(reversed(sizes), start=1):
            for _ in range(lab.repeat):
                with lab.app(server.url) as terminal:
                    _open(terminal, place, found[size])
    return _report(sizes, found, raw)


@dataclass(frozen=True, slots=True)
class Raw:
    """Milliseconds of what cannot be spared: the transfer from the server, and parsing."""

    transfer: float
    parsing: float
    fast_parsing: float
    """With the parser that the app uses."""


def _prepare(server: Server, size: int) -> Raw:
    """Make a thread, and measure what its state costs without an app."""
    thread = server.make.big_state(size * MEGA)
    raw = server.make.page(thread, 1)
    return Raw(
        transfer=1000 * median(timed(lambda: server.make.page(thread, 1), 5)),
        parsing=1000 * median(timed(lambda: json.loads(raw), 5)),
        fast_parsing=1000 * median(timed(lambda: from_json(raw), 5)),
    )


def _open(terminal: PtyTerminal, place: int, opening: Opening) -> None:
    threads, _ = ready(terminal)
    inspector = layout.pane(terminal.screen, 2)
    choose_row(terminal, threads, place)
    at = terminal.write("\r")
    keys, painted = _keys_until_shown(terminal, threads, inspector)
    opening.keys += keys
    opening.paint.append(1000 * (painted - at))
    terminal.settle(0.5)
    go_to_pane(terminal, 3)
    _unfold(terminal, inspector, opening)
    terminal.write("]")
    terminal.settle(0.5)
    at = terminal.write("]")
    shown = terminal.wait_for(lambda screen: screen.contains(f'"{KEY}": {{', inspector), what="the JSON of the state")
    opening.as_json.append(1000 * (shown - at))


def _keys_until_shown(terminal: PtyTerminal, threads: Region, inspector: Region) -> tuple[list[float], float]:
    """Click rows of the threads until the state is shown: what each click took, and when that was.

    Keys would not do: typed while a thread opens, they wait for it.
    """
    delays: list[float] = []
    shown = terminal.watch(lambda screen: screen.contains(KEY, inspector))
    end = time.perf_counter() + PATIENCE
    while shown.seen is None:
        if time.perf_counter() > end:
            raise TooSlow("The state was not shown.")
        time.sleep(KEY_PAUSE)  # at first, too: a click can overtake the key before it
        delays.append(1000 * click_row(terminal, threads, threads.top + len(delays) % 2))
    return delays, shown.seen.time


def _unfold(terminal: PtyTerminal, inspector: Region, opening: Opening) -> None:
    """Unfold the documents, the first of them, and its long list of numbers."""
    for name in (KEY, "document-00000", "embedding"):
        found = terminal.screen.find_in(name, inspector)
        assert found is not None, f"{name} is not in the inspector"
        _go_to_row(terminal, inspector, found)
        before = terminal.screen.cells(inspector)
        at = terminal.write("l")
        changed = terminal.wait_for(
            lambda screen, before=before: screen.cells(inspector) != before,  # type: ignore[misc]
            what=f"{name} to unfold",
        )
        opening.unfold.append(1000 * (changed - at))
        terminal.settle()


def _go_to_row(terminal: PtyTerminal, region: Region, row: int) -> None:
    terminal.write("g")
    terminal.settle()
    terminal.write("j" * (row - region.top))
    terminal.settle()


def _report(sizes: list[int], found: dict[int, Opening], raw: dict[int, Raw]) -> Report:
    largest = sizes[-1]
    opening = found[largest]
    what = f"a state of {largest} MB"
    keys = [*opening.keys, *opening.unfold, *opening.as_json]
    report = Report()
    report.findings += [
        Finding(
            *("P9", f"{what}: first paint", "ms", opening.paint, Limit(2), raw[largest].parsing),
            baseline_what="parsing its JSON alone (json.loads)",
            note=f"the transfer alone takes {number(raw[largest].transfer)} ms, "
            f"parsing with pydantic_core {number(raw[largest].fast_parsing)} ms",
        ),
        Finding("P9", f"{what}: unfolding a node", "ms", opening.unfold),
        Finding("P9", f"{what}: JSON tab", "ms", opening.as_json),
        Finding("P9", f"{what}: key delay p95", "ms", keys, Limit(most=50), value=percentile(keys, 0.95)),
        Finding("P9", f"{what}: longest key delay", "ms", keys, Limit(most=250), value=max(keys)),
    ]
    report.plots.append(
        Plot(
            *("p9-state", "Opening a big state in the inspector", "MB of JSON", "ms"),
            [
                Series("forkpoint, first paint", [(size, median(found[size].paint)) for size in sizes]),
                Series("forkpoint, JSON tab", [(size, median(found[size].as_json)) for size in sizes]),
                Series("parsing alone", [(size, raw[size].parsing) for size in sizes]),
            ],
            log_x=False,
        )
    )
    return report
