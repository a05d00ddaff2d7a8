"""What a part of a live run says, before it is wrapped: messages, tool calls as they form, errors. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from tui.domain.checkpoint import JSON, Interrupt
from tui.domain.hidden import hidden_in, hidden_words
from tui.domain.labels import in_words
from tui.domain.live_messages import LiveMessage, LiveToolCall
from tui.domain.progress import Progress
from tui.domain.safe_text import one_line, sanitise
from tui.domain.transcript import NodeSection
from tui.domain.value_words import question_words
from tui.widgets.lines import Line, Part, clip

Body: TypeAlias = "Line | list[Line]"
"""A line to be wrapped, or lines that are ready."""

MOST_CHANGES = 5
MOST_RESULT_LINES = 12
MOST_THOUGHT_LINES = 6
MOST_ERROR_LINES = 3
MOST_TEXT = 20_000
"""Characters shown of a tool's result."""

BAR_CELLS = (10, 24)

CURSOR: Part = ("▌", "accent")
UNFOLD = "space shows all"


def bodies_of(section: NodeSection, grown: Mapping[int, list[Line]], *, unfolded: bool) -> list[Body]:
    """What a node said and wrote. `grown`: the ready lines of texts, by the number of the message."""
    bodies: list[Body] = []
    for number, message in enumerate(section.messages):
        bodies.extend(_message(message, grown.get(number), unfolded=unfolded))
        bodies.extend(_hidden(message))
    for number, (key, value) in enumerate(section.changes.items()):
        if number >= MOST_CHANGES and not unfolded:
            bodies.append(((f"┄ {len(section.changes) - number} more · {UNFOLD}", "calm"),))
            break
        bodies.append(((f"{one_line(str(key), 40)} = {one_line(in_words(value, 200))}", "calm"),))
    if section.cached:
        bodies.append((("the result of an earlier run, not computed again", "calm"),))
    if section.filled:
        bodies.append((("read from the history: the line was lost", "calm"),))
    if section.cut:
        bodies.append((("cut off: the server began this again", "calm"),))
    if section.error is not None:
        bodies.extend(error_bodies(section.error, unfolded=unfolded))
    return bodies or [(("done" if section.finished else "running …", "calm"),)]


def _message(message: LiveMessage, grown: list[Line] | None, *, unfolded: bool) -> Iterator[Body]:
    if message.role == "tool":
        name: Part = (f"{one_line(message.name or 'tool', 40)} -> ", "role-tool")
        style = "error" if message.status == "error" else ""
        yield from _text(name, message.text, style, None if unfolded else MOST_RESULT_LINES)
        return
    if message.reasoning:
        yield from _thought(message.reasoning, unfolded=unfolded)
    growing = not message.finished and not message.tool_calls
    if grown:
        yield [*grown[:-1], (*grown[-1], CURSOR)] if growing else grown
    elif growing and message.tokens and not message.reasoning:
        yield (CURSOR,)
    for number, call in enumerate(message.tool_calls):
        last = number == len(message.tool_calls) - 1
        yield _call(call, growing=last and not message.finished)


def _hidden(message: LiveMessage) -> Iterator[Line]:
    """How much is hidden in what a message says, thinks and asks of tools, as far as it has come."""
    calls = [part for call in message.tool_calls for part in (call.name, call.args)]
    if words := hidden_words(hidden_in(message.name, message.reasoning, message.text, *calls)):
        yield ((f"┄ {words}", "warning"),)


def _call(call: LiveToolCall, *, growing: bool) -> Line:
    args = call.args
    if isinstance(args, Mapping):
        words = ", ".join(f"{key}={in_words(value, 400)}" for key, value in args.items())
    else:
        words = in_words(args, 400)
    parts: list[Part] = [(one_line(call.name, 60), "role-tool"), (f"({one_line(words, 2000)}", "")]
    parts.append(CURSOR if growing else (")", ""))
    return tuple(parts)


def _text(first: Part, text: str, style: str, most: int | None) -> Iterator[Line]:
    lines = sanitise(text[:MOST_TEXT]).split("\n")
    shown = lines[:most]
    for number, line in enumerate(shown):
        body: Part = (line.expandtabs(4), style)
        yield (first, body) if number == 0 else (body,)
    if len(lines) > len(shown):
        yield ((f"┄ {len(lines) - len(shown)} more lines · {UNFOLD}", "calm"),)
    elif len(text) > MOST_TEXT:
        yield ((f"┄ {len(text) - MOST_TEXT:,} more characters: the checkpoint has them", "calm"),)


def _thought(text: str, *, unfolded: bool) -> Iterator[Line]:
    lines = sanitise(text[-MOST_TEXT:]).strip().split("\n")
    if len(lines) > MOST_THOUGHT_LINES and not unfolded:
        yield ((f"┄ {len(lines) - MOST_THOUGHT_LINES} earlier lines of thought · {UNFOLD}", "calm"),)
        lines = lines[-MOST_THOUGHT_LINES:]
    for line in lines:
        yield ((line.expandtabs(4), "calm"),)


def error_bodies(text: str, *, unfolded: bool) -> list[Line]:
    """An error: of a traceback the last line, which says what went wrong, until it is unfolded."""
    lines = [line.expandtabs(4) for line in sanitise(text[-MOST_TEXT:]).strip().split("\n")]
    if len(lines) <= MOST_ERROR_LINES:
        return [((line, "error"),) for line in lines]
    said = lines[-1] if lines[0].endswith("(most recent call last):") or "Traceback" in text else lines[0]
    head: Line = ((said, "error"),)
    if not unfolded:
        return [head, ((f"┄ {len(lines)} lines of traceback · {UNFOLD}", "calm"),)]
    if said == lines[-1]:
        lines.pop()
    return [head, *(((line, "calm"),) for line in lines)]


def bar_body(progress: Progress, room: int) -> Line:
    """What is being done, a bar, and how far it is."""
    low, high = BAR_CELLS
    cells = high if room >= 60 else low
    full = round(progress.share * cells)
    done = progress.share >= 1
    numbers = " ".join(filter(None, (f"{progress.share:>4.0%}", progress.count)))
    parts: Sequence[Part] = (
        ("█" * full, "ok" if done else "accent"),
        ("░" * (cells - full), "rule"),
        (f" {numbers}  ", "calm" if done else ""),
        (one_line(progress.name, 200), "calm" if done else ""),
        (one_line("  " + progress.remark, 200) if progress.remark else "", "calm"),
    )
    return clip(tuple(part for part in parts if part[0]), room)


def custom_body(data: JSON) -> Line:
    """A custom event in words."""
    hidden = hidden_words(hidden_in(data))
    return ((one_line(in_words(data, 200)), "calm"), *(((f"  {hidden}", "warning"),) if hidden else ()))


def interrupt_body(interrupt: Interrupt) -> Line:
    """What a run waits for."""
    return (("waits: " + one_line(question_words(interrupt.value), 300), "mark-waiting"),)
