"""The verb that shows what was written where: audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tui.cli.options import json_option

if TYPE_CHECKING:
    from tui.domain.checkpoint import JSON


@click.command()
@click.option("--limit", metavar="N", default=20, show_default=True, type=click.IntRange(1), help="Only the newest N.")
@click.option("--host", metavar="H", help="Only writes to this server: its URL, host name, or host:port.")
@json_option
def audit(limit: int, host: str | None, as_json: bool) -> None:
    """Show what was written to which server, newest last.

    Every request of yours that may have changed something is noted in a file on this machine, which only you can read.

    \b
    Columns: time, server, what, thread, checkpoint that it started from, run, result.

    \b
    Example:
      forkpoint audit --host 127.0.0.1 --limit 5
    """
    from tui.cli.output import print_json, say, say_aside, say_columns
    from tui.config import state_folder
    from tui.session.audit import FILE_NAME, read_audit

    path = state_folder() / FILE_NAME
    try:
        found = read_audit(path, limit=limit, host=host)
    except OSError as error:
        raise click.ClickException(f"The audit log {path} can't be read: {error.strerror or error}.") from error
    if found.unreadable:
        say_aside(f"forkpoint: {found.unreadable} lines of {path} can't be read and are left out.")
    if as_json:
        print_json(found.entries)
    elif found.entries:
        say_columns([_row(entry) for entry in found.entries])
    else:
        say(f"No writes{f' to {host}' if host else ''} are noted in {path}.")


def _row(entry: Mapping[str, JSON]) -> tuple[str, ...]:
    from tui.domain.safe_text import one_line

    result = entry.get("result")
    if not isinstance(entry.get("what"), str):  # of another version, or of somebody else: all that it says is shown
        result = json.dumps(entry)
    cells = (
        _moment(entry.get("time")),
        _text(entry, "host"),
        _text(entry, "what", "not understood"),
        *(_end(entry, key) for key in ("thread", "checkpoint", "run")),
        "unknown" if result is None else str(result),
    )
    return tuple(one_line(cell, 200) for cell in cells)


def _moment(value: JSON) -> str:
    try:
        return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (TypeError, ValueError):
        return "?"


def _text(entry: Mapping[str, JSON], key: str, without: str = "-") -> str:
    value = entry.get(key)
    return value if isinstance(value, str) and value else without


def _end(entry: Mapping[str, JSON], key: str) -> str:
    from tui.domain.addresses import tail

    value = _text(entry, key)
    return tail(value, 8) if value != "-" else value


VERBS = (audit,)
