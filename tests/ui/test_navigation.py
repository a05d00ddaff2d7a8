"""Moving around: panes, cursors, branches, pages, finding; in wide, narrow and tiny terminals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import EPOCH, FakeBackend
from tests.snapshots.svg import screen_lines
from tests.ui.driving import Driver, app_on_fake, opened_app
from tui.domain.checkpoint import Checkpoint
from tui.domain.lanes import RowKind
from tui.screens.dialogs import ChooseScreen
from tui.screens.help import HelpScreen
from tui.screens.runs import RunsScreen
from tui.screens.too_small import TooSmallScreen
from tui.widgets.inspector import TABS
from tui.widgets.tab_title import SHORT


def long_thread(length: int, *, page: int = 1000) -> FakeBackend:
    """A thread of `length` checkpoints in one line."""
    backend = FakeBackend(page_limit=page)
    backend.add_weather_thread()
    last = backend.rows["t-1"][-1]
    for number in range(len(backend.rows["t-1"]), length):
        made = replace(last, checkpoint_id=f"d{number:06}", parent_id=last.checkpoint_id, step=number - 1)
        backend.rows["t-1"].append(made)
        last = made
    backend.rows["t-1"].sort(key=lambda row: row.checkpoint_id)
    return backend


def forked() -> FakeBackend:
    """The weather thread with two more branches from step 1: c05-c06 and c07-c08."""
    backend = FakeBackend()
    backend.add_weather_thread()
    rows = backend.rows["t-1"]
    for first in (5, 7):
        for number, parent, step in ((first, "c02", 2), (first + 1, f"c{first:02}", 3)):
            old: Checkpoint = rows[step + 1]
            rows.append(replace(old, checkpoint_id=f"c{number:02}", parent_id=parent, step=step))
    return backend


async def test_panes_by_number_tab_and_escape() -> None:
    async with app_on_fake() as (driver, _):
        screen = driver.screen
        assert screen.current_pane == "threads"
        for key, pane in (("2", "timeline"), ("3", "inspector"), ("1", "threads")):
            await driver.press(key)
            assert screen.current_pane == pane
        await driver.press("enter")
        await driver.until(lambda: screen.current_pane == "timeline")
        await driver.press("enter")
        assert screen.current_pane == "inspector"
        await driver.press("tab")
        assert screen.current_pane == "threads", "no run yet, so no live pane"
        await driver.press("shift+tab", "escape")
        assert screen.current_pane == "timeline"
        await driver.press("escape", "escape")
        assert screen.current_pane == "threads"


async def go_on_although_small(driver: Driver) -> None:
    if isinstance(driver.app.screen, TooSmallScreen):
        await driver.press("enter")


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5)])
async def test_one_pane_at_a_time_in_a_narrow_terminal(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size) as (driver, _):
        await go_on_although_small(driver)
        for key, pane in (("1", "threads"), ("2", "timeline"), ("3", "inspector")):
            await driver.press(key)
            shown = [
                name for name in ("threads", "timeline", "inspector") if driver.screen.query_one(f"#{name}").display
            ]
            assert shown == [pane]
        await driver.press("2", "j", "j", "r")
        await driver.yes()
        await driver.run_over()
        assert driver.screen.current_pane == "timeline", "the live pane makes way when the run has ended"
        await driver.press("4")
        assert driver.screen.current_pane == "live"
        assert not driver.screen.query_one("#panes").display


async def test_everything_opens_in_a_tiny_terminal() -> None:
    async with app_on_fake(size=(40, 10)) as (driver, _):
        await go_on_although_small(driver)
        await driver.press("2", "j", "j", "question_mark")
        assert isinstance(driver.app.screen, HelpScreen)
        await driver.press("escape", "R")
        assert isinstance(driver.app.screen, RunsScreen)
        await driver.press("enter", "escape", "escape", "y")
        assert isinstance(driver.app.screen, ChooseScreen)
        await driver.press("escape", "i", "h", "i", "escape", "e")
        await driver.until(lambda: driver.screen.inspector.is_editing)
        await driver.press("x", "ctrl+s")
        await driver.asked()
        await driver.press("n", "escape", "ctrl+p")
        await driver.pilot.resize_terminal(130, 40)
        await driver.press("escape")
        assert driver.screen.query_one("#threads").display


async def test_resizing_moves_nothing() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        before = driver.screen.timeline.selected
        for size in ((80, 24), (40, 10), (200, 60), (99, 30), (100, 30)):
            await driver.pilot.resize_terminal(*size)
            await driver.pilot.pause()
            assert driver.screen.timeline.selected == before
            assert driver.screen.current_pane == "timeline"


async def test_the_cursor_skips_joins_and_finds_its_way_through_branches() -> None:
    async with app_on_fake(backend=forked()) as (driver, _):
        timeline = driver.screen.timeline
        await driver.press("2")
        assert timeline.summary == "9 checkpoints · 3 branches"
        visited = [timeline.selected]
        for _step in range(timeline.row_count):
            await driver.press("j")
            visited.append(timeline.selected)
        assert visited[:9] == ["c08", "c07", "c06", "c05", "c04", "c03", "c02", "c01", "c00"]
        assert set(visited[9:]) == {"c00"}
        await driver.press("G")
        assert timeline.selected == "c00"
        await driver.press("g")
        assert timeline.selected == "c08"
        await driver.press("h")
        assert timeline.selected == "c02", "left goes to the fork point"
        await driver.press("h")
        assert timeline.selected == "c00", "and then to the beginning"
        await driver.press("l")
        assert timeline.selected == "c08", "right goes into the newest branch"
        siblings = []
        for key in ("less_than_sign", "less_than_sign", "less_than_sign", "greater_than_sign"):
            await driver.press(key)
            siblings.append(timeline.selected)
        assert siblings == ["c06", "c04", "c08", "c04"], "their tips, round and back"
        await driver.press("h", "greater_than_sign")
        assert timeline.selected == "c02", "the trunk has no siblings"
        assert driver.heard[-1] == "No sibling branch here: l goes into the newest branch, h back."


async def test_the_path_to_the_root_is_bright_and_the_rest_calm() -> None:
    async with app_on_fake(backend=forked()) as (driver, _):
        await driver.press("2", "g", "j", "j")
        timeline = driver.screen.timeline
        assert timeline.selected == "c06"
        bright = {
            row.checkpoint_id
            for number, row in enumerate(timeline.view.lanes if timeline.view is not None else ())
            if row.kind is RowKind.CHECKPOINT and timeline.row_at(number, 60)[-4][1] != "calm"
        }
        assert bright == {"c06", "c05", "c02", "c01", "c00"}


async def test_the_selection_stays_while_the_tree_grows() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.select_step(0)
        selected = driver.screen.timeline.selected
        last = backend.rows["t-1"][-1]
        backend.rows["t-1"].append(replace(last, checkpoint_id="c05", parent_id=last.checkpoint_id, step=4))
        await driver.press("ctrl+r")
        await driver.until(lambda: driver.screen.timeline.row_count == 6)
        assert driver.screen.timeline.selected == selected


async def test_a_thousand_threads_are_read_page_by_page() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    for number in range(300):
        thread = await backend.create_thread(thread_id=f"extra-{number:03}")
        backend.threads[thread.thread_id] = replace(
            thread, updated_at=EPOCH - timedelta(minutes=number + 1), metadata={"title": f"thread number {number}"}
        )
    async with opened_app(backend) as driver:
        threads = driver.screen.threads_list
        assert len(threads.threads) == 50
        await driver.press("G")
        await driver.until(lambda: len(threads.threads) > 50)
        for _page in range(10):
            await driver.press("G")
            await driver.until(lambda: not driver.screen.threads.is_reading)
        assert len(threads.threads) == 301
        assert threads.selected is not None
        assert threads.selected.thread_id == "extra-299"
        await driver.press("slash")
        await driver.write("number 17")
        await driver.press("enter")
        assert threads.selected.metadata["title"] == "thread number 17"
        await driver.press("n")
        assert threads.selected.metadata["title"] == "thread number 170"
        await driver.press("N")
        assert threads.selected.metadata["title"] == "thread number 17"


async def test_status_filter_and_waiting_first() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    for number, status in enumerate(("error", "interrupted", "busy")):
        thread = await backend.create_thread(thread_id=f"x-{status}")
        older = EPOCH - timedelta(minutes=number + 1)
        backend.threads[thread.thread_id] = replace(thread, status=status, updated_at=older)
    async with opened_app(backend) as driver:
        threads = driver.screen.threads_list
        assert [t.thread_id for t in threads.threads] == ["t-1", "x-error", "x-interrupted", "x-busy"]
        await driver.press("i")
        await driver.until(lambda: threads.threads[0].thread_id == "x-interrupted")
        assert len(threads.threads) == 4
        await driver.press("s")
        await driver.until(lambda: [t.thread_id for t in threads.threads] == ["x-interrupted"])
        assert "interrupted" in str(threads.border_title)
        await driver.press("s", "s", "s", "s")
        await driver.until(lambda: len(threads.threads) == 4)


async def test_all_tabs_of_the_inspector(driver_on_weather: Driver) -> None:
    driver = driver_on_weather
    inspector = driver.screen.inspector
    await driver.select_step(3)
    await driver.press("3")
    assert "It is fine: weather in Santa Fe" in driver.text("#tab-messages")
    seen = [inspector.tab]
    for _tab in TABS[1:]:
        await driver.press("right_square_bracket")
        seen.append(inspector.tab)
        assert inspector.view.has_focus
    assert tuple(seen) == TABS
    assert '"role"' not in driver.text("#tab-json")
    assert '"content": "what\'s the weather' in driver.text("#tab-json")
    await driver.press("left_square_bracket")
    assert driver.shown_id in driver.text("#tab-checkpoint")  # type: ignore[operator]
    await driver.press("left_square_bracket", "enter", "j", "right")
    assert "what's the weather" in driver.text("#tab-state")


async def test_find_in_the_inspector(driver_on_weather: Driver) -> None:
    driver = driver_on_weather
    await driver.select_step(3)
    await driver.press("3", "right_square_bracket", "right_square_bracket", "right_square_bracket", "slash")
    await driver.write("call_1")
    await driver.press("enter", "n", "n")
    assert "call_1" in driver.text("#tab-json")
    await driver.press("slash")
    await driver.write("zzz")
    assert "no match" in driver.text("#find-count")


@pytest.mark.parametrize("pane", ["threads", "timeline", "inspector", "live"])
async def test_find_counts_and_goes_round_in_every_pane(pane: str) -> None:
    backend = FakeBackend()
    for _ in range(3):
        backend.add_weather_thread()
    async with app_on_fake(backend=backend) as (driver, _):
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.run_over()
        driver.screen.show_pane(pane)
        await driver.press("slash")
        await driver.write("a")
        first, total = counted(driver)
        assert 1 <= first <= total
        await driver.press("enter")
        assert driver.screen.current_pane == pane
        seen = []
        for _ in range(total):
            await driver.press("n")
            seen.append(counted(driver)[0])
        assert seen == [*range(first + 1, total + 1), *range(1, first + 1)]
        await driver.press("N")
        assert counted(driver)[0] == (first - 2) % total + 1
        await driver.press("escape")
        assert driver.screen.current_pane == pane
        assert not driver.screen.query_one("#find").has_class("-open")


def counted(driver: Driver) -> tuple[int, int]:
    words = driver.text("#find-count").split()
    assert words[1] == "of", words
    return int(words[0]), int(words[2])


async def test_the_mouse_selects_opens_and_changes_tabs() -> None:
    async with app_on_fake() as (driver, _):
        await driver.pilot.click("#timeline", offset=(10, 3))
        assert driver.screen.timeline.selected == "c02"
        assert driver.screen.current_pane == "timeline"
        await driver.pilot.click("#timeline", offset=(10, 2), times=2)
        await driver.until(lambda: driver.screen.current_pane == "inspector", "a double click goes in")
        await driver.pilot.click("#inspector", offset=(16, 0))
        assert driver.screen.inspector.tab == "State"
        await driver.pilot.click("#threads", offset=(5, 1), times=2)
        await driver.until(lambda: driver.screen.current_pane == "timeline", "a double click opens")


@pytest.mark.parametrize("size", [(120, 36), (100, 30), (80, 24)])
async def test_every_tab_is_named_and_goes_to_the_front_with_a_click(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size) as (driver, _):
        await driver.press("3")
        inspector = driver.screen.inspector
        for tab in ("JSON", "State", "Checkpoint", "Messages", "Checkpoint"):
            y = inspector.region.y
            title = "".join(segment.text for segment in screen_lines(driver.app)[y])
            name = tab if tab in title else SHORT[tab]
            await driver.pilot.click(
                "#inspector", offset=(title.index(name, inspector.region.x) - inspector.region.x, 0)
            )
            assert inspector.tab == tab
            assert "…" not in title[inspector.region.x :]


async def test_the_live_pane_follows_its_tail_until_one_looks_back() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.run_over()
        pane = driver.screen.live_pane
        assert pane.has_class("-folded")
        await driver.press("4")
        assert not pane.has_class("-folded")
        assert "result of weather in Santa Fe" in driver.text("#live")
        await driver.press("k")
        assert "f follows the tail" in str(pane.border_title)
        await driver.press("f")
        assert "f follows" not in str(pane.border_title)
        await driver.press("2")
        assert pane.has_class("-folded")


async def test_resizing_keeps_the_cursor_in_sight() -> None:
    async with app_on_fake(backend=long_thread(300)) as (driver, _):
        await driver.press("2", *["j"] * 30)
        timeline = driver.screen.timeline
        selected = timeline.selected
        for size in ((80, 24), (120, 20), (200, 50), (60, 14)):
            await driver.pilot.resize_terminal(*size)
            await driver.until(lambda: cursor_is_seen(driver), f"the cursor at {size}")
            assert timeline.selected == selected


def cursor_is_seen(driver: Driver) -> bool:
    timeline = driver.screen.timeline
    at = timeline.cursor_line()
    top, height = timeline.scroll_offset.y, timeline.scrollable_content_region.height
    return at is not None and top <= at < top + height and timeline.has_focus


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_what_comes_above_is_counted_until_it_is_in_sight(size: tuple[int, int]) -> None:
    backend = long_thread(80)
    async with app_on_fake(size=size, backend=backend) as (driver, _):
        timeline = driver.screen.timeline

        def says() -> bool:
            line = screen_lines(driver.app)[0 if size[0] == 80 else 1]
            return "3 newer above · g" in "".join(segment.text for segment in line)

        await driver.press("2", "pagedown", "pagedown")
        await driver.until(lambda: timeline.row_count == 80, "all rows")
        assert not timeline.newer_above, "nothing came"
        last = backend.rows["t-1"][-1]
        for number in range(3):
            made = replace(last, checkpoint_id=f"e{number}", parent_id=last.checkpoint_id, step=80 + number)
            backend.rows["t-1"].append(made)
            last = made
        selected = timeline.selected
        await driver.press("ctrl+r")
        await driver.until(says, "how many came")
        assert timeline.selected == selected
        await driver.press("g")
        await driver.until(lambda: not says(), "that they are seen")
