"""One message as rows, with the results of its tool calls under them: a bar at the left of what is new. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tui.domain.checkpoint import JSON
from tui.domain.hidden import hidden_in_message, hidden_words
from tui.domain.message_news import MessageNews
from tui.domain.message_parts import content_parts
from tui.domain.messages import PLAIN_TEXT_KEY, Message, ToolCall
from tui.domain.safe_text import one_line
from tui.widgets.key_names import key_of
from tui.widgets.lines import Line, Part, clip, width_of, wrap_line
from tui.widgets.message_texts import ARGS, Cut, args_lines, cut_lines, said_lines, thought_lines, usage_words
from tui.widgets.row_view import Selected, calmer

BAR = "▎"
"""Stands before every row of what a checkpoint brought."""

_INDENT = 2
_ROLE_STYLES = {"human": "role-human", "ai": "role-ai", "tool": "role-tool", "system": "role-system"}


@dataclass(frozen=True, slots=True)
class Spot:
    """What a row belongs to: the entry it is drawn in and the message (places in the list), and the part of it.

    Parts are "head", "text", "think", "artifact", "args:N" and "earlier"; `key` names what folds there, if anything.
    """

    entry: int
    position: int
    part: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of an entry, what each belongs to, where each call's name stands, and the first row that is news."""

    rows: Sequence[Line]
    spots: Sequence[Spot]
    calls: Mapping[str, int]
    first_new: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A message and the messages that answer its tool calls, by the call's id."""

    message: Message
    results: Mapping[str, Message] = field(default_factory=dict)
    news: MessageNews = field(default_factory=MessageNews)
    path: str = "messages"

    @property
    def is_new(self) -> bool:
        """Whether any of it is news."""
        return any(message.position in self.news for message in (self.message, *self.results.values()))

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for entries that give the same rows, as long as their values live."""
        new, edited = self.news.new, self.news.edited
        messages = (self.message, *self.results.values())
        places = tuple((id(m.raw), m.position, m.position in new, m.position in edited) for m in messages)
        return places, bool(self.news)

    @property
    def keys(self) -> list[str]:
        """Everything here that can be unfolded."""
        parts = ["text", "think", *(f"args:{number}" for number in range(len(self.message.tool_calls)))]
        return [fold_key(self.message, part) for part in parts] + [
            fold_key(result, "text") for result in self.results.values()
        ]

    def selected(self, spot: Spot) -> Selected | None:
        """What a spot of this entry is, for reading and copying."""
        message = self._message_at(spot.position)
        if message is None:
            return None
        path = f"{self.path}[{message.position}]"
        if spot.part == "think":
            return Selected("thoughts", message.reasoning)
        if spot.part == "artifact":
            return Selected("artifact", message.artifact, f"{path}.artifact")
        if spot.part.startswith("args:"):
            number = int(spot.part.removeprefix("args:"))
            call = message.tool_calls[number]
            known = isinstance(message.raw, Mapping) and isinstance(message.raw.get("tool_calls"), list)
            where = f"{path}.tool_calls[{number}].args" if known else None
            return Selected(f"arguments of {one_line(call.name, 40)}", call.args, where)
        words = "result" if message.role == "tool" else f"text of the {one_line(message.role, 20)} message"
        return Selected(words, message.text, f"{path}.content")

    def whole(self, spot: Spot) -> Selected | None:
        """The message of a spot as it is in the state."""
        message = self._message_at(spot.position)
        return Selected("the message", message.raw, f"{self.path}[{message.position}]") if message is not None else None

    def _message_at(self, position: int) -> Message | None:
        return next((m for m in (self.message, *self.results.values()) if m.position == position), None)


def fold_key(message: Message, part: str) -> str:
    """The name of something that folds: the same at every checkpoint that has the message."""
    return f"{message.id or message.position}/{part}"


def message_block(entry: Entry, width: int, unfolded: Collection[str]) -> Block:
    """The rows of an entry, of at most `width` cells."""
    builder = _Builder(entry, max(8, width), unfolded)
    builder.add_message(entry.message)
    return Block(builder.rows, builder.spots, builder.calls, builder.first_new)


class _Builder:
    """Adds rows of the message at hand, with its bar."""

    def __init__(self, entry: Entry, width: int, unfolded: Collection[str]) -> None:
        self.rows: list[Line] = []
        self.spots: list[Spot] = []
        self.calls: dict[str, int] = {}
        self.first_new: int | None = None
        self._entry = entry
        self._width = width
        self._unfolded = unfolded
        self._message = entry.message

    @property
    def _room(self) -> int:
        return self._width - 1 - _INDENT

    def add_message(self, message: Message) -> None:
        head = len(self.rows)
        self._add(_head(message, self._entry.news, self._width - 1), "head")
        self._add_thoughts(message)
        key = self._add_said(message, self._room)
        if key is not None:
            self.spots[head] = replace(self.spots[head], key=key)
        self._add_artifact(message, "")
        for call in message.tool_calls:
            self._add_call(call)
        for name, problem in _invalid_calls(message):
            self._add_body([((f"✗ {name}", "error"), (f"  {problem}", "calm"))], "head")
        if len(self.rows) == head + 1:
            self._add_body([(("(empty)", "calm"),)], "text")

    def _add_thoughts(self, message: Message) -> None:
        thought = message.reasoning
        if thought:
            key = fold_key(message, "think")
            self._add_body(thought_lines(thought, self._room, unfolded=key in self._unfolded), "think", key)

    def _add_said(self, message: Message, room: int, first: Line = (), following: Line = ()) -> str | None:
        """What was said, behind what stands before its first and following rows; the key if it folds."""
        key = fold_key(message, "text")
        unfolded = key in self._unfolded
        lines: list[Line] = []
        size = 0
        for part in content_parts(message.raw.get("content") if isinstance(message.raw, Mapping) else None):
            if part.kind == "text":
                said = said_lines(part.text, message.role, room, unfolded=unfolded)
                lines += said.lines
                size += said.size
            elif part.kind != "reasoning":
                named = wrap_line((("▣ ", "accent"), (one_line(part.text), "calm")), room, 2)
                lines += named
                size += len(named)
        if not lines and first:
            lines, size = [(("(nothing)", "calm"),)], 1
        rows, folds = cut_lines(lines, Cut.of(message.role), size, unfolded=unfolded)
        self._add_body(
            [(*(following if n else first), *row) for n, row in enumerate(rows)], "text", key * folds or None
        )
        return key if folds else None

    def _add_artifact(self, message: Message, indent: str) -> None:
        if message.artifact is not None:
            words = f"  {_container_words(message.artifact)} · {key_of('inspector.open')} opens"
            self._add_body([((indent, ""), ("artifact", "json-key"), (words, "calm"))], "artifact")

    def _add_call(self, call: ToolCall) -> None:
        if call.id is not None:
            self.calls[call.id] = len(self.rows)
        part = f"args:{call.index}"
        key = fold_key(self._message, part)
        head: list[Part] = [(one_line(call.name, 60), "role-tool"), ("  " + one_line(call.id or "", 14), "calm")]
        result = self._entry.results.get(call.id) if call.id is not None else None
        if call.is_open and result is None:
            head.append(("  to run", "mark-waiting"))
        lines = args_lines(_plain_args(call.args), self._room - _INDENT)
        rows, folds = cut_lines(lines, ARGS, len(lines), unfolded=key in self._unfolded)
        here = key if folds else None
        self._add_body(wrap_line(tuple(head), self._room, 2), part, here)
        self._add_body([(("  ", ""), *row) for row in rows], part, here)
        if result is not None:
            self._add_result(result)

    def _add_result(self, result: Message) -> None:
        """A tool's answer, under its call."""
        caller, self._message = self._message, result
        mark: Part = ("✗  ", "error") if result.status == "error" else ("-> ", "role-tool")
        self._add_said(result, self._room - _INDENT - 3, (("  ", ""), mark), (("     ", ""),))
        self._add_artifact(result, "     ")
        if hidden := hidden_words(hidden_in_message(result)):
            self._add_body([(("     ", ""), (hidden, "warning"))], "text")
        self._message = caller

    def _add_body(self, lines: Sequence[Line], part: str, key: str | None = None) -> None:
        for line in lines:
            self._add(((" " * _INDENT, ""), *line), part, key)

    def _add(self, line: Line, part: str, key: str | None = None) -> None:
        news = self._entry.news
        position = self._message.position
        bar: Part = (" ", "")
        if position in news:
            bar = (BAR, "mark-edit" if position in news.edited else "accent")
            if self.first_new is None:
                self.first_new = len(self.rows)
        elif news:
            line = calmer(line)
        self.rows.append(clip((bar, *line), self._width))
        self.spots.append(Spot(self._entry.message.position, position, part, key))


def _head(message: Message, news: MessageNews, width: int) -> Line:
    parts: list[Part] = [(one_line(message.role, 20), _ROLE_STYLES.get(message.role, "strong"))]
    if hidden := hidden_words(hidden_in_message(message)):
        parts.append(("  " + hidden, "warning"))  # first, because a long name would push it away
    if message.name and message.name != message.role:
        parts.append(("  " + one_line(message.name, 40), ""))
    if message.role == "tool" and message.tool_call_id:
        parts.append(("  " + one_line(message.tool_call_id, 14), "calm"))
    if message.status and message.status != "success":
        parts.append(("  " + one_line(message.status, 20), "error"))
    if message.position in news.edited:
        parts.append(("  edited", "mark-edit"))
    usage = usage_words(message.usage)
    room = width - width_of(tuple(parts))
    if usage and room >= len(usage) + 2:
        parts.append((usage.rjust(room), "calm"))
    return tuple(parts)


def _plain_args(args: JSON) -> JSON:
    """A tool that takes a text has it under a name that nobody wrote."""
    return args[PLAIN_TEXT_KEY] if isinstance(args, Mapping) and list(args) == [PLAIN_TEXT_KEY] else args


def _invalid_calls(message: Message) -> list[tuple[str, str]]:
    """(name, what is wrong) of calls that the model wrote so badly that LangChain could not read them."""
    raw = message.raw.get("invalid_tool_calls") if isinstance(message.raw, Mapping) else None
    return [
        (one_line(str(call.get("name") or "?"), 40), one_line(str(call.get("error") or "not readable"), 120))
        for call in (raw if isinstance(raw, list) else ())
        if isinstance(call, Mapping)
    ]


def _container_words(value: JSON) -> str:
    if isinstance(value, dict):
        return f"{len(value)} {'key' if len(value) == 1 else 'keys'}"
    if isinstance(value, list):
        return f"{len(value)} {'item' if len(value) == 1 else 'items'}"
    return one_line(str(value), 40)
