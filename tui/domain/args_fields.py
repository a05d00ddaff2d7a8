"""A tool call's arguments as fields to type into: one for each argument, which keeps its JSON type.

A string is edited as it is, without quotes; a number stays a number with all its digits; what is neither simple nor
safe to show as it is (lists, objects, texts with hidden characters) is edited as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from tui.domain.checkpoint import JSON
from tui.domain.json_values import ParsedText, parse_with_position, pretty
from tui.domain.safe_text import hidden_count

MOST_FIELDS = 24
"""Arguments that are shown as fields; a call with more is edited as JSON."""


class Kind(Enum):
    """What a field holds; the value is the word shown."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "true or false"
    NULL = "null"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class Field:
    """One argument. `is_float`: it was written with a point, and stays such a number."""

    name: str
    kind: Kind
    is_float: bool = False


def field_of(name: str, value: JSON) -> Field:
    """The field for an argument with this value."""
    if isinstance(value, str):
        plain = not hidden_count(value) and "\r" not in value
        return Field(name, Kind.TEXT if plain else Kind.JSON)
    if value is None or isinstance(value, bool):
        return Field(name, Kind.NULL if value is None else Kind.BOOLEAN)
    if isinstance(value, (int, float)):
        return Field(name, Kind.NUMBER, isinstance(value, float))
    return Field(name, Kind.JSON)


def fields_of(args: JSON) -> tuple[Field, ...] | None:
    """A field for each argument in order; None where only JSON will do: no object, no arguments, or too many."""
    if not isinstance(args, dict) or not 0 < len(args) <= MOST_FIELDS:
        return None
    return tuple(field_of(name, value) for name, value in args.items())


def text_of(field: Field, value: JSON) -> str:
    """What stands in the field for this value; `read` gives the same value back."""
    return value if field.kind is Kind.TEXT and isinstance(value, str) else pretty(value)


def read(field: Field, text: str) -> ParsedText:
    """The value that a field's text means, or why it means none."""
    if field.kind is Kind.TEXT:
        return ParsedText(text)
    parsed = parse_with_position(text)
    if field.kind is Kind.JSON:
        return parsed
    value = parsed.value
    if field.kind is Kind.NUMBER:
        if not parsed.ok or isinstance(value, bool) or not isinstance(value, (int, float)):
            return ParsedText(None, parsed.reason if _looks_numeric(text) and parsed.reason else "a number is needed")
        whole = field.is_float and isinstance(value, int) and abs(value) < 2**53
        return ParsedText(float(value)) if whole else parsed
    if field.kind is Kind.BOOLEAN and not (parsed.ok and isinstance(value, bool)):
        return ParsedText(None, "true or false is needed")
    if not parsed.ok or isinstance(value, (dict, list)):
        return ParsedText(None, 'null, a number, true, false, or a text in "double quotes" is needed')
    return parsed


def read_all(fields: Sequence[Field], texts: Sequence[str]) -> tuple[dict[str, JSON], dict[int, ParsedText]]:
    """(the arguments that can be read, what is wrong with the others by their number)."""
    args: dict[str, JSON] = {}
    wrong: dict[int, ParsedText] = {}
    for number, (field, text) in enumerate(zip(fields, texts, strict=True)):
        parsed = read(field, text)
        if parsed.ok:
            args[field.name] = parsed.value
        else:
            wrong[number] = parsed
    return args, wrong


def read_object(text: str) -> ParsedText:
    """All arguments as one JSON text: an object, since anything else would break the graph that reads them."""
    parsed = parse_with_position(text)
    if parsed.ok and not isinstance(parsed.value, dict):
        return ParsedText(None, "a tool's arguments are an object: { … }", 1, 1)
    return parsed


def _looks_numeric(text: str) -> bool:
    return text.strip().lstrip("+-.")[:1].isdigit()
