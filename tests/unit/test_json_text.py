"""What an editor says while someone types JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.domain.json_values import MAX_DEPTH, loads, parse_with_position, pretty, same, unsendable
from tui.domain.safe_text import hidden_count

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just("\ud800x"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("", 1, 1, "nothing here yet: a JSON value is needed"),
        ("  \n ", 1, 1, "nothing here yet: a JSON value is needed"),
        ('{\n  "a": 1\n  "b": 2\n}', 2, 9, "a comma is missing at the end of this line"),
        ('{"a": 1 "b": 2}', 1, 9, "a comma is missing before this"),
        ('{\n  "a": 1,\n}', 3, 1, "remove the comma before }"),
        ("[1, 2, ]", 1, 8, "remove the comma before ]"),
        ('{"a": }', 1, 7, "a value is missing"),
        ("[1,,2]", 1, 4, "a value is missing before this"),
        ('{"a" 1}', 1, 6, "a colon is missing after the key"),
        ('["a": 1]', 1, 5, "a colon belongs after a key, inside { }"),
        ('{query: "x"}', 1, 2, 'a key in double quotes is needed: "query"'),
        ("{'a': 1}", 1, 2, "a key in double quotes is needed"),
        ("{1: 2}", 1, 2, "a key in double quotes is needed"),
        ("['a']", 1, 2, 'use straight double quotes: "'),
        ("[“a”]", 1, 2, 'use straight double quotes: "'),
        ('{"a": 1, "b": 2, "a": 3}', 1, 18, 'the key "a" is already there'),
        ('{"a": {"b": 1, "\\u0062": 2}}', 1, 16, 'the key "b" is already there'),
        ("[NaN]", 1, 2, "NaN is no JSON number and cannot be sent"),
        ("-Infinity", 1, 1, "-Infinity is no JSON number and cannot be sent"),
        ("[1e400]", 1, 2, "this number is too large to be sent"),
        ("[True]", 1, 2, "write true instead of True"),
        ("[TRUE]", 1, 2, "write true in small letters"),
        ("None", 1, 1, "write null instead of None"),
        ("[weather]", 1, 2, 'text needs double quotes: "weather"'),
        ("[샌프란]", 1, 2, 'text needs double quotes: "샌프란"'),
        ("012", 1, 1, "a number may not begin with 0"),
        ("+1", 1, 1, "a number has no + before it"),
        (".5", 1, 1, "a number needs digits on both sides of the point"),
        ("5.", 1, 1, "a number needs digits on both sides of the point"),
        ("-", 1, 1, "- is no number"),
        ("12abc", 1, 1, "12abc is no number: text needs double quotes"),
        ("9" * 4301, 1, 1, "more than 4300 digits"),
        ('["abc]', 1, 2, r"this text has no closing quote (write a line break as \n)"),
        ('["a\nb"]', 1, 2, r"this text has no closing quote (write a line break as \n)"),
        ('["a\tb"]', 1, 4, r"write this control character as \t"),
        ('["a\x1bb"]', 1, 4, r"write this control character as \u001b"),
        (r'["C:\q"]', 1, 5, r"\q is no escape: write \\ for a backslash"),
        (r'"\u12"', 1, 2, r"\u is no escape: write \\ for a backslash"),
        ('{"a": [1, 2}', 1, 12, "the [ of line 1 needs ] here, not }"),
        ('{\n"a": [1', 2, 8, "the [ of line 2 is not closed: ] is missing"),
        ('{\n"a": [1]\n', 3, 1, "the { of line 1 is not closed: } is missing"),
        ("{", 1, 2, "the { of line 1 is not closed: } is missing"),
        ("[1]]", 1, 4, "nothing is open that ] could close"),
        ("{} {}", 1, 4, "nothing may follow the value"),
        ("[1] // why", 1, 5, "nothing may follow the value"),
        ("[1, // why\n2]", 1, 5, "JSON has no comments"),
        ("[@]", 1, 2, "@ does not belong here"),
    ],
)
def test_says_where_and_what_to_type(text: str, line: int, column: int, reason: str) -> None:
    parsed = parse_with_position(text)
    assert (parsed.line, parsed.column, parsed.reason, parsed.ok) == (line, column, reason, False)


def test_reason_is_safe_to_show() -> None:
    parsed = parse_with_position('{"\u202e\x9b": 1, "\u202e\x9b": 2}')
    assert parsed.reason == 'the key "⟨U+202E⟩⟨U+009B⟩" is already there'


@given(values)
def test_what_is_shown_reads_back(value: Any) -> None:
    text = pretty(value)
    assert same(loads(text), value)
    assert hidden_count(text) == 0
    parsed = parse_with_position(text)
    if unsendable(value):
        assert not parsed.ok
    else:
        assert parsed.ok
        assert same(parsed.value, value)
        assert list(parsed.value) == list(value) if isinstance(value, dict) else True


def test_pretty_is_what_people_expect() -> None:
    value = {"q": "샌프란\n", "n": [1, 2.0, 10**30, None], "e": [], "x": "\u202e\ud800", "nan": math.nan}
    assert pretty(value) == (
        '{\n  "q": "샌프란\\n",\n  "n": [\n    1,\n    2.0,\n    1000000000000000000000000000000,\n    null\n  ],\n'
        '  "e": [],\n  "x": "\\u202e\\ud800",\n  "nan": NaN\n}'
    )


def test_deep_values_are_shown_and_too_deep_ones_named() -> None:
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert same(loads(pretty(loads(deep))), loads(deep))
    assert parse_with_position(deep).ok
    for levels in (MAX_DEPTH + 1, 100_000):
        assert parse_with_position("[" * levels + "]" * levels).reason == "nested deeper than 400 levels"


@given(st.text("[]{}\",:01.9eE+-\\utrfalsnNI'#/ \n\té", max_size=30))
@example('{"a":1,}')
@example("\ufeff1")
@example("1\x0b2")
def test_any_text_is_a_value_or_has_a_problem(text: str) -> None:
    parsed = parse_with_position(text)
    if parsed.ok:
        assert same(json.loads(text), parsed.value)
    else:
        assert parsed.reason
        lines = text.split("\n")
        assert 1 <= parsed.line <= len(lines)
        assert 1 <= parsed.column <= len(lines[parsed.line - 1]) + 1


@given(values, st.data())
def test_a_damaged_text_never_surprises(value: Any, data: st.DataObject) -> None:
    text = pretty(value)
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.sampled_from(["", ",", '"', "}", "]", "\\", "\n", "x", "0"])) + text[at + 1 :]
    parsed = parse_with_position(damaged)
    assert parsed.ok or parsed.reason
