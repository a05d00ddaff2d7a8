"""What a node asked, as a person would read it. Pure."""

from __future__ import annotations

from tui.domain.checkpoint import JSON
from tui.widgets.lines import Line
from tui.widgets.markdown_lines import markdown_lines
from tui.widgets.message_texts import args_lines

_QUESTION_KEYS = ("question", "description", "message", "prompt", "text", "title", "query", "q")
"""Where graphs keep the words for a person, most likely first."""


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
