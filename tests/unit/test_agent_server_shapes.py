"""Every shape that some server gives to the same thing is read into one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backends.agent_server import wire
from tui.backends.agent_server.convert import (
    checkpoint_of,
    error_of,
    history_of,
    interrupts_of,
    listed_run,
    listed_thread,
    thread_of,
    time_of,
)
from tui.domain.checkpoint import Checkpoint, CheckpointRef, Interrupt

ID = "1f1e56ef-1b56-6a1c-8001-53ffe310afef"
PARENT = "1f1e56ef-1b50-6a1c-8000-53ffe310afef"
OFFICIAL: dict[str, Any] = {
    "values": {"n": 1},
    "next": ["action"],
    "tasks": [
        {
            "id": "1",
            "name": "action",
            "path": ["__pregel_pull", "action"],
            "error": None,
            "interrupts": [{"id": "9", "value": {"q": "ok?"}, "response_schema": None}],
            "checkpoint": {"thread_id": "t", "checkpoint_ns": "child:1"},
            "state": None,
            "result": None,
        }
    ],
    "metadata": {"source": "loop", "step": 1, "run_id": "r", "parents": {}},
    "created_at": "2026-11-21T08:53:33.153564+00:00",
    "checkpoint": {"checkpoint_id": ID, "thread_id": "t", "checkpoint_ns": ""},
    "parent_checkpoint": {"checkpoint_id": PARENT, "thread_id": "t", "checkpoint_ns": ""},
    "interrupts": [],
    "checkpoint_id": ID,
    "parent_checkpoint_id": PARENT,
    "a new field": 1,
}


def read(row: dict[str, Any], namespace: str = "") -> Checkpoint:
    (found,) = history_of([row], "t", namespace)
    return found


def without(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}


def test_an_official_row() -> None:
    found = read(OFFICIAL)
    assert found.broken is None
    assert found.ref == CheckpointRef(ID)
    assert (found.parent_id, found.step, found.source, found.run_id) == (PARENT, 1, "loop", "r")
    assert found.next == ("action",)
    assert found.values is OFFICIAL["values"]
    (task,) = found.tasks
    assert task.interrupts == (Interrupt({"q": "ok?"}, "9"),)
    assert task.subgraph == CheckpointRef("", "child:1")
    assert not task.is_send


@pytest.mark.parametrize(
    "row",
    [
        without(OFFICIAL, "interrupts", "checkpoint_id", "parent_checkpoint_id"),
        without(OFFICIAL, "checkpoint", "parent_checkpoint"),
        {**OFFICIAL, "checkpoint": {"checkpoint_id": ID, "checkpoint_map": None}},
        {**OFFICIAL, "checkpoint": {"checkpoint_id": ID, "thread_id": "t"}},
        {**OFFICIAL, "parent_checkpoint": None},
    ],
)
def test_names_are_read_from_wherever_they_are(row: dict[str, Any]) -> None:
    found = read(row)
    assert (found.checkpoint_id, found.parent_id, found.namespace, found.broken) == (ID, PARENT, "", None)


def test_a_row_with_next_to_nothing_in_it() -> None:
    found = read({"checkpoint": {"checkpoint_id": ID}})
    assert found == Checkpoint("t", ID)
    assert (found.values, found.tasks, found.created_at, found.run_id, found.step) == ({}, (), None, None, None)


def test_the_namespace_that_was_asked_for_stands_in_for_a_missing_one() -> None:
    row = {**OFFICIAL, "checkpoint": {"checkpoint_id": ID, "checkpoint_map": {"": PARENT, "child:1": ID}}}
    found = read(row, "child:1")
    assert found.namespace == "child:1"
    assert found.checkpoint_map == {"": PARENT, "child:1": ID}


@pytest.mark.parametrize(
    "task",
    [
        {"id": "1", "name": "a"},
        {"id": "1", "name": "a", "interrupts": []},
        {"id": "1", "name": "a", "path": None, "interrupts": None, "error": None, "checkpoint": None},
        {"id": "1", "name": "a", "interrupts": "?"},
    ],
)
def test_tasks_lack_what_they_like(task: dict[str, Any]) -> None:
    (found,) = read({**OFFICIAL, "tasks": [task]}).tasks
    assert (found.id, found.name, found.path, found.error, found.interrupts, found.subgraph) == (
        "1",
        "a",
        (),
        None,
        (),
        None,
    )


def test_a_pending_subgraph_names_its_own_checkpoint() -> None:
    inner = {
        "checkpoint": {"checkpoint_id": "c", "checkpoint_ns": "child:1", "checkpoint_map": {"": ID, "child:1": "c"}}
    }
    task = {**OFFICIAL["tasks"][0], "state": inner}
    (found,) = read({**OFFICIAL, "tasks": [task]}).tasks
    assert found.subgraph == CheckpointRef("c", "child:1")
    assert found.subgraph.checkpoint_map == {"": ID, "child:1": "c"}
    (broken,) = read({**OFFICIAL, "tasks": [{**task, "state": {"checkpoint": {"checkpoint_id": 1}}}]}).tasks
    assert broken.subgraph is None


def test_an_edit_was_made_by_no_run_whatever_old_servers_say() -> None:
    assert read({**OFFICIAL, "metadata": {"source": "update", "step": 2, "run_id": "wrong"}}).run_id is None
    assert read({**OFFICIAL, "metadata": {"source": "fork", "step": 2, "run_id": "r"}}).run_id == "r"


@pytest.mark.parametrize("metadata", [None, {}, {"step": "1", "source": 2, "run_id": 3}, {"step": True}])
def test_metadata_of_any_shape(metadata: Any) -> None:
    found = read({**OFFICIAL, "metadata": metadata})
    assert (found.step, found.source, found.run_id, found.broken) == (None, None, None, None)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({**OFFICIAL, "next": "action"}, "next"),
        ({**OFFICIAL, "tasks": [1]}, "tasks.0"),
        ({**OFFICIAL, "metadata": []}, "metadata"),
        ({**OFFICIAL, "parent_checkpoint": 5}, "parent_checkpoint"),
    ],
)
def test_a_row_that_cannot_be_read_says_why_and_keeps_its_name(row: dict[str, Any], word: str) -> None:
    before, broken, after = history_of([OFFICIAL, row, OFFICIAL], "t")
    assert broken.checkpoint_id == ID
    assert broken.parent_id == PARENT
    assert broken.broken is not None
    assert word in broken.broken
    assert broken.values == {}
    assert before == after
    assert before.broken is None


@pytest.mark.parametrize("row", [None, 1, "x", [], {}, {"checkpoint": {}}, {"checkpoint": {"checkpoint_id": 5}}])
def test_a_row_without_a_name_is_still_a_row(row: Any) -> None:
    _, broken = history_of([OFFICIAL, row], "t")
    assert broken.checkpoint_id == ""
    assert broken.broken


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(OFFICIAL)), JSON_VALUES)
def test_no_value_of_any_field_breaks_a_page(key: str, value: Any) -> None:
    rows = history_of([OFFICIAL, {**OFFICIAL, key: value}], "t")
    assert len(rows) == 2
    assert rows[0].broken is None
    assert rows[1].broken is None or rows[1].values == {}


@given(JSON_VALUES)
def test_values_are_handed_on_untouched(value: Any) -> None:
    found = read({**OFFICIAL, "values": value})
    assert found.values is value or value is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], ()),
        (None, ()),
        ("x", ()),
        ([{"id": "a", "value": 1}], (Interrupt(1, "a"),)),
        ([{"interrupt_id": "a", "value": 1}], (Interrupt(1, "a"),)),
        ([{"value": {"q": 1}, "resumable": True, "ns": ["n:1"], "when": "during"}], (Interrupt({"q": 1}),)),
        ([{"value": None}], (Interrupt(None),)),
        (["really?"], (Interrupt("really?"),)),
        ([{"question": "no value"}], (Interrupt({"question": "no value"}),)),
        (
            {"task": [{"id": "a", "value": 1}], "other": [{"id": "b", "value": 2}]},
            (Interrupt(1, "a"), Interrupt(2, "b")),
        ),
        ({"task": []}, ()),
    ],
)
def test_interrupts(value: Any, expected: tuple[Interrupt, ...]) -> None:
    assert interrupts_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("ValueError('boom')", "ValueError('boom')"),
        ({"error": "ValueError", "message": "boom"}, "ValueError: boom"),
        ({"name": "Error", "message": "boom"}, "Error: boom"),
        ('{"message":"boom","name":"Error"}', "Error: boom"),
        (base64.b64encode(b'{"error":"ValueError","message":"\xeb\x82\xa0"}').decode(), "ValueError: 날"),
        ({"message": "boom"}, "boom"),
        ({"error": "Error", "message": '{"error":"TypeError","message":"boom"}'}, "TypeError: boom"),
        ({"code": 7}, "{'code': 7}"),
        ('{"no": "words"}', '{"no": "words"}'),
        ("{broken", "{broken"),
        ("YWJj", "YWJj"),
        (7, "7"),
    ],
)
def test_errors(value: Any, expected: str | None) -> None:
    assert error_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-21T08:53:33.153564+00:00", datetime(2026, 11, 21, 8, 53, 33, 153564, UTC)),
        ("2026-11-21T08:53:33.153Z", datetime(2026, 11, 21, 8, 53, 33, 153000, UTC)),
        ("2026-11-21T08:53:33", datetime(2026, 11, 21, 8, 53, 33, tzinfo=UTC)),
        ("2026-11-21T17:53:33+09:00", datetime(2026, 11, 21, 17, 53, 33, tzinfo=timezone(timedelta(hours=9)))),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500000, UTC)),
        ("yesterday", None),
        ("", None),
        (None, None),
        (True, None),
        (1e300, None),
        (float("nan"), None),
        ([], None),
    ],
)
def test_times(value: Any, expected: datetime | None) -> None:
    assert time_of(value) == expected


def test_a_thread_with_everything_and_one_with_nothing() -> None:
    full = {
        "thread_id": "t",
        "status": "error",
        "created_at": "2026-11-21T08:53:33Z",
        "updated_at": "2026-11-21T08:53:34Z",
        "metadata": {"graph_id": "g", "assistant_id": "a"},
        "config": {"configurable": {}},
        "values": {"x": 1},
        "error": base64.b64encode(json.dumps({"error": "E", "message": "m"}).encode()).decode(),
        "interrupts": {"task": [{"id": "i", "value": 1}]},
    }
    found = thread_of(wire.Thread.model_validate(full), full, "preview")
    assert (found.status, found.graph_id, found.assistant_id, found.error) == ("error", "g", "a", "E: m")
    assert (found.interrupts, found.preview, found.raw) == ((Interrupt(1, "i"),), "preview", full)
    bare = thread_of(wire.Thread.model_validate({"thread_id": "t"}), {})
    assert (bare.status, bare.metadata, bare.interrupts, bare.error, bare.created_at) == ("idle", {}, (), None, None)


def test_lists_keep_rows_that_cannot_be_read_as_long_as_they_have_a_name() -> None:
    thread = listed_thread({"thread_id": "t", "metadata": 3}, None)
    assert thread is not None
    assert "metadata" in (thread.error or "")
    assert listed_thread({"metadata": {}}, None) is None
    run = listed_run({"run_id": "r", "status": 3}, "t")
    assert run is not None
    assert (run.run_id, run.thread_id, run.status, run.is_active) == ("r", "t", "unknown", False)
    assert listed_run({"status": "success"}, "t") is None
    assert listed_run(None, "t") is None


def test_a_state_read_directly_takes_the_namespace_asked_for() -> None:
    row = wire.ThreadState.model_validate({"checkpoint": {"checkpoint_id": ID, "thread_id": "t"}})
    assert checkpoint_of(row, "t").namespace == ""
    assert checkpoint_of(row, "t", "child").namespace == "child"
