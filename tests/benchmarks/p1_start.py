"""P1: how long the app takes to start."""

from __future__ import annotations

from tests.benchmarks.lab import Lab
from tests.benchmarks.measure import python_module, run_seconds
from tests.benchmarks.pty_terminal import PtyTerminal
from tests.benchmarks.results import Finding, Limit, Report, median
from tests.benchmarks.screen import Screen

TITLE = "the last words of thread"


def start(lab: Lab) -> Report:
    """Cold starts in a terminal, and of `--help`, in turns with their baselines."""
    bare: list[float] = []
    first: list[float] = []
    useful: list[float] = []
    with lab.server() as server:
        server.make.titled([f"{TITLE} {number}" for number in range(8)])
        _warm_up(lab, server.url)
        for _ in range(2 * lab.repeat + 1):
            with lab.terminal("tests.benchmarks.programs.bare") as terminal:
                bare.append(_first_frame(terminal))
            with lab.app(server.url) as terminal:
                first.append(_first_frame(terminal))
                useful.append(_milliseconds(terminal, terminal.wait_for(_lists_threads, what="the list of threads")))
    report = Report()
    what = "a bare Textual app's first frame"
    report.findings += [
        Finding("P1", "cold start: first frame", "ms", first, Limit(1.4), median(bare), what),
        Finding("P1", "cold start: threads of a local server listed", "ms", useful, Limit(2), median(bare), what),
        _help(lab),
    ]
    return report


def _warm_up(lab: Lab, url: str) -> None:
    """The first start compiles what has changed: that is not what is measured."""
    with lab.app(url) as terminal:
        terminal.wait_for(_lists_threads, what="the list of threads")


def _help(lab: Lab) -> Finding:
    nothing: list[float] = []
    asked: list[float] = []
    for _ in range(4 * lab.repeat + 1):
        nothing.append(1000 * run_seconds(_nothing()))
        asked.append(1000 * run_seconds(python_module("tui", "--help")))
    return Finding("P1", "forkpoint --help", "ms", asked, Limit(1, plus=90), median(nothing), "python -c pass")


def _nothing() -> list[str]:
    """The command that starts Python and does nothing."""
    return [*python_module()[:1], "-c", "pass"]


def _lists_threads(screen: Screen) -> bool:
    # A pane may cut the title short, so only its beginning counts.
    return screen.contains(TITLE[:10])


def _first_frame(terminal: PtyTerminal) -> float:
    return _milliseconds(terminal, terminal.wait_for(lambda screen: not screen.is_blank(), what="a first frame"))


def _milliseconds(terminal: PtyTerminal, at: float) -> float:
    return 1000 * (at - terminal.started)
