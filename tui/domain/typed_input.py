"""A new input as people type it: JSON, or plain text that becomes a message where the graph talks in messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.checkpoint import JSON
from tui.domain.input_hints import input_keys
from tui.domain.json_values import parse_with_position
from tui.domain.messages import find_messages
from tui.domain.safe_text import one_line

_USUAL_KEY = "messages"
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class ReadInput:
    """What a typed text means: the value to send, or why it cannot be sent."""

    value: JSON = None
    problem: str = ""
    words: str = ""
    """How the text was read, for the line below it."""


def read_input(text: str, *, messages_key: str | None) -> ReadInput:
    """An input from typed text: JSON if it is an object or a list, else a message of the user.

    `messages_key` is the state key that holds messages; None where the graph is known not to have one.
    """
    stripped = text.strip()
    if not stripped:
        return ReadInput(problem="Type a message, or a JSON object.")
    if stripped[0] in "{[":
        parsed = parse_with_position(text)
        if not parsed.ok:
            return ReadInput(problem=f"line {parsed.line}: {parsed.reason}")
        return ReadInput(parsed.value, words="sent as the JSON that it is")
    return message_input(stripped, messages_key=messages_key)


def message_input(text: str, *, messages_key: str | None, keys: tuple[str, ...] = ()) -> ReadInput:
    """An input that is one message of the user; `keys` are those that a graph without messages has instead."""
    if messages_key is None:
        has = ", ".join(keys[:_MOST_NAMED]) + (", …" if len(keys) > _MOST_NAMED else "")
        named = f" Its input has: {one_line(has, 160)}." if has else ""
        return ReadInput(problem=f'This graph has no messages: type a JSON object, such as {{"key": "value"}}.{named}')
    message = {"role": "user", "content": text}
    return ReadInput({messages_key: [message]}, words=f"sent as a user message in {one_line(messages_key, 30)!r}")


def text_input(text: str, schemas: JSON, head_values: JSON, *, has_head: bool) -> ReadInput:
    """What a text means to a graph: a message where its input (or, if no schema tells, its state) has messages.

    A graph whose input is a text gets it as it is.
    """
    schema = schemas.get("input_schema") if isinstance(schemas, Mapping) else None
    if isinstance(schema, Mapping) and schema.get("type") == "string":
        return ReadInput(text, words="sent as the text that it is")
    keys = input_keys(schemas)
    found = find_messages(head_values)
    key = found[0] if found is not None else None if has_head and not keys else _USUAL_KEY
    if keys and key not in keys:
        key = _USUAL_KEY if _USUAL_KEY in keys else None
    return message_input(text, messages_key=key, keys=keys)
