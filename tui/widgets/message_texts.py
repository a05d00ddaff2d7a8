"""What was said, thought and asked of tools, as lines: markdown for answers, JSON for data, cut where long. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, loads
from tui.domain.safe_text import cell_len, one_line
from tui.widgets.data_lines import data_lines
from tui.widgets.json_lines import short_value
from tui.widgets.key_names import key_of
from tui.widgets.lines import Line, width_of, wrap_line
from tui.widgets.markdown_lines import markdown_lines, plain_lines

ARGS = 16
"""Rows of a call's arguments before they are cut."""

MOST_UNFOLDED = 200_000
"""Characters of one text that are laid out at most; the rest is for the full screen."""

_MOST_DATA = 20_000
_MOST_VALUE = 400
_MOST_ARGS = 200
_SPARE = 4
"""A cut must save more rows than this, or it is not worth a key."""


class Cut:
    """How many rows of a text are shown before it is cut."""

    ROWS: Mapping[str, int] = {"ai": 40, "human": 24, "tool": 12, "system": 6}

    @classmethod
    def of(cls, role: str) -> int:
        """For a speaker; a few more are shown than cut."""
        return cls.ROWS.get(role, 24)


def usage_words(usage: JSON) -> str:
    """ "273 -> 61 tokens", or nothing when the server did not count."""
    if not isinstance(usage, Mapping):
        return ""
    asked, said = usage.get("input_tokens"), usage.get("output_tokens")
    return f"{asked:,} -> {said:,} tokens" if isinstance(asked, int) and isinstance(said, int) else ""


def size_of(text: str, width: int) -> int:
    """About how many rows a text takes, without laying it out."""
    width = max(1, width)
    return sum(1 + len(line) // width for line in text[:MOST_UNFOLDED].split("\n")) if text else 0


@dataclass(frozen=True, slots=True)
class Said:
    """The rows of a text, and about how many there would be if all of it was laid out."""

    lines: list[Line]
    size: int


def said_lines(text: str, role: str, width: int, *, unfolded: bool) -> Said:
    """A raw text in the manner of its speaker; while it is cut, only as much as can be seen."""
    width = max(1, width)
    most = MOST_UNFOLDED if unfolded else (Cut.of(role) + _SPARE + 2) * width * 2
    if role == "tool" and (data := _data(text)) is not None:
        lines = data_lines(data, width)
        return Said(lines, len(lines))
    shown = text[:most]
    lines = markdown_lines(shown, width) if role == "ai" else plain_lines(shown, width)
    if len(text) <= most:
        return Said(lines, len(lines))
    if unfolded:
        lines.append(((f"… {len(text) - most:,} more characters · {key_of('inspector.open')} opens all", "calm"),))
    return Said(lines, max(len(lines) + 1, size_of(text, width)))


def _data(text: str) -> JSON:
    """What a tool gave back as JSON; None for other texts."""
    if len(text) > _MOST_DATA or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return loads(text)
    except JSONError:
        return None


def cut_lines(lines: Sequence[Line], most: int, size: int, *, unfolded: bool) -> tuple[Sequence[Line], bool]:
    """(rows, whether enter folds or unfolds them): the first `most` rows and a word about the rest, or all of them.

    `size` is about how many rows there would be, where `lines` are the beginning only.
    """
    left = size - most
    if left <= _SPARE:
        return lines, False
    if unfolded:
        return lines, True
    about = "about " if size > len(lines) else ""
    return [*lines[:most], ((f"… {about}{left:,} more lines · {key_of('inspector.fold')} shows all", "calm"),)], True


def thought_lines(text: str, width: int, *, unfolded: bool) -> list[Line]:
    """What a model thought: one row while it is folded."""
    if not unfolded:
        return [(("▸ ", "calm"), ("thought  ", "md-em"), (one_line(text, max(1, width - 11)), "calm"))]
    lines = plain_lines(text[:MOST_UNFOLDED], max(1, width - 2), "md-em")
    return [(("▾ ", "calm"), ("thought", "md-em")), *((("  ", ""), *line) for line in lines)]


def args_lines(args: JSON, width: int) -> list[Line]:
    """The arguments of a call: a row for each simple one, texts of several lines as they are, JSON for the others."""
    width = max(8, width)
    if isinstance(args, str):
        return plain_lines(args[:MOST_UNFOLDED], width, "json-string")
    if not isinstance(args, Mapping):
        return data_lines(args, width)
    lines: list[Line] = []
    for name, value in islice(args.items(), _MOST_ARGS):
        lines.extend(_arg_lines(one_line(str(name), 40), value, width))
    if len(args) > _MOST_ARGS:
        lines.append(((f"… {len(args) - _MOST_ARGS:,} more arguments · {key_of('inspector.open')} opens all", "calm"),))
    return lines


def _arg_lines(name: str, value: JSON, width: int) -> list[Line]:
    key = (name, "json-key")
    if isinstance(value, str) and "\n" in value.strip():
        below = plain_lines(value[:MOST_UNFOLDED], width - 2, "json-string")
    elif isinstance(value, (dict, list)):
        below = data_lines(value, width - 2)
        if len(below) == 1 and cell_len(name) + 2 + width_of(below[0]) <= width:
            return [(key, ("  ", ""), *below[0])]
    else:
        text, style = short_value(value, _MOST_VALUE)
        return wrap_line(((name + "  ", "json-key"), (text, style)), width, 2)
    return [(key,), *((("  ", ""), *row) for row in below)]
