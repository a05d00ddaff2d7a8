"""Rows in words: every kind of checkpoint says what it is and what it did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes import CALL, FakeBackend
from tui.domain.addresses import time_in_id
from tui.domain.changes import Change, changes
from tui.domain.checkpoint import Checkpoint, Interrupt, Task, Thread
from tui.domain.labels import Activity, RowText, ago, duration, edit_words, in_words, row_text, step_words
from tui.domain.marks import Mark
from tui.domain.origin import Origin, OriginKind, origin_of
from tui.domain.tree import CheckpointTree

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def weather() -> CheckpointTree:
    backend = FakeBackend()
    tree = CheckpointTree(backend.add_weather_thread())
    tree.add(backend.rows["t-1"])
    return tree


def rows(tree: CheckpointTree) -> list[RowText]:
    return [row_text(tree, checkpoint) for checkpoint in sorted(tree, key=lambda c: c.checkpoint_id)]


def pair(before: object, after: object, **about: object) -> CheckpointTree:
    """A parent with values `before` whose node `stock` made a child with values `after`."""
    tree = CheckpointTree("t")
    parent = Checkpoint("t", "1", values=before, next=("stock",), tasks=(Task("x", "stock", result={}),), source="loop")
    child = Checkpoint("t", "2", parent_id="1", values=after, source="loop", step=4)
    tree.add([parent, replace(child, **about)])  # type: ignore[arg-type]
    return tree


def test_a_run_reads_like_a_story(weather: CheckpointTree) -> None:
    assert [(row.author, row.words, row.step) for row in rows(weather)] == [
        ("input", '"what\'s the weather in sf"', "-1"),
        ("start", "", "0"),
        ("agent", 'search(query="weather in Santa Fe")', "1"),
        ("action", 'search -> "result of weather in Santa Fe"', "2"),
        ("agent", '"It is fine: weather in Santa Fe"', "3"),
    ]
    assert [row.mark for row in rows(weather)] == [Mark.CHECKPOINT] * 4 + [Mark.HEAD]


def test_an_edit_says_what_it_changed(weather: CheckpointTree) -> None:
    source = weather["c02"]
    asks = {**source.values["messages"][1], "tool_calls": [{**CALL, "args": {"query": "weather in SF"}}]}
    edited = replace(
        source,
        checkpoint_id="c90",
        parent_id="c02",
        source="update",
        values={"messages": [source.values["messages"][0], asks]},
    )
    weather.add([edited])
    row = row_text(weather, edited)
    assert (row.mark, row.author, row.note) == (Mark.EDIT, "edit", "fork")
    assert row.words == 'search.query "weather in Santa Fe" -> "weather in SF"'


@pytest.mark.parametrize("source", ["update", "fork"])
def test_a_fork_without_an_edit_is_a_replay(weather: CheckpointTree, source: str) -> None:
    again = replace(weather["c02"], checkpoint_id="c90", parent_id="c02", source=source)
    weather.add([again])
    row = row_text(weather, again)
    assert (row.mark, row.author, row.words) == (Mark.REPLAY, "replay", "again action")


def test_other_state_in_words() -> None:
    tree = pair({"stock": {"apples": 3}, "log": ["a"]}, {"stock": {"apples": 5}, "log": ["a", "b"]})
    row = row_text(tree, tree["2"])
    assert (row.author, row.words) == ("stock", 'stock.apples 3 -> 5, log[1] = "b"')


def test_parallel_nodes_are_named_together() -> None:
    parent = Checkpoint(
        "t", "1", next=("a", "b"), tasks=(Task("1", "a", result={}), Task("2", "b", result={})), source="loop"
    )
    child = Checkpoint("t", "2", parent_id="1", source="loop", step=2)
    assert origin_of(child, parent) == Origin(OriginKind.NODES, ("a", "b"))
    assert origin_of(child, parent).label == "a+b"
    assert Origin(OriginKind.NODES, ("w", "w", "w")).label == "w×3"


def test_a_waiting_checkpoint_shows_its_question() -> None:
    task = Task("x", "pay", interrupts=(Interrupt({"question": "Refund 40 EUR?"}),))
    tree = pair({}, {}, tasks=(task,), next=("pay",))
    row = row_text(tree, tree["2"])
    assert row.mark is Mark.WAITING
    assert "waits: " in row.words
    assert "Refund 40 EUR?" in row.words


def test_an_answered_question_does_not_wait() -> None:
    task = Task("x", "pay", interrupts=(Interrupt("Refund?"),), result={"paid": True})
    assert Checkpoint("t", "1", tasks=(task,)).pending_interrupts == ()


def test_an_error_names_its_node() -> None:
    tree = pair({}, {}, tasks=(Task("x", "load", error="ValueError('boom')"),))
    row = row_text(tree, tree["2"])
    assert row.mark is Mark.ERROR
    assert row.words == "load failed: ValueError: boom"


def test_a_broken_row_says_so_and_leaves_the_rest() -> None:
    tree = pair({}, {}, broken="values is not an object")
    row = row_text(tree, tree["2"])
    assert (row.mark, row.words) == (Mark.ERROR, "cannot be read: values is not an object")


def test_hostile_text_is_made_visible() -> None:
    tree = pair({}, {"note": "\x1b]52;c;cm0=\x1b\\ \u202egnirts\n[/]"})
    words = row_text(tree, tree["2"]).words
    assert "\x1b" not in words
    assert "\u202e" not in words
    assert "\n" not in words
    assert "[/]" in words, "markup is only text"


def test_a_row_whose_parent_is_not_loaded_tells_what_it_can(weather: CheckpointTree) -> None:
    alone = CheckpointTree("t")
    alone.add([weather["c03"]])
    assert row_text(alone, weather["c03"]).words


def test_the_running_head(weather: CheckpointTree) -> None:
    head = weather.head
    assert head is not None
    assert row_text(weather, head, Activity.RUNNING).mark is Mark.RUNNING


def test_changes_enter_containers() -> None:
    before = {"a": 1, "b": {"c": [1, 2]}, "gone": True}
    after = {"a": 1.0, "b": {"c": [1, 3, 4]}, "new": None}
    assert changes(before, after) == [
        Change("a", 1, 1.0),
        Change("b.c[1]", 2, 3),
        Change("b.c[2]", after=4, added=True),
        Change("new", after=None, added=True),
        Change("gone", True, removed=True),
    ]
    assert changes(before, after, limit=1) == [Change("a", 1, 1.0)]
    assert changes(before, before) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("text", '"text"'),
        (None, "null"),
        (True, "true"),
        (2**70, str(2**70)),
        (1.0, "1.0"),
        ({"a": [1, "b"]}, '{a: [1, "b"]}'),
        ([1, 2, 3, 4, 5], "[1, 2, 3, 4, …]"),
        ("x" * 100, '"' + "x" * 59 + '…"'),
    ],
)
def test_values_in_words(value: object, words: str) -> None:
    assert in_words(value) == words


def test_no_words_for_no_change() -> None:
    assert step_words({"a": 1}, {"a": 1}) == ""


@pytest.mark.parametrize(
    ("seconds", "word"), [(0, "0s"), (59, "59s"), (60, "1m"), (3600, "1h"), (90000, "1d"), (10**8, "2022-10-31")]
)
def test_ages(seconds: int, word: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == word
    assert ago(None, NOW) == ""


@pytest.mark.parametrize(
    ("seconds", "word"),
    [(None, ""), (0.012, "12ms"), (0.84, "0.8s"), (41.2, "41s"), (185, "3m05"), (7800, "2h10")],
)
def test_durations(seconds: float | None, word: str) -> None:
    assert duration(seconds) == word


def test_a_copy_stands_beside_what_it_copies(weather: CheckpointTree) -> None:
    copied = replace(weather["c02"], checkpoint_id="c90", parent_id="c01", source="fork", run_id=None)
    weather.add([copied])
    row = row_text(weather, copied)
    assert (row.mark, row.author, row.words) == (Mark.REPLAY, "copy", "before action")


def test_a_tip_that_has_not_ended_says_what_it_stopped_before() -> None:
    tree = pair({}, {"n": 1}, next=("pay",))
    assert row_text(tree, tree["2"]).words == "n = 1 · stopped before pay"
    assert row_text(tree, tree["2"], Activity.RUNNING).words == "n = 1 · running pay …"


def test_rows_say_it_shorter_where_there_is_no_room(weather: CheckpointTree) -> None:
    row = row_text(weather, weather["c02"])
    assert row.fitting(60) == 'search(query="weather in Santa Fe")'
    assert row.fitting(30) == 'search("weather in Santa Fe")'
    assert row.fitting(12) == 'search("wea…'
    tool = row_text(weather, weather["c03"])
    assert tool.fitting(32) == '-> "result of weather in Santa…'


def test_a_question_shows_before_the_rest_where_there_is_no_room() -> None:
    task = Task("x", "pay", interrupts=(Interrupt({"question": "Refund 40 EUR?"}),))
    tree = pair({}, {"n": 1}, tasks=(task,), next=("pay",))
    row = row_text(tree, tree["2"])
    assert row.words == "n = 1 · waits: Refund 40 EUR?"
    assert row.fitting(22) == "waits: Refund 40 EUR?"


def test_an_edit_whose_parent_is_not_loaded_shows_its_last_message(weather: CheckpointTree) -> None:
    alone = CheckpointTree("t")
    alone.add([replace(weather["c02"], source="update")])
    assert row_text(alone, alone["c02"]).words == 'search(query="weather in Santa Fe")'


def test_the_row_of_an_input_knows_when_the_turn_began(weather: CheckpointTree) -> None:
    assert row_text(weather, weather["c00"]).since == weather["c00"].created_at
    assert row_text(weather, weather["c01"]).since is None


def test_an_edit_that_only_adds_messages_says_what_they_say() -> None:
    before = {"messages": [{"type": "human", "id": "1", "content": "hi"}]}
    call = {"name": "book", "args": {"seat": "12A"}, "id": "c"}
    asks = {"type": "ai", "id": "2", "content": "Let me see.", "tool_calls": [call], "additional_kwargs": {"a": 1}}
    after = {"messages": [*before["messages"], asks]}
    assert edit_words(before, after) == 'adds book(seat="12A")'
    assert edit_words(before, {**after, "topic": "trips"}).startswith("messages[1] = {"), "it did more than that"


def test_a_row_whose_parent_is_gone_is_made_by_what_the_server_wrote_down() -> None:
    orphan = Checkpoint("t", "c5", parent_id="c4", source="loop", step=4, values={"messages": []})
    assert origin_of(orphan, None).label == "a step"
    told = replace(orphan, metadata={"writes": {"agent": {"messages": []}}})
    assert origin_of(told, None) == Origin(OriginKind.NODES, ("agent",))
    unusables: list[Any] = [None, {}, [], {"__start__": {}}]
    for unusable in unusables:
        assert origin_of(replace(orphan, metadata={"writes": unusable}), None).label == "a step"


def test_what_was_cancelled_is_told_from_what_waits_and_what_failed() -> None:
    cancelled = Task("x", "look_up", error="CancelledError()")
    tree = pair({}, {"n": 1}, tasks=(cancelled, Task("y", "look_up", result={})), next=("look_up",))
    row = row_text(tree, tree["2"])
    assert (row.mark, row.words) == (Mark.CANCELLED, "n = 1 · cancelled in look_up")
    assert row_text(tree, tree["2"], Activity.RUNNING).mark is Mark.RUNNING, "it goes on"
    assert tree["2"].errors == ()
    failed = Task("y", "look_up", error="ValueError('no such source')")
    tree = pair({}, {"n": 1}, tasks=(cancelled, failed), next=("look_up",))
    row = row_text(tree, tree["2"])
    assert (row.mark, row.words) == (Mark.ERROR, "n = 1 · look_up failed: ValueError: no such source")


def test_a_thread_tells_that_its_last_run_was_cancelled() -> None:
    asked = "UserInterrupt: interrupt requested via POST /threads/{thread_id}/runs/{run_id}/cancel"
    thread = Thread("t", "interrupted", error=asked)
    assert Activity.of(thread) is Activity.CANCELLED
    assert Activity.of(replace(thread, status="busy")) is Activity.RUNNING
    assert Activity.of(replace(thread, interrupts=(Interrupt("really?"),))) is Activity.NONE, "it waits for an answer"
    assert Activity.of(replace(thread, error=None)) is Activity.NONE, "a breakpoint, perhaps: nobody guesses"
    tree = pair({}, {"n": 1}, tasks=(Task("x", "pay"),), next=("pay",))
    row = row_text(tree, tree["2"], Activity.CANCELLED)
    assert (row.mark, row.words) == (Mark.CANCELLED, "n = 1 · cancelled in pay")
    tree.add([replace(tree["2"], checkpoint_id="3", parent_id="2", source="update", values={"n": 2})])
    assert [row_text(tree, row, Activity.CANCELLED).mark for row in tree][-2:] == [Mark.CHECKPOINT, Mark.EDIT]


RUN_AT_NOON = "019b796d-d600-7000-8000-000000000000"
"""A UUID of version 7: its first 48 bits are 2026-01-01, 12:00:00 in milliseconds."""


def test_the_first_step_of_a_run_does_not_count_what_somebody_thought_about_before() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert time_in_id(RUN_AT_NOON) == noon
    asked = replace(pair({}, {})["1"], run_id="an earlier one", created_at=noon - timedelta(hours=3))
    made = replace(pair({}, {})["2"], run_id=RUN_AT_NOON, created_at=noon + timedelta(seconds=1.2))
    tree = CheckpointTree("t")
    tree.add([asked, made])
    assert row_text(tree, made).time == "≤1.2s", "with what it waited for a worker"
    tree.add([replace(asked, run_id=RUN_AT_NOON, created_at=noon + timedelta(seconds=1))])
    assert row_text(tree, made).time == "0.2s"
    tree.add([asked, replace(made, run_id="0e2cc8a6-4a0c-4b7e-9e35-6e9b1d5b8f6a")])
    assert row_text(tree, tree["2"]).time == "", "nobody knows"
