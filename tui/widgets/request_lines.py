"""Planned requests as text: what they change, method, path, body, and what follows from them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff

from tui.domain.changes import changes
from tui.domain.checkpoint import JSON
from tui.domain.json_values import Unsendable, pretty
from tui.domain.labels import in_words
from tui.domain.messages import find_messages
from tui.domain.plans import ToolArgsEdit, TravelPlan
from tui.domain.requests import PlannedRequest
from tui.domain.safe_text import one_line
from tui.domain.secrets import hide_named
from tui.widgets.json_lines import json_lines
from tui.widgets.text_view import Paragraph

MOST_CHARACTERS = 200_000
"""Of a message that is compared line by line; a longer one is only sent."""

_SIGNS = {"-": ("- ", "error"), "+": ("+ ", "ok"), "@": ("┄ ", "calm"), " ": ("  ", "calm")}


def request_page(requests: Sequence[PlannedRequest], plan: TravelPlan, address: str) -> list[Paragraph]:
    """What a plan changes, then all of its requests in order. Headers are not shown: they may hold secrets."""
    paragraphs = [Paragraph(((f"To {address}, in this order; nothing has been sent.", "calm"),))]
    paragraphs += [Paragraph(((note, "calm"),)) for note in plan.notes]
    if len(requests) > 1:
        paragraphs.append(
            Paragraph((("The run starts from the checkpoint that the update before it returns.", "calm"),))
        )
    for edit in plan.edits:
        paragraphs += [Paragraph(()), *_edit(edit)]
    paragraphs += _messages(plan)
    for request in requests:
        paragraphs += [
            Paragraph(()),
            Paragraph(((request.method, "accent"), (f" {one_line(request.path)}", "strong")), 4),
        ]
        if request.body is not None:
            paragraphs.extend(Paragraph((("  ", ""), *line), 4) for line in json_lines(hide_named(request.body)))
    return paragraphs


def _edit(edit: ToolArgsEdit) -> Iterator[Paragraph]:
    """The arguments that differ, before and after."""
    yield Paragraph(((one_line(edit.tool, 60), "role-tool"), ("  " + one_line(edit.tool_call_id, 40), "calm")))
    for change in changes(edit.before, edit.after, limit=50):
        yield Paragraph((("  " + one_line(change.path or "all arguments"), "json-key"),), 4)
        for there, value, sign in ((not change.added, change.before, "-"), (not change.removed, change.after, "+")):
            if there:
                mark, style = _SIGNS[sign]
                yield Paragraph((("    " + mark, style), (one_line(in_words(value, 2000)), style)), 6)


def _messages(plan: TravelPlan) -> Iterator[Paragraph]:
    """The messages that the update replaces, line by line: every mirror of an edited call is there."""
    if not plan.edits or plan.start is None or plan.update is None:
        return
    old = {message.get("id"): message for message in _messages_in(plan.start.values)}
    for message in _messages_in(plan.update.values):
        before = old.get(message.get("id"))
        lines = _difference(before, message) if before is not None else []
        if lines:
            yield Paragraph(())
            yield Paragraph((("The message that is replaced", "strong"), (f"  {one_line(str(message['id']))}", "calm")))
        for line in lines:
            mark, style = _SIGNS[line[:1]]
            text = "" if line.startswith("@") else line[1:]
            yield Paragraph((("  " + mark, style), (text, style)), 6)


def _messages_in(values: JSON) -> list[Mapping[str, JSON]]:
    found = find_messages(values)
    return [message for message in found[1] if isinstance(message, Mapping) and "id" in message] if found else []


def _difference(before: JSON, after: JSON) -> list[str]:
    """The lines of a unified diff without its head; none where the message is too long to compare."""
    try:
        old, new = pretty(before), pretty(after)
    except Unsendable:
        return []
    if len(old) + len(new) > MOST_CHARACTERS:
        return []
    return list(unified_diff(old.split("\n"), new.split("\n"), n=2, lineterm=""))[2:]
