"""All figures by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.benchmarks.lab import Lab
from tests.benchmarks.p1_start import start
from tests.benchmarks.p2_history import load_all, open_thread
from tests.benchmarks.p4_moves import moves, switches
from tests.benchmarks.p5_memory import memory
from tests.benchmarks.p6_stream import slow_line, stream
from tests.benchmarks.p8_idle import idle
from tests.benchmarks.p9_big_state import big_state
from tests.benchmarks.results import Report


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is about, and how it is measured."""

    what: str
    measure: Callable[[Lab], Report]


FIGURES: Mapping[str, Figure] = {
    "P1": Figure("cold start", start),
    "P2": Figure("opening a long thread", open_thread),
    "P3": Figure("reading all of a long thread in the background", load_all),
    "P4": Figure("one move of the cursor", moves),
    "P5": Figure("the memory for a growing thread", memory),
    "P6": Figure("showing a fast stream", stream),
    "P7": Figure("the same on a slow line", slow_line),
    "P8": Figure("doing nothing", idle),
    "P9": Figure("a big state", big_state),
    "P10": Figure("switching between visited checkpoints", switches),
}
