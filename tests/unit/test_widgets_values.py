"""Values as trees: made where they are unfolded, drawn as state or JSON, searched a little at a time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.json_values import loads
from tui.widgets.data_lines import data_lines, fits
from tui.widgets.lines import plain, width_of
from tui.widgets.row_view import marked
from tui.widgets.value_rows import JSON_LINES, STATE_LINES, is_one_line, kind_words, state_lines, tree_json_lines
from tui.widgets.value_search import EVERY, search
from tui.widgets.value_tree import AFTER, BEFORE, CLOSE, MISSING, PAGE, UNKNOWN, Path, Row, ValueTree

TEXTS = st.text(alphabet=st.sampled_from('ab 가🙂\u202e\x1b\n\t"\\é👨\u200d👩'), max_size=30)
SCALARS = st.one_of(TEXTS, st.integers(), st.floats(allow_nan=True), st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXTS, inner, max_size=5)),
    max_leaves=25,
)


def opened(value: Any, **options: Any) -> ValueTree:
    return ValueTree(value, opens=lambda _: True, **options)


def state(tree: ValueTree, width: int = 60) -> list[str]:
    return [plain(line).rstrip() for row in tree.rows() for line in state_lines(row, width)]


def as_json(tree: ValueTree, width: int = 80) -> list[str]:
    return [plain(line) for row in tree.rows() for line in tree_json_lines(row, width)]


@settings(deadline=None)
@given(VALUES, st.integers(20, 90))
def test_every_row_fits_and_holds_nothing_that_a_terminal_obeys(value: Any, width: int) -> None:
    trees = [(opened(value), state_lines), (opened(value, closes=True), tree_json_lines)]
    trees += [(ValueTree(value), state_lines), (ValueTree(value, closes=True), tree_json_lines)]
    for tree, render in trees:
        for row in tree.rows():
            lines = render(row, width)
            assert lines
            assert not is_one_line(row, width) or len(lines) == 1
            for line in lines:
                assert width_of(line) <= width
                assert not any(c in plain(line) for c in "\x1b\u202e\n\t")


@settings(deadline=None)
@given(VALUES)
def test_the_unfolded_json_is_the_value(value: Any) -> None:
    text = "\n".join(as_json(opened(value, closes=True), 100_000))
    text = text.replace("  can't be sent back", "")
    assert json.dumps(loads(text)) == json.dumps(value)


def test_nothing_is_made_before_it_is_unfolded() -> None:
    big = {"items": list(range(1_000_000)), "n": 1}
    tree = ValueTree(big)
    assert [row.node.step for row in tree.rows()] == ["items", "n"]
    tree.open(tree.root.children[0])
    rows = tree.rows()
    assert len(rows) == 2 + PAGE + 1
    assert rows[-2].kind == AFTER
    assert plain(state_lines(rows[-2], 60)[0]).strip() == f"┄ {1_000_000 - PAGE:,} more · enter shows them"
    tree.more(rows[-2])
    assert len(tree.rows()) == 2 + 2 * PAGE + 1
    tree.close(tree.root.children[0])
    assert len(tree.rows()) == 2


def test_a_far_place_shows_a_window_that_grows_to_both_sides() -> None:
    tree = ValueTree({"items": [{"n": n} for n in range(10_000)]})
    node = tree.reveal(("items", 7_000, "n"))
    assert node.value == 7_000
    assert node.path_text == "items[7000].n"
    rows = tree.rows()
    assert [row.kind for row in rows if row.kind in (BEFORE, AFTER)] == [BEFORE, AFTER]
    before = next(row for row in rows if row.kind == BEFORE)
    tree.more(before)
    assert before.node.first == 7_000 - PAGE // 2 - PAGE
    assert tree.find(("items", 7_000, "n")) is node, "what was unfolded stays so"
    assert tree.reveal(("items", "nothing")) is before.node


def test_what_changed_is_told_by_the_state_before() -> None:
    before = {"same": {"a": 1}, "list": [1, 2], "type": 1, "gone": 1}
    after = {"same": {"a": 1}, "list": [1, 2, 3], "type": 1.0, "new": 0}
    tree = opened(after, before=before)
    assert {row.node.path_text for row in tree.rows() if row.node.is_news} == {"list", "list[2]", "type", "new"}
    assert all(row.node.is_news for row in opened(after, before=MISSING).rows())
    assert not any(row.node.is_news for row in opened(after, before=UNKNOWN).rows())


def test_the_state_says_names_values_types_and_sizes() -> None:
    value = {"log": ["a", {"b": 1}], "x": 1, "y": 1.0, "ok": True, "no": None, "t": "hi", "e": {}}
    assert state(ValueTree(value), 40) == [
        ' ▸ log  ["a", {"b": 1}]' + "array 2".rjust(17),
        "   x  1" + "int".rjust(33),
        "   y  1.0" + "float".rjust(31),
        "   ok  true" + "bool".rjust(29),
        "   no  null" + "null".rjust(29),
        '   t  "hi"' + "string 2".rjust(30),
        "   e  {}" + "object 0".rjust(32),
    ]


def test_a_name_is_not_cut_while_its_value_has_room() -> None:
    value = {"additional_kwargs": {}, "invalid_tool_calls_of_it": [1, 2], "partial_json_text": "long " * 9}
    lines = state(ValueTree(value), 38)
    assert [name for name in value if not any(name in line for line in lines)] == []
    assert [line[-8:] for line in lines[:2]] == ["object 0", " array 2"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (math.nan, "nan  can't be sent back"),
        (loads("1e400"), "inf  can't be sent back"),
        ("a\u200bb\u202e", "2 hidden characters"),
        ("\x1b", "1 hidden character"),
    ],
)
def test_what_needs_care_is_said(value: Any, says: str) -> None:
    assert says in "\n".join(state(ValueTree({"x": value})))


@pytest.mark.parametrize("width", [30, 60, 90])
def test_a_long_text_wraps_and_is_cut_with_its_length(width: int) -> None:
    lines = state(ValueTree({"note": "word " * 2000}), width)
    assert len(lines) == STATE_LINES
    assert "…" in lines[-1]
    assert any("string 10,000" in line for line in lines)
    assert len(as_json(ValueTree({"note": "word " * 2000}, closes=True), width)) == JSON_LINES + 2


def test_a_message_in_the_state_says_its_first_words() -> None:
    message = {"type": "human", "id": "1", "content": "hello there"}
    assert state(ValueTree([message]))[0].startswith(' ▸ [0]  human "hello there"')


def test_folded_json_gives_a_glimpse() -> None:
    tree = ValueTree({"doc": {"id": 7, "title": "Fog", "more": [1]}, "list": [1, 2]}, closes=True)
    assert as_json(tree) == ["{", '  "doc": { … 3 keys },  id 7, title "Fog"', '  "list": [ … 2 items ]  1, 2', "}"]
    assert [row.kind for row in tree.rows()][-1] == CLOSE


def test_a_value_that_holds_nothing_has_one_row() -> None:
    values: list[Any] = [{}, [], "text", 5]
    for value in values:
        assert len(ValueTree(value).rows()) == 1
        assert len(ValueTree(value, closes=True).rows()) == 1


def test_deep_values_end() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert not fits(deep, 100)
    tree = ValueTree(deep, closes=True)
    assert len(tree.rows()) == 3
    assert data_lines(deep, 40)
    bounded: Any = 1
    for _ in range(390):
        bounded = {"k": bounded}
    assert len(opened(bounded, closes=True).rows()) == 2 * 390 + 1
    assert plain(data_lines(bounded, 30)[-1]) == "}"


@pytest.mark.parametrize(
    ("value", "words"),
    [({"a": 1}, "object 1"), ([1] * 2000, "array 2,000"), ("é" * 3, "string 3"), (10**30, "int"), (True, "bool")],
)
def test_kinds(value: Any, words: str) -> None:
    assert kind_words(value) == words


STATE = {"a": {"fox": 1, "b": ["Fox", "dog"]}, "c": "a fox", "d": [{"e": "FOX"}, 3.5, None, True]}
PLACES: list[Path] = [("a", "fox"), ("a", "b", 0), ("c",), ("d", 0, "e")]


def found(places: Iterator[Path | None]) -> list[Path]:
    return [place for place in places if place is not None]


def first(start: Path, text: str = "fox", **options: Any) -> Path | None:
    return next((place for place in search(STATE, text, start, **options) if place is not None), None)


def test_search_goes_through_a_value_in_order() -> None:
    assert found(search(STATE, "fox", ()))[: len(PLACES)] == PLACES


@pytest.mark.parametrize("number", range(len(PLACES)))
def test_search_goes_round_in_both_directions(number: int) -> None:
    here, following = PLACES[number], PLACES[(number + 1) % len(PLACES)]
    assert first(here) == following
    assert first(following, backwards=True) == here
    assert first(here, stay=True) == here


@pytest.mark.parametrize(
    ("text", "place"), [("3.5", ("d", 1)), ("null", ("d", 2)), ("true", ("d", 3)), ("dog", ("a", "b", 1))]
)
def test_search_finds_values_as_they_are_shown(text: str, place: Path) -> None:
    assert first((), text) == place
    assert first(place, text) == place, "the only one comes again"
    assert first((), "nowhere") is None
    assert first((), "") is None


@given(VALUES, st.sampled_from(["a", "가", "1", "true"]))
def test_forwards_and_backwards_find_the_same_places(value: Any, text: str) -> None:
    forwards = found(search(value, text, ()))
    assert forwards == found(search(value, text, (), backwards=True))[::-1]


def test_a_long_search_pauses() -> None:
    pauses = sum(place is None for place in search(list(range(10 * EVERY)), "x", ()))
    assert pauses >= 10


def test_matches_are_marked_in_any_case_and_across_parts() -> None:
    line = (("say Fo", ""), ("x and fox", "strong"))
    assert marked(line, "fox") == (
        ("say ", ""),
        ("Fo", "match"),
        ("x", "match"),
        (" and ", "strong"),
        ("fox", "match"),
    )
    assert marked(line, "dog") == line
    assert marked((("straße", ""),), "strasse") == (("straße", "match"),)


@pytest.mark.parametrize("width", [20, 40, 90])
def test_data_stays_on_one_line_where_it_fits(width: int) -> None:
    value = {"a": [1, 2, 3], "text": "x" * 30, "deep": {"b": {"c": None}}}
    lines = data_lines(value, width)
    assert all(width_of(line) <= width for line in lines)
    if width == 90:
        assert [plain(line) for line in lines] == [json.dumps(value)]
    if width == 40:
        assert '  "a": [1, 2, 3],' in [plain(line) for line in lines]


def test_rows_are_named_by_their_node() -> None:
    tree = ValueTree({"a": 1})
    assert tree.rows() == [Row(tree.root.children[0])]
