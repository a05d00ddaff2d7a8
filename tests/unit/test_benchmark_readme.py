"""The README's table of benchmarks is made from what was measured, and owns up to what was missed."""

from __future__ import annotations

import pytest

from tests.benchmarks import measured
from tests.benchmarks.figures import FIGURES
from tests.benchmarks.reasons import REASONS
from tests.benchmarks.results import Finding, Limit
from tests.readme import is_current

MACHINE = {
    "date": "2026-11-21T12:00:00+00:00",
    "cpu": "a cpu",
    "cores": 2,
    "system": "Linux",
    "python": "3.11",
    "textual": "8",
    "langgraph_api": "0.16",
}


def test_the_readme_has_what_was_measured() -> None:
    assert is_current(measured.PART, measured.section(measured.load())), f"run: {measured.COMMAND}"


def test_every_figure_was_measured_and_every_miss_has_a_reason() -> None:
    kept = measured.load()
    assert list(kept) == list(FIGURES)
    assert {(name, row["what"]) for name, row in measured.missed_rows(kept)} == set(REASONS)


def test_one_figure_is_renewed_and_the_others_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    old = measured.renewed({}, [Finding("P1", "a", "ms", [1.0]), Finding("P4", "b", "ms", [2.0])], MACHINE, 3)
    late = Finding("P4", "b", "ms", [9.0], Limit(2), 3.0, "raw")
    new = measured.renewed(old, [late], MACHINE | {"date": "2026-11-22T12:00:00+00:00"}, 5)
    assert new["P1"] == old["P1"]
    place = "a cpu, 2 cores, Linux, Python 3.11, Textual 8, langgraph-api 0.16"
    monkeypatch.setattr(measured, "REASONS", {("P4", "b"): "it is slow"})
    assert measured.section(new).splitlines() == [
        "| # | figure | measured | baseline | must reach | |",
        "|---|---|---:|---:|---:|---|",
        "| P1 | a | 1 ms |  |  |  |",
        "| P4 | b | 9 ms (3x) | 3 ms | 2x | **missed** |",
        "",
        f"P1 measured on {place}; 2026-11-21, median of 3, by `{measured.COMMAND}`.",
        f"P4 measured on {place}; 2026-11-22, median of 5, by `{measured.COMMAND}`.",
        "",
        "Baselines:",
        "- P4: raw",
        "",
        "Missed, and why:",
        "- P4 b: it is slow",
    ]
