"""The events of a stream as they came: name, id and data. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.json_values import Unsendable, pretty
from tui.domain.safe_text import one_line
from tui.domain.secrets import hide_named
from tui.domain.transcript import StreamEvent
from tui.widgets.json_lines import json_line
from tui.widgets.text_view import Paragraph

MOST_CHARACTERS = 4000
"""Of one event's data."""


def event_page(events: Sequence[StreamEvent], count: int) -> list[Paragraph]:
    """The events, newest first; `count` is how many there were in all."""
    if not events:
        return [Paragraph((("Nothing has come yet.", "calm"),))]
    words = f"{count:,} events, newest first"
    if count > len(events):
        words = f"The newest {len(events):,} of {count:,} events, newest first"
    paragraphs = [Paragraph(((words + ".", "calm"),))]
    for event in reversed(events):
        name = one_line(event.event, 200)
        paragraphs += [Paragraph(()), Paragraph(((name, "accent"), (f"  {one_line(event.id or '', 60)}", "calm")), 4)]
        try:
            text = pretty(hide_named(event.data), indent=1)
        except Unsendable as error:
            text = str(error)
        shown = text[:MOST_CHARACTERS]
        paragraphs.extend(Paragraph((("  ", ""), *json_line(line)), 4) for line in shown.split("\n"))
        if len(text) > len(shown):
            paragraphs.append(Paragraph(((f"  ┄ {len(text) - len(shown):,} more characters", "calm"),)))
    return paragraphs
