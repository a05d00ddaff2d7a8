"""Rows of the timeline, of threads and of runs, as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from tests.fakes import ASKS, EPOCH, FakeBackend
from tui.domain.checkpoint import Interrupt, Run, Task, Thread
from tui.domain.tree import CheckpointTree
from tui.widgets.lines import plain
from tui.widgets.run_rows import kwargs_words, run_line, run_page
from tui.widgets.thread_rows import NO_MESSAGES, thread_line, thread_title
from tui.widgets.timeline_lanes import Path
from tui.widgets.timeline_rows import TimelineRows


def weather_tree(*, fork: bool = False) -> CheckpointTree:
    backend = FakeBackend()
    backend.add_weather_thread()
    tree = CheckpointTree("t-1")
    rows = backend.rows["t-1"]
    tree.add(rows)
    tree.mark_complete()
    if fork:
        values: dict[str, Any] = {"messages": [dict(message) for message in rows[2].values["messages"]]}
        values["messages"][1]["tool_calls"] = [
            {"name": "search", "args": {"query": "오슬로 날씨 🙂"}, "id": "call_1", "type": "tool_call"}
        ]
        edit = replace(
            rows[2], checkpoint_id="c05", parent_id="c02", values=values, source="update", step=2, run_id=None
        )
        tree.add([edit])
    return tree


def drawn(rows: TimelineRows, width: int, path: Path | None = None) -> list[str]:
    rows.update()
    return [plain(rows.line(number, path or Path(), width)) for number in range(len(rows.lanes))]


def test_the_timeline_as_text() -> None:
    assert [line.rstrip() for line in drawn(TimelineRows(weather_tree(fork=True)), 79)] == [
        ' ◆   edit   search.query "weather in Santa Fe" -> "오슬로 날씨 🙂"   2    fork',
        ' │ ● agent  "It is fine: weather in Santa Fe"                        3    1.0s',
        ' │ ● action search -> "result of weather in Santa Fe"                2    1.0s',
        " ├─╯",
        ' ●   agent  search(query="weather in Santa Fe")                      1    1.0s',
        " ●   start                                                           0",
        ' ●   input  "what\'s the weather in sf"                              -1',
    ]


@pytest.mark.parametrize("width", [20, 31, 40, 52, 80, 200])
def test_every_row_has_the_width_of_the_pane(width: int) -> None:
    rows = TimelineRows(weather_tree(fork=True))
    for line in drawn(rows, width):
        if "╯" not in line:
            assert cell_len(line) == width


def test_a_draft_stands_in_place_of_the_time() -> None:
    rows = TimelineRows(weather_tree())
    rows.drafts = {"c02"}
    lines = drawn(rows, 60)
    assert [line.endswith("draft ") for line in lines] == [False, False, True, False, False]


def test_what_is_not_loaded_and_what_is_gone() -> None:
    tree = CheckpointTree("t-1")
    tree.add(list(weather_tree())[3:])
    assert drawn(TimelineRows(tree), 60)[-1] == " ┄ older checkpoints, not loaded yet"
    tree.mark_complete()
    assert drawn(TimelineRows(tree), 60)[-1] == " ✂ older checkpoints are gone"


def test_deep_forks_share_the_last_lane() -> None:
    tree = weather_tree()
    parent = "c02"
    for number in range(5, 25):
        # Each new checkpoint forks the branch before it: forks of forks go to the right.
        tree.add([replace(tree["c03"], checkpoint_id=f"c{number:02}", parent_id=parent)])
        tree.add([replace(tree["c03"], checkpoint_id=f"b{number:02}", parent_id=parent)])
        parent = f"c{number:02}"
    rows = TimelineRows(tree)
    for line in drawn(rows, 60):
        assert line.index(line.strip(" │├─╯")[:1] or " ") <= 12


def test_a_changed_tree_is_laid_out_again_and_only_then() -> None:
    tree = weather_tree()
    rows = TimelineRows(tree)
    assert rows.update()
    assert not rows.update()
    tree.add([replace(tree["c04"], checkpoint_id="c06", parent_id="c04")])
    assert rows.update()
    assert len(rows.lanes) == 6


@pytest.mark.parametrize(
    ("thread", "title"),
    [
        (Thread("t", metadata={"title": "weather\nin SF"}), "weather ↵ in SF"),
        (Thread("t", preview={"type": "ai", "content": "It is 14 °C", "id": "1"}), '"It is 14 °C"'),
        (Thread("t", preview={**ASKS, "id": "1"}), 'search(query="weather in Santa Fe")'),
        (Thread("t", preview={"type": "tool", "name": "f", "content": "ok", "tool_call_id": "x"}), 'f -> "ok"'),
        (Thread("t", preview={"stock": 3, "city": "Oslo"}), 'stock 3 · city "Oslo"'),
        (Thread("t", preview={"type": "ai", "content": "\x1b]0;evil\x07"}), '"␛]0;evil␇"'),
        (Thread("t", preview=[1, 2]), "[1, 2]"),
        (Thread("t"), NO_MESSAGES),
        (Thread("t", metadata={"title": 3}), NO_MESSAGES),
    ],
)
def test_what_stands_for_a_thread(thread: Thread, title: str) -> None:
    assert thread_title(thread) == title


@pytest.mark.parametrize("width", [16, 24, 60])
def test_a_thread_row_has_the_width_of_the_pane(width: int) -> None:
    thread = Thread("t", "busy", updated_at=EPOCH, metadata={"title": "샌프란시스코 날씨 🙂 and more words than fit"})
    line = plain(thread_line(thread, EPOCH + timedelta(minutes=5), width))
    assert cell_len(line) == width
    assert line.startswith(" ▶ ")
    assert line.rstrip().endswith("5m")


def run_with(**kwargs: Any) -> Run:
    return Run("r-12345678", "t", "a", "success", EPOCH, EPOCH + timedelta(seconds=2.5), kwargs=kwargs)


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"input": {"messages": [{"role": "user", "content": "hi"}]}}, '"hi"'),
        ({"input": None}, "no input, goes on from the head"),
        ({"input": None, "config": {"configurable": {"checkpoint_id": "abcdefgh"}}}, "no input, goes on from …cdefgh"),
        ({"command": {"resume": "yes"}}, 'command {resume: "yes"}'),
        ({"input": {"n": 3}}, "n = 3"),
        ({"config": None}, "no input, goes on from the head"),
    ],
)
def test_what_a_run_was_given(kwargs: dict[str, Any], words: str) -> None:
    assert kwargs_words(kwargs) == words


def test_a_run_row_and_its_details() -> None:
    run = replace(run_with(input={"n": 3}), status="interrupted")
    line = plain(run_line(run, EPOCH + timedelta(hours=2), 70))
    assert cell_len(line) == 70
    assert "cancelled" in line, 'the server says "interrupted" of a cancelled run'
    assert "…345678" in line
    assert "2.5s" in line
    assert "2h" in line
    text = "\n".join(plain(paragraph.line) for paragraph in run_page(run))
    assert "r-12345678" in text
    assert '"n": 3' in text


def test_a_waiting_and_a_failed_row_say_why() -> None:
    tree = weather_tree()
    asks = Task("x", "pay", interrupts=(Interrupt({"question": "Pay?"}),))
    tree.add([replace(tree["c04"], checkpoint_id="c05", parent_id="c04", next=("pay",), tasks=(asks,))])
    assert drawn(TimelineRows(tree), 90)[0].startswith(" ‖")
    assert "Pay?" in drawn(TimelineRows(tree), 90)[0]
    fails = Task("x", "pay", error="ValueError('boom')")
    tree.add([replace(tree["c04"], checkpoint_id="c05", parent_id="c04", next=("pay",), tasks=(fails,))])
    assert drawn(TimelineRows(tree), 90)[0].startswith(" ✗")
    assert "boom" in drawn(TimelineRows(tree), 90)[0]
