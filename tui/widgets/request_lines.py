"""Planned requests as text: method, path, body, and what follows from them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.plans import TravelPlan
from tui.domain.requests import PlannedRequest
from tui.domain.safe_text import one_line
from tui.widgets.json_lines import json_lines
from tui.widgets.text_view import Paragraph


def request_page(requests: Sequence[PlannedRequest], plan: TravelPlan, address: str) -> list[Paragraph]:
    """All requests of a plan in order. Headers are not shown: they may hold secrets."""
    paragraphs = [Paragraph(((f"To {address}, in this order; nothing has been sent.", "calm"),))]
    paragraphs += [Paragraph(((note, "calm"),)) for note in plan.notes]
    if len(requests) > 1:
        paragraphs.append(
            Paragraph((("The run starts from the checkpoint that the update before it returns.", "calm"),))
        )
    for request in requests:
        paragraphs += [
            Paragraph(()),
            Paragraph(((request.method, "accent"), (f" {one_line(request.path)}", "strong")), 4),
        ]
        if request.body is not None:
            paragraphs.extend(Paragraph((("  ", ""), *line), 4) for line in json_lines(request.body))
    return paragraphs
