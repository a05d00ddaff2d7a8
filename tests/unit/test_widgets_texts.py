"""Texts for reading: messages, JSON, a checkpoint's facts, questions, what was typed, a run as it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes import ASKS, CALL, EPOCH, HUMAN, FakeBackend
from tui.domain.checkpoint import Checkpoint, Interrupt, Task
from tui.domain.messages import view_messages
from tui.domain.plans import PlanKind, ToolArgsEdit, TravelPlan
from tui.domain.requests import PlannedRequest, RunSetup
from tui.domain.transcript import StreamEvent
from tui.domain.transcript_builder import transcript_of
from tui.widgets.checkpoint_lines import checkpoint_page
from tui.widgets.input_editor import read_input
from tui.widgets.json_lines import json_line, json_lines, short_value
from tui.widgets.lines import Line, plain, width_of
from tui.widgets.live_lines import LiveLines
from tui.widgets.message_lines import MOST_MESSAGES, MOST_TEXT, message_page
from tui.widgets.plan_words import question_of, title_of
from tui.widgets.request_lines import request_page
from tui.widgets.text_view import Paragraph

SETUP = RunSetup("a-agent", assistant_name="agent")
START = Checkpoint("t", "c02", step=1, next=("action",))


def text_of(paragraphs: Sequence[Paragraph]) -> list[str]:
    return [plain(paragraph.line) for paragraph in paragraphs]


def test_messages_as_text() -> None:
    tool = {"type": "tool", "name": "search", "tool_call_id": "call_1", "content": "14 °C\nfog", "artifact": {"a": 1}}
    failed = {"type": "tool", "name": "search", "tool_call_id": "x", "content": "no", "status": "error"}
    said = {
        "type": "ai",
        "content": [{"type": "text", "text": "It is 14 °C"}],
        "usage_metadata": {"input_tokens": 273, "output_tokens": 61},
    }
    assert text_of(message_page(view_messages([HUMAN, ASKS, tool, failed, said])).paragraphs) == [
        "human",
        "  what's the weather in sf",
        "",
        "ai",
        "  search  call_1",
        '    query  "weather in Santa Fe"',
        "",
        "tool  search",
        "  14 °C",
        "  fog",
        "  artifact {1 key}",
        "",
        "tool  search  error",
        "  no",
        "",
        "ai  273 -> 61 tokens",
        "  It is 14 °C",
        "",
    ]


def test_nested_arguments_are_shown_as_json() -> None:
    call = {**CALL, "args": {"a": {"b": [1]}}}
    lines = text_of(message_page(view_messages([{**ASKS, "tool_calls": [call]}])).paragraphs)
    assert lines[2:8] == ["    {", '      "a": {', '        "b": [', "          1", "        ]", "      }"]


def test_where_each_call_stands() -> None:
    page = message_page(view_messages([HUMAN, ASKS]))
    assert plain(page.paragraphs[page.calls["call_1"]].line) == "  search  call_1"


def test_many_and_long_messages_are_cut_and_can_be_had() -> None:
    messages = view_messages([{**HUMAN, "content": "x" * (MOST_TEXT + 10)}] * (MOST_MESSAGES + 5))
    lines = text_of(message_page(messages).paragraphs)
    assert lines[0] == "┄ 5 earlier messages · space shows more"
    assert "  … 10 more characters · space shows more" in lines
    more = text_of(message_page(messages, times=2).paragraphs)
    assert len([line for line in more if line == "human"]) == MOST_MESSAGES + 5
    assert not any("shows more" in line for line in more)


def test_hostile_text_is_made_visible() -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07 \u202eevil"
    message = {
        "type": "ai",
        "content": hostile,
        "name": hostile,
        "tool_calls": [{**CALL, "name": hostile, "id": hostile}],
    }
    for lines in (
        text_of(message_page(view_messages([message])).paragraphs),
        text_of(
            checkpoint_page(Checkpoint(hostile, hostile, next=(hostile,), broken=hostile, metadata={"x": hostile}))
        ),
        [plain(line) for line in json_lines({hostile: hostile})],
    ):
        assert not any("\x1b" in line or "\u202e" in line or "\x07" in line for line in lines)


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


def test_the_facts_of_a_checkpoint() -> None:
    asks = Task("t1", "pay", interrupts=(Interrupt({"q": "Pay?"}, "i1"),))
    fails = Task("t2", "book", error="ValueError('boom')")
    done = Task("t3", "look", result={"found": 3})
    checkpoint = replace(START, tasks=(asks, fails, done), run_id="r-1", created_at=EPOCH, source="loop")
    text = "\n".join(text_of(checkpoint_page(checkpoint, branch=1, is_head=True)))
    for words in ("c02", "none: the first", "r-1", "loop", "1 · head", "action", "2026-01-01 12:00:00.000Z"):
        assert words in text
    for words in (
        "pay  pending",
        "waits  i1",
        '"q": "Pay?"',
        "book  failed",
        "ValueError('boom')",
        "look  done",
        '"found": 3',
    ):
        assert words in text


def test_questions_say_what_where_and_what_follows() -> None:
    edit = ToolArgsEdit("call_1", "search", {"query": "a"}, {"query": "b"})
    calls = view_messages([ASKS])[0].tool_calls
    fork = TravelPlan(PlanKind.FORK, "t", SETUP, START, edits=(edit,), will_run=("action",), will_call=calls)
    question, details = question_of(fork, "http://x")
    assert question == 'Fork from step 1: search.query "a" -> "b"?'
    assert details.startswith('Runs action, which calls search(query="weather in Santa Fe"), as agent at http://x.')
    assert "head moves" in details
    assert title_of(fork) == "fork of step 1"
    unknown = replace(SETUP, known=False)
    replay = TravelPlan(PlanKind.REPLAY, "t", unknown, START, will_run=("__start__",))
    question, details = question_of(replay, "http://x")
    assert question == "Replay from step 1?"
    assert "Runs the graph's start as agent" in details
    assert "defaults" in details
    given = TravelPlan(PlanKind.INPUT, "t", SETUP, None, input={"n": 1}, at_head=True)
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
    assert live_text([chunk("It is "), chunk("14 °C")]) == ["agent   It is 14 °C▌"]


def test_tool_arguments_are_seen_as_they_form() -> None:
    start = {"name": "search", "args": '{"query": "weath', "id": "call_1", "index": 0, "type": "tool_call_chunk"}
    assert live_text([chunk("", tool_call_chunks=[start])]) == ['agent   search(query="weath"▌']


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
    assert any("progress: 0.5" in line for line in text)
    assert any(line.startswith("write › draft") for line in text)
    assert text[-1].endswith("ValueError: boom")


def test_an_interrupt_says_what_it_asks() -> None:
    events = [StreamEvent("updates", {"__interrupt__": [{"id": "i", "value": "Pay 20 €?"}]})]
    assert live_text(events)[-1].endswith('waits: "Pay 20 €?"')


def test_lines_of_finished_parts_are_kept() -> None:
    first = StreamEvent("updates", {"one": {"n": 1}})
    lines = LiveLines()
    lines.update(transcript_of([first]), 60)
    kept = lines.lines[0]
    builder_events = [first, chunk("a")]
    lines.update(transcript_of(builder_events), 60)
    assert lines.lines[0] == kept


def test_a_long_text_shows_its_end() -> None:
    text = live_text([chunk("x" * 10_000 + " the end")])
    assert "earlier characters" in text[0]
    assert text[-1].endswith("the end▌")


async def test_the_weather_answers_line_up() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    page = message_page(view_messages(backend.rows["t-1"][-1].values["messages"]))
    line: Line = page.paragraphs[0].line
    assert plain(line) == "human"
