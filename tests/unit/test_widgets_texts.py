"""Texts for reading: messages, JSON, a checkpoint's facts, questions, what was typed, a run as it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes import ASKS
from tui.domain.checkpoint import Checkpoint
from tui.domain.messages import view_messages
from tui.domain.plans import Growth, PlanKind, ToolArgsEdit, TravelPlan
from tui.domain.requests import PlannedRequest, RunSetup
from tui.domain.transcript import StreamEvent
from tui.domain.transcript_builder import transcript_of
from tui.domain.typed_input import read_input
from tui.widgets.json_lines import json_line, json_lines, short_value
from tui.widgets.lines import plain, width_of
from tui.widgets.live_lines import LiveLines
from tui.widgets.plan_words import question_of, title_of
from tui.widgets.request_lines import request_page
from tui.widgets.text_view import Paragraph

SETUP = RunSetup("a-agent", assistant_name="agent")
START = Checkpoint("t", "c02", step=1, next=("action",))


def text_of(paragraphs: Sequence[Paragraph]) -> list[str]:
    return [plain(paragraph.line) for paragraph in paragraphs]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('  "a": 1,', ["calm", "json-key", "calm", "json-number", "calm"]),
        ('"a: b"', ["json-string"]),
        ('  "a": "x\\" : y"', ["calm", "json-key", "calm", "json-string"]),
        ('"b": true', ["json-key", "calm", "json-word"]),
        ("-1.5e+10", ["json-number"]),
        ("{", ["calm"]),
    ],
)
def test_json_is_coloured_by_kind(text: str, kinds: list[str]) -> None:
    line = json_line(text)
    assert plain(line) == text
    assert [style for _, style in line] == kinds


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("x", '"x"'),
        (True, "true"),
        (None, "null"),
        (12345678901234567890, "12345678901234567890"),
        (1.0, "1.0"),
        ({}, "{0 keys}"),
        ([1], "[1 item]"),
    ],
)
def test_a_value_in_a_few_words(value: Any, words: str) -> None:
    assert short_value(value)[0] == words


def test_what_cannot_be_written_as_json_is_said() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert "can't be shown" in plain(next(iter(json_lines(deep))))


def test_questions_say_what_where_and_what_follows() -> None:
    edit = ToolArgsEdit("call_1", "search", {"query": "a"}, {"query": "b"})
    calls = view_messages([ASKS])[0].tool_calls
    fork = TravelPlan(PlanKind.FORK, "t", SETUP, START, edits=(edit,), will_run=("action",), will_call=calls)
    question, details = question_of(fork, "http://x")
    assert question == 'Fork from step 1: search.query "a" -> "b"?'
    assert details.startswith("Runs action again, for real (tool search), as agent at x.")
    assert "head moves" in details
    assert title_of(fork) == "fork of step 1"
    unknown = replace(SETUP, known=False)
    replay = TravelPlan(PlanKind.REPLAY, "t", unknown, START, will_run=("__start__",))
    question, details = question_of(replay, "http://x")
    assert question == "Replay from step 1?"
    assert "Runs the graph's start again, for real, as agent at x." in details
    assert "defaults" in details
    given = TravelPlan(PlanKind.INPUT, "t", SETUP, None, input={"n": 1}, at_head=True, growth=Growth.HEAD)
    question, details = question_of(given, "http://x")
    assert question == "Run with this input?"
    assert "head moves" not in details
    assert title_of(replace(given, start=START, at_head=False)) == "input on step 1"


def test_requests_are_shown_without_headers() -> None:
    plan = TravelPlan(PlanKind.REPLAY, "t", SETUP, START)
    requests = [
        PlannedRequest("POST", "/threads/t/state", {"values": None}),
        PlannedRequest("POST", "/threads/t/runs/stream"),
    ]
    lines = text_of(request_page(requests, plan, "http://x"))
    assert "POST /threads/t/state" in lines
    assert '    "values": null' in lines
    assert any("that the update before it returns" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("hi", "messages", {"messages": [{"role": "user", "content": "hi"}]}),
        ("  hi\nyou ", "chat", {"chat": [{"role": "user", "content": "hi\nyou"}]}),
        ('{"n": 12345678901234567890}', None, {"n": 12345678901234567890}),
        ("[1]", "messages", [1]),
        ("42", "messages", {"messages": [{"role": "user", "content": "42"}]}),
    ],
)
def test_what_was_typed_becomes_an_input(text: str, key: str | None, value: Any) -> None:
    read = read_input(text, messages_key=key)
    assert read.problem == ""
    assert read.value == value
    assert repr(read.value) == repr(value)


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("", "messages", "Type a message"),
        ("hi", None, "no messages"),
        ('{"a": }', None, "line 1"),
        ("{\n1}", None, "line 2"),
    ],
)
def test_what_cannot_be_an_input_is_said(text: str, key: str | None, says: str) -> None:
    assert says in read_input(text, messages_key=key).problem


def chunk(text: str, **more: Any) -> StreamEvent:
    message = {"type": "AIMessageChunk", "id": "a1", "content": text, **more}
    return StreamEvent("messages", [message, {"langgraph_node": "agent", "langgraph_checkpoint_ns": "agent:1"}])


def live_text(events: Sequence[StreamEvent], width: int = 60) -> list[str]:
    lines = LiveLines()
    lines.update(transcript_of(events), width)
    assert all(width_of(line) <= width for line in lines.lines)
    return [plain(line) for line in lines.lines]


def test_tokens_come_with_a_cursor_behind_them() -> None:
    assert live_text([chunk("It is "), chunk("14 °C")]) == ["▸ agent   It is 14 °C▌"]


def test_tool_arguments_are_seen_as_they_form() -> None:
    start = {"name": "search", "args": '{"query": "weath', "id": "call_1", "index": 0, "type": "tool_call_chunk"}
    assert live_text([chunk("", tool_call_chunks=[start])]) == ['▸ agent   search(query="weath"▌']


def test_a_finished_node_a_tool_result_other_changes_and_an_error() -> None:
    tool = {"type": "tool", "id": "t", "name": "search", "tool_call_id": "call_1", "content": "14 °C"}
    events = [
        StreamEvent("updates", {"action": {"messages": [tool], "count": 3}}),
        StreamEvent("custom", {"progress": 0.5}),
        StreamEvent("updates|write:1", {"draft": {"text": "x"}}),
        StreamEvent("error", {"error": "ValueError", "message": "boom"}),
    ]
    text = live_text(events)
    assert "action  search -> 14 °C" in text[0] or "search -> 14 °C" in text[0]
    assert any("count = 3" in line for line in text)
    assert any("50%" in line for line in text)
    assert any(line.startswith("✓  write › draft") for line in text)
    assert text[-1].endswith("ValueError: boom")


def test_an_interrupt_says_what_it_asks() -> None:
    events = [StreamEvent("updates", {"__interrupt__": [{"id": "i", "value": "Pay 20 €?"}]})]
    assert live_text(events)[-1].endswith("waits: Pay 20 €?")


def test_lines_of_finished_parts_are_kept() -> None:
    first = StreamEvent("updates", {"one": {"n": 1}})
    lines = LiveLines()
    lines.update(transcript_of([first]), 60)
    kept = lines.lines[0]
    builder_events = [first, chunk("a")]
    lines.update(transcript_of(builder_events), 60)
    assert lines.lines[0] == kept


def test_a_long_text_shows_its_end() -> None:
    text = live_text([chunk("x\n" * 10_000 + " the end")])
    assert "earlier lines" in text[0]
    assert text[-1].endswith("the end▌")
