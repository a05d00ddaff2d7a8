"""A text as an input: where a graph's schema, or else its state, has messages."""

from __future__ import annotations

import pytest

from tui.domain.checkpoint import JSON
from tui.domain.typed_input import text_input


def schemas(*keys: str) -> JSON:
    return {"input_schema": {"type": "object", "properties": {key: {} for key in keys}}}


@pytest.mark.parametrize(
    ("known", "head", "key"),
    [
        (schemas("messages", "topic"), None, "messages"),
        (schemas("chat"), {"chat": [{"type": "human", "content": "x"}]}, "chat"),
        (schemas("messages"), {"chat": [{"type": "human", "content": "x"}]}, "messages"),
        (None, None, "messages"),
        (None, {"chat": [{"type": "human", "content": "x"}]}, "chat"),
    ],
)
def test_a_text_becomes_a_message(known: JSON, head: JSON, key: str) -> None:
    read = text_input("hi", known, head, has_head=head is not None)
    assert read.value == {key: [{"role": "user", "content": "hi"}]}
    assert repr(key) in read.words


@pytest.mark.parametrize(("known", "head"), [(schemas("rows", "fixed"), None), (None, {"rows": ["1"]})])
def test_a_graph_without_messages_takes_no_text(known: JSON, head: JSON) -> None:
    read = text_input("hi", known, head, has_head=head is not None)
    assert "no messages" in read.problem
    assert (". Its input has: rows, fixed." in read.problem) is (known is not None)


def test_a_graph_whose_input_is_a_text_gets_it() -> None:
    assert text_input("hi", {"input_schema": {"type": "string"}}, None, has_head=False).value == "hi"
