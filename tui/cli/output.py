"""Printing: JSON for programs, columns and lanes for people. Text for people is made safe; `--json` keeps it exact."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

import click

from tui.cli.encoding import holds_everything, in_ascii
from tui.domain.addresses import tail
from tui.domain.cells import cell_len
from tui.domain.checkpoint import JSON, Checkpoint
from tui.domain.json_values import dumps
from tui.domain.labels import row_text
from tui.domain.lanes import Row, RowKind
from tui.domain.layout import layout
from tui.domain.marks import Mark
from tui.domain.origin import origin_of
from tui.domain.safe_text import escape_hidden, one_line, sanitise, shorten
from tui.domain.secrets import hide_named
from tui.domain.tree import CheckpointTree

NOT_JSON = "$not_json"
"""A number that JSON can't carry is printed as {"$not_json": "NaN"}, so that the document stays JSON."""


PLENTY = 200
"""Columns of a line where nobody said how many there are: of a pipe or a file."""


def print_json(value: JSON) -> None:
    """One JSON document (or one line of a stream) on standard output, flushed.

    Hidden characters are written as JSON escapes: the same value, and safe in a terminal. What names a caller's
    credentials in config and metadata is left out.
    """
    text = escape_hidden(dumps(carriable(hide_named(value))).decode())
    sys.stdout.write((text if holds_everything(sys.stdout) else _escaped(text)) + "\n")
    sys.stdout.flush()


def _escaped(text: str) -> str:
    """JSON with all but ASCII as escapes: the same value in any encoding."""
    return "".join(one if one.isascii() else json.dumps(one)[1:-1] for one in text)


def carriable(value: JSON) -> JSON:
    """The value with NaN and infinite numbers replaced by a mark; the same object where there are none."""
    if isinstance(value, float) and not math.isfinite(value):
        return {NOT_JSON: str(value)}
    if isinstance(value, Mapping):
        return {key: carriable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [carriable(item) for item in value]
    return value


def say(text: str = "") -> None:
    """A line for a person."""
    click.echo(sanitise(text))


def say_aside(text: str) -> None:
    """A line for a person on standard error, beside the output proper."""
    click.echo(sanitise(text), err=True)


def say_columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> None:
    """Aligned columns, by cell width; the last one is cut at the terminal's edge, numbers go to the right."""
    if not rows:
        return
    rows = [[one_line(text) for text in row] for row in rows]
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [
            " " * (width - cell_len(text)) + text if i in right else text + " " * (width - cell_len(text))
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        say(shorten("  ".join(cells).rstrip(), terminal_width()))


def terminal_width(stream: TextIO | None = None) -> int:
    """Columns to fill on a stream (standard output, unless another is named).

    COLUMNS, else those of a terminal, else plenty: nobody looks, and a program wants no text cut.
    """
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size((stream or sys.stdout).fileno()).columns or 80
    except (OSError, ValueError):
        return PLENTY


def history_rows(tree: CheckpointTree) -> Iterator[dict[str, Any]]:
    """The rows of `history --json`, in the order of the lanes."""
    branches = tree.branch_numbers()
    head = tree.head
    for row in layout(tree):
        if row.kind is not RowKind.CHECKPOINT:
            continue
        checkpoint = tree[row.checkpoint_id]
        origin = origin_of(checkpoint, tree.parent(checkpoint.checkpoint_id))
        yield {
            "checkpoint_id": checkpoint.checkpoint_id,
            "parent_id": checkpoint.parent_id,
            "namespace": checkpoint.namespace,
            "step": checkpoint.step,
            "source": checkpoint.source,
            "origin": origin.label,
            "label": row_text(tree, checkpoint).words,
            "next": list(checkpoint.next),
            "run_id": checkpoint.run_id,
            "created_at": checkpoint.created_at.isoformat() if checkpoint.created_at else None,
            "branch": branches.get(checkpoint.checkpoint_id),
            "head": head is not None and head.checkpoint_id == checkpoint.checkpoint_id,
        }


def say_tree(tree: CheckpointTree, *, ascii_only: bool = False) -> None:
    """The history as a lane graph."""
    rows = layout(tree)
    lanes = max((row.lane for row in rows), default=0)
    lines = [(in_ascii(lane_text(row, tree)) if ascii_only else lane_text(row, tree), row) for row in rows]
    graph = max((cell_len(line) for line, _ in lines), default=0)
    authors = [row_text(tree, tree[row.checkpoint_id]).author for row in rows if row.kind is RowKind.CHECKPOINT]
    author_width = min(24, max(map(cell_len, authors), default=0))
    room = max(20, min(terminal_width(), 120 + 2 * lanes) - graph - author_width - 26)
    for line, row in lines:
        if row.kind is not RowKind.CHECKPOINT:
            say(line + _placeholder(row))
            continue
        text = row_text(tree, tree[row.checkpoint_id])
        author, words = text.author_fitting(author_width), text.fitting(room)
        say(
            f"{_pad(line, graph)}  {_pad(author, author_width)}  {_pad(words, room)}"
            f"  {text.step:>4}  {text.note or text.time:>6}  {tail(row.checkpoint_id)}"
        )


def lane_text(row: Row, tree: CheckpointTree) -> str:
    """The lanes left of a row and its mark."""
    through = "│ " * row.lane
    if row.kind is RowKind.JOIN:
        return "│ " * (row.lane - 1) + "├─╯"
    if row.kind is RowKind.UNLOADED:
        return through + Mark.UNLOADED.shape
    if row.kind is RowKind.GONE:
        return through + Mark.GONE.shape
    return through + row_text(tree, tree[row.checkpoint_id]).mark.shape


def checkpoint_json(checkpoint: Checkpoint, tree: CheckpointTree | None = None) -> dict[str, Any]:
    """One checkpoint with its state, as `show --json` prints it."""
    parent = tree.parent(checkpoint.checkpoint_id) if tree and checkpoint.checkpoint_id in tree else None
    return {
        "thread_id": checkpoint.thread_id,
        "checkpoint_id": checkpoint.checkpoint_id,
        "parent_id": checkpoint.parent_id,
        "namespace": checkpoint.namespace,
        "step": checkpoint.step,
        "source": checkpoint.source,
        "origin": origin_of(checkpoint, parent).label,
        "next": list(checkpoint.next),
        "run_id": checkpoint.run_id,
        "created_at": checkpoint.created_at.isoformat() if checkpoint.created_at else None,
        "tasks": [
            {
                "id": task.id,
                "name": task.name,
                "error": task.error,
                "interrupts": [{"id": asked.id, "value": asked.value} for asked in task.interrupts],
                "result": task.result,
            }
            for task in checkpoint.tasks
        ],
        "metadata": dict(checkpoint.metadata),
        "values": checkpoint.values,
    }


def say_fields(fields: Sequence[tuple[str, str]]) -> None:
    """Names and values, one a line; empty values are left out."""
    width = max((len(name) for name, value in fields if value), default=0)
    for name, value in fields:
        if value:
            say(f"{name:<{width}}  {one_line(value)}")


def _placeholder(row: Row) -> str:
    if row.kind is RowKind.UNLOADED:
        return "  older checkpoints, not loaded"
    if row.kind is RowKind.GONE:
        return "  older checkpoints are gone from the server"
    return ""


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - cell_len(text))
