"""Lines of styled text, as data: what widgets draw. Pure, so that what a screen says can be tested without one.

A line is a tuple of parts, a part is (safe text, style). Styles are names, resolved by the widget that draws
(`LineView`), so that themes and NO_COLOR decide what they look like.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from tui.domain.cells import clusters, cut
from tui.domain.safe_text import cell_len, shorten

Part: TypeAlias = tuple[str, str]
"""(text without line breaks, style name; "" is the plain text style)"""

Line: TypeAlias = tuple[Part, ...]

STYLES: tuple[str, ...] = (
    *("calm", "strong", "rule", "accent", "ok", "warning", "error", "match"),
    *(f"lane-{number}" for number in range(1, 6)),
    *("mark-head", "mark-edit", "mark-replay", "mark-waiting", "mark-error", "mark-running"),
    *("role-human", "role-ai", "role-tool", "role-system"),
    *("json-key", "json-string", "json-number", "json-word"),
)
"""All style names; what each looks like is in `line_styles`."""


def plain(line: Line) -> str:
    """The text of a line."""
    return "".join(text for text, _ in line)


def width_of(line: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(text) for text, _ in line)


def fit(text: str, cells: int) -> str:
    """Safe text cut or padded to exactly `cells`."""
    short = shorten(text, cells)
    return short + " " * (cells - cell_len(short))


def clip(line: Line, cells: int) -> Line:
    """The line cut to `cells`, with an ellipsis where something is missing."""
    if width_of(line) <= cells:
        return line
    kept: list[Part] = []
    room = cells - 1
    style = ""
    for text, style in line:
        size = cell_len(text)
        if size > room:
            kept.append((cut(text, room), style))
            break
        kept.append((text, style))
        room -= size
    return (*kept, ("…", style)) if cells > 0 else ()


def wrap_text(text: str, cells: int) -> list[str]:
    """Safe text as lines of at most `cells`: broken at spaces, or inside a word that is longer than a line."""
    lines: list[str] = []
    for paragraph in text.expandtabs(4).split("\n"):
        lines.extend(paragraph[start:stop] for start, stop in break_points(paragraph, max(1, cells)))
    return lines


def wrap_line(line: Line, cells: int, indent: int = 0) -> list[Line]:
    """A line as several of at most `cells`; the second and following ones are indented."""
    cells = max(1, cells)
    if width_of(line) <= cells:
        return [line]
    # At least a wide character must fit behind the indent.
    indent = max(0, min(indent, cells // 2, cells - 2))
    text = plain(line)
    first, *_ = break_points(text, cells)
    wrapped = [_slice(line, *first)]
    offset = first[1]
    while offset < len(text) and text[offset] == " ":
        offset += 1
    for start, stop in break_points(text[offset:], cells - indent):
        if stop > start:
            wrapped.append(((" " * indent, ""), *_slice(line, offset + start, offset + stop)))
    return wrapped


def break_points(text: str, cells: int) -> Iterator[tuple[int, int]]:
    """Where to break one paragraph: (start, end) of each line; spaces at a break belong to neither."""
    if len(text) <= cells and cell_len(text) <= cells:
        yield 0, len(text)
        return
    start = 0
    while start < len(text):
        stop = start + len(cut(text[start : start + 4 * cells + 32], cells))
        if stop <= start:
            # One character is wider than the line: show it anyway, or there would be no end.
            stop = start + next(clusters(text[start:]))[1]
        if stop < len(text) and text[stop] != " ":
            space = text.rfind(" ", start, stop)
            if space > start and text[start:space].strip():
                stop = space
        yield start, stop
        while stop < len(text) and text[stop] == " ":
            stop += 1
        start = stop


def _slice(line: Line, start: int, stop: int) -> Line:
    parts: list[Part] = []
    position = 0
    for text, style in line:
        piece = text[max(0, start - position) : max(0, stop - position)]
        if piece:
            parts.append((piece, style))
        position += len(text)
    return tuple(parts)
