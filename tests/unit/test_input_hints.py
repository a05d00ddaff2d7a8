"""A typo in an input is told before a server drops it without a word."""

from __future__ import annotations

from typing import Any

import pytest

from tui.domain.input_hints import input_hint

MESSAGES: dict[str, Any] = {"input_schema": {"type": "object", "properties": {"messages": {}, "topic": {}}}}


def test_a_key_that_the_graph_lacks_is_named_with_what_was_meant() -> None:
    hint = input_hint({"mesages": []}, MESSAGES)
    assert hint == "'mesages' is no key of this graph's input, which has: messages, topic. Did you mean 'messages'?"
    assert input_hint({"x": 1, "y": 2, "topic": 3}, MESSAGES) == (
        "'x', 'y' are no keys of this graph's input, which has: messages, topic."
    )


@pytest.mark.parametrize(
    ("given", "schemas"),
    [
        ({"messages": []}, MESSAGES),
        ({"mesages": []}, {}),
        ({"mesages": []}, None),
        ({"mesages": []}, {"input_schema": None}),
        ({"mesages": []}, {"input_schema": {"type": "string"}}),
        ({"mesages": []}, {"input_schema": {**MESSAGES["input_schema"], "additionalProperties": True}}),
        ("hello", MESSAGES),
        ({}, MESSAGES),
    ],
)
def test_where_nothing_is_known_to_be_wrong_nothing_is_said(given: Any, schemas: Any) -> None:
    assert input_hint(given, schemas) is None
