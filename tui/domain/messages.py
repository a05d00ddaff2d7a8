"""A read-only view of the messages in a state: who said what, which tools were called with what, what came back.

Reads every shape that servers send (a string or blocks as content, `type` or `role`, tool calls in four places) and
never raises on odd data: what cannot be read is left out of the view and stays in `raw`. Texts are raw: whoever shows
them passes them through `tui.domain.safe_text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, loads, pretty
from tui.domain.message_parts import Part, content_parts
from tui.domain.safe_text import one_line

_ROLES = {
    "human": "human",
    "user": "human",
    "HumanMessage": "human",
    "HumanMessageChunk": "human",
    "ai": "ai",
    "assistant": "ai",
    "AIMessage": "ai",
    "AIMessageChunk": "ai",
    "tool": "tool",
    "function": "tool",
    "ToolMessage": "tool",
    "ToolMessageChunk": "tool",
    "system": "system",
    "developer": "system",
    "SystemMessage": "system",
    "SystemMessageChunk": "system",
    "chat": "chat",
    "remove": "remove",
}
PLAIN_TEXT_KEY = "__arg1"
"""LangChain's name for the only argument of a tool that takes a text instead of an object."""

_WORDS_SHOWN = 4
_CELLS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call of an AI message. `args` is JSON: an object, or the text as it came where that is no JSON."""

    id: str | None
    name: str
    args: JSON
    message_id: str | None = None
    index: int = 0
    """Its place among the message's tool calls, from 0."""
    message_position: int = 0
    """Its message's place in the list of messages, from 0."""
    is_open: bool = True
    """Whether no tool message answers it yet: then the tool is to be run."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Cheap to make: everything but `raw` is read from it on demand."""

    raw: JSON = field(repr=False)
    position: int = 0
    """Its place in the list of messages, from 0."""
    answered: frozenset[str] = field(default_factory=frozenset, repr=False, compare=False)
    """Ids of the tool calls that have an answer in the same state."""

    def _get(self, key: str) -> JSON:
        return self.raw.get(key) if isinstance(self.raw, Mapping) else None

    def _text_of(self, key: str) -> str | None:
        value = self._get(key)
        return value if isinstance(value, str) and value else None

    @property
    def id(self) -> str | None:
        """The id by which the state's reducer replaces the message; None where it has none yet."""
        return self._text_of("id")

    @property
    def role(self) -> str:
        """Who speaks: human, ai, tool, system, remove, or the type's own name where it is none of these."""
        return role_of(self.raw) or self._text_of("type") or "?"

    @property
    def name(self) -> str | None:
        """The tool's name on a tool message, or the speaker's name."""
        return self._text_of("name")

    @property
    def parts(self) -> tuple[Part, ...]:
        """Texts, thoughts and named media in order."""
        return tuple(self._thoughts_beside()) + tuple(content_parts(self._get("content")))

    def _thoughts_beside(self) -> Iterator[Part]:
        extra = self._get("additional_kwargs")
        thought = extra.get("reasoning_content") if isinstance(extra, Mapping) else None
        if isinstance(thought, str) and thought:
            yield Part("reasoning", thought)

    @property
    def text(self) -> str:
        """What was said, media as [image/png, 12 KB]; without the thoughts and without the tool calls."""
        pieces: list[str] = []
        for part in content_parts(self._get("content")):
            if part.kind == "text":
                pieces.append(part.text)
            elif part.kind != "reasoning":
                pieces.append(f"{chr(10) if pieces else ''}[{part.text}]")
        return "".join(pieces)

    @property
    def reasoning(self) -> str:
        """What the model thought before it spoke; empty where it did not say."""
        return "\n".join(part.text for part in self.parts if part.kind == "reasoning")

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls of an AI message, each once, wherever the message keeps them; () for others."""
        if role_of(self.raw) not in ("ai", None):
            return ()
        calls = []
        for index, (call_id, name, args) in enumerate(_read_calls(self.raw)):
            is_open = call_id is None or call_id not in self.answered
            calls.append(ToolCall(call_id, name, args, self.id, index, self.position, is_open))
        return tuple(calls)

    @property
    def tool_call_id(self) -> str | None:
        """The call that a tool message answers."""
        return self._text_of("tool_call_id")

    @property
    def status(self) -> str | None:
        """ "success" or "error" of a tool message."""
        return self._text_of("status")

    @property
    def artifact(self) -> JSON:
        """What a tool returned beside its text; None where it did not."""
        return self._get("artifact")

    @property
    def usage(self) -> Mapping[str, int] | None:
        """Tokens, as `input_tokens` and `output_tokens`; None where the server did not count."""
        about = self._get("response_metadata")
        about = about if isinstance(about, Mapping) else {}
        for counts in (self._get("usage_metadata"), about.get("token_usage"), about.get("usage")):
            if isinstance(counts, Mapping):
                asked = _count(counts, "input_tokens", "prompt_tokens")
                said = _count(counts, "output_tokens", "completion_tokens")
                if asked is not None or said is not None:
                    return {"input_tokens": asked or 0, "output_tokens": said or 0}
        return None


def _count(counts: Mapping[str, JSON], *keys: str) -> int | None:
    return next((n for k in keys if isinstance(n := counts.get(k), int) and not isinstance(n, bool)), None)


def role_of(raw: JSON) -> str | None:
    """The speaker of a message in the words of `Message.role`, or None if this is not a message that we know."""
    if not isinstance(raw, Mapping):
        return None
    kind, role = raw.get("type"), raw.get("role")
    if kind == "chat" and isinstance(role, str):
        return _ROLES.get(role, role)
    for word in (kind, role):
        if isinstance(word, str) and word in _ROLES:
            return _ROLES[word]
    return None


def is_message(raw: JSON) -> bool:
    """Whether this JSON looks like a message of a chat."""
    if role_of(raw) is None:
        return False
    return "content" in raw or "tool_calls" in raw or raw.get("type") == "remove"


def find_messages(values: JSON) -> tuple[str, list[JSON]] | None:
    """Which key of a state holds its messages, and the messages as they are; None for a state without messages.

    "messages" if that is a list of messages (or an empty list), else the first key whose list holds nothing else.
    """
    if not isinstance(values, Mapping):
        return None
    usual = values.get("messages")
    if isinstance(usual, list) and (not usual or any(map(is_message, usual))):
        return "messages", usual
    for key, value in values.items():
        if isinstance(value, list) and value and all(map(is_message, value)):
            return key, value
    return None


def read_messages(values: JSON) -> tuple[Message, ...]:
    """The messages of a state in order; () for a state without messages."""
    found = find_messages(values)
    return view_messages(found[1]) if found is not None else ()


def view_messages(raw: Sequence[JSON]) -> tuple[Message, ...]:
    """A view of each message of a list."""
    answered = frozenset(
        call_id
        for message in raw
        if isinstance(message, Mapping) and isinstance(call_id := message.get("tool_call_id"), str)
    )
    return tuple(Message(message, position, answered) for position, message in enumerate(raw))


def tool_calls_of(values: JSON, *, everywhere: bool = False) -> tuple[ToolCall, ...]:
    """The tool calls of the last AI message of a state, or with `everywhere` those of all messages, oldest first."""
    messages = read_messages(values)
    if not everywhere:
        messages = tuple(islice((message for message in reversed(messages) if message.role == "ai"), 1))
    return tuple(call for message in messages for call in message.tool_calls)


def _read_calls(raw: JSON) -> list[tuple[str | None, str, JSON]]:
    """(id, name, args) of each call, from the first place that has any: they all mirror the same calls."""
    if not isinstance(raw, Mapping):
        return []
    extra = raw.get("additional_kwargs")
    extra = extra if isinstance(extra, Mapping) else {}
    for entries in (raw.get("tool_calls"), raw.get("content"), extra.get("tool_calls"), [extra.get("function_call")]):
        calls = [call for entry in entries if (call := read_call(entry))] if isinstance(entries, list) else []
        if calls:
            return calls
    return []


def read_call(entry: JSON) -> tuple[str | None, str, JSON] | None:
    """(id, name, args) of one entry of `tool_calls`, one content block, or one OpenAI call; None if it is none."""
    if not isinstance(entry, Mapping):
        return None
    function = entry.get("function")
    if isinstance(function, Mapping):
        call_id, name, args = entry.get("id"), function.get("name"), _parsed(function.get("arguments"))
    elif entry.get("type") == "tool_use":
        call_id, name = entry.get("id"), entry.get("name")
        args = _parsed(entry.get("input") or entry.get("partial_json") or entry.get("input"))
    elif entry.get("type") == "custom_tool_call":
        call_id, name = entry.get("call_id") or entry.get("id"), entry.get("name")
        args = {PLAIN_TEXT_KEY: entry.get("input")}
    elif "arguments" in entry:
        call_id, name, args = entry.get("call_id") or entry.get("id"), entry.get("name"), _parsed(entry["arguments"])
    elif "args" in entry and entry.get("type", "tool_call") in ("tool_call", "tool_call_chunk"):
        call_id, name, args = entry.get("id"), entry.get("name"), _parsed(entry["args"])
    else:
        return None
    if not isinstance(name, str):
        return None
    return call_id if isinstance(call_id, str) and call_id else None, name, args


def _parsed(args: JSON) -> JSON:
    """Arguments that are kept as a JSON text become JSON; a text that is none stays a text."""
    if args is None:
        return {}
    if not isinstance(args, str):
        return args
    try:
        return loads(args) if args.strip() else {}
    except JSONError:
        return args


def summary(message: Message) -> str:
    """A message in a few words for a row, safe and in one line: its calls, a tool's result, or its quoted text."""
    if message.role == "remove":
        return "removes a message"
    text = one_line(message.text, _CELLS_SHOWN)
    words = f'"{text}"' if text else ""
    if message.role == "tool":
        return one_line(f"{message.name or 'tool'} -> {words or '(nothing)'}")
    calls = [_call_words(call) for call in message.tool_calls]
    return one_line(", ".join(filter(None, (*calls, words if not calls else ""))), _CELLS_SHOWN) or "(empty)"


def _call_words(call: ToolCall) -> str:
    if not isinstance(call.args, Mapping):
        return f"{call.name}({_value_words(call.args)})"
    shown = ", ".join(f"{key}={_value_words(value)}" for key, value in islice(call.args.items(), _WORDS_SHOWN))
    return f"{call.name}({shown}{', …' if len(call.args) > _WORDS_SHOWN else ''})"


def _value_words(value: JSON) -> str:
    if isinstance(value, str):
        return f'"{one_line(value, 60)}"'
    if isinstance(value, (Mapping, list)):
        return "{…}" if isinstance(value, Mapping) else "[…]"
    return pretty(value)
