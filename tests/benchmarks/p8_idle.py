"""P8: what the app costs while nothing happens."""

from __future__ import annotations

import time

from tests.benchmarks.lab import Lab
from tests.benchmarks.loading import ready
from tests.benchmarks.measure import count_down, cpu_seconds
from tests.benchmarks.proxy import CountingProxy
from tests.benchmarks.pty_terminal import PtyTerminal
from tests.benchmarks.results import Finding, Limit, Report

LOOK_SECONDS = 0.1


def idle(lab: Lab) -> Report:
    """An open thread on an idle server, and no key pressed."""
    seconds = float(lab.size(30, 5))
    idle_frames: list[float] = []
    sizes: list[float] = []
    cpu: list[float] = []
    requests: list[float] = []
    with lab.server() as server:
        thread = server.make.steps(50)
        for _ in range(lab.repeat):
            with CountingProxy(server.url) as proxy, lab.app(proxy.url, thread=thread) as terminal:
                ready(terminal)
                terminal.settle(2.0)
                before, asked, spent = terminal.seen(), len(proxy.requests), cpu_seconds(terminal.pid)
                changes = _changes(terminal, seconds)
                after = terminal.seen()
                idle_frames.append(after.frames - before.frames - changes)
                sizes.append(after.bytes - before.bytes)
                cpu.append(100 * (cpu_seconds(terminal.pid) - spent) / seconds)
                requests.append(len(proxy.requests) - asked)
    what = f"idle for {seconds:.0f} s"
    return Report(
        [
            Finding("P8", f"{what}: frames that change no value", "", idle_frames, Limit(most=0)),
            Finding("P8", f"{what}: bytes to the terminal", "B", sizes),
            Finding("P8", f"{what}: CPU", "%", cpu, Limit(most=1)),
            Finding("P8", f"{what}: requests", "", requests),
        ]
    )


def _changes(terminal: PtyTerminal, seconds: float) -> int:
    """How often what is shown says something else in this time: an age, once a minute."""
    lines, changes = terminal.screen.lines(), 0
    over = count_down(seconds)
    while not over():
        time.sleep(LOOK_SECONDS)
        if (now := terminal.screen.lines()) != lines:
            lines, changes = now, changes + 1
    return changes
