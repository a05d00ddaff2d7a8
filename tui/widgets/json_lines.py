"""JSON as coloured lines, one token kind a style; a scanner over already pretty-printed text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.domain.checkpoint import JSON
from tui.domain.json_values import Unsendable, pretty
from tui.domain.safe_text import one_line, sanitise
from tui.widgets.lines import Line, Part

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)'
    r'|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\d[\d.eE+-]*)"
    r"|(?P<word>\b(?:true|false|null|NaN|-?Infinity)\b)"
)


def json_line(text: str) -> Line:
    """One line of pretty JSON, coloured."""
    parts: list[Part] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            parts.append((text[end : match.start()], "calm"))
        parts.append((match.group(), f"json-{match.lastgroup}"))
        end = match.end()
    if end < len(text):
        parts.append((text[end:], "calm"))
    return tuple(parts)


def json_lines(value: JSON) -> Iterator[Line]:
    """A value as pretty, coloured lines; a value that cannot be written is said to be so."""
    try:
        text = pretty(value)
    except Unsendable as error:
        yield ((f"This value can't be shown as JSON: {one_line(str(error))}", "warning"),)
        return
    for line in text.split("\n"):
        yield json_line(line)


def short_value(value: JSON, cells: int = 60) -> Part:
    """A value in a few words, with its style: a string quoted, a container by its size."""
    if isinstance(value, str):
        return one_line(f'"{value[: 4 * cells]}"', cells), "json-string"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value], "json-word"
    if isinstance(value, dict):
        return f"{{{len(value)} {'key' if len(value) == 1 else 'keys'}}}", "calm"
    if isinstance(value, list):
        return f"[{len(value)} {'item' if len(value) == 1 else 'items'}]", "calm"
    return sanitise(str(value))[:cells], "json-number"
