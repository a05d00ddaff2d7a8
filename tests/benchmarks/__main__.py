"""`python -m tests.benchmarks [NAME …]`: measures the app and prints a table; see `--help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import httpx

from tests.benchmarks import measured
from tests.benchmarks.figures import FIGURES
from tests.benchmarks.lab import Lab, machine
from tests.benchmarks.plot import svg
from tests.benchmarks.pty_terminal import TooSlow
from tests.benchmarks.results import Finding, Plot
from tests.benchmarks.table import markdown_table, text_table
from tui.demo.server import DemoError


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    names = "\n".join(f"  {name:<4} {figure.what}" for name, figure in FIGURES.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure the app in a real terminal against a real Agent Server.",
        epilog=f"Names:\n{names}\n\nExit code 1 if a target is missed or a figure could not be measured.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures to measure (all)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="samples of each figure (3)")
    parser.add_argument("--svg", type=Path, metavar="DIR", help="write the plots there")
    parser.add_argument("--readme", action="store_true", help="keep what was measured, and renew the README's table")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: only to see that everything works")
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name.upper() not in FIGURES]
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}")
    if options.readme and options.quick:
        parser.error("the README shows full sizes: --readme without --quick")
    return options


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code."""
    options = arguments(words)
    facts = machine()
    lab = Lab(max(1, options.repeat), options.quick, lambda text: click.echo(f"  {text}", err=True))
    findings: list[Finding] = []
    plots: list[Plot] = []
    failed: dict[str, str] = {}
    try:
        for name in dict.fromkeys(name.upper() for name in options.names or FIGURES):
            click.echo(f"{name}: {FIGURES[name].what}", err=True)
            try:
                report = FIGURES[name].measure(lab)
            except (TooSlow, httpx.HTTPError, DemoError, OSError) as error:  # the other figures are still worth it
                failed[name] = str(error)
                click.echo(f"{name} could not be measured. {error}", err=True)
                continue
            findings += report.findings
            plots += report.plots
    finally:
        lab.close()
    if options.svg is not None:
        _write(plots, options.svg)
    if options.readme:
        _write(plots, measured.PLOTS)
        measured.keep(measured.renewed(measured.load(), findings, facts, lab.repeat))
    _print(options, facts, findings, failed)
    return 1 if failed or any(finding.met is False for finding in findings) else 0


def _print(
    options: argparse.Namespace, facts: dict[str, object], findings: list[Finding], failed: dict[str, str]
) -> None:
    if options.json:
        rows = [finding.as_json() for finding in findings]
        document = {"machine": facts, "quick": options.quick, "repeat": options.repeat, "rows": rows, "failed": failed}
        click.echo(json.dumps(document, indent=2))
        return
    words = ", ".join(f"{name} {value}" for name, value in facts.items())
    click.echo(f"{words}{' (quick: smaller sizes)' if options.quick else ''}\n")
    click.echo(markdown_table(findings) if options.markdown else text_table(findings))
    for name, why in failed.items():
        click.echo(f"\n{name} could not be measured: {why.splitlines()[0]}")


def _write(plots: Sequence[Plot], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for plot in plots:
        (folder / f"{plot.name}.svg").write_text(svg(plot), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
