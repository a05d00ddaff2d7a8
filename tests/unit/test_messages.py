"""Messages of any provider's dialect are read alike, and odd data never breaks the view."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.messages import (
    Message,
    find_messages,
    is_message,
    read_messages,
    role_of,
    summary,
    tool_calls_of,
    view_messages,
)

ANTHROPIC = {
    "content": [
        {"text": "I'll look ", "type": "text", "index": 0},
        {"text": "that up.", "type": "text", "index": 0},
        {
            "id": "toolu_1",
            "input": {},
            "name": "search",
            "type": "tool_use",
            "index": 1,
            "partial_json": '{"query": "sf"}',
        },
    ],
    "additional_kwargs": {},
    "response_metadata": {"usage": {"input_tokens": 1, "output_tokens": 2}},
    "type": "ai",
    "name": None,
    "id": "run-1",
    "tool_calls": [{"name": "search", "args": {"query": "sf"}, "id": "toolu_1", "type": "tool_call"}],
    "invalid_tool_calls": [],
    "usage_metadata": {"input_tokens": 273, "output_tokens": 61, "total_tokens": 334},
}
OPENAI = {
    "role": "assistant",
    "content": None,
    "additional_kwargs": {
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "search", "arguments": '{"query": "sf"}'}}
        ]
    },
    "response_metadata": {"token_usage": {"prompt_tokens": 5, "completion_tokens": 7}},
}
V1 = {
    "type": "ai",
    "id": "m1",
    "content": [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "text", "text": "Looking."},
        {"type": "tool_call", "name": "search", "args": {"query": "sf"}, "id": "c1"},
    ],
}
RESPONSES = {
    "type": "ai",
    "content": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "think"}]},
        {"type": "function_call", "call_id": "c9", "id": "fc_1", "name": "search", "arguments": '{"query":"sf"}'},
    ],
}
HUMAN = {"type": "human", "content": "what's the weather in sf", "id": "h1"}
TOOL = {
    "type": "tool",
    "name": "search",
    "tool_call_id": "toolu_1",
    "content": "14 °C, fog",
    "artifact": {"raw": [1]},
    "status": "success",
}


@pytest.mark.parametrize(
    ("raw", "call_id", "text"),
    [
        (ANTHROPIC, "toolu_1", "I'll look that up."),
        (OPENAI, "call_1", ""),
        (V1, "c1", "Looking."),
        (RESPONSES, "c9", ""),
        ({**ANTHROPIC, "tool_calls": []}, "toolu_1", "I'll look that up."),
    ],
)
def test_tool_calls_of_every_dialect(raw: Any, call_id: str, text: str) -> None:
    message = Message(raw)
    assert message.role == "ai"
    assert message.text == text
    (call,) = message.tool_calls
    assert (call.id, call.name, call.args, call.index) == (call_id, "search", {"query": "sf"}, 0)
    assert call.is_open
    assert call.message_id == raw.get("id")
    assert summary(message) == 'search(query="sf")'


@pytest.mark.parametrize(
    ("raw", "role"),
    [
        ({"type": "human"}, "human"),
        ({"role": "user"}, "human"),
        ({"type": "AIMessageChunk"}, "ai"),
        ({"role": "assistant"}, "ai"),
        ({"role": "developer"}, "system"),
        ({"type": "function"}, "tool"),
        ({"type": "chat", "role": "critic"}, "critic"),
        ({"type": "remove"}, "remove"),
        ({"type": "fruit"}, None),
        ({}, None),
        ("ai", None),
    ],
)
def test_roles(raw: Any, role: str | None) -> None:
    assert role_of(raw) == role


def test_a_whole_conversation() -> None:
    messages = read_messages(
        {"other": 1, "messages": [HUMAN, ANTHROPIC, TOOL, {"type": "ai", "content": "It is 14 °C."}]}
    )
    assert [message.role for message in messages] == ["human", "ai", "tool", "ai"]
    assert [message.position for message in messages] == [0, 1, 2, 3]
    assert messages[1].usage == {"input_tokens": 273, "output_tokens": 61}
    assert not messages[1].tool_calls[0].is_open
    assert messages[1].tool_calls[0].message_position == 1
    tool = messages[2]
    assert (tool.name, tool.tool_call_id, tool.status, tool.artifact) == ("search", "toolu_1", "success", {"raw": [1]})
    assert [summary(message) for message in messages] == [
        '"what\'s the weather in sf"',
        'search(query="sf")',
        'search -> "14 °C, fog"',
        '"It is 14 °C."',
    ]
    assert messages[3].id is None


def test_usage_of_openai() -> None:
    assert Message(OPENAI).usage == {"input_tokens": 5, "output_tokens": 7}
    assert Message(HUMAN).usage is None


def test_thoughts_are_apart_from_what_is_said() -> None:
    assert Message(V1).reasoning == "hm"
    assert Message(RESPONSES).reasoning == "think"
    thinking = {
        "type": "ai",
        "content": [{"type": "thinking", "thinking": "a"}, {"type": "redacted_thinking", "data": "x"}],
    }
    assert Message(thinking).reasoning == "a\n(redacted)"
    assert Message(thinking).text == ""
    assert Message({"type": "ai", "content": "b", "additional_kwargs": {"reasoning_content": "a"}}).reasoning == "a"


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 16000}}, "image/png, 12 KB"),
        ({"type": "image_url", "image_url": "https://x.test/a.png"}, "image, https://x.test/a.png"),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "A" * 4_000_000}},
            "image/jpeg, 3.0 MB",
        ),
        ({"type": "image", "base64": "AAAA", "mime_type": "image/webp"}, "image/webp, 3 B"),
        ({"type": "audio", "source_type": "base64", "data": "A" * 4000, "mime_type": "audio/wav"}, "audio/wav, 3 KB"),
        ({"type": "input_audio", "input_audio": {"data": "A" * 4000, "format": "wav"}}, "wav, 3 KB"),
        (
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
            "application/pdf, a.pdf, 3 B",
        ),
        ({"type": "image", "file_id": "file-7"}, "image, file-7"),
        ({"type": "web_search_call", "status": "done"}, "web_search_call"),
    ],
)
def test_media_are_named_not_dumped(block: Any, name: str) -> None:
    message = Message({"type": "human", "content": [{"type": "text", "text": "see"}, block]})
    assert message.text == f"see\n[{name}]"
    assert message.parts[1].text == name


def test_which_key_holds_the_messages() -> None:
    assert find_messages({"a": [1], "chat": [HUMAN]}) == ("chat", [HUMAN])
    assert find_messages({"chat": [HUMAN], "messages": [TOOL]}) == ("messages", [TOOL])
    assert find_messages({"messages": []}) == ("messages", [])
    assert find_messages({"messages": "none", "log": ["x"], "items": [{"type": "apple", "content": 1}]}) is None
    odd_values: list[Any] = [None, [], "x", 3, {"messages": None}]
    for values in odd_values:
        assert find_messages(values) is None
        assert read_messages(values) == ()


def test_tool_calls_of_the_last_ai_message_or_of_all() -> None:
    second = {
        "type": "ai",
        "id": "m2",
        "tool_calls": [{"name": "b", "args": {}, "id": "c2"}, {"name": "c", "args": {}, "id": "c3"}],
    }
    values = {"messages": [HUMAN, ANTHROPIC, TOOL, second]}
    assert [(call.id, call.index, call.is_open) for call in tool_calls_of(values)] == [("c2", 0, True), ("c3", 1, True)]
    assert [call.id for call in tool_calls_of(values, everywhere=True)] == ["toolu_1", "c2", "c3"]
    assert tool_calls_of({"messages": [ANTHROPIC, TOOL, {"type": "ai", "content": "done"}]}) == ()
    assert tool_calls_of({"stock": {"apples": 3}}) == ()


def test_calls_without_id_or_with_broken_arguments_are_kept() -> None:
    raw = {
        "type": "ai",
        "content": "",
        "additional_kwargs": {"tool_calls": [{"function": {"name": "f", "arguments": '{"a": '}}]},
    }
    (call,) = Message(raw).tool_calls
    assert (call.id, call.args) == (None, '{"a": ')
    assert summary(Message(raw)) == 'f("{"a":")'


def test_summary_is_safe_short_and_never_empty() -> None:
    assert summary(Message({"type": "ai", "content": "a\x1b[2J\nb" + "x" * 1000})).startswith('"a␛[2J ↵ bxxx')
    assert len(summary(Message({"type": "ai", "content": "x" * 1000}))) < 210
    assert summary(Message({"type": "ai", "content": ""})) == "(empty)"
    assert summary(Message({"type": "remove", "id": "x"})) == "removes a message"
    many = {
        "type": "ai",
        "tool_calls": [{"name": "f", "args": {"a": 1, "b": [1], "c": None, "d": {}, "e": 2}, "id": "1"}],
    }
    assert summary(Message(many)) == "f(a=1, b=[…], c=null, d={…}, …)"


# fmt: off
WORDS = [
    "type", "role", "content", "tool_calls", "additional_kwargs", "id", "name", "args", "text", "function", "arguments",
    "ai", "human", "tool", "tool_use", "tool_call", "image", "source", "url", "data", "input", "reasoning", "messages",
    "usage_metadata", "input_tokens", "tool_call_id", "summary", "function_call", "response_metadata", "chat", "file",
    "image_url", "custom_tool_call",
]
# fmt: on
words = st.sampled_from(WORDS)
odd: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300)
@given(odd, st.lists(odd, max_size=4))
def test_odd_data_never_raises_and_is_never_changed(values: Any, raws: list[Any]) -> None:
    before = json.dumps([values, raws])
    for message in (*read_messages(values), *view_messages(raws), *view_messages([{"type": "ai", "content": raws}])):
        summary(message)
        assert isinstance(message.text, str)
        assert all(isinstance(part.text, str) for part in message.parts)
        assert isinstance(message.role, str)
        assert all(isinstance(call.name, str) for call in message.tool_calls)
        assert all(isinstance(text, str | None) for text in (message.id, message.name, message.status))
        assert isinstance(message.reasoning, str)
        assert message.usage is None or len(message.usage) == 2
        assert message.artifact is None or isinstance(message.raw, dict)
    tool_calls_of(values, everywhere=True)
    is_message(values)
    assert json.dumps([values, raws]) == before


def test_reading_does_not_change_the_state() -> None:
    values = {"messages": [HUMAN, ANTHROPIC, OPENAI, V1, RESPONSES, TOOL]}
    before = copy.deepcopy(values)
    for message in read_messages(values):
        summary(message)
    assert values == before
