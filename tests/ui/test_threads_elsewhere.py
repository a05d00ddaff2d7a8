"""The threads pane when others deleted or cancelled what it lists, and lists of the server do not tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.fakes import EPOCH, FakeBackend
from tests.ui.driving import opened_app
from tests.ui.test_threads import listed, look, selected, several
from tui.backends.base import ThreadPage, ThreadQuery
from tui.screens.status_watch import NEWEST


async def test_an_old_thread_that_was_deleted_elsewhere_goes_when_the_cursor_rests_on_it() -> None:
    backend = FakeBackend()
    for _ in range(NEWEST + 10):
        made = backend.add_weather_thread()
        backend.threads[made] = replace(backend.threads[made], updated_at=EPOCH - timedelta(minutes=len(backend.rows)))
    async with opened_app(backend) as driver:
        await look(driver)
        by_key, by_mouse, there = listed(driver)[-1], listed(driver)[-3], listed(driver)[-2]
        for thread_id in (by_key, by_mouse):
            del backend.threads[thread_id]
        await look(driver)
        assert by_key in listed(driver), "no look reaches so far"
        await driver.press("1", "G")
        await driver.until(lambda: by_key not in listed(driver), "the row to go")
        assert driver.heard[-1].endswith(f" …{by_key[-8:]} is gone: it was deleted elsewhere.")
        assert selected(driver) == there
        assert driver.screen.threads.facts == str(NEWEST + 8), "the server's number"
        await driver.press("k", "k")
        await driver.press("j", "j")
        row = driver.screen.threads_list
        y = listed(driver).index(by_mouse) * row.row_height - row.scroll_offset.y
        await driver.pilot.click("#threads", offset=(5, y + 1))
        await driver.until(lambda: by_mouse not in listed(driver), "the row that was clicked to go")
        assert by_mouse[-8:] in driver.heard[-1]
        assert there in listed(driver)


async def test_cancelled_threads_are_not_counted_among_those_that_wait_and_stand_behind_them() -> None:
    backend = several()
    for number, thread_id in enumerate(("c-new", "c-old")):
        backend.rows[thread_id], backend.run_list[thread_id] = [], []
        updated = EPOCH + timedelta(minutes=1 - 9 * number)
        stopped = replace(backend.threads["x-interrupted"], thread_id=thread_id, updated_at=updated)
        backend.threads[thread_id] = replace(stopped, error="UserInterrupt: cancelled")
    search = backend.search_threads

    async def without_errors(query: ThreadQuery) -> ThreadPage:
        page = await search(query)
        return replace(page, threads=[replace(thread, error=None) for thread in page.threads])

    backend.search_threads = without_errors  # type: ignore[method-assign]
    async with opened_app(backend) as driver:
        await driver.press("i")
        wanted = ["x-interrupted", "c-new", "t-1", "x-error", "x-busy", "c-old"]
        await driver.until(lambda: listed(driver) == wanted, "what waits, then the rest by time")
        threads = driver.screen.threads
        await driver.until(lambda: (threads.title, threads.facts) == ("1 waiting first", "6"), "the number")
        assert "1 waiting first" in str(driver.screen.threads_list.border_title)
        await driver.press("i", "s")
        await driver.until(lambda: listed(driver) == ["x-interrupted", "c-new", "c-old"], "the filter")
        assert (threads.title, threads.facts) == ("Only interrupted", "‖1 ⊘2")
