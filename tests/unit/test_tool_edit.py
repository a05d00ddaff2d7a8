"""Editing a tool call changes every mirror of it, and nothing else."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.json_values import Unsendable, dumps, loads, same
from tui.domain.messages import Message
from tui.domain.tool_edit import ToolEditError, mirrors, with_tool_args

NEW = {"query": "weather in 샌프란시스코", "limit": 12345678901234567890123}


def anthropic(*, parsed: bool = False) -> dict[str, Any]:
    """As in the guides: text and `tool_use` blocks with `partial_json`, `input` empty or parsed."""
    return {
        "content": [
            {"text": "Let me search.", "type": "text", "index": 0},
            {
                "id": "toolu_1",
                "input": {"query": "sf"} if parsed else {},
                "name": "search",
                "type": "tool_use",
                "index": 1,
                "partial_json": '{"query": "sf"}',
            },
        ],
        "additional_kwargs": {},
        "response_metadata": {"id": "msg_1", "usage": {"input_tokens": 3}},
        "type": "ai",
        "name": None,
        "id": "run-1",
        "example": False,
        "tool_calls": [{"name": "search", "args": {"query": "sf"}, "id": "toolu_1", "type": "tool_call"}],
        "invalid_tool_calls": [{"name": "search", "args": '{"query": "sf"', "id": "bad", "error": "x"}],
        "usage_metadata": {"input_tokens": 273, "output_tokens": 61, "total_tokens": 334},
    }


def openai() -> dict[str, Any]:
    return {
        "type": "ai",
        "id": "m",
        "content": "",
        "additional_kwargs": {
            "tool_calls": [
                {"id": "c1", "function": {"arguments": '{"query":"sf"}', "name": "search"}, "type": "function"},
                {"id": "c2", "function": {"arguments": '{"query":"la"}', "name": "search"}, "type": "function"},
            ],
            "refusal": None,
        },
        "tool_calls": [
            {"name": "search", "args": {"query": "sf"}, "id": "c1", "type": "tool_call"},
            {"name": "search", "args": {"query": "la"}, "id": "c2", "type": "tool_call"},
        ],
    }


def v1() -> dict[str, Any]:
    return {
        "type": "ai",
        "id": "m",
        "content": [
            {"type": "reasoning", "reasoning": "hm"},
            {"type": "tool_call", "id": "c1", "name": "search", "args": {"query": "sf"}, "extras": {"a": 1}},
            {"type": "tool_call_chunk", "id": "c2", "name": "other", "args": '{"x": 1}', "index": 1},
        ],
        "tool_calls": [
            {"name": "search", "args": {"query": "sf"}, "id": "c1", "type": "tool_call"},
            {"name": "other", "args": {"x": 1}, "id": "c2", "type": "tool_call"},
        ],
    }


def changed_paths(before: Any, after: Any, path: str = "") -> list[str]:
    """Where two values differ, naming whole leaves, or a container whose keys differ."""
    if isinstance(before, dict) and isinstance(after, dict) and list(before) == list(after):
        return [p for key in before for p in changed_paths(before[key], after[key], f"{path}.{key}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [p for n in range(len(before)) for p in changed_paths(before[n], after[n], f"{path}[{n}]")]
    return [] if same(before, after) else [path.removeprefix(".")]


@pytest.mark.parametrize("parsed", [True, False])
def test_anthropic_blocks_change_with_the_call(parsed: bool) -> None:
    message = anthropic(parsed=parsed)
    edited = with_tool_args(message, "toolu_1", NEW)
    assert changed_paths(message, edited) == [
        "content[1].input",
        "content[1].partial_json",
        "tool_calls[0].args",
    ]
    assert edited["tool_calls"][0]["args"] == edited["content"][1]["input"] == NEW
    assert same(loads(edited["content"][1]["partial_json"]), NEW)
    assert edited["id"] == "run-1"
    assert list(edited) == list(message)
    assert edited["invalid_tool_calls"] is message["invalid_tool_calls"]
    assert message == anthropic(parsed=parsed)


def test_an_input_that_was_a_text_stays_a_text() -> None:
    message = anthropic()
    message["content"][1]["input"] = '{"query":"sf"}'
    edited = with_tool_args(message, "toolu_1", NEW)
    assert edited["content"][1]["input"] == dumps(NEW).decode()
    del message["content"][1]["input"]
    assert mirrors(message, "toolu_1") == ("tool_calls[0].args", "content[1].partial_json")
    del message["content"][1]["partial_json"]
    assert mirrors(message, "toolu_1") == ("tool_calls[0].args", "content[1].input")


def test_openai_kwargs_change_and_the_other_call_does_not() -> None:
    message = openai()
    edited = with_tool_args(message, "c2", NEW)
    assert changed_paths(message, edited) == [
        "additional_kwargs.tool_calls[1].function.arguments",
        "tool_calls[1].args",
    ]
    text = edited["additional_kwargs"]["tool_calls"][1]["function"]["arguments"]
    assert text == '{"query":"weather in 샌프란시스코","limit":12345678901234567890123}', "compact, as it was"
    assert edited["tool_calls"][0] is message["tool_calls"][0]


def test_v1_blocks_change_and_chunks_stay_texts() -> None:
    message = v1()
    assert mirrors(message, "c1") == ("tool_calls[0].args", "content[1].args")
    edited = with_tool_args(message, "c2", {"x": 2})
    assert edited["content"][2] == {
        "type": "tool_call_chunk",
        "id": "c2",
        "name": "other",
        "args": '{"x": 2}',
        "index": 1,
    }
    assert edited["content"][1] is message["content"][1]
    assert with_tool_args(message, "c1", NEW)["content"][1] == {**message["content"][1], "args": NEW}


def test_content_blocks_alone_are_enough() -> None:
    message = {"type": "ai", "id": "m", "content": [{"type": "tool_call", "id": "c", "name": "f", "args": {}}]}
    edited = with_tool_args(message, "c", {"a": 1})
    assert edited["content"][0]["args"] == {"a": 1}
    assert "tool_calls" not in edited


def test_responses_api_blocks() -> None:
    message = {
        "type": "ai",
        "content": [
            {"type": "function_call", "call_id": "c1", "id": "fc_1", "name": "search", "arguments": '{"query":"sf"}'},
            {"type": "custom_tool_call", "call_id": "c2", "id": "ct_1", "name": "shell", "input": "ls"},
        ],
        "tool_calls": [
            {"name": "search", "args": {"query": "sf"}, "id": "c1"},
            {"name": "shell", "args": {"__arg1": "ls"}, "id": "c2"},
        ],
    }
    assert mirrors(message, "c1") == ("tool_calls[0].args", "content[0].arguments")
    assert with_tool_args(message, "c1", {"q": 1})["content"][0]["arguments"] == '{"q":1}'
    assert with_tool_args(message, "c2", {"__arg1": "pwd"})["content"][1]["input"] == "pwd"


def test_chunks_left_in_a_state_change_too() -> None:
    message = {
        "type": "AIMessageChunk",
        "content": "",
        "tool_calls": [{"name": "f", "args": {"a": 1}, "id": "c"}],
        "tool_call_chunks": [{"name": "f", "args": '{"a": 1}', "id": "c", "index": 0, "type": "tool_call_chunk"}],
    }
    edited = with_tool_args(message, "c", {"a": 2})
    assert edited["tool_call_chunks"][0]["args"] == '{"a": 2}'
    assert edited["tool_calls"][0]["args"] == {"a": 2}


def gemini(*calls: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    kwargs = {"function_call": {"name": "search", "arguments": json.dumps(last)}}
    tool_calls = [{"name": "search", "args": args, "id": f"c{n}"} for n, args in enumerate(calls)]
    return {"type": "ai", "content": "", "additional_kwargs": kwargs, "tool_calls": tool_calls}


def test_a_mirror_without_id_changes_only_if_it_can_be_no_other() -> None:
    path = "additional_kwargs.function_call.arguments"
    assert path in mirrors(gemini({"q": 1}, last={"q": 1}), "c0")
    assert path in mirrors(gemini({"q": 1}, {"q": 2}, last={"q": 2}), "c1")
    assert path not in mirrors(gemini({"q": 1}, {"q": 2}, last={"q": 2}), "c0")
    assert path not in mirrors(gemini({"q": 2}, {"q": 2}, last={"q": 2}), "c1"), "both would fit"
    message = openai()
    for entry in message["additional_kwargs"]["tool_calls"]:
        del entry["id"]
    assert mirrors(message, "c2") == ("tool_calls[1].args", "additional_kwargs.tool_calls[1].function.arguments")
    message["additional_kwargs"]["tool_calls"][0]["function"]["name"] = "another"
    assert mirrors(message, "c2") == ("tool_calls[1].args",), "the names do not line up"


def test_calls_without_id_are_named_by_index() -> None:
    message = {
        "type": "ai",
        "content": "",
        "tool_calls": [{"name": "f", "args": {}, "id": None}, {"name": "g", "args": {}}],
    }
    edited = with_tool_args(message, 1, {"a": 1})
    assert [call["args"] for call in edited["tool_calls"]] == [{}, {"a": 1}]


@pytest.mark.parametrize(
    ("call", "args", "error"),
    [
        ("nope", {}, "no tool call 'nope'"),
        (7, {}, "no tool call 7"),
        ("toolu_1", ["a"], "must be an object"),
        ("toolu_1", None, "must be an object"),
    ],
)
def test_what_cannot_be_edited_says_why(call: str | int, args: Any, error: str) -> None:
    with pytest.raises(ToolEditError, match=error):
        with_tool_args(anthropic(), call, args)


def test_two_calls_with_one_id_are_not_guessed_at() -> None:
    message = openai()
    message["tool_calls"][1]["id"] = "c1"
    with pytest.raises(ToolEditError, match="2 tool calls of the message have the id 'c1'"):
        with_tool_args(message, "c1", {})


def test_numbers_that_cannot_be_sent_are_refused() -> None:
    with pytest.raises(Unsendable, match=r"a\[0\]"):
        with_tool_args(anthropic(), "toolu_1", {"a": [math.nan]})


@pytest.mark.parametrize(
    "raw", [None, "x", [], {}, {"type": "human", "tool_calls": [{"name": "f", "args": {}, "id": "c"}]}]
)
def test_what_is_no_ai_message_has_no_calls(raw: Any) -> None:
    with pytest.raises(ToolEditError):
        mirrors(raw, "c")


args = st.dictionaries(
    st.text(max_size=4),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


def seen_in(message: Any, place: str) -> dict[str | None, Any]:
    """The arguments by call id, as somebody sees them who reads only this mirror."""
    only = {"type": "ai", "content": "", place: message.get(place)}
    return {call.id: call.args for call in Message(only).tool_calls}


@given(st.sampled_from([anthropic(), anthropic(parsed=True), openai(), v1()]), args, st.data())
def test_any_edit_lands_in_every_mirror_and_can_be_taken_back(message: Any, new: Any, data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(Message(message).tool_calls))
    before = copy.deepcopy(message)
    assert call.id is not None
    edited = with_tool_args(message, call.id, new)
    assert same(message, before), "the input is not touched"
    assert list(edited) == list(message)
    assert list(edited["tool_calls"][call.index]["args"]) == list(new), "the order of keys"
    back = with_tool_args(edited, call.id, call.args)
    for place in message:
        if place in ("tool_calls", "content", "additional_kwargs"):
            assert same(seen_in(edited, place), {**(was := seen_in(message, place)), **({call.id: new} if was else {})})
            assert same(seen_in(back, place), was)
        else:
            assert edited[place] is message[place]
