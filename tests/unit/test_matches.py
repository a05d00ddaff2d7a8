"""Which of how many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui.widgets.matches import Matches, count_matches, next_match


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Matches(17, 3), "3 of 17"),
        (Matches(1), "1 match"),
        (Matches(17), "17 matches"),
        (Matches(1200, 3, more=True), "3 of 1,200+"),
        (Matches(), "no match"),
        (Matches(more=True), "…"),
    ],
)
def test_words(found: Matches, words: str) -> None:
    assert found.words == words


def test_lines_are_counted_up_to_the_cursors() -> None:
    assert count_matches(range(10), lambda n: n % 3 == 0, 6) == Matches(4, 3)
    assert count_matches(range(10), lambda n: n % 3 == 0, 5) == Matches(4, 0)


def test_counting_stops_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Iterator[int] = iter(range(1000))
    monkeypatch.setattr("tui.widgets.matches.time.monotonic", lambda: next(clock))
    found = count_matches(range(1_000_000), lambda _: True, 5)
    assert found.more
    assert found.at == 6
    assert found.total < 1000


def test_going_round() -> None:
    holds = {2, 5}.__contains__
    assert [next_match(8, holds, at, backwards=False, stay=False) for at in (-1, 2, 5)] == [2, 5, 2]
    assert [next_match(8, holds, at, backwards=True, stay=False) for at in (7, 5, 2)] == [5, 2, 5]
    assert next_match(8, holds, 2, backwards=False, stay=True) == 2
    assert next_match(8, lambda _: False, 2, backwards=False, stay=False) is None
    assert next_match(0, holds, -1, backwards=False, stay=False) is None
