"""Older checkpoints that come by themselves: nothing jumps, one can stop it and go on, and it knows when to ask."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from textual.content import Content

from tests.benchmarks.long_threads import ThreadMaker
from tests.fakes import FakeBackend
from tests.ui.driving import Driver, app_on_server, opened_app
from tests.ui.test_navigation import long_thread
from tui.backends.errors import ConnectionLost
from tui.screens import older_pages
from tui.screens.garbage import GARBAGE
from tui.session.open_thread import FIRST_PAGE


@dataclass
class SlowBackend(FakeBackend):
    """Hands out a page of history for each permit, what the first picture needs aside."""

    permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    handed_out: int = 0

    async def before_page(self) -> None:
        """Wait for a permit."""
        limit, before = self.calls[-1][1]
        if before is not None and limit != FIRST_PAGE:
            await self.permits.acquire()
        self.handed_out += 1

    def allow(self, pages: int = 1000) -> None:
        """Permit so many pages more."""
        for _ in range(pages):
            self.permits.release()


def slow(length: int, *, page: int = 20) -> SlowBackend:
    made = long_thread(length)
    return SlowBackend(threads=made.threads, rows=made.rows, run_list=made.run_list, page_limit=page)


def foot(driver: Driver) -> str:
    """What stands in the lower border of the timeline."""
    title = driver.screen.timeline.border_subtitle
    return title.plain if isinstance(title, Content) else str(title or "")


def last_row(driver: Driver) -> str:
    timeline = driver.screen.timeline
    return "".join(text for text, _ in timeline.row_at(timeline.row_count - 1, 60))


async def test_all_of_a_thread_comes_by_itself_and_nothing_moves() -> None:
    backend = slow(400)
    backend.allow(3)
    async with opened_app(backend) as driver:
        timeline = driver.screen.timeline
        await driver.until(lambda: timeline.row_count > 70, "three pages")
        assert last_row(driver) == " ┄ older checkpoints, not loaded yet"
        await driver.press("2", "pagedown", "j", "j")
        place = timeline.selected, timeline.scroll_offset.y
        shown = driver.text("#timeline")
        backend.allow()
        await driver.until(lambda: timeline.summary == "400 checkpoints", "everything")
        assert (timeline.selected, timeline.scroll_offset.y) == place
        assert driver.text("#timeline") == shown
        assert timeline.row_count == 400
        assert foot(driver) == ""
        await driver.press("G")
        assert timeline.selected == "c00"


async def test_what_comes_is_not_looked_through_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older_pages, "KEPT_FROM", 70)
    kept: list[int] = []
    async with opened_app(backend := slow(400)) as driver:
        timeline = driver.screen.timeline
        monkeypatch.setattr(GARBAGE, "keep", lambda: kept.append(timeline.row_count))
        backend.allow(3)
        await driver.until(lambda: timeline.row_count > 70, "three pages")
        assert len(kept) == 1, "it was not kept as it came"
        backend.allow()
        await driver.until(lambda: timeline.summary == "400 checkpoints", "everything")
    assert 1 < len(kept) <= 5


async def test_it_is_seen_and_escape_stops_it_and_the_end_key_goes_on() -> None:
    backend = slow(400)
    async with opened_app(backend) as driver:
        await driver.press("2")
        await driver.until(lambda: "esc stops" in foot(driver), "that it is being read")
        backend.allow(4)
        await driver.until(lambda: backend.handed_out > 5 and "101+" in driver.screen.timeline.summary, "pages")
        await driver.press("escape")
        await driver.until(lambda: foot(driver) == "stopped · G reads on", "that it stopped")
        assert driver.screen.current_pane == "timeline", "this escape had something else to do"
        backend.allow()
        for key in ("j", "j", "k"):
            await driver.press(key)
        assert driver.screen.timeline.summary == "101+ checkpoints", "who stopped it does not want more"
        await driver.press("G")
        await driver.until(lambda: driver.screen.timeline.summary == "400 checkpoints", "everything")
        await driver.press("escape")
        assert driver.screen.current_pane == "threads"


async def test_the_end_key_goes_to_the_end_once_it_is_read() -> None:
    backend = slow(400)
    async with opened_app(backend) as driver:
        timeline = driver.screen.timeline
        await driver.until(lambda: "esc stops" in foot(driver), "that it is being read")
        await driver.press("2", "G")
        assert timeline.selected != "c00"
        await driver.press("escape")
        await driver.until(lambda: foot(driver) == "stopped · G reads on", "that it stopped")
        await driver.press("G")
        backend.allow()
        await driver.until(lambda: timeline.selected == "c00", "the oldest row")
        await driver.until(lambda: driver.shown_id == "c00", "its state")
        assert timeline.scroll_offset.y == timeline.max_scroll_y


async def test_who_leaves_the_last_row_meanwhile_stays_there() -> None:
    backend = slow(400)
    async with opened_app(backend) as driver:
        timeline = driver.screen.timeline
        await driver.press("2", "G", "k", "j", "k")
        place = timeline.selected
        backend.allow()
        await driver.until(lambda: timeline.summary == "400 checkpoints", "everything")
        await driver.until(lambda: timeline.row_count == 400, "all rows")
        assert timeline.selected == place


async def test_escape_in_the_state_goes_back_and_the_reading_goes_on() -> None:
    backend = slow(400)
    async with opened_app(backend) as driver:
        await driver.press("3")
        await driver.until(lambda: "esc stops" in foot(driver), "that it is being read")
        await driver.press("escape")
        assert driver.screen.current_pane == "timeline"
        backend.allow()
        await driver.until(lambda: driver.screen.timeline.summary == "400 checkpoints", "everything")


async def test_what_weighs_much_is_not_read_without_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older_pages, "BY_ITSELF_BYTES", 100_000)
    async with opened_app(long_thread(400, page=20)) as driver:
        timeline = driver.screen.timeline
        await driver.until(lambda: foot(driver) == "G reads older checkpoints", "the offer")
        assert timeline.summary == "121+ checkpoints"
        await driver.press("2", "pagedown", "pagedown")
        await driver.until(lambda: timeline.summary == "141+ checkpoints", "what the cursor needs")
        await driver.press("G")
        await driver.until(lambda: timeline.summary == "400 checkpoints", "everything")


async def test_who_scrolled_away_from_the_cursor_is_not_taken_back() -> None:
    backend = slow(400)
    backend.allow(5)
    async with opened_app(backend) as driver:
        timeline = driver.screen.timeline
        await driver.until(lambda: timeline.row_count > 100, "some pages")
        timeline.scroll_to(y=50, animate=False, immediate=True)
        await driver.pilot.pause()
        backend.allow()
        await driver.until(lambda: timeline.row_count == 400, "everything")
        assert timeline.scroll_offset.y == 50
        assert timeline.cursor_line() == 0


async def test_a_page_that_fails_is_told_and_the_end_key_tries_again() -> None:
    backend = slow(200)
    async with opened_app(backend) as driver:
        backend.fail["history"] = ConnectionLost("The connection was lost.", hint="Is the server up?")
        backend.allow()
        await driver.until(lambda: any("connection was lost" in text for text in driver.heard), "the message")
        await driver.until(lambda: foot(driver) == "stopped · G reads on", "what to do")
        await driver.press("2", "G")
        await driver.until(lambda: driver.screen.timeline.summary == "200 checkpoints", "everything")


async def test_another_thread_is_read_from_its_own_beginning() -> None:
    backend = slow(200)
    backend.add_weather_thread()
    async with opened_app(backend) as driver:
        first = driver.screen.history.opened
        await driver.press("1", "j", "enter")
        await driver.until(lambda: driver.screen.history.opened is not first, "the other thread")
        backend.allow()
        await driver.until(lambda: not driver.screen.history.older.is_reading, "the end of reading")
        other = driver.screen.history.opened
        assert other is not None
        assert other.tree.complete


async def test_what_is_not_drawn_yet_can_be_gone_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older_pages, "REDRAW_SECONDS", 3600.0)
    backend = slow(400)
    async with opened_app(backend) as driver:
        backend.allow(8)
        opened = driver.screen.history.opened
        assert opened is not None
        await driver.until(lambda: len(opened.tree) > 150, "some pages")
        oldest = opened.tree.oldest_id
        assert oldest is not None
        assert driver.screen.timeline.select(oldest)
        assert driver.screen.timeline.selected == oldest


async def test_a_thread_that_cannot_be_read_says_why_in_its_place() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    backend.fail["history"] = ConnectionLost("The connection was lost.", hint="Is the server up?")
    async with opened_app(backend) as driver:
        says = " ".join(driver.text("#timeline").split())
        assert says == "The connection was lost. Is the server up? enter on a thread tries again."
        await driver.press("enter")
        await driver.until(lambda: driver.screen.timeline.summary == "5 checkpoints", "the thread")


async def test_a_long_thread_of_a_real_server_is_read_to_its_end(server_url: str) -> None:
    make = ThreadMaker(server_url)
    try:
        thread = make.created(
            {
                "metadata": {"graph_id": "echo"},
                "supersteps": [
                    {
                        "updates": [
                            {"values": {"messages": [{"role": "user", "content": str(n)}]}, "as_node": "__input__"}
                        ]
                    }
                    for n in range(150)
                ],
            }
        )
    finally:
        make.close()
    async with app_on_server(server_url) as driver:
        await driver.press("enter")
        opened = driver.screen.history.opened
        assert opened is not None
        assert opened.thread_id == thread
        await driver.until(lambda: driver.screen.timeline.summary == "150 checkpoints", "all pages")
