"""The tree and its lanes, for random histories: forks anywhere, pages split anywhere, parents missing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.checkpoint import Checkpoint
from tui.domain.lanes import Row, RowKind
from tui.domain.layout import layout
from tui.domain.tree import CheckpointTree


def history(parents: list[int | None]) -> list[Checkpoint]:
    """Checkpoint i, written at time i, on top of checkpoint parents[i]."""
    return [
        Checkpoint("t", f"{i:05}", parent_id=None if parent is None else f"{parent:05}", values={"i": i})
        for i, parent in enumerate(parents)
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[Checkpoint]:
    size = draw(st.integers(1, 60))
    parents: list[int | None] = [None]
    for i in range(1, size):
        # Mostly a chain, as real threads are; now and then a fork, seldom a second root.
        kind = draw(st.integers(0, 9))
        parents.append(i - 1 if kind < 6 else draw(st.integers(0, i - 1)) if kind < 9 else None)
    return history(parents)


@st.composite
def paged(draw: st.DrawFn) -> tuple[list[Checkpoint], list[list[Checkpoint]]]:
    """A history and its pages: any split, any order, some rows read twice."""
    rows = draw(histories())
    shuffled = draw(st.permutations(rows)) if draw(st.booleans()) else list(reversed(rows))
    pages: list[list[Checkpoint]] = [[]]
    for row in shuffled:
        pages[-1].append(row)
        if draw(st.booleans()):
            pages.append([row] if draw(st.booleans()) else [])
    return rows, pages


def tree_of(rows: list[Checkpoint], *, complete: bool = True) -> CheckpointTree:
    tree = CheckpointTree("t")
    tree.add(rows)
    if complete:
        tree.mark_complete()
    return tree


@given(paged())
def test_the_same_tree_grows_from_any_pages(case: tuple[list[Checkpoint], list[list[Checkpoint]]]) -> None:
    rows, pages = case
    whole, grown = tree_of(rows), CheckpointTree("t")
    for page in pages:
        grown.add(page)
    grown.mark_complete()
    assert layout(grown) == layout(whole)
    assert grown.tips() == whole.tips()
    assert grown.branch_numbers() == whole.branch_numbers()
    assert grown.head == rows[-1]


@given(histories(), st.data())
def test_every_checkpoint_has_one_row_and_children_stand_above_parents(
    rows: list[Checkpoint], data: st.DataObject
) -> None:
    missing = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    kept = [row for i, row in enumerate(rows) if i not in missing]
    tree = tree_of(kept, complete=data.draw(st.booleans()))
    drawn = layout(tree)
    places = {row.checkpoint_id: y for y, row in enumerate(drawn) if row.kind is not RowKind.JOIN}
    assert sorted(r.checkpoint_id for r in drawn if r.kind is RowKind.CHECKPOINT) == [c.checkpoint_id for c in kept]
    for checkpoint in kept:
        if checkpoint.parent_id is not None:
            assert places[checkpoint.checkpoint_id] < places[checkpoint.parent_id]
    placeholders = {r.checkpoint_id for r in drawn if r.kind in (RowKind.UNLOADED, RowKind.GONE)}
    assert placeholders == {c.parent_id for c in kept if c.parent_id is not None and c.parent_id not in tree}


@given(histories())
def test_lanes_connect_like_a_drawing(rows: list[Checkpoint]) -> None:
    """Going down, a lane right of 0 is opened by a tip and closed by a join above its fork point's lane."""
    drawn = layout(tree_of(rows))
    open_lanes: list[Row] = []
    for above, row in zip([None, *drawn], drawn, strict=False):
        if row.kind is RowKind.JOIN:
            assert above is not None
            assert above.lane == row.lane, "a join follows the last row of the branch that it closes"
            open_lanes.pop()
            continue
        while len(open_lanes) < row.lane + 1:
            open_lanes.append(row)
        assert row.lane == len(open_lanes) - 1, "a row stands in the rightmost open lane"


@given(histories())
def test_the_newest_branch_runs_down_lane_zero(rows: list[Checkpoint]) -> None:
    tree = tree_of(rows)
    lanes = {row.checkpoint_id: row.lane for row in layout(tree) if row.kind is RowKind.CHECKPOINT}
    head = tree.head
    assert head is not None
    assert {lanes[i] for i in tree.path(head.checkpoint_id)} == {0}


@given(histories())
def test_a_new_fork_renumbers_no_branch(rows: list[Checkpoint]) -> None:
    tree = CheckpointTree("t")
    before: dict[str, int] = {}
    for row in rows:
        tree.add([row])
        now = tree.branch_numbers()
        assert before.items() <= now.items()
        before = now


def test_twenty_forks_of_one_point_need_two_lanes() -> None:
    rows = history([None, 0, *([1] * 20)])
    assert max(row.lane for row in layout(tree_of(rows))) == 1


def test_a_chain_of_ten_thousand_is_laid_out_without_recursion() -> None:
    rows = history([None, *range(9_999)])
    drawn = layout(tree_of(rows))
    assert [row.checkpoint_id for row in drawn] == [row.checkpoint_id for row in reversed(rows)]


def test_nested_forks_ten_thousand_deep_do_not_overflow() -> None:
    # Every checkpoint has an older sibling that ends at once: the deepest possible nesting of branches.
    parents: list[int | None] = [None, *(max(0, i - 2) for i in range(1, 4000))]
    assert len(layout(tree_of(history(parents)))) >= 4000


def test_a_known_checkpoint_is_replaced_by_its_newer_reading() -> None:
    old, new = Checkpoint("t", "1", next=("a",)), Checkpoint("t", "1", next=("b",))
    tree = CheckpointTree("t")
    assert tree.add([old]) == {"1"}
    version = tree.version
    assert tree.add([old]) == frozenset()
    assert tree.version == version
    assert tree.add([new]) == {"1"}
    assert tree["1"].next == ("b",)
    assert tree.version > version


def test_a_parent_that_changes_moves_the_edge() -> None:
    tree = tree_of(history([None, 0, 0]))
    tree.add([Checkpoint("t", "00002", parent_id="00001")])
    assert tree.children("00000") == ("00001",)
    assert tree.children("00001") == ("00002",)


def test_a_cycle_from_a_lying_server_ends() -> None:
    tree = tree_of([Checkpoint("t", "1", parent_id="2"), Checkpoint("t", "2", parent_id="1")])
    assert tree.path("2") == ["2", "1"]
    assert [row.checkpoint_id for row in layout(tree)] == ["2", "1"]


def test_missing_parents_are_unloaded_until_complete_and_then_gone() -> None:
    rows = history([None, 0, 1])[1:]
    assert layout(tree_of(rows, complete=False))[-1] == Row(RowKind.UNLOADED, 0, "00000")
    assert layout(tree_of(rows))[-1] == Row(RowKind.GONE, 0, "00000")


def test_siblings_of_a_missing_fork_point_join_at_its_placeholder() -> None:
    drawn = layout(tree_of([Checkpoint("t", "3", parent_id="1"), Checkpoint("t", "2", parent_id="1")], complete=False))
    assert [(row.kind, row.lane) for row in drawn] == [
        (RowKind.CHECKPOINT, 0),
        (RowKind.CHECKPOINT, 1),
        (RowKind.JOIN, 1),
        (RowKind.UNLOADED, 0),
    ]


@pytest.fixture
def forked() -> CheckpointTree:
    """0 - 1 - 2 - 3, and from 1 a fork 4 - 5."""
    return tree_of(history([None, 0, 1, 2, 1, 4]))


def test_moving_about(forked: CheckpointTree) -> None:
    assert forked.path("00005") == ["00005", "00004", "00001", "00000"]
    assert forked.fork_point_of("00005") == "00001"
    assert forked.fork_point_of("00001") is None
    assert forked.is_fork_point("00001")
    assert forked.newest_tip_below("00002") == "00003"
    assert forked.tips() == ("00005", "00003")
    assert forked.branch_numbers() == {"00000": 0, "00001": 0, "00002": 0, "00003": 0, "00004": 1, "00005": 1}


@settings(max_examples=20)
@given(histories(), st.integers(0, 2))
def test_the_order_of_arrival_leaves_no_trace(rows: list[Checkpoint], seed: int) -> None:
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    grown = CheckpointTree("t")
    for row in mixed:
        grown.add([row])
    grown.mark_complete()
    assert layout(grown) == layout(tree_of(rows))
