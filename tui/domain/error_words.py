"""What went wrong in a node, as a person would read it: servers hand out Python's way to write an exception down."""

from __future__ import annotations

import ast
import re

_REPR = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\((?P<said>.*?),?\)", re.DOTALL)
_MOST_ERROR = 100_000


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


def error_line(error: str) -> str:
    """What went wrong, in one line."""
    return error_parts(error)[0]


def sentences(*parts: str) -> str:
    """Parts said one after the other: one that ends without a mark, such as in a command, gets its full stop."""
    said = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part[-1] in ".!?…" else f"{part}." for part in said)


def _text(said: str) -> str | None:
    """The text of a Python string literal; None for anything else."""
    if not said:
        return ""
    try:
        value = ast.literal_eval(said)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str) else None
