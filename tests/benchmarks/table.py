"""Findings as a table: for the terminal, and as Markdown for the README. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.results import Finding, number

HEADER = ("#", "figure", "measured", "baseline", "ratio", "must reach", "")
_RIGHT = (False, False, True, True, True, True, False)
MARKS = {True: "yes", False: "NO", None: ""}


def rows_of(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    """The cells of each row."""
    return [
        (
            finding.figure,
            finding.what,
            f"{number(finding.value)} {finding.unit}".strip(),
            f"{number(finding.baseline)} {finding.unit}".strip() if finding.baseline is not None else "",
            f"{number(finding.ratio)}x" if finding.ratio is not None else "",
            finding.limit.words(finding.unit),
            MARKS[finding.met],
        )
        for finding in findings
    ]


def text_table(findings: Sequence[Finding]) -> str:
    """The table in fixed width, with what the baselines are and what there is to note below it."""
    rows = [HEADER, *rows_of(findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in [*lines, "", *_notes(findings)])


def markdown_table(findings: Sequence[Finding]) -> str:
    """The table as Markdown."""
    aligned = "|".join(" ---: " if right else " --- " for right in _RIGHT)
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows_of(findings)]
    return "\n".join(["| " + " | ".join(HEADER) + " |", f"|{aligned}|", *body])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, _RIGHT, strict=True)
    ]
    return "  ".join(cells)


def _notes(findings: Sequence[Finding]) -> list[str]:
    baselines = dict.fromkeys((f.figure, f.baseline_what) for f in findings if f.baseline_what)
    lines = [f"{figure} baseline: {what}" for figure, what in baselines]
    lines += [f"{f.figure} {f.what}: {f.note}" for f in findings if f.note]
    return lines
