"""A conversation as rows: what is said, what is called and what came back, what is new, what folds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes import ASKS, CALL, HUMAN, FakeBackend
from tui.domain.checkpoint import Checkpoint
from tui.domain.message_news import MessageNews, message_news
from tui.domain.messages import view_messages
from tui.widgets.lines import plain, width_of
from tui.widgets.message_lines import MOST_ROWS, Conversation, conversation
from tui.widgets.message_texts import Cut

TOOL = {"type": "tool", "id": "t", "name": "search", "tool_call_id": "call_1", "content": "14 °C\nfog"}
START = Checkpoint("t", "c02", parent_id="c01")


def page(messages: list[Any], width: int = 50, **options: Any) -> Conversation:
    made = conversation(view_messages(messages), width, **options)
    assert all(width_of(row) <= width for row in made.rows)
    assert len(made.spots) == len(made.rows)
    return made


def said(messages: list[Any], width: int = 50, **options: Any) -> list[str]:
    return [plain(row).rstrip() for row in page(messages, width, **options).rows]


def ai(content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "ai", "id": "a", "content": content, **more}


def test_a_conversation_reads_from_the_top() -> None:
    usage = {"input_tokens": 1273, "output_tokens": 61}
    assert said([HUMAN, ASKS, {**TOOL, "artifact": {"a": 1}}, ai("It is **14 °C**", usage_metadata=usage)]) == [
        " human",
        "   what's the weather in sf",
        "",
        " ai",
        "   search  call_1",
        '     query  "weather in Santa Fe"',
        "     -> 14 °C",
        "        fog",
        "        artifact  1 key · o opens",
        "",
        " ai" + "1,273 -> 61 tokens".rjust(47),
        "   It is 14 °C",
    ]


def test_a_result_stands_under_its_call_wherever_it_is_in_the_list() -> None:
    second = {**CALL, "id": "call_2", "args": {"query": "b"}}
    asks = {**ASKS, "tool_calls": [CALL, second]}
    later = {**TOOL, "tool_call_id": "call_2", "id": "t2", "content": "two"}
    rows = said([asks, {**HUMAN, "content": "meanwhile"}, later, {**TOOL, "content": "one"}])
    assert rows[1:] == [
        "   search  call_1",
        '     query  "weather in Santa Fe"',
        "     -> one",
        "   search  call_2",
        '     query  "b"',
        "     -> two",
        "",
        " human",
        "   meanwhile",
    ]


def test_a_result_without_its_call_and_a_failed_one_say_so() -> None:
    assert said([{**TOOL, "tool_call_id": "call_9", "status": "error"}])[0] == " tool  search  call_9  error"
    assert "     ✗  14 °C" in said([ASKS, {**TOOL, "status": "error"}])


def test_a_call_that_was_not_run_yet_says_so() -> None:
    assert said([ASKS])[1] == "   search  call_1  to run"


@pytest.mark.parametrize(
    "content",
    ["Hello", [{"type": "text", "text": "Hello"}], ["Hello"], [{"type": "output_text", "text": "Hello"}]],
)
def test_every_shape_of_content_reads_the_same(content: Any) -> None:
    assert said([ai(content)]) == [" ai", "   Hello"]


def test_media_are_named_and_thoughts_folded() -> None:
    blocks = [
        {"type": "thinking", "thinking": "first\nsecond"},
        {"type": "text", "text": "See:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 16_000}},
    ]
    assert said([ai(blocks)]) == [" ai", "   ▸ thought  first ↵ second", "   See:", "   ▣ image/png, 12 KB"]
    assert said([ai(blocks)], unfolded={"a/think"})[1:4] == ["   ▾ thought", "     first", "     second"]


@pytest.mark.parametrize(
    ("args", "rows"),
    [
        ({"n": 1, "deep": {"a": [1, 2]}}, ["n  1", 'deep  {"a": [1, 2]}']),
        ({"code": "a = 1\nb = 2"}, ["code", "  a = 1", "  b = 2"]),
        ({"__arg1": "just a text"}, ["just a text"]),
        ("not JSON", ["not JSON"]),
        ({}, []),
    ],
)
def test_arguments_read_as_a_person_would_write_them(args: Any, rows: list[str]) -> None:
    lines = said([{**ASKS, "tool_calls": [{**CALL, "args": args}]}]) if isinstance(args, dict) else None
    if lines is None:
        function = {"id": "call_1", "function": {"name": "search", "arguments": args}}
        lines = said([{**ASKS, "tool_calls": [], "additional_kwargs": {"tool_calls": [function]}}])
    assert lines[2:] == [f"     {row}" for row in rows]


def test_a_result_that_is_json_reads_as_json() -> None:
    assert said([ASKS, {**TOOL, "content": '{"b":[1,2],"a":"x"}'}])[-1] == '     -> {"b": [1, 2], "a": "x"}'


def test_calls_that_could_not_be_read_are_named() -> None:
    bad = {"name": "search", "args": "{", "error": "not JSON"}
    assert said([ai("", invalid_tool_calls=[bad])])[1] == "   ✗ search  not JSON"


def test_long_texts_are_cut_and_unfold() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    rows = said([ai(text)])
    assert rows[-1] == f"   … {100 - Cut.of('ai')} more lines · enter shows all"
    assert len(rows) == Cut.of("ai") + 2
    made = page([ai(text)])
    assert made.spots[-1] is not None
    key = made.spots[-1].key
    assert key == "a/text"
    assert said([ai(text)], unfolded={key})[-1] == "   line 99"
    assert len(said([ai("\n".join("x" * 42))])) == 43, "a cut must be worth a key"


def test_a_very_long_text_is_not_laid_out_to_be_cut() -> None:
    rows = said([ai("word " * 1_000_000)])
    assert "more lines · enter shows all" in rows[-1]
    assert "about" in rows[-1]


def test_older_messages_wait_until_they_are_asked_for() -> None:
    messages = [{**HUMAN, "id": str(number), "content": f"number {number}"} for number in range(1000)]
    rows = said(messages)
    shown = (len(rows) - 1) // 3
    assert rows[0] == f"┄ {1000 - shown} earlier messages · enter shows more"
    assert rows[-1] == "   number 999"
    assert MOST_ROWS <= len(rows) < MOST_ROWS + 10
    assert said(messages, times=10)[1] == "   number 0"


def test_what_is_new_has_a_bar_and_the_rest_is_calmer() -> None:
    messages = [HUMAN, ASKS, TOOL]
    made = page(messages, news=MessageNews(new=frozenset({2})))
    barred = [plain(row) for row in made.rows if plain(row).startswith("▎")]
    assert barred == ["▎    -> 14 °C", "▎       fog"]
    assert made.first_new is not None
    assert plain(made.rows[made.first_new]) == "▎    -> 14 °C"
    assert ("human", "role-human~") in made.rows[0]
    without = page(messages)
    assert ("human", "role-human") in without.rows[0], "nothing is new, so nothing is put back"
    assert without.first_new is None


def test_an_edited_message_says_so() -> None:
    made = page([HUMAN], news=MessageNews(edited=frozenset({0})))
    assert plain(made.rows[0]) == "▎human  edited"


def news(before: Any, after: Any, parent_id: str | None = "c01") -> MessageNews:
    parent = Checkpoint("t", "c01", values={"messages": before}) if before is not None else None
    return message_news(view_messages(after), replace(START, parent_id=parent_id), parent)


def test_which_messages_a_checkpoint_brought() -> None:
    copy = dict(HUMAN)
    edited = {**ASKS, "content": "other"}
    assert news([HUMAN], [HUMAN, ASKS]) == MessageNews(new=frozenset({1}))
    assert not news([HUMAN], [copy]), "equal is not new"
    assert news([HUMAN, ASKS], [HUMAN, edited]) == MessageNews(edited=frozenset({1}))
    assert news(None, [HUMAN], parent_id=None) == MessageNews(new=frozenset({0})), "all of the first checkpoint"
    assert not news(None, [HUMAN]), "the parent is not loaded: nothing is known"
    nameless = {"role": "user", "content": "hi"}
    assert not news([nameless], [dict(nameless)])
    assert news([nameless], [{**nameless, "content": "ho"}]) == MessageNews(new=frozenset({0}))


def test_what_a_row_is_for_copying() -> None:
    made = page([HUMAN, ASKS, {**TOOL, "artifact": {"a": 1}}])
    found = {(s.words, s.path, str(s.value)) for row in range(len(made.rows)) if (s := made.selected(row)) is not None}
    assert found == {
        ("text of the human message", "messages[0].content", "what's the weather in sf"),
        ("text of the ai message", "messages[1].content", ""),
        ("arguments of search", "messages[1].tool_calls[0].args", "{'query': 'weather in Santa Fe'}"),
        ("result", "messages[2].content", "14 °C\nfog"),
        ("artifact", "messages[2].artifact", "{'a': 1}"),
    }


def test_where_each_call_stands() -> None:
    made = page([HUMAN, ASKS])
    assert plain(made.rows[made.calls["call_1"]]).strip() == "search  call_1  to run"


def test_rows_of_known_messages_are_kept() -> None:
    messages: list[Any] = [{**HUMAN, "content": "kept"}]
    first = page(messages)
    again = page([*messages, ASKS])
    assert again.rows[1] is first.rows[1]
    other: Collection[Any] = page(messages, width=40).rows
    assert list(other)[1] is not first.rows[1]


@pytest.mark.parametrize("width", [8, 12, 20, 33, 80])
def test_odd_messages_and_hostile_texts_are_shown_in_any_width(width: int) -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07 \u202eevil 👩‍👩‍👧 \u200b"
    odd: list[Any] = [
        None,
        "text",
        {"type": "ai", "content": {"a": 1}},
        {"type": hostile, "content": hostile, "name": hostile},
        {"type": "ai", "content": [{"type": hostile}], "tool_calls": [{"name": hostile, "args": {hostile: hostile}}]},
        {"type": "tool", "tool_call_id": hostile, "content": hostile, "status": hostile},
    ]
    rows = said(odd, width)
    assert not any(c in row for row in rows for c in "\x1b\u202e\x07\u200b")


def test_the_demo_reads_well() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    rows = said(backend.rows["t-1"][-1].values["messages"])
    assert rows[0] == " human"
    assert rows[-1] == "   It is fine: weather in Santa Fe"
