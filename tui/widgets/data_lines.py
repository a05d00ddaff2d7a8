"""JSON for reading inside a text: small objects and arrays stay on one line, as a person would write them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice

from tui.domain.checkpoint import JSON
from tui.domain.json_values import depth
from tui.domain.safe_text import escape_hidden
from tui.widgets.json_lines import json_line, json_lines
from tui.widgets.lines import Line, width_of, wrap_line

MOST_LINES = 2000
"""Lines of one value; what is bigger has its own view."""

_MOST_COMPACT = 4000
"""Parts of a value up to which it is laid out; a bigger one is indented plainly, which is faster."""

_MOST_DEPTH = 60


def data_lines(value: JSON, width: int) -> list[Line]:
    """A value as coloured lines of at most `width` cells."""
    width = max(8, width)
    if not fits(value, _MOST_COMPACT) or depth(value) > _MOST_DEPTH:
        return [row for line in islice(json_lines(value), MOST_LINES) for row in wrap_line(line, width, 2)]
    return [row for line in islice(_lines(value, "", "", width, 0), MOST_LINES) for row in wrap_line(line, width, 2)]


def fits(value: JSON, most: int) -> bool:
    """Whether a value has at most `most` parts (a value, or 80 characters of a text); looks at no more than that."""
    stack = [value]
    count = 0
    while stack:
        node = stack.pop()
        count += 1 + (len(node) // 80 if isinstance(node, str) else 0)
        if isinstance(node, (dict, list)):
            if count + len(node) > most:
                return False
            stack.extend(node.values() if isinstance(node, Mapping) else node)
        if count > most:
            return False
    return True


def _lines(value: JSON, before: str, after: str, width: int, level: int) -> Iterator[Line]:
    """`before` and `after` stand on the lines of the value's own first and last bracket."""
    pad = "  " * min(level, 20)
    line = json_line(pad + before + _compact(value) + after)
    if not value or not isinstance(value, (dict, list)) or width_of(line) <= width:
        yield line
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield json_line(pad + before + opening)
    names = [f"{_compact(str(key))}: " for key in value] if isinstance(value, dict) else [""] * len(value)
    last = len(value) - 1
    for number, child in enumerate(value.values() if isinstance(value, dict) else value):
        yield from _lines(child, names[number], "," * (number < last), width, level + 1)
    yield json_line(pad + closing + after)


def _compact(value: JSON) -> str:
    return escape_hidden(json.dumps(value, ensure_ascii=False))
