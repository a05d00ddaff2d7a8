"""A run's transcript as lines: node by node, tokens as they come, tool arguments as they form. Pure.

Lines of parts that did not change are kept, so that a picture costs what is new and not what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tui.domain.labels import in_words
from tui.domain.live_messages import LiveMessage, LiveToolCall
from tui.domain.safe_text import one_line, sanitise
from tui.domain.transcript import CustomEvent, NodeSection, Transcript
from tui.widgets.lines import Line, Part, fit, wrap_line

MOST_ITEMS = 200
"""Sections and custom events shown, the newest ones."""

MOST_TEXT = 6000
"""Characters shown of one growing text: its tail."""

MOST_CHANGES = 5

NODE_CELLS = (6, 16)

_CURSOR = ("▌", "accent")


@dataclass
class LiveLines:
    """Keeps the lines of the newest picture."""

    lines: list[Line] = field(default_factory=list)
    _items: dict[int, tuple[object, list[Line]]] = field(default_factory=dict)
    _width: int = 0
    _node_cells: int = NODE_CELLS[0]

    def update(self, transcript: Transcript, width: int) -> None:
        """Take another picture, for lines of at most `width` cells."""
        items = transcript.items
        shown = items[-MOST_ITEMS:]
        node_cells = self._widest(shown)
        if (width, node_cells) != (self._width, self._node_cells):
            self._items.clear()
            self._width, self._node_cells = width, node_cells
        lines: list[Line] = []
        hidden = len(items) - len(shown) + transcript.dropped
        if hidden:
            lines.append(((f"┄ {hidden} earlier parts", "calm"),))
        kept: dict[int, tuple[object, list[Line]]] = {}
        for item in shown:
            known = self._items.get(item.order)
            made = known[1] if known is not None and known[0] is item else self._lines_of(item)
            kept[item.order] = (item, made)
            lines.extend(made)
        self._items = kept
        lines.extend(self._closing(transcript))
        self.lines = lines

    def _widest(self, items: tuple[NodeSection | CustomEvent, ...]) -> int:
        low, high = NODE_CELLS
        names = [len(_node_name(item)) for item in items if isinstance(item, NodeSection)]
        return max([self._node_cells, low, *(min(high, name) for name in names)])

    def _lines_of(self, item: NodeSection | CustomEvent) -> list[Line]:
        if isinstance(item, CustomEvent):
            return self._wrapped("custom", "calm", ((one_line(in_words(item.data, 200)), "calm"),))
        style = "calm" if item.finished and not item.error else "role-ai"
        name = _node_name(item)
        lines: list[Line] = []
        for body in _bodies(item):
            lines.extend(self._wrapped("" if lines else name, style, body))
        return lines or self._wrapped(name, style, (("…", "calm"),) if not item.finished else (("done", "calm"),))

    def _closing(self, transcript: Transcript) -> Iterator[Line]:
        for interrupt in transcript.interrupts:
            words = one_line(in_words(interrupt.value, 300))
            yield from self._wrapped("‖", "mark-waiting", (("waits: " + words, "mark-waiting"),))
        if transcript.at_breakpoint:
            yield from self._wrapped("‖", "mark-waiting", (("stopped at a breakpoint", "mark-waiting"),))
        if transcript.error is not None:
            words = f"{transcript.error.kind}: {transcript.error.message}"
            yield from self._wrapped("✗", "mark-error", ((one_line(words, 2000), "error"),))

    def _wrapped(self, label: str, style: str, body: Line) -> list[Line]:
        room = max(8, self._width - self._node_cells - 2)
        lines: list[Line] = []
        for wrapped in wrap_line(body, room, 0):
            head: Part = (fit("" if lines else label, self._node_cells) + "  ", style)
            lines.append((head, *wrapped))
        return lines


def _node_name(section: NodeSection) -> str:
    return one_line(" › ".join((*section.subgraphs, section.node)), 40)


def _bodies(section: NodeSection) -> Iterator[Line]:
    for message in section.messages:
        yield from _message(message)
    for number, (key, value) in enumerate(section.changes.items()):
        if number >= MOST_CHANGES:
            yield (("…", "calm"),)
            break
        yield ((f"{one_line(str(key), 40)} = {one_line(in_words(value, 200))}", "calm"),)
    if section.cached:
        yield (("the result of an earlier run, not computed again", "calm"),)
    if section.error is not None:
        yield ((one_line(section.error, 2000), "error"),)


def _message(message: LiveMessage) -> Iterator[Line]:
    if message.role == "tool":
        text = sanitise(message.text[:MOST_TEXT])
        style = "error" if message.status == "error" else ""
        yield from _paragraphs((f"{one_line(message.name or 'tool', 40)} -> ", "role-tool"), text, style)
        return
    if message.reasoning:
        yield from _paragraphs(None, sanitise(message.reasoning[-MOST_TEXT:]), "calm")
    text = message.text
    growing = not message.finished and not message.tool_calls
    if text or (growing and message.tokens):
        if len(text) > MOST_TEXT:
            yield ((f"┄ {len(text) - MOST_TEXT:,} earlier characters", "calm"),)
        lines = list(_paragraphs(None, sanitise(text[-MOST_TEXT:]), ""))
        if growing:
            lines[-1:] = [(*lines[-1], _CURSOR)] if lines else [(_CURSOR,)]
        yield from lines
    for number, call in enumerate(message.tool_calls):
        last = number == len(message.tool_calls) - 1
        yield _call(call, growing=last and not message.finished)


def _call(call: LiveToolCall, *, growing: bool) -> Line:
    args = call.args
    if isinstance(args, Mapping):
        words = ", ".join(f"{key}={in_words(value, 400)}" for key, value in args.items())
    else:
        words = in_words(args, 400)
    parts: list[Part] = [(one_line(call.name, 60), "role-tool"), (f"({one_line(words, 2000)}", "")]
    parts.append(_CURSOR if growing else (")", ""))
    return tuple(parts)


def _paragraphs(first: Part | None, text: str, style: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n")):
        body: Part = (line.expandtabs(4), style)
        yield (first, body) if first is not None and number == 0 else (body,)
