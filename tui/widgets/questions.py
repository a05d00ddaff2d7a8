"""What a node asked and what went wrong in it, as a person would read it. Pure."""

from __future__ import annotations

import ast
import re

from tui.domain.checkpoint import JSON
from tui.widgets.lines import Line
from tui.widgets.markdown_lines import markdown_lines
from tui.widgets.message_texts import args_lines

_QUESTION_KEYS = ("question", "description", "message", "prompt", "text", "title", "query", "q")
"""Where graphs keep the words for a person, most likely first."""

_REPR = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\((?P<said>.*?),?\)", re.DOTALL)
_MOST_ERROR = 100_000


def question_lines(value: JSON, width: int) -> list[Line]:
    """An interrupt's value: its words first, then what else it holds."""
    width = max(8, width)
    if isinstance(value, str):
        return markdown_lines(value, width)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0]
    if not isinstance(value, dict):
        return args_lines(value, width)
    key = next((key for key in _QUESTION_KEYS if isinstance(value.get(key), str) and value[key]), None)
    if key is None:
        return args_lines(value, width)
    rest = {name: part for name, part in value.items() if name != key}
    return [*markdown_lines(value[key], width), *(args_lines(rest, width) if rest else ())]


def error_parts(error: str) -> tuple[str, list[str]]:
    """(what went wrong in one line, the other lines: a traceback). `ValueError('boom')` becomes "ValueError: boom"."""
    error = error[:_MOST_ERROR].strip()
    match = _REPR.fullmatch(error)
    if match is not None:
        said = _text(match["said"])
        if said is not None:
            error = f"{match['name']}: {said}" if said else match["name"]
    lines = error.split("\n")
    if len(lines) > 1 and lines[0].startswith("Traceback"):
        place = next((n for n in range(len(lines) - 1, 0, -1) if lines[n][:1] not in ("", " ", "\t")), 0)
        return lines[place], lines
    return lines[0], lines[1:]


def _text(said: str) -> str | None:
    """The text of a Python string literal; None for anything else."""
    if not said:
        return ""
    try:
        value = ast.literal_eval(said)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str) else None
