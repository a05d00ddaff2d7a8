"""Rows of the timeline, of threads and of runs, as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from tests.fakes import ASKS, EPOCH, FakeBackend
from tui.domain.checkpoint import Interrupt, Run, Task, Thread
from tui.domain.run_words import kwargs_words
from tui.domain.thread_titles import NO_MESSAGES, thread_title
from tui.domain.tree import CheckpointTree
from tui.widgets.lines import plain
from tui.widgets.run_rows import run_line, run_page
from tui.widgets.thread_rows import BESIDE_FROM, preview_line, thread_age, thread_line
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


SAID = {"type": "ai", "id": "1", "content": "It is foggy."}


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
        (Thread("t", first={"type": "human", "content": "the weather\nin sf?"}, preview=ASKS), "the weather ↵ in sf?"),
        (Thread("t", first={"type": "system", "content": "be kind"}, preview={**SAID}), '"It is foggy."'),
        (Thread("t", first={"role": "user", "content": "hi"}, metadata={"thread_name": "greeting"}), "greeting"),
        (Thread("t", first={"type": "human", "content": ""}, preview={**SAID}), '"It is foggy."'),
        (Thread("t", first="hi"), NO_MESSAGES),
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


@pytest.mark.parametrize("width", [40, 63, 64, 78, 120])
@pytest.mark.parametrize(
    "title", ["weather in SF", "샌프란시스코 날씨 🙂", "a title that is longer than its column " * 2]
)
def test_what_was_said_last_stands_beside_the_title_where_there_is_room(width: int, title: str) -> None:
    thread = Thread("t", "busy", updated_at=EPOCH, metadata={"title": title}, preview=SAID)
    alone = thread_line(thread, EPOCH + timedelta(minutes=5), width)
    line = plain(thread_line(thread, EPOCH + timedelta(minutes=5), width, says_last=True))
    assert cell_len(line) == width
    assert line.rstrip().endswith("5m")
    if width < BESIDE_FROM or (len(title) > 30 and width < 120):
        assert line == plain(alone)
    else:
        assert line.index('"It is') > line.index(title.strip())


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


def test_a_run_in_full_tells_what_somebody_gave_it() -> None:
    added = {"langgraph_auth_user": None, "langgraph_request_id": "x", "__after_seconds__": 0, "graph_id": "agent"}
    run = run_with(
        input=None,
        config={"configurable": {**added, "checkpoint_id": "c-123456", "model": "haiku"}, "recursion_limit": 7},
        stream_mode=["updates"],
        interrupt_before=["pay"],
        webhook=None,
    )
    text = "\n".join(plain(paragraph.line) for paragraph in run_page(replace(run, assistant_id="a-1"), "support"))
    for words in ("support a-1", "from …123456", '"model": "haiku"', '"recursion_limit": 7', "pay", "updates"):
        assert words in text
    for noise in ("langgraph_", "__after", "graph_id", "webhook"):
        assert noise not in text


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


def styles(rows: TimelineRows, number: int, selected: int) -> list[str]:
    return [style for text, style in rows.line(number, rows.path_to(selected), 76) if text.strip()]


def test_the_lane_and_the_path_of_the_selected_row_are_bright() -> None:
    rows = TimelineRows(weather_tree(fork=True))
    rows.update()
    # 0 is the edit; 1, 2 the older branch; 3 its join; 4, 5, 6 what both share.
    selected = 2
    assert styles(rows, 1, selected)[:3] == ["calm", "lane-2", "calm"], "above it only the lane is bright"
    assert styles(rows, 2, selected)[:3] == ["calm", "lane-2", "strong"]
    assert styles(rows, 3, selected) == ["lane-1", "lane-2"], "the join leads down to the path"
    assert styles(rows, 4, selected)[:2] == ["lane-1", "strong"]
    assert styles(rows, 0, selected)[:2] == ["mark-edit", "calm"], "another branch is calm, its mark keeps its colour"
    assert styles(rows, 2, 0)[:3] == ["lane-1", "calm", "calm"], "the straight branch passes beside the other"


def test_a_path_to_a_fold_is_bright() -> None:
    rows = TimelineRows(weather_tree(fork=True))
    rows.update()
    assert rows.toggle(1)
    line = rows.line(1, rows.path_to(1), 76)
    assert plain(line).startswith(' ├─▸ branch of 2 checkpoints · "It is fine')
    assert {style for text, style in line if "branch" in text} == {""}
    calm = rows.line(1, rows.path_to(0), 76)
    assert {style for text, style in calm if "branch" in text} == {"calm"}


def test_a_folded_run_says_how_long_it_took() -> None:
    rows = TimelineRows(weather_tree())
    rows.update()
    rows.toggle(0)
    assert plain(rows.line(0, Path(), 76)).rstrip().endswith("3    4.0s")


def test_long_authors_are_counted_or_cut() -> None:
    tree = weather_tree()
    done = tuple(Task(name, name, result={}) for name in ("look_up_prices", "look_up_costs"))
    tree.add([replace(tree["c04"], tasks=done, next=("look_up_prices", "look_up_costs"))])
    tree.add([replace(tree["c04"], checkpoint_id="c05", parent_id="c04", tasks=(), step=5)])
    lines = drawn(TimelineRows(tree), 90)
    assert "◉ 2 nodes " in lines[0]
    assert TimelineRows(tree).text_of("c05").author == "look_up_prices+look_up_costs"


@pytest.mark.parametrize(("width", "author"), [(90, "look_up×3"), (43, "look_…×3")])
def test_a_node_that_ran_several_times_keeps_its_name(width: int, author: str) -> None:
    tree = weather_tree()
    done = tuple(Task(str(number), "look_up", result={}) for number in range(3))
    tree.add([replace(tree["c04"], tasks=done, next=("look_up",) * 3)])
    tree.add([replace(tree["c04"], checkpoint_id="c05", parent_id="c04", tasks=(), step=5)])
    assert f"◉ {author} " in drawn(TimelineRows(tree), width)[0]


@pytest.mark.parametrize(
    ("age", "word"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(seconds=60), "1m"),
        (timedelta(days=99), "99d"),
        (timedelta(days=101), "14w"),
        (timedelta(days=800), "2y"),
    ],
)
def test_the_age_of_a_thread_takes_three_cells(age: timedelta, word: str) -> None:
    thread = Thread("t", updated_at=EPOCH - age)
    assert thread_age(thread, EPOCH) == word
    assert plain(thread_line(thread, EPOCH, 40)).rstrip().endswith(word)


@pytest.mark.parametrize(
    ("thread", "words"),
    [
        (Thread("t", "interrupted", interrupts=(Interrupt({"question": "Pay 40?"}),)), "waits: Pay 40?"),
        (Thread("t", "error", error="ValueError: boom"), "ValueError: boom"),
        (Thread("t", metadata={"title": "x"}, preview={"type": "ai", "content": "said"}), '"said"'),
        (
            Thread("t-12345678", metadata={"graph_id": "agent"}, preview={"type": "ai", "content": "said"}),
            "agent · …12345678",
        ),
        (Thread("t-12345678"), "not run yet · …12345678"),
    ],
)
def test_the_second_line_of_a_thread(thread: Thread, words: str) -> None:
    assert plain(preview_line(thread, 60)).strip() == words
    assert cell_len(plain(preview_line(thread, 12))) <= 12
