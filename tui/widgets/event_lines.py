"""The frames of a stream as they came: a line each, one in full, and all as JSON lines for a file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, Unsendable, dumps, loads
from tui.domain.safe_text import cell_len, one_line
from tui.domain.secrets import hide_in_content, hide_named, hide_named_in_line
from tui.session.frames import Frame
from tui.widgets.json_lines import json_line, json_lines
from tui.widgets.lines import Line, clip, fit
from tui.widgets.text_view import Paragraph

LONG_GAP = 1.0
"""Seconds of silence that are marked."""

MOST_LINES = 5000
"""Of one frame's data as pretty JSON."""

_EVENT_CELLS, _LEAST_EVENT_CELLS = 24, 12


def frame_line(number: int, frame: Frame, width: int) -> Line:
    """One row: number, time since the one before, name, and the beginning of the data."""
    gap = gap_words(frame.gap) if number else "start"
    cells = min(_EVENT_CELLS, max(_LEAST_EVENT_CELLS, width // 5))
    name = one_line(frame.event, cells)
    head = f"{number + 1:>6} "
    room = max(0, width - cell_len(head) - 9 - cells - 2)
    style = "warning" if frame.filled else "accent"
    line: Line = (
        (head, "calm"),
        (f"{gap:>8} ", "warning" if frame.gap >= LONG_GAP and number else "calm"),
        (fit(name, cells) + "  ", style),
        *json_line(hide_named_in_line(one_line(frame.text, room))),
    )
    return clip(line, width)


def gap_words(seconds: float) -> str:
    """A gap: +0.012 s, +12.3 s, +3:05."""
    if seconds < 10:
        return f"+{seconds:.3f}s"
    return f"+{seconds:.1f}s" if seconds < 60 else f"+{int(seconds) // 60}:{int(seconds) % 60:02}"


def frame_page(number: int, frame: Frame) -> list[Paragraph]:
    """One frame in full."""
    facts = (
        ("event", frame.event),
        ("id", frame.id or "none"),
        ("came", f"{frame.at:.3f} s after the first, {gap_words(frame.gap)} after the one before"),
        ("size", f"{len(frame.text):,} characters"),
        ("from", "the history: the line was lost" if frame.filled else "the stream"),
    )
    paragraphs = [Paragraph(((f"frame {number + 1}", "strong"),))]
    paragraphs += [Paragraph(((label.ljust(8), "calm"), (one_line(words, 300), "")), 8) for label, words in facts]
    paragraphs.append(Paragraph(()))
    for count, line in enumerate(json_lines(hide_named(data_of(frame)))):
        if count == MOST_LINES:
            paragraphs.append(Paragraph((("┄ more: save the frames to a file", "calm"),)))
            break
        paragraphs.append(Paragraph(line, 2))
    return paragraphs


def fits(frame: Frame, wanted: str) -> bool:
    """Whether a frame has the (case-folded) text in its name, its id or its data."""
    return wanted in frame.event.casefold() or wanted in frame.text.casefold() or wanted in (frame.id or "")


def json_text(frames: Iterable[Frame], secrets: Sequence[str] = ()) -> Iterable[bytes]:
    """JSON lines, a frame each, without keys and without what identifies a caller."""
    for frame in frames:
        row: dict[str, JSON] = {
            "at": round(frame.at, 6),
            "gap": round(frame.gap, 6),
            "event": frame.event,
            "id": frame.id,
            "data": hide_named(data_of(frame)),
        }
        if frame.filled:
            row["filled"] = True
        try:
            line = dumps(row)
        except Unsendable:
            line = dumps(row | {"data": frame.text})
        yield hide_in_content(line.decode(), secrets).encode() + b"\n"


def data_of(frame: Frame) -> JSON:
    """The data as JSON; what is none stays a text."""
    if not frame.text:
        return None
    try:
        return loads(frame.text)
    except JSONError:
        return frame.text
