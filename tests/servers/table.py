"""The table server by walkthrough by capability, for the terminal and as Markdown for the README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.catalogue import Server
from tests.servers.walkthroughs import WALKTHROUGHS, Played
from tui.domain.safe_text import one_line

PART = "servers"


@dataclass(frozen=True, slots=True)
class Row:
    """One server: how it was played, or why it was not."""

    server: Server
    played: Played | None
    not_run: str = ""


def markdown(rows: Sequence[Row]) -> str:
    """The table; what is missing is named by the capability's name."""
    lines = [
        f"| server | {' | '.join(WALKTHROUGHS)} | it lacks | it needs |",
        "|" + "---|" * (len(WALKTHROUGHS) + 3),
    ]
    lines += [f"| {' | '.join(_cells(row))} |" for row in rows]
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    title = row.server.title
    if row.played is None:
        return [title, *["not run"] * len(WALKTHROUGHS), row.not_run, row.server.needs]
    title += " (checkpoints are cloned before an edit)" if row.played.info.needs_clone_before_edit else ""
    outcomes = ["yes" if not row.played.walkthroughs[name] else "**no**" for name in WALKTHROUGHS]
    return [title, *outcomes, ", ".join(lacking(row.played)) or "nothing", row.server.needs]


def lacking(played: Played) -> list[str]:
    """The capabilities that the server does not have."""
    return [probe.name for probe in played.probes if probe.works is False]


def in_words(row: Row) -> list[str]:
    """A server's lines for the terminal."""
    if row.played is None:
        return [f"{row.server.title}: not run, {row.not_run}"]
    lines = [f"{row.server.title} ({one_line(row.played.info.title)})"]
    lines += [f"  {name:<16} {one_line(wrong) or 'yes'}" for name, wrong in row.played.walkthroughs.items()]
    lines += [f"  lacks {probe.name}: {probe.words}" for probe in row.played.probes if probe.works is False]
    lines += [f"  not known: {probe.name}" for probe in row.played.probes if probe.works is None]
    return lines
