"""What was measured last, kept in `measured.json`, and the README's table of it.

A figure that is measured again replaces its rows only, so that one alone can be renewed; each keeps machine and date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import FIGURES
from tests.benchmarks.reasons import REASONS
from tests.benchmarks.results import Finding, number
from tests.readme import write_part

KEPT = Path(__file__).parent / "measured.json"
PLOTS = Path(__file__).parents[2] / "screenshots" / "benchmarks"
PART = "benchmarks"
COMMAND = "python -m tests.benchmarks --readme"
UNKNOWN = "not looked into yet"

Measured = dict[str, dict[str, Any]]
"""By figure: `machine` (see `lab.machine`), `repeat`, `rows` (see `Finding.as_json`)."""


def load() -> Measured:
    """What was kept."""
    kept: Measured = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return {name: kept[name] for name in FIGURES if name in kept}


def renewed(kept: Measured, findings: Iterable[Finding], machine: Mapping[str, object], repeat: int) -> Measured:
    """What was kept, with the figures that were measured now in place of the old ones."""
    fresh: Measured = {}
    for finding in findings:
        rows = fresh.setdefault(finding.figure, {"machine": dict(machine), "repeat": repeat, "rows": []})["rows"]
        rows.append(finding.as_json())
    return {name: fresh.get(name) or kept[name] for name in FIGURES if name in fresh or name in kept}


def keep(measured: Measured) -> None:
    """Write it down, and into the README."""
    KEPT.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    write_part(PART, section(measured))


def section(measured: Measured) -> str:
    """The README's part: the table, what its baselines are, why a target is missed, and where it was measured."""
    lines = ["| # | figure | measured | baseline | must reach | |", "|---|---|---:|---:|---:|---|"]
    for name, figure in measured.items():
        lines += [_line(name, row) for row in figure["rows"]]
    lines += ["", *_machines(measured), "", "Baselines:", *_baselines(measured)]
    missed = list(_missed(measured))
    if missed:
        lines += ["", "Missed, and why:", *missed]
    return "\n".join(lines)


def _line(name: str, row: Mapping[str, Any]) -> str:
    unit = row["unit"]
    value = f"{number(row['value'])} {unit}".strip()
    baseline = f"{number(row['baseline'])} {unit}".strip() if row["baseline"] is not None else ""
    ratio = f" ({number(row['ratio'])}x)" if row["ratio"] is not None else ""
    mark = {True: "met", False: "**missed**", None: ""}[row["met"]]
    return f"| {name} | {row['what']} | {value}{ratio} | {baseline} | {row['limit']} | {mark} |"


def _machines(measured: Measured) -> list[str]:
    by_place: dict[str, list[str]] = {}
    for name, figure in measured.items():
        machine = figure["machine"]
        place = (
            f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}, "
            f"Textual {machine['textual']}, langgraph-api {machine['langgraph_api']}; {machine['date'][:10]}, "
            f"median of {figure['repeat']}"
        )
        by_place.setdefault(place, []).append(name)
    if len(by_place) == 1:
        return [f"Measured on {next(iter(by_place))}, by `{COMMAND}`."]
    return [f"{', '.join(names)} measured on {place}, by `{COMMAND}`." for place, names in by_place.items()]


def _baselines(measured: Measured) -> list[str]:
    said: dict[tuple[str, str], None] = {}
    for name, figure in measured.items():
        said |= dict.fromkeys((name, row["baseline_what"]) for row in figure["rows"] if row["baseline_what"])
    return [f"- {name}: {what}" for name, what in said]


def missed_rows(measured: Measured) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """The rows whose target is missed, with their figure."""
    return [(name, row) for name, figure in measured.items() for row in figure["rows"] if row["met"] is False]


def _missed(measured: Measured) -> Iterable[str]:
    for name, row in missed_rows(measured):
        yield f"- {name} {row['what']}: {REASONS.get((name, row['what']), UNKNOWN)}"
