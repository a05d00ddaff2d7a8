"""Values of a state keep their type and meaning on the way in and out."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.json_values import MAX_DEPTH, JSONError, Unsendable, dumps, loads, same, unsendable

texts = st.text(st.characters(exclude_categories=[]), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)


def has_surrogate_pair(value: Any) -> bool:
    """Two halves side by side are one character in JSON: the only text that cannot come from JSON."""
    if isinstance(value, str):
        return any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff" for a, b in pairwise(value))
    if isinstance(value, dict):
        return any(has_surrogate_pair(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(has_surrogate_pair, value))


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@given(values)
def test_what_can_be_written_comes_back_the_same(value: Any) -> None:
    if unsendable(value):
        with pytest.raises(Unsendable) as caught:
            dumps(value)
        assert caught.value.path == unsendable(value)[0]
    elif not has_surrogate_pair(value):
        back = loads(dumps(value))
        assert same(back, value)
        assert dumps(back) == dumps(value), "the order of keys is kept too"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("1.0", 1.0),
        ("true", True),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-0.0", -0.0),
        ("1e400", math.inf),
        ("-Infinity", -math.inf),
        ("NaN", math.nan),
        (r'"\ud800"', "\ud800"),
        (r'"\ud83d\ude00"', "😀"),
        ('{"b": 1, "a": 2, "b": 3}', {"b": 3, "a": 2}),
    ],
)
def test_reads_exactly(text: str, expected: Any) -> None:
    assert same(loads(text), expected)
    assert same(loads(text.encode()), expected)


@pytest.mark.parametrize("levels", [200, 202, MAX_DEPTH])
def test_deep_values_make_the_round_trip(levels: int) -> None:
    assert dumps(loads(nested(levels))) == nested(levels).encode()


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 2_000, 200_000])
def test_too_deep_is_an_error_not_a_crash(levels: int) -> None:
    with pytest.raises(JSONError, match="deeper than 400"):
        loads(nested(levels))


@pytest.mark.parametrize("raw", [b"", b"{", b"nul", b'"a', b"[1,]", b"'a'", b"1 2", b"{1: 2}", "\x00"])
def test_broken_text_says_where(raw: bytes | str) -> None:
    with pytest.raises(JSONError, match=r"line 1 column \d"):
        loads(raw)


@pytest.mark.parametrize(("raw", "reason"), [(b'"\xff"', "not UTF-8"), (b"9" * 5000, "4300 digits")])
def test_other_refusals_are_json_errors(raw: bytes, reason: str) -> None:
    with pytest.raises(JSONError, match=reason):
        loads(raw)


@given(st.binary(max_size=30) | st.text('[]{}",:0123456789eE+-.\\utrfanlsNIy \n', max_size=30).map(str.encode))
def test_reading_anything_gives_a_value_or_a_json_error(raw: bytes) -> None:
    try:
        value = loads(raw)
    except JSONError:
        return
    assert unsendable(value) or same(loads(dumps(value)), value)


def test_unsendable_names_every_number_in_order() -> None:
    state = {"messages": [{"x": 1.5}, {"x": 2}, {"score": math.nan}], "a b": [math.inf], "ok": 1e308, "é": -math.inf}
    assert unsendable(state) == ("messages[2].score", '["a b"][0]', "é")
    assert unsendable(state, limit=1) == ("messages[2].score",)
    assert unsendable(math.nan) == ("$",)
    assert unsendable([[math.nan]]) == ("[0][0]",)
    with pytest.raises(Unsendable) as caught:
        dumps(state)
    assert caught.value.path == "messages[2].score"


def test_dumps_is_compact_and_readable() -> None:
    assert dumps({"a": [1, 2.0, "é\ud800"]}) == '{"a":[1,2.0,"é\\ud800"]}'.encode()


def test_dumps_of_a_bottomless_value_is_unsendable() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(Unsendable):
        dumps(value)
    assert unsendable(value) == ()


@pytest.mark.parametrize(
    ("a", "b"),
    [(1, 1.0), (1, True), (0, False), (0.0, -0.0), (None, False), ("1", 1), ([], {}), ([1, 2], [2, 1]), ({"a": 1}, {})],
)
def test_different_values_are_not_the_same(a: Any, b: Any) -> None:
    assert not same(a, b)
    assert not same([{"k": a}], [{"k": b}])


def test_same_ignores_the_order_of_keys_and_takes_nan_for_nan() -> None:
    assert same({"a": math.nan, "b": 10**40}, {"b": 10**40, "a": float("nan")})


@given(values, values)
def test_same_agrees_with_the_text(a: Any, b: Any) -> None:
    assert same(a, a)
    assert same(a, b) == (json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True))
