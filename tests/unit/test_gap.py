"""What a broken line swallowed is found in the history: nothing that was seen, and nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tui.domain.checkpoint import Checkpoint, Task
from tui.domain.stream_position import time_of
from tui.domain.transcript import GAP, StreamEvent
from tui.domain.transcript_builder import transcript_of
from tui.domain.tree import CheckpointTree
from tui.session.gap import Gap, results_of

BEGAN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def update(node: str, value: Any) -> StreamEvent:
    return StreamEvent("updates", {node: value})


def history(*results: tuple[str, Any], run: str = "r") -> CheckpointTree:
    """A run that executed these nodes one after the other, a second each."""
    tree = CheckpointTree("t")
    names = [name for name, _ in results] + [None]
    values = [value for _, value in results] + [None]
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        tasks = (Task(f"x{number}", name, result=value),) if name is not None else ()
        tree.add(
            [
                Checkpoint(
                    "t",
                    f"c{number}",
                    parent_id=f"c{number - 1}" if number else None,
                    tasks=tasks,
                    source="loop",
                    run_id=run,
                    created_at=BEGAN + timedelta(seconds=number),
                )
            ]
        )
    return tree


def filled(gap: Gap, tree: CheckpointTree, **options: Any) -> list[Any]:
    found = list(gap.fill(tree, "r", "line lost", **options))
    assert all(event.filled for event in found)
    assert not found or found[0].event == GAP
    assert not found or found[0].data["filled"] == len(found) - 1
    return [event.data for event in found[1:]]


STEPS = (("a", {"n": 1}), ("b", {"n": 2}), ("a", {"n": 3}), ("c", {"n": 4}))


def test_nothing_is_missing_after_a_line_that_lost_nothing() -> None:
    gap = Gap()
    for number, (node, value) in enumerate(STEPS):
        gap.note(update(node, value))
        if number == 1:
            gap.opens()
    assert filled(gap, history(*STEPS)) == []


@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("last", range(5))
def test_what_came_in_between_is_filled(first: int, last: int) -> None:
    gap = Gap()
    for node, value in STEPS[:first]:
        gap.note(update(node, value))
    gap.opens()
    for node, value in STEPS[max(first, last) :]:
        gap.note(update(node, value))
    expected = [{node: value} for node, value in STEPS[first : max(first, last)]]
    assert filled(gap, history(*STEPS)) == expected
    assert filled(gap, history(*STEPS)) == [], "once"


@pytest.mark.parametrize("seen_before", range(4))
@pytest.mark.parametrize("lost", [None, 0, 1, 2])
def test_parallel_executions_of_a_node_end_in_any_order(seen_before: int, lost: int | None) -> None:
    stored = [("look_up", {"found": source}) for source in ("prices", "costs", "risks")]
    came = [stored[2], stored[0], stored[1]]
    gap = Gap()
    for number, one in enumerate(came):
        if number == seen_before:
            gap.opens()
        if number < seen_before or lost is None or one is not stored[lost]:
            gap.note(update(*one))
    gap.opens()
    missing = [] if lost is None or stored[lost] in came[:seen_before] else [dict([stored[lost]])]
    assert filled(gap, history(*stored)) == missing


def test_a_big_value_is_known_again_in_little_time() -> None:
    big = {"rows": [{"n": n, "text": "x" * 5000} for n in range(5000)], "huge": 10**5000, "nan": float("nan")}
    gap = Gap()
    gap.note(update("a", big))
    gap.opens()
    assert filled(gap, history(("a", {**big, "rows": [*big["rows"]]}), ("a", {**big, "rows": []}))) == [  # type: ignore[misc]
        {"a": {**big, "rows": []}}
    ]


def test_a_result_that_is_stored_otherwise_than_it_was_streamed_came_before() -> None:
    gap = Gap()
    gap.note(update("a", {"n": 1.0}))
    gap.opens()
    assert filled(gap, history(("a", {"n": 1}), ("a", {"n": 2}))) == [{"a": {"n": 2}}]


def test_messages_are_known_by_their_ids() -> None:
    streamed = {"messages": [{"type": "ai", "id": "m1", "content": "hi"}]}
    stored = {"messages": [{"type": "ai", "id": "m1", "content": "hi", "usage_metadata": None}]}
    gap = Gap()
    gap.opens()
    gap.note(update("a", streamed))
    assert filled(gap, history(("a", stored))) == []


def test_an_event_that_comes_after_all_is_known_once() -> None:
    gap = Gap()
    gap.opens()
    assert filled(gap, history(("a", {"n": 1}))) == [{"a": {"n": 1}}]
    assert gap.repeats(update("a", {"n": 1}))
    assert not gap.repeats(update("a", {"n": 1})), "another one"
    assert not gap.repeats(StreamEvent("updates|sub:1", {"a": {"n": 1}}))


def test_only_what_was_written_before_a_server_began_again() -> None:
    gap = Gap()
    gap.opens()
    began_again = StreamEvent("metadata", {}, id=f"{int((BEGAN.timestamp() + 2.5) * 1000)}-0")
    assert filled(gap, history(*STEPS), until=time_of(began_again)) == [{"a": {"n": 1}}, {"b": {"n": 2}}]


def test_times_of_events_are_read_only_where_they_are_times() -> None:
    assert time_of(StreamEvent("x", None, id="1767268800000-0")) == BEGAN
    for other in (None, "", "7", "7-0", "abc-0", "1767268800000", "٣٣٣٣٣٣٣٣٣٣٣٣٣-0"):
        assert time_of(StreamEvent("x", None, id=other)) is None


def test_other_runs_and_nodes_that_wrote_nothing_are_left_out() -> None:
    assert results_of(history(*STEPS, run="other"), "r") == []
    assert [result.node for result in results_of(history(("a", None), ("__start__", {}), ("b", {})), "r")] == ["b"]


def test_a_mark_stands_also_where_there_is_nothing_to_fill() -> None:
    gap = Gap()
    gap.opens()
    (mark,) = gap.fill(CheckpointTree("t"), "r", "line lost", mark=True)
    assert mark.data == {"words": "line lost · no result is missing", "filled": 0}


def test_the_transcript_shows_the_gap_and_what_was_cut_off_by_it() -> None:
    def token(text: str, message: str) -> StreamEvent:
        about = {"langgraph_node": "b", "langgraph_checkpoint_ns": "b:1"}
        return StreamEvent("messages", [{"type": "AIMessageChunk", "id": message, "content": text}, about])

    begins = StreamEvent("metadata", {"run_id": "r", "attempt": 1})
    transcript = transcript_of(
        [
            begins,
            token("half a sen", "m1"),
            StreamEvent(GAP, {"words": "line lost"}, filled=True),
            StreamEvent("updates", {"a": {"n": 1}}, filled=True),
            begins,
            token("all of it", "m1"),
            StreamEvent("updates", {"b": {"messages": [{"type": "ai", "id": "m1", "content": "all of it"}]}}),
        ]
    )
    cut, again_a, again_b = transcript.sections
    assert (cut.cut, cut.finished, [m.text for m in cut.messages]) == (True, True, ["half a sen"])
    assert (again_a.filled, again_a.update) == (True, {"n": 1})
    assert (again_b.cut, again_b.filled, [m.text for m in again_b.messages]) == (False, False, ["all of it"])
    assert [gap.words for gap in transcript.gaps] == ["line lost"]
    assert not transcript.unknown


def test_a_servers_own_event_of_that_name_is_shown_raw() -> None:
    transcript = transcript_of([StreamEvent(GAP, {"words": "hm"})])
    assert not transcript.gaps
    assert len(transcript.unknown) == 1
