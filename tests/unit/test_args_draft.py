"""Arguments as fields and as JSON: types kept, every step back to the original."""

from __future__ import annotations

from typing import Any

import pytest

from tui.domain import args_draft
from tui.domain.arg_hints import argument_hints
from tui.domain.args_draft import ArgsDraft
from tui.domain.args_fields import MOST_FIELDS, Field, Kind, field_of, fields_of, read, text_of
from tui.domain.messages import ToolCall

BIG_NUMBER = 123456789012345678901234567890
ARGS: dict[str, Any] = {"query": "sf", "limit": 5, "exact": True, "near": None, "tags": ["a"]}


def draft_of(args: Any) -> ArgsDraft:
    return ArgsDraft(ToolCall("call_1", "search", args))


def changed(draft: ArgsDraft) -> bool:
    return draft.is_changed


@pytest.mark.parametrize(
    "value",
    [
        *("", "plain", 'with "quotes"', "two\nlines\n", "\ttab", "12", "null", "한국어 👨‍👩‍👧", "\u202eevil", "a\r\nb"),
        *(0, -7, BIG_NUMBER, 1.0, 0.1, 1e300, True, False, None, [], {}, [1, {"a": None}], {"a": [1.0, 1]}),
    ],
)
def test_a_field_gives_back_the_value_that_it_shows(value: Any) -> None:
    field = field_of("x", value)
    parsed = read(field, text_of(field, value))
    assert parsed.ok
    assert (parsed.value, type(parsed.value)) == (value, type(value))


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (5, " 7 ", 7),
        (5, str(BIG_NUMBER), BIG_NUMBER),
        (5, "2.5", 2.5),
        (1.0, "2", 2.0),
        (0.5, str(BIG_NUMBER), BIG_NUMBER),
        (True, "false", False),
        ("a", "12", "12"),
        (None, '"text"', "text"),
        (None, "3", 3),
        ([1], '{"a": 1}', {"a": 1}),
    ],
)
def test_what_is_typed_keeps_its_type(before: Any, text: str, after: Any) -> None:
    parsed = read(field_of("x", before), text)
    assert parsed.ok
    assert (parsed.value, type(parsed.value)) == (after, type(after))


@pytest.mark.parametrize(
    ("before", "text", "reason"),
    [
        (5, "", "a number is needed"),
        (5, "five", "a number is needed"),
        (5, "true", "a number is needed"),
        (5, "1e999", "too large"),
        (5, "007", "may not begin with 0"),
        (True, "yes", "true or false"),
        (True, "1", "true or false"),
        (None, "text", "double quotes"),
        (None, "[1]", "double quotes"),
        ([1], "[1", "not closed"),
    ],
)
def test_what_can_not_be_sent_is_said(before: Any, text: str, reason: str) -> None:
    parsed = read(field_of("x", before), text)
    assert not parsed.ok
    assert reason in (parsed.reason or "")


@pytest.mark.parametrize("args", [{}, [], "text", None, 3, {str(number): 1 for number in range(MOST_FIELDS + 1)}])
def test_where_fields_do_not_help_there_is_json(args: Any) -> None:
    assert fields_of(args) is None
    assert draft_of(args).version.is_json


def test_hidden_characters_are_edited_as_json() -> None:
    assert field_of("x", "\x1b[31m") == Field("x", Kind.JSON)
    assert text_of(Field("x", Kind.JSON), "\x1b[31m") == r'"\u001b[31m"'


def test_a_fresh_draft_changes_nothing() -> None:
    draft = draft_of(ARGS)
    assert not changed(draft)
    assert draft.parsed().value == ARGS
    assert not draft.undo()
    assert not draft.redo()
    assert not draft.reset()


def test_typing_undo_redo_and_the_original() -> None:
    draft = draft_of(ARGS)
    for text in ("sf ", "sf w", "sf wi", "sf win", "sf wind"):
        draft.write(0, text)
    assert changed(draft)
    assert draft.is_changed_at(0)
    assert not draft.is_changed_at(1)
    draft.undo()
    assert draft.version.texts[0] == "sf ", "a word is one step"
    draft.redo()
    draft.write(1, "6")
    assert draft.parsed().value == {**ARGS, "query": "sf wind", "limit": 6}
    assert draft.reset()
    assert not changed(draft)
    assert draft.undo(), "also the way back to the original can be undone"
    assert draft.version.texts[:2] == ("sf wind", "6")
    while draft.undo():
        pass
    assert draft.version.texts[0] == "sf"
    assert not changed(draft)


def test_typing_after_undo_forgets_what_was_undone() -> None:
    draft = draft_of({"a": "1"})
    draft.write(0, "12")
    draft.undo()
    draft.write(0, "13")
    assert not draft.can_redo
    draft.undo()
    assert draft.version.texts == ("1",)


def test_another_field_is_another_step() -> None:
    draft = draft_of({"a": "x", "b": "y"})
    draft.write(0, "xx")
    draft.write(1, "yy")
    draft.write(0, "xxx")
    draft.undo()
    assert draft.version.texts == ("xx", "yy")


def test_a_long_edit_keeps_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(args_draft, "MOST_VERSIONS", 10)
    draft = draft_of({"a": "original"})
    for number in range(100):
        draft.write(0, f"{number} " * 3)
    steps = 0
    while draft.undo():
        steps += 1
    assert steps == 9
    assert draft.version.texts == ("original",)


def test_fields_and_json_and_back() -> None:
    draft = draft_of(ARGS)
    draft.write(1, str(BIG_NUMBER))
    assert draft.switch() == ""
    assert draft.version.is_json
    draft.write(0, draft.version.texts[0].replace('"exact": true', '"exact": "very", "new": 1.0'))
    assert draft.switch() == ""
    assert draft.version.fields is not None
    assert [field.kind for field in draft.version.fields[:3]] == [Kind.TEXT, Kind.NUMBER, Kind.TEXT]
    assert draft.before(3) == (False, None)
    assert draft.is_changed_at(3)
    assert repr(draft.parsed().value["new"]) == "1.0"
    assert draft.parsed().value["limit"] == BIG_NUMBER
    for _ in range(4):
        draft.undo()
    assert not changed(draft)


def test_what_is_broken_is_mended_before_it_is_switched() -> None:
    draft = draft_of(ARGS)
    draft.write(1, "five")
    assert changed(draft)
    assert draft.problems().keys() == {1}
    assert not draft.can_switch
    assert draft.switch() == "Mend limit first."
    assert not draft.version.is_json
    draft.reset()
    draft.switch()
    draft.write(0, "{")
    assert draft.switch() == "Mend the JSON first."
    draft.write(0, "[1]")
    assert "object" in (draft.parsed().reason or "")
    draft.write(0, "{}")
    assert not draft.can_switch, "there are no fields without arguments"
    assert "only be edited as JSON" in draft.switch()


def test_another_spelling_of_the_same_value_is_no_draft() -> None:
    draft = draft_of({"n": 1.0, "a": [1, 2]})
    draft.write(0, "1.00")
    draft.write(1, "[1,2]")
    assert not changed(draft)


@pytest.mark.parametrize("where", ["name", "title"])
def test_schemas_give_hints(where: str) -> None:
    properties = {
        "limit": {"type": "integer", "minimum": 1, "maximum": 10, "description": "how many\nresults"},
        "unit": {"enum": ["c", "f"]},
        "near": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "odd": 3,
        "empty": {},
    }
    schemas = {"state_schema": {"$defs": [None, {where: "search", "parameters": {"properties": properties}}]}}
    assert argument_hints(schemas, "search") == {
        "limit": "integer · at least 1 · at most 10 · how many ↵ results",
        "unit": 'one of "c", "f"',
        "near": "string or null",
    }
    assert argument_hints(schemas, "other") == {}


@pytest.mark.parametrize("schemas", [None, [], {"title": "search"}, {"title": "search", "properties": []}, "search"])
def test_schemas_that_say_nothing(schemas: Any) -> None:
    assert argument_hints(schemas, "search") == {}
