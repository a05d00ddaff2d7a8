"""Values in words, and words in little room: what differs stays, and nothing is cut inside a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.domain.changes import Change
from tui.domain.messages import ToolCall
from tui.domain.value_words import (
    bare_change_words,
    cut_words,
    differing,
    fit_words,
    question_words,
    short_call_words,
    short_change_words,
    shortest_change_words,
)

TEXTS = st.text(alphabet=st.sampled_from("ab. 가나🙂é"), max_size=60)


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("weather in Santa Fe", "weather in San Francisco", ("…Santa Fe", "…San Francisco")),
        ("weather in Oslo today", "weather in Rome today", ("…Oslo…", "…Rome…")),
        ("샌프란시스코 날씨", "샌프란시스코 바람", ("…날씨", "…바람")),
        ("yes", "no", ("yes", "no")),
        ("a", "a b", ("a", "a b")),
        ("", "new", ("", "new")),
    ],
)
def test_what_differs_of_two_texts(before: str, after: str, parts: tuple[str, str]) -> None:
    assert differing(before, after) == parts


@given(TEXTS, TEXTS)
def test_what_differs_is_a_part_of_each(before: str, after: str) -> None:
    for whole, part in zip((before, after), differing(before, after), strict=True):
        assert part.strip("…") in whole


def test_a_change_in_ever_fewer_words() -> None:
    change = Change("query", "weather in Santa Fe", "weather in San Francisco")
    assert short_change_words(change, "search.") == 'search.query "…Santa Fe" -> "…San Francisco"'
    assert shortest_change_words(change, "search.") == 'search.query -> "…San Francisco"'
    assert bare_change_words(change, "search.") == 'query -> "…San Francisco"'
    assert shortest_change_words(Change("stock.apples", 3, 5)) == "stock.apples -> 5"
    assert shortest_change_words(Change("n", after=1, added=True)) == "n = 1"
    assert short_change_words(Change("n", 1, removed=True)) == "n removed"


def test_a_call_without_the_names_of_its_arguments() -> None:
    assert short_call_words(ToolCall(None, "search", {"query": "Oslo", "days": 3})) == 'search("Oslo", 3)'
    assert short_call_words(ToolCall(None, "search", "half {")) == 'search("half {")'


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("Refund?", "Refund?"),
        ({"question": "Refund 40 EUR?", "amount": 40}, "Refund 40 EUR?"),
        ({"message": " "}, '{message: " "}'),
        ([{"description": "May I?"}], "May I?"),
        ({"action_requests": [{"name": "pay", "args": {"eur": 40}}]}, "approve pay(eur=40)?"),
        ({"action_requests": []}, "{action_requests: []}"),
        (7, "7"),
    ],
)
def test_what_an_interrupt_asks(value: object, words: str) -> None:
    assert question_words(value) == words


@pytest.mark.parametrize(
    ("text", "cells", "cut"),
    [
        ("It is foggy. The wind comes from the west.", 20, "It is foggy. The wi…"),
        ("It is foggy in town. The wind comes.", 26, "It is foggy in town. …"),
        ("A report on wind. ↵ 1. Where it began", 24, "A report on wind. …"),
        ("weather in San Francisco", 20, "weather in San Fran…"),
        ("weather in San Francisco and in the hills", 32, "weather in San Francisco and in…"),
        ("샌프란시스코", 8, "샌프란…"),
        ("word", 4, "word"),
        ("word", 1, "…"),
        ("word", 0, ""),
    ],
)
def test_where_words_are_cut(text: str, cells: int, cut: str) -> None:
    assert cut_words(text, cells) == cut


@given(TEXTS, st.integers(0, 40))
def test_cut_words_fit_and_keep_as_much_as_they_can(text: str, cells: int) -> None:
    cut = cut_words(text, cells)
    assert cell_len(cut) <= cells
    if cell_len(text) <= cells:
        assert cut == text
    elif cells > 1:
        assert cut.endswith("…")
        assert text.startswith(cut[:-1].rstrip())


def test_the_longest_that_fits_is_said() -> None:
    ways = ("weather in San Francisco", "San Francisco", "SF")
    assert [fit_words(ways, cells) for cells in (30, 24, 23, 13, 12, 1)] == [
        *("weather in San Francisco", "weather in San Francisco", "San Francisco", "San Francisco", "SF", "…")
    ]
    assert fit_words((), 5) == ""
