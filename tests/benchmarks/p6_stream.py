"""P6, P7: a model that streams faster than anybody reads, into the live pane of a fast and of a slow terminal."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks import layout
from tests.benchmarks.lab import Lab, Server
from tests.benchmarks.loading import go_to_pane, ready, step_delays, step_under_cursor
from tests.benchmarks.long_threads import run_body
from tests.benchmarks.measure import KEY_PAUSE, cpu_seconds, python_module
from tests.benchmarks.pty_terminal import ROOT, PtyTerminal
from tests.benchmarks.results import Finding, Limit, Plot, Report, Series, median, percentile
from tests.benchmarks.screen import Region, Screen

SLOW_LINE = 50_000
"""Bytes a second of the slow terminal."""

SLOW_PAUSE = 0.5
"""Seconds between two keys on a slow line: what they change must not fill it by itself."""

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
"""What tells the app that its terminal is far away."""

IDLE_SECONDS = 3.0
TURNS = 20
"""Steps that the thread has before the run, for the cursor to move in."""

_TOKENS = re.compile(r"(\d[\d,]*) (?:pieces|tokens)")
_SAID = re.compile(r"\bw(\d+)\b")


@dataclass(frozen=True, slots=True)
class Streamed:
    """What it took to show one run."""

    cpu: float
    """Seconds above what the idle app takes in the same time."""
    seconds: float
    delays: list[float]
    bytes_per_second: float
    lost: int
    """Words that the live pane does not show; see `_words_lost`."""


def stream(lab: Lab) -> Report:
    """P6: the CPU and the keys at several rates, and whether every word arrived."""
    seconds = lab.size(10, 3)
    rates = [500, 1000, 2000]
    found: dict[int, list[Streamed]] = {rate: [] for rate in rates}
    raw: dict[int, list[float]] = {rate: [] for rate in rates}
    with lab.server() as server:
        for rate in rates:
            lab.say(f"{rate:,} tokens a second for {seconds} s")
            for _ in range(lab.repeat):
                raw[rate].append(_raw_reader(server, rate * seconds, rate))
                found[rate].append(_watch(lab, server, rate * seconds, rate))
    return _streamed(rates, seconds, found, raw)


def slow_line(lab: Lab) -> Report:
    """P7: 500 tokens a second through a terminal that takes 50 KB a second."""
    seconds = lab.size(10, 6)
    slow: list[Streamed] = []
    fast: list[Streamed] = []
    with lab.server() as server:
        for _ in range(lab.repeat):
            fast.append(_watch(lab, server, 500 * seconds, 500, pause=SLOW_PAUSE, environment=SSH))
            slow.append(
                _watch(lab, server, 500 * seconds, 500, pause=SLOW_PAUSE, environment=SSH, bytes_per_second=SLOW_LINE)
            )
    return Report(
        [
            Finding(
                *("P7", "500 tokens/s on a slow line: key delay p95", "ms", _delays(slow), Limit(most=150)),
                baseline=percentile(_delays(fast), 0.95),
                baseline_what="an unlimited terminal",
                value=percentile(_delays(slow), 0.95),
            ),
            Finding(
                *("P7", "500 tokens/s on a slow line: bytes a second", "B/s", [one.bytes_per_second for one in slow]),
                *(Limit(0.6), SLOW_LINE, "what the line carries"),
                note=f"an unlimited terminal gets {median([one.bytes_per_second for one in fast]):,.0f} B/s",
            ),
        ]
    )


def _delays(found: list[Streamed]) -> list[float]:
    return [1000 * delay for one in found for delay in one.delays]


def _streamed(rates: list[int], seconds: int, found: dict[int, list[Streamed]], raw: dict[int, list[float]]) -> Report:
    fastest = rates[-1]
    of = found[fastest]
    what = f"{fastest * seconds:,} tokens at {fastest:,}/s"
    took = median([one.seconds for one in of])
    report = Report()
    report.findings += [
        Finding(
            *("P6", f"{what}: CPU above idle", "s", [one.cpu for one in of], Limit(4), median(raw[fastest])),
            baseline_what="a raw httpx-sse reader that parses the same events",
            note=f"shown within {took:.1f} s",
        ),
        Finding(
            *("P6", f"{what}: key delay p95", "ms", _delays(of), Limit(most=50)), value=percentile(_delays(of), 0.95)
        ),
        Finding("P6", f"{what}: words lost", "", [one.lost for one in of], Limit(most=0)),
    ]
    report.plots.append(
        Plot(
            *("p6-stream", f"Showing a stream of {seconds} s", "tokens a second", "CPU seconds"),
            [
                Series("forkpoint", [(rate, median([one.cpu for one in found[rate]])) for rate in rates]),
                Series("raw reader that parses", [(rate, median(raw[rate])) for rate in rates]),
            ],
            log_x=False,
        )
    )
    return report


def _raw_reader(server: Server, count: int, rate: int) -> float:
    """The CPU seconds of the least that reads such a run."""
    command = python_module(
        "tests.benchmarks.programs.sse_reader", server.url, server.make.empty(), f"{count}", f"{rate}"
    )
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    cpu = json.loads(done.stdout)["cpu"]
    assert isinstance(cpu, float)
    return cpu


def _watch(
    lab: Lab,
    server: Server,
    count: int,
    rate: int,
    *,
    pause: float = KEY_PAUSE,
    environment: Mapping[str, str] | None = None,
    bytes_per_second: float | None = None,
) -> Streamed:
    """Start a run in the app as a user does, and move the cursor of the timeline until it has ended."""
    thread = server.make.talk(TURNS)
    with lab.app(server.url, thread=thread, environment=environment, bytes_per_second=bytes_per_second) as terminal:
        _, timeline = ready(terminal)
        go_to_pane(terminal, 2)
        idle = _idle_cpu(terminal)
        _start(terminal, run_body(count, rate)["input"])
        terminal.wait_for(lambda screen: _tokens(screen) > 0, what="the first tokens")
        timeline = layout.pane(terminal.screen, 1)  # the live pane has taken some of its room
        over = terminal.watch(_is_over)
        begun, cpu = terminal.seen(), cpu_seconds(terminal.pid)
        _leave_head(terminal, timeline)
        delays = step_delays(terminal, timeline, until=lambda: over.seen is not None, pause=pause)
        cpu = cpu_seconds(terminal.pid) - cpu - idle * (terminal.seen().time - begun.time)
        ended = over.seen or terminal.seen()
        seconds = ended.time - begun.time
        return Streamed(cpu, seconds, delays, (ended.bytes - begun.bytes) / seconds, _words_lost(terminal, count))


def _start(terminal: PtyTerminal, value: object) -> None:
    terminal.write("i")
    terminal.wait_for(lambda screen: screen.contains("New input"), what="the editor of inputs")
    terminal.settle()
    terminal.write(f"\x1b[200~{json.dumps(value)}\x1b[201~")
    terminal.wait_for(lambda screen: screen.contains("sent as the JSON"), what="the input to be read")
    terminal.settle()
    terminal.write("\x13")
    terminal.wait_for(lambda screen: screen.contains("y yes"), what="the question before a run")
    terminal.settle()
    terminal.write("y")


def _leave_head(terminal: PtyTerminal, timeline: Region) -> None:
    """Move the cursor down; at the head it would follow the run."""
    head = step_under_cursor(terminal.screen, timeline)
    for _ in range(TURNS - 5):
        at = step_under_cursor(terminal.screen, timeline)
        if at is not None and head is not None and at < head - 2:
            return
        terminal.write("j")
        time.sleep(0.2)


def _idle_cpu(terminal: PtyTerminal) -> float:
    """CPU seconds that a second of doing nothing costs."""
    terminal.settle(0.5)
    before = cpu_seconds(terminal.pid)
    terminal.settle(IDLE_SECONDS)
    return (cpu_seconds(terminal.pid) - before) / IDLE_SECONDS


def _tokens(screen: Screen) -> int:
    """What the live pane counts."""
    counts = [_TOKENS.search(line) for line in screen.lines()]
    return max((int(found[1].replace(",", "")) for found in counts if found), default=0)


def _is_over(screen: Screen) -> bool:
    return any("success" in line and "run …" in line for line in screen.lines())


def _words_lost(terminal: PtyTerminal, count: int) -> int:
    """Words of the whole text that the live pane does not show; all its lines are few enough to be kept."""
    terminal.settle()
    go_to_pane(terminal, 4)
    live = layout.panes(terminal.screen)[-1]
    terminal.write("g")
    terminal.settle()
    seen: set[int] = set()
    while True:
        page = terminal.screen.cells(live)
        seen |= {int(number) for number in _SAID.findall("\n".join(terminal.screen.lines(live)))}
        terminal.write("\x1b[6~")
        if not terminal.appears(lambda screen, page=page: screen.cells(live) != page, within=2.0):  # type: ignore[misc]
            return len(set(range(count)) - seen)
        terminal.settle(0.2)
