"""Lanes that grow and fold: however the tree came to be, its rows are the same; folds hide and never lose anything."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_tree import history, paged
from tui.domain.checkpoint import Checkpoint
from tui.domain.lanes import Folds, Lanes, Row, RowKind
from tui.domain.layout import MOST_BRANCHES, MOST_LANES, lay_out, layout
from tui.domain.segments import Segments
from tui.domain.tree import CheckpointTree
from tui.widgets.timeline_rows import TimelineRows


def with_runs(rows: list[Checkpoint], runs: list[int]) -> list[Checkpoint]:
    """The checkpoints, each of one of three runs."""
    named = zip(rows, runs, strict=False)
    return [Checkpoint(r.thread_id, r.checkpoint_id, parent_id=r.parent_id, run_id=f"r{n}") for r, n in named]


def unfolded(tree: CheckpointTree) -> TimelineRows:
    view = TimelineRows(tree)
    view.folds = Folds(limit=False)
    return view


def shape(lanes: Lanes) -> list[Row]:
    return list(lanes)


@given(paged(), st.lists(st.integers(0, 2), min_size=60, max_size=60), st.booleans())
def test_a_layout_that_grew_is_the_layout_of_the_whole(
    case: tuple[list[Checkpoint], list[list[Checkpoint]]], runs: list[int], newest_first: bool
) -> None:
    rows, pages = case
    named = {row.checkpoint_id: row for row in with_runs(rows, runs)}
    if newest_first:
        pages = [[row] for row in reversed(rows)]
    tree = CheckpointTree("t")
    view = unfolded(tree)
    for page in pages:
        tree.add(named[row.checkpoint_id] for row in page)
        view.update()
        assert shape(view.lanes) == layout(tree)
        for number, row in enumerate(view.lanes):
            assert view.lanes.row(number) == row
            if row.kind is RowKind.CHECKPOINT:
                assert view.lanes.number(row.checkpoint_id) == number
    tree.mark_complete()
    view.update()
    assert shape(view.lanes) == layout(tree)
    assert view.branches == len(tree.tips())


@given(paged(), st.lists(st.integers(0, 2), min_size=60, max_size=60))
def test_segments_are_pieces_of_one_run_without_a_fork_inside(
    case: tuple[list[Checkpoint], list[list[Checkpoint]]], runs: list[int]
) -> None:
    rows, pages = case
    named = {row.checkpoint_id: row for row in with_runs(rows, runs)}
    tree = CheckpointTree("t")
    segments = Segments(tree)
    for page in pages:
        tree.add(named[row.checkpoint_id] for row in page)
        segments.update()
    assert sorted(i for segment in segments for i in segment.ids) == sorted(named)
    for segment in segments:
        ids = list(segment.ids)
        assert len({tree[i].run_id for i in ids}) == 1
        for below, above in pairwise(ids):
            assert tree.children(below) == (above,)
        assert all(segments.of(i) is segment and ids[segment.place(i)] == i for i in ids)


@given(paged(), st.data())
def test_folds_hide_and_lose_nothing(
    case: tuple[list[Checkpoint], list[list[Checkpoint]]], data: st.DataObject
) -> None:
    rows, _ = case
    tree = CheckpointTree("t")
    tree.add(with_runs(rows, data.draw(st.lists(st.integers(0, 1), min_size=60, max_size=60))))
    tree.mark_complete()
    view = TimelineRows(tree)
    view.update()
    for _step in range(data.draw(st.integers(0, 8))):
        view.toggle(data.draw(st.integers(0, len(view.lanes) - 1)))
    seen: list[str] = []
    for number, row in enumerate(view.lanes):
        if row.kind is RowKind.CHECKPOINT:
            seen.append(row.checkpoint_id)
        elif row.kind.is_fold and not row.is_open:
            hidden = list(view.lanes.hidden_at(number))
            assert row.checkpoints == len(hidden)
            assert row.checkpoint_id == max(hidden)
            assert all(view.lanes.fold_number(i) == number for i in hidden)
            seen += hidden
    assert sorted(seen) == sorted(row.checkpoint_id for row in rows)
    target = data.draw(st.sampled_from(rows)).checkpoint_id
    shown = view.reveal(target)
    assert shown is not None
    assert (view.lanes.row(shown).kind, view.lanes.row(shown).checkpoint_id) == (RowKind.CHECKPOINT, target)


@given(paged())
def test_lanes_stay_few(case: tuple[list[Checkpoint], list[list[Checkpoint]]]) -> None:
    tree = CheckpointTree("t")
    tree.add(case[0])
    view = TimelineRows(tree)
    view.update()
    assert view.lanes.columns <= MOST_LANES + 1
    assert all(row.lane < MOST_LANES for row in view.lanes if row.kind is not RowKind.MORE)


def star(branches: int) -> TimelineRows:
    """Branches of one checkpoint each, all of checkpoint 1."""
    tree = CheckpointTree("t")
    tree.add(history([None, 0, *([1] * branches)]))
    tree.mark_complete()
    view = TimelineRows(tree)
    view.update()
    return view


def test_twenty_forks_of_one_point_fold_to_five_and_a_row() -> None:
    view = star(20)
    rows = list(view.lanes)
    assert sum(row.kind is RowKind.CHECKPOINT for row in rows[:-2]) == MOST_BRANCHES
    more = rows[-3]
    assert (more.kind, more.branches, more.checkpoints, more.is_open) == (RowKind.MORE, 15, 15, False)
    number = len(rows) - 3
    assert view.toggle(number)
    opened = view.lanes.row(number)
    assert opened.is_open
    assert len(view.lanes) == len(rows) + 2 * 15
    assert view.toggle(number)
    assert list(view.lanes) == rows


@pytest.mark.parametrize("branches", [1, 2, MOST_BRANCHES, MOST_BRANCHES + 1])
def test_a_fold_never_takes_the_place_of_a_single_branch(branches: int) -> None:
    assert not any(row.kind is RowKind.MORE for row in star(branches).lanes)


def test_a_run_folds_and_unfolds_and_grows_while_folded() -> None:
    tree = CheckpointTree("t")
    tree.add(with_runs(history([None, 0, 1, 2, 3]), [1, 1, 1, 2, 2]))
    view = TimelineRows(tree)
    view.update()
    assert view.toggle(0)
    assert view.lanes.row(0) == Row(RowKind.RUN, 0, "00004", 2)
    tree.add([Checkpoint("t", "00005", parent_id="00004", run_id="r2")])
    view.update()
    assert view.lanes.row(0) == Row(RowKind.RUN, 0, "00005", 3)
    assert view.lanes.fold_number("00004") == 0
    assert len(view.lanes) == 4
    assert view.toggle(0)
    assert len(view.lanes) == 6


def test_all_runs_fold_at_once() -> None:
    tree = CheckpointTree("t")
    tree.add(with_runs(history([None, 0, 1, 2, 3, 4]), [1, 1, 2, 2, 3, 3]))
    view = TimelineRows(tree)
    view.update()
    view.fold_runs()
    assert [row.kind for row in view.lanes] == [RowKind.RUN] * 3
    view.unfold_all()
    assert len(view.lanes) == 6


def test_an_input_begins_a_piece_where_the_server_names_no_runs() -> None:
    tree = CheckpointTree("t")
    rows = history([None, 0, 1, 2])
    tree.add([rows[0], rows[1], Checkpoint("t", "00002", parent_id="00001", source="input"), rows[3]])
    segments = Segments(tree)
    segments.update()
    assert sorted(list(segment.ids) for segment in segments) == [["00000", "00001"], ["00002", "00003"]]


def test_a_page_at_the_bottom_costs_its_own_length() -> None:
    tree = CheckpointTree("t")
    rows = with_runs(history([None, *range(2_999)]), [n // 5 for n in range(3_000)])
    view = TimelineRows(tree)
    for end in range(3_000, 0, -100):
        tree.add(reversed(rows[end - 100 : end]))
        before = set(view.lanes.blocks)
        view.update()
        after = view.lanes.blocks
        assert len(set(after) - before) <= 100 / 5 + 2, "blocks that were laid out before are the same objects"
    assert len(view.lanes) == 3_000
    assert list(view.lanes) == list(lay_out(pieces_of(tree), Folds()))


def pieces_of(tree: CheckpointTree) -> Segments:
    segments = Segments(tree)
    segments.update()
    return segments
