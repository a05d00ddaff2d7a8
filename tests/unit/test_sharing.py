"""Shared states are the same values, and take the memory of what changed."""

from __future__ import annotations

import copy
import json
import math
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain import sharing
from tui.domain.json_values import loads
from tui.domain.sharing import ValueSharer

scalars = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, -1, -2, 2**70, 300])
    | st.sampled_from([0.0, -0.0, 1.0, 1.5, math.nan, math.inf])
    | st.sampled_from(["", "a", "x" * 100])
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=15,
)


def containers(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from containers(child)


def fresh(value: Any) -> Any:
    """The same value, no object shared."""
    return loads(json.dumps(value))


@given(st.lists(values, max_size=6))
def test_the_result_is_the_input_and_equal_parts_are_one_object(states: list[Any]) -> None:
    sharer = ValueSharer()
    before = copy.deepcopy(states)
    shared = [sharer.share(state) for state in states]
    assert [json.dumps(s) for s in shared] == [json.dumps(s) for s in before], "same type, order and digits"
    assert [json.dumps(s) for s in states] == [json.dumps(s) for s in before], "the input is not touched"
    objects: dict[str, Any] = {}
    for part in (part for state in shared for part in containers(state)):
        assert objects.setdefault(json.dumps(part), part) is part


@given(values)
def test_a_state_read_again_is_the_same_object(value: Any) -> None:
    sharer = ValueSharer()
    first = sharer.share(fresh(value))
    again = sharer.share(fresh(value))
    if isinstance(value, (dict, list)):
        assert again is first
    assert sharer.share(first) is first or value != value


@pytest.mark.parametrize(
    ("a", "b"), [(1, 1.0), (1, True), (0, False), (0.0, -0.0), (0, None), (-1, -2), ([], {}), ("", None), ("1", 1)]
)
def test_what_only_looks_equal_stays_apart(a: Any, b: Any) -> None:
    sharer = ValueSharer()
    for wrap in (lambda x: [x], lambda x: {"k": x}, lambda x: {"k": [x, "same"]}):
        assert json.dumps(sharer.share(wrap(a))) == json.dumps(wrap(a))
        assert json.dumps(sharer.share(wrap(b))) == json.dumps(wrap(b))


def test_the_order_of_keys_is_part_of_the_value() -> None:
    sharer = ValueSharer()
    assert list(sharer.share({"a": 1, "b": 2})) == ["a", "b"]
    assert list(sharer.share({"b": 2, "a": 1})) == ["b", "a"]


def test_long_texts_are_shared_between_different_parents() -> None:
    sharer = ValueSharer()
    text = "word " * 1000
    first = sharer.share(fresh({"a": text}))
    second = sharer.share(fresh({"b": [text]}))
    assert second["b"][0] is first["a"]


def test_short_texts_are_shared_until_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_MOST_WORDS", 3)
    sharer = ValueSharer()
    words = json.dumps(["agent", "tool", "human", "system"])
    first = sharer.share(json.loads(words))  # unlike `loads`, it makes a new text of every word
    second = sharer.share([*json.loads(words), 1])[:-1]
    assert second == first
    assert [a is b for a, b in zip(first, second, strict=True)] == [True, True, True, False]


@given(values)
def test_parts_are_shared_and_nothing_changes(value: Any) -> None:
    sharer = ValueSharer()
    known = sharer.share(fresh(value))
    parts = sharer.share_parts(fresh(value))
    assert json.dumps(parts) == json.dumps(value)
    if isinstance(value, dict):
        assert all(parts[key] is part for key, part in known.items() if isinstance(part, (dict, list, str)))


def test_many_equal_hashes_keep_every_value_right() -> None:
    sharer = ValueSharer()
    # hash(-1) == hash(-2): all of these lists meet at one place of the table.
    lists = [[-1 if number >> bit & 1 else -2 for bit in range(8)] for number in range(256)]
    assert [sharer.share(list(row)) for row in lists] == lists
    assert [sharer.share(list(row)) for row in lists] == lists


def test_deeper_than_the_stack_is_returned_as_it_is() -> None:
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    assert ValueSharer().share(deep) is deep


def state_of(steps: int) -> bytes:
    """A state after `steps` messages, as the server repeats it in every row."""
    messages = [
        {
            "type": "ai",
            "id": f"id-{n}",
            "content": f"message {n} " * 40,
            "tool_calls": [{"name": "search", "args": {"query": f"q{n}", "n": n * 1000, "f": n + 0.5}, "id": f"c{n}"}],
            "usage_metadata": {"input_tokens": 1000 + n, "output_tokens": n},
        }
        for n in range(steps)
    ]
    return json.dumps({"messages": messages, "log": [f"step {n}" for n in range(steps)]}).encode()


def memory_of(steps: int, *, shared: bool) -> int:
    raw = [state_of(n) for n in range(1, steps)]
    sharer = ValueSharer()
    tracemalloc.start()
    try:
        kept = [sharer.share(loads(row)) if shared else loads(row) for row in raw]
        assert len(kept) == len(raw)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_what_changed() -> None:
    assert memory_of(100, shared=True) < memory_of(100, shared=False) / 15
    assert memory_of(200, shared=True) < 3 * memory_of(100, shared=True)


def test_five_megabytes_are_shared_in_well_under_a_second() -> None:
    raw = state_of(7000)
    assert len(raw) > 5_000_000
    sharer = ValueSharer()
    state = loads(raw)
    again = loads(raw)
    started = time.process_time()
    first = sharer.share(state)
    second = sharer.share(again)
    assert time.process_time() - started < 1.5, "two states of 5 MB; some 0.1 s here"
    assert second is first
