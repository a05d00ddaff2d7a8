"""The timeline with keys: folding, branches, what stays in place while the tree grows, what a move costs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes import EPOCH, FakeBackend
from tests.ui.driving import Driver, app_on_fake, opened_app
from tests.ui.test_navigation import forked, long_thread
from tui.domain.lanes import RowKind
from tui.screens.commands import BindingCommands
from tui.screens.timeline_commands import timeline_commands
from tui.widgets.timeline import Timeline


def star(branches: int) -> FakeBackend:
    """The weather thread with so many more branches of one checkpoint each from step 1."""
    backend = FakeBackend()
    backend.add_weather_thread()
    rows = backend.rows["t-1"]
    rows += [replace(rows[3], checkpoint_id=f"d{number:02}", parent_id="c02") for number in range(branches)]
    return backend


def lines(driver: Driver) -> list[str]:
    return [line for line in driver.text("#timeline").splitlines() if line.strip()]


def spied(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The rows that are drawn again from now on: (first, last) of each time."""
    drawn: list[tuple[int, int]] = []
    rows_changed = timeline.rows_changed

    def spy(first: int, last: int) -> None:
        drawn.append((first, last))
        rows_changed(first, last)

    monkeypatch.setattr(timeline, "rows_changed", spy)
    return drawn


async def test_a_branch_folds_to_one_line_and_unfolds() -> None:
    async with opened_app(forked()) as driver:
        timeline = driver.screen.timeline
        await driver.press("2", "g", "j", "j")
        assert timeline.selected == "c06"
        before = lines(driver)
        await driver.press("z")
        assert timeline.selected == "c06", "the fold stands for the newest checkpoint that it hides"
        folded = lines(driver)
        assert len(folded) == len(before) - 2
        assert '├─▸ branch of 2 · "It is fine' in folded[2]
        await driver.until(lambda: driver.shown_id == "c06", "the inspector")
        await driver.press("z")
        assert lines(driver) == before
        await driver.press("j", "z")
        assert timeline.selected == "c06"
        await driver.press("enter")
        assert lines(driver) == before, "enter unfolds as well"
        assert driver.screen.current_pane == "timeline"


async def test_a_run_on_the_straight_way_folds() -> None:
    async with opened_app(forked()) as driver:
        await driver.press("2", "G", "z")
        assert driver.screen.timeline.selected == "c02"
        assert "▸   run of 3 · search(" in lines(driver)[-1]
        await driver.press("z")
        assert "input" in lines(driver)[-1]


async def test_many_branches_of_one_point_are_one_row_until_they_are_wanted() -> None:
    async with opened_app(star(20), size=(120, 50)) as driver:
        timeline = driver.screen.timeline
        await driver.press("2", "G", "k", "k", "k")
        view = timeline.view
        assert view is not None
        assert "├─▸ +16 branches" in driver.text("#timeline")
        closed = timeline.row_count
        await driver.press("enter")
        assert "├─▾ 16 branches" in driver.text("#timeline")
        assert timeline.row_count == closed + 33
        await driver.press("z")
        assert timeline.row_count == closed


async def test_going_to_what_is_folded_unfolds_it() -> None:
    async with opened_app(star(20)) as driver:
        timeline = driver.screen.timeline
        assert timeline.select("d03")
        assert timeline.selected == "d03"
        await driver.press("2", "slash")
        await driver.write("d00")
        await driver.press("enter")
        assert timeline.selected == "d00"


async def test_finding_looks_into_folds() -> None:
    async with opened_app(star(20)) as driver:
        await driver.press("2", "slash")
        await driver.write("d03")
        await driver.press("enter")
        timeline = driver.screen.timeline
        view = timeline.view
        assert view is not None
        number = view.lanes.fold_number("d03")
        assert number is not None
        assert timeline.cursor_line() == number


async def test_the_palette_folds_all_runs() -> None:
    async with opened_app(forked()) as driver:
        timeline = driver.screen.timeline
        found = dict(timeline_commands(driver.screen))
        assert list(found) == ["timeline: fold all runs"]
        found["timeline: fold all runs"]()
        assert timeline.view is not None
        assert RowKind.RUN in {row.kind for row in timeline.view.lanes}
        dict(timeline_commands(driver.screen))["timeline: unfold everything"]()
        assert {row.kind for row in timeline.view.lanes} == {RowKind.CHECKPOINT, RowKind.JOIN}
        hits = [hit async for hit in BindingCommands(driver.screen).search("fold all")]
        assert len(hits) == 1


async def test_a_row_stays_where_it_is_on_the_screen_while_the_tree_grows() -> None:
    backend = long_thread(200)
    async with opened_app(backend) as driver:
        timeline = driver.screen.timeline
        opened = driver.screen.history.opened
        assert opened is not None
        await driver.press("2", *["pagedown"] * 3)
        selected, top = timeline.selected, timeline.scroll_offset.y
        assert top > 0
        shown = lines(driver)
        head = backend.rows["t-1"][-1]
        for number in range(5):
            made = replace(head, checkpoint_id=f"e{number}", parent_id=head.checkpoint_id, step=500)
            backend.rows["t-1"].append(made)
            head = made
        await driver.press("ctrl+r")
        await driver.until(lambda: "e4" in opened.tree, "the new checkpoints")
        assert timeline.selected == selected
        await driver.until(lambda: timeline.scroll_offset.y == top + 5, "the rows to stay")
        assert [line[:40] for line in lines(driver)] == [line[:40] for line in shown]


async def test_a_run_that_streams_moves_only_who_is_at_the_head() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    hold = asyncio.Event()
    backend.extra_events = [hold]
    async with opened_app(backend) as driver:
        timeline = driver.screen.timeline
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: timeline.selected == "c06", "the first checkpoint of the run")
        assert "▶" in driver.text("#timeline")
        await driver.press("2", "G")
        assert timeline.selected == "c00"
        hold.set()
        await driver.run_over()
        assert timeline.selected == "c00", "who went elsewhere stays there"
        assert timeline.row_count == 9


@pytest.mark.parametrize(("size", "words"), [((120, 36), "2h"), ((200, 36), "2h ago")])
async def test_an_input_says_how_long_ago_it_was(size: tuple[int, int], words: str) -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    rows = backend.rows["t-1"]
    rows[0] = replace(rows[0], created_at=EPOCH - timedelta(hours=2))
    async with opened_app(backend, size=size) as driver:
        assert lines(driver)[-1].endswith(words)


async def test_ages_are_drawn_again_when_they_change_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    async with opened_app(backend) as driver:
        timeline, clock = driver.screen.timeline, datetime(2026, 1, 1, 12, 1, tzinfo=UTC)
        timeline._now = lambda: clock
        drawn = spied(timeline, monkeypatch)
        timeline.ages_changed()
        assert drawn == [(4, 4)]
        timeline.ages_changed()
        assert drawn == [(4, 4)]


async def test_a_move_along_a_branch_draws_two_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened_app(long_thread(200)) as driver:
        timeline = driver.screen.timeline
        await driver.press("2", "j")
        drawn = spied(timeline, monkeypatch)
        await driver.press("j")
        assert {row for first, last in drawn for row in range(first, last + 1)} == {1, 2}


async def test_a_tree_without_anything_to_fold_says_nothing() -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("2", "z")
        assert driver.screen.timeline.row_count == 1
        await driver.press("z")
        assert driver.screen.timeline.row_count == 5


async def test_at_the_end_one_sees_that_older_checkpoints_are_gone() -> None:
    backend = long_thread(200)
    del backend.rows["t-1"][:100]
    async with opened_app(backend) as driver:
        await driver.press("2", "G")
        await driver.until(lambda: driver.screen.timeline.summary == "100 checkpoints", "all pages")
        await driver.press("G")
        assert lines(driver)[-1] == " ✂ older checkpoints are gone"
