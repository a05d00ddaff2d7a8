"""Editing a tool call in its message: the same call is written in several places, and all of them change together.

Servers and model providers read different ones of these mirrors; were one left behind, the model would see a call that
never ran. Everything else stays as it is: the message's id (the reducer replaces by it), order of keys, JSON types.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tui.domain.checkpoint import JSON
from tui.domain.json_values import Unsendable, dumps, same, unsendable
from tui.domain.messages import PLAIN_TEXT_KEY, Message, ToolCall, read_call

_Path: TypeAlias = tuple[str | int, ...]
_Args: TypeAlias = Mapping[str, JSON]
_Write: TypeAlias = Callable[[JSON, _Args], JSON]
"""Makes the new value of a mirror from its old value and the new arguments."""


class ToolEditError(ValueError):
    """The edit can't be made without guessing; the message says why."""


@dataclass(frozen=True, slots=True)
class _Mirror:
    """One place that holds the call's arguments."""

    path: _Path
    write: _Write

    @property
    def name(self) -> str:
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path]
        return "".join(steps).removeprefix(".")

    def written(self, message: JSON, args: _Args) -> JSON:
        return _replaced(message, self.path, lambda old: self.write(old, args))


def with_tool_args(message: JSON, call: str | int, args: JSON) -> JSON:
    """A copy of an AI message with other arguments for one of its tool calls, in all mirrors of that call.

    `call` is the call's id, or its index among the message's calls where it has none. The message itself is never
    changed; parts that stay the same are shared with the copy.

    Raises:
        ToolEditError: no such call, several calls with that id, or `args` is no object.
        Unsendable: a number in `args` is NaN or infinite.
    """
    if not isinstance(args, dict):
        raise ToolEditError('the arguments of a tool call must be an object, such as {"query": "…"}')
    if paths := unsendable(args):
        raise Unsendable(paths[0], "this number cannot be written as JSON")
    edited = message
    for mirror in _mirrors(message, call):
        edited = mirror.written(edited, args)
    return edited


def mirrors(message: JSON, call: str | int) -> tuple[str, ...]:
    """Where in the message an edit of this call will write, such as `tool_calls[0].args` and `content[1].input`.

    Raises:
        ToolEditError: no such call, or several calls with that id.
    """
    return tuple(mirror.name for mirror in _mirrors(message, call))


def _mirrors(message: JSON, call: str | int) -> list[_Mirror]:
    calls = Message(message).tool_calls
    wanted = [c for c in calls if (c.index == call if isinstance(call, int) else c.id == call)]
    if not wanted:
        raise ToolEditError(f"the message has no tool call {call!r}")
    if len(wanted) > 1:
        raise ToolEditError(f"{len(wanted)} tool calls of the message have the id {call!r}")
    found: list[_Mirror] = []
    for places in _groups(message):
        found += [mirror for place in _of_call(places, wanted[0], calls) for mirror in _arguments(place)]
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """One entry that describes a tool call somewhere in the message."""

    path: _Path
    entry: Mapping[str, JSON]
    id: str | None
    name: str
    args: JSON


def _groups(message: Mapping[str, JSON]) -> Iterator[list[_Place]]:
    """The lists in which a message mirrors its tool calls, each in order."""
    extra = message.get("additional_kwargs")
    extra = extra if isinstance(extra, Mapping) else {}
    yield _places(("tool_calls",), message.get("tool_calls"))
    yield _places(("content",), message.get("content"))
    yield _places(("tool_call_chunks",), message.get("tool_call_chunks"))
    yield _places(("additional_kwargs", "tool_calls"), extra.get("tool_calls"))
    single = _place(("additional_kwargs", "function_call"), extra.get("function_call"))
    yield [single] if single is not None else []


def _places(path: _Path, entries: JSON) -> list[_Place]:
    numbered = enumerate(entries) if isinstance(entries, list) else ()
    return [place for index, entry in numbered if (place := _place((*path, index), entry)) is not None]


def _place(path: _Path, entry: JSON) -> _Place | None:
    call = read_call(entry)
    return _Place(path, entry, *call) if call is not None else None


def _of_call(places: list[_Place], call: ToolCall, calls: tuple[ToolCall, ...]) -> list[_Place]:
    """The places of one group that mirror `call`: by id; without ids only where there is no doubt."""
    if call.id is not None and any(place.id is not None for place in places):
        return [place for place in places if place.id == call.id]
    if [place.name for place in places] == [other.name for other in calls]:
        return [places[call.index]]
    # A single mirror beside several calls: Gemini keeps the last one only. It is ours if it can be no other.
    alike = [other for other in calls if any(_describes(place, other) for place in places)]
    return places if len(places) == 1 and alike == [call] else []


def _describes(place: _Place, call: ToolCall) -> bool:
    return place.name == call.name and same(place.args, call.args)


def _arguments(place: _Place) -> Iterator[_Mirror]:
    """The fields of an entry that hold the arguments."""
    entry, path = place.entry, place.path
    function = entry.get("function")
    if isinstance(function, Mapping):
        is_json = isinstance(function.get("arguments"), dict)
        yield _Mirror((*path, "function", "arguments"), _as_json if is_json else _as_text)
    elif entry.get("type") == "custom_tool_call":
        yield _Mirror((*path, "input"), _as_plain_text)
    elif entry.get("type") == "tool_use":
        if "input" in entry or "partial_json" not in entry:
            yield _Mirror((*path, "input"), _as_text if isinstance(entry.get("input"), str) else _as_json)
        if "partial_json" in entry:
            yield _Mirror((*path, "partial_json"), _as_text)
    else:
        key = "arguments" if "arguments" in entry else "args"
        is_text = isinstance(entry[key], str) or entry.get("type") == "tool_call_chunk"
        yield _Mirror((*path, key), _as_text if is_text else _as_json)


def _as_json(_old: JSON, args: _Args) -> JSON:
    return args


def _as_text(old: JSON, args: _Args) -> JSON:
    """The arguments as a JSON text, spaced as the old text was."""
    compact = isinstance(old, str) and '":' in old and '": ' not in old
    return dumps(args).decode() if compact else json.dumps(args, ensure_ascii=False)


def _as_plain_text(_old: JSON, args: _Args) -> JSON:
    """The input of a tool that takes no JSON but a text."""
    text = args.get(PLAIN_TEXT_KEY)
    return text if isinstance(text, str) and len(args) == 1 else json.dumps(args, ensure_ascii=False)


def _replaced(value: JSON, path: _Path, change: Callable[[JSON], JSON]) -> JSON:
    """A copy of `value` in which the part at `path` is changed; nothing is copied that does not lie on the path."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_replaced(child, rest, change) if n == step else child for n, child in enumerate(value)]
    copy = dict(value)
    copy[step] = _replaced(copy.get(step), rest, change)
    return copy
