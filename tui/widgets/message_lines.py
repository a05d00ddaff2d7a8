"""Messages as paragraphs for reading: who said what, which tools were called with what, what came back. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.checkpoint import JSON
from tui.domain.messages import Message, ToolCall
from tui.domain.safe_text import one_line, sanitise
from tui.widgets.json_lines import json_lines, short_value
from tui.widgets.lines import Line, Part
from tui.widgets.text_view import Paragraph

MOST_MESSAGES = 200
"""Messages shown at once, the newest ones; more on demand."""

MOST_TEXT = 4000
"""Characters shown of one text; more on demand."""

MOST_ARGS = 60
"""Lines shown of one call's arguments."""

_ROLE_STYLES = {"human": "role-human", "ai": "role-ai", "tool": "role-tool", "system": "role-system"}


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Paragraphs, and which of them is the first of each tool call: its name."""

    paragraphs: Sequence[Paragraph]
    calls: Mapping[str, int] = field(default_factory=dict)


def message_page(messages: Sequence[Message], *, times: int = 1) -> MessagePage:
    """The newest messages, oldest first, ready to be wrapped; `times` as many and as long ones as usual."""
    paragraphs: list[Paragraph] = []
    calls: dict[str, int] = {}
    hidden = len(messages) - MOST_MESSAGES * times
    if hidden > 0:
        paragraphs.append(Paragraph(((f"┄ {hidden} earlier messages · space shows more", "calm"),)))
        paragraphs.append(Paragraph(()))
    for message in messages[max(0, hidden) :]:
        paragraphs.append(Paragraph(_head(message)))
        paragraphs.extend(_text(message, MOST_TEXT * times))
        for call in message.tool_calls:
            if call.id is not None:
                calls[call.id] = len(paragraphs)
            paragraphs.extend(_call(call))
        paragraphs.append(Paragraph(()))
    return MessagePage(paragraphs, calls)


def _head(message: Message) -> Line:
    parts: list[Part] = [(one_line(message.role, 20), _ROLE_STYLES.get(message.role, "strong"))]
    if message.name:
        parts.append(("  " + one_line(message.name, 40), ""))
    if message.status and message.status != "success":
        parts.append(("  " + one_line(message.status, 20), "error"))
    usage = usage_words(message.usage)
    if usage:
        parts.append(("  " + usage, "calm"))
    return tuple(parts)


def usage_words(usage: JSON) -> str:
    """ "273 -> 61 tokens", or nothing when the server did not count."""
    if not isinstance(usage, Mapping):
        return ""
    asked, said = usage.get("input_tokens"), usage.get("output_tokens")
    return f"{asked} -> {said} tokens" if isinstance(asked, int) and isinstance(said, int) else ""


def _text(message: Message, most: int) -> Iterator[Paragraph]:
    text = message.text
    for line in sanitise(text[:most]).split("\n") if text else ():
        yield Paragraph((("  ", ""), (line.expandtabs(4), "")), 2)
    if len(text) > most:
        yield Paragraph(((f"  … {len(text) - most:,} more characters · space shows more", "calm"),))
    if message.artifact is not None:
        yield Paragraph((("  artifact ", "calm"), short_value(message.artifact)), 4)


def _call(call: ToolCall) -> Iterator[Paragraph]:
    tail = one_line(call.id or "", 14)
    yield Paragraph((("  ", ""), (one_line(call.name, 60), "role-tool"), ("  " + tail, "calm")))
    if isinstance(call.args, Mapping) and all(not isinstance(value, (dict, list)) for value in call.args.values()):
        for name, value in list(call.args.items())[:MOST_ARGS]:
            text, style = short_value(value, MOST_TEXT)
            yield Paragraph((("    " + one_line(str(name), 40) + "  ", "json-key"), (text, style)), 6)
        return
    for number, line in enumerate(json_lines(call.args)):
        if number >= MOST_ARGS:
            yield Paragraph((("    … the JSON tab has all of it", "calm"),))
            return
        yield Paragraph((("    ", ""), *line), 6)
