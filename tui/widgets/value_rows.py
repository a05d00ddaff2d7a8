"""Rows of a value tree as lines: names, values, types and sizes for the State tab, and JSON for the JSON tab. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import islice
from typing import TypeAlias

from tui.domain.checkpoint import JSON
from tui.domain.hidden import hidden_in, hidden_words
from tui.domain.messages import is_message, summary, view_messages
from tui.domain.safe_text import escape_hidden, one_line, shorten
from tui.widgets.data_lines import fits
from tui.widgets.json_lines import json_line, short_value
from tui.widgets.key_names import key_of
from tui.widgets.lines import Line, Part, clip, width_of, wrap_line
from tui.widgets.message_block import BAR
from tui.widgets.value_tree import AFTER, BEFORE, CLOSE, HEAD, Node, Row

Render: TypeAlias = Callable[[Row, int], list[Line]]

STATE_LINES = 4
"""Lines of one text in the State tab."""

JSON_LINES = 12
"""Lines of one text in the JSON tab."""

_KIND_CELLS = 14
_WITH_COLUMN = 64
"""Columns from which on types have a column of their own."""

_PREVIEW = 12

_LEAST_VALUE = 12

_OTHER_CELLS = 24
"""Cells of a name or value that is no text: an index, a number, a word."""


def state_lines(row: Row, width: int) -> list[Line]:
    """A row of the State tab: bar, name, value, type and size; a long text wraps."""
    node = row.node
    indent = "  " * min(node.depth + (row.kind in (BEFORE, AFTER)), width // 6)
    if row.kind in (BEFORE, AFTER):
        return [((f" {indent}  ", ""), *_rest(row))]
    bar: Part = (BAR, "accent") if node.is_news else (" ", "")
    mark = ("▾ " if node.is_open else "▸ ") if node.folds else "  "
    name = one_line(str(node.step), 60) if not isinstance(node.step, int) else f"[{node.step}]"
    name = name if node.parent is not None else "(the state)"
    head: Line = (bar, (indent, ""), (mark, "calm"), (name, "json-key" if isinstance(node.step, str) else "calm"))
    kind = kind_words(node.value)
    head = (*clip(head, max(1, width * 2 // 3 - 2, width - 2 - _least(node, kind))), ("  ", ""))
    if width >= _WITH_COLUMN or node.folds:
        return _beside(head, node, kind, width)
    lines = _wrapped(head, _value(node, width - width_of(head)), width, f" {kind}")
    room = width - width_of(lines[0]) - 1
    return [(*lines[0], (kind.rjust(room + 1), "calm"))] if len(lines) == 1 and room >= len(kind) else lines


def _least(node: Node, kind: str) -> int:
    """Cells that a value wants beside its name: while it has them, the name is not cut."""
    if node.folds:
        return len(kind)
    return min(_LEAST_VALUE, len(node.value) + 2 if isinstance(node.value, str) else width_of(_value(node, _PREVIEW)))


def _beside(head: Line, node: Node, kind: str, width: int) -> list[Line]:
    """The value between its name and its kind, which stand in columns of their own."""
    room = width - width_of(head) - max(_KIND_CELLS if width >= _WITH_COLUMN else 0, len(kind) + 1)
    if room < 6:
        return [clip((*head, (kind.rjust(width - width_of(head)), "calm")), width)]
    first, *rest = _wrapped(head, _value(node, room), width_of(head) + room, "")
    return [(*first, (kind.rjust(width - width_of(first)), "calm")), *rest]


def _wrapped(head: Line, value: Line, width: int, rest: str) -> list[Line]:
    """A value behind its head, in a few lines; `rest` says at the end of a cut one how much there is."""
    start = width_of(head)
    rows = wrap_line(value, max(2, width - start))
    if len(rows) > STATE_LINES:
        rows = rows[:STATE_LINES]
        rest = rest if width - start - len(rest) >= _KIND_CELLS // 2 else ""
        rows[-1] = (*clip((*rows[-1], ("…", "calm")), max(1, width - start - len(rest))), (rest, "calm"))
    return [(*head, *rows[0]), *(((" " * start, ""), *line) for line in rows[1:])]


def _value(node: Node, room: int) -> Line:
    value = node.value
    if isinstance(value, (dict, list)):
        return ((_preview(node, room), "calm"),)
    if isinstance(value, str):
        shown = one_line(value[: room * (STATE_LINES + 1) * 2])
        shown += "…" * (len(value) > room * (STATE_LINES + 1) * 2)
        hidden = hidden_words(hidden_in(value))
        return ((f'"{shown}"', "json-string"), *((("  " + hidden, "warning"),) if hidden else ()))
    if isinstance(value, float) and not math.isfinite(value):
        return ((str(value), "warning"), ("  can't be sent back", "warning"))
    return (short_value(value, 10_000),)


def _preview(node: Node, room: int) -> str:
    """What a folded object is about: a message's first words, or all of a small one."""
    value = node.value
    if node.is_open:
        return ""
    if is_message(value):
        message = view_messages([value])[0]
        return one_line(f"{message.role} {summary(message)}", room)
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    if fits(value, _PREVIEW):
        return one_line(json.dumps(value, ensure_ascii=False), room)
    if isinstance(value, dict):
        return shorten(", ".join(one_line(str(key), 20) for _, key in zip(range(6), value, strict=False)), room)
    return ""


def kind_words(value: JSON) -> str:
    """The type of a value and how much there is of it: "object 3", "string 1,204", "int"."""
    if isinstance(value, dict):
        return f"object {len(value):,}"
    if isinstance(value, list):
        return f"array {len(value):,}"
    if isinstance(value, str):
        return f"string {len(value):,}"
    if value is None or isinstance(value, bool):
        return "null" if value is None else "bool"
    return "int" if isinstance(value, int) else "float"


def tree_json_lines(row: Row, width: int) -> list[Line]:
    """A row of the JSON tab."""
    node = row.node
    level = node.depth + 1 + (row.kind in (BEFORE, AFTER))
    indent = "  " * min(level, max(0, width - 8) // 4)
    comma = "" if node.is_last else ","
    if row.kind in (BEFORE, AFTER):
        return [((indent, ""), *_rest(row))]
    if row.kind == CLOSE:
        return [((f"{indent}{'}' if isinstance(node.value, dict) else ']'}{comma}", "calm"),)]
    key = ""
    if isinstance(node.step, str) and node.parent is not None:
        key = f"{_quoted(node.step[:200])}: "
    if node.folds:
        opening, closing = "{}" if isinstance(node.value, dict) else "[]"
        start: Line = ((indent, ""), *json_line(key), (opening, "calm"))
        if not node.is_open:
            what = ("key" if opening == "{" else "item") + "s" * (node.size != 1)
            start = (*start, (f" … {node.size:,} {what} {closing}{comma}", "calm"), *_glimpse(node))
            return [clip(start, width)]
        return wrap_line(start, width, len(indent) + 2)
    return _json_scalar(node, indent, key, comma, width)


def _glimpse(node: Node) -> Line:
    """The first plain values of a folded object or array."""
    entries = node.value.items() if isinstance(node.value, dict) else (("", child) for child in node.value)
    plain = [(key, value) for key, value in islice(entries, 6) if not isinstance(value, (dict, list))][:3]
    words = ", ".join(f"{one_line(str(key), 20)} {short_value(value, 30)[0]}".strip() for key, value in plain)
    return (("  " + words, "calm"),) if words else ()


def _json_scalar(node: Node, indent: str, key: str, comma: str, width: int) -> list[Line]:
    value = node.value
    most = width * (JSON_LINES + 1)
    if not isinstance(value, str):
        bad = isinstance(value, float) and not math.isfinite(value)
        text = {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN") if bad else json.dumps(value)
        line = ((indent, ""), *json_line(f"{key}{text}{comma}"))
        warning: Line = (("  can't be sent back", "warning"),)
        return wrap_line((*line, *warning * bad), width, len(indent) + 2)[:JSON_LINES]
    line = ((indent, ""), *json_line(key), (_quoted(value[:most]) + comma, "json-string"))
    rows = wrap_line(line, width, len(indent) + 2)
    if len(rows) <= JSON_LINES and len(value) <= most:
        return rows
    words = f"{indent}  … {len(value):,} characters · {key_of('inspector.open')} opens"
    return [*rows[: JSON_LINES - 1], ((shorten(words, width), "calm"),)]


def _quoted(text: str) -> str:
    return escape_hidden(json.dumps(text, ensure_ascii=False))


def _rest(row: Row) -> Line:
    node = row.node
    count = node.first if row.kind == BEFORE else node.size - node.last
    where = "before" if row.kind == BEFORE else "more"
    return ((f"┄ {count:,} {where} · {key_of('inspector.fold')} shows them", "calm"),)


def is_one_line(row: Row, width: int) -> bool:
    """Whether a row surely takes one line, without laying it out."""
    node = row.node
    if row.kind == HEAD and node.folds and not node.is_open:
        return True
    texts = [text for text in (node.step, node.value) if isinstance(text, str)]
    if row.kind != HEAD or not all(text.isascii() and text.isprintable() for text in texts):
        return row.kind != HEAD
    plain = sum(map(len, texts)) + _OTHER_CELLS * (2 - len(texts))
    return 2 * plain + 2 * node.depth + _KIND_CELLS + 24 < width
