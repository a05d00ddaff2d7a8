"""The threads pane: rows for any width, statuses that stay true by themselves, making, deleting and copying."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from tests.fakes import EPOCH, FakeBackend
from tests.ui.driving import Driver, app_on_fake, app_on_server, opened_app
from tui.backends.errors import CannotConnect
from tui.domain.addresses import Address
from tui.screens.dialogs import ChooseScreen


def several() -> FakeBackend:
    """The weather thread and three others of other statuses, each a minute older."""
    backend = FakeBackend()
    backend.add_weather_thread()
    for number, status in enumerate(("error", "interrupted", "busy")):
        thread_id = f"x-{status}"
        backend.rows[thread_id], backend.run_list[thread_id] = [], []
        backend.threads[thread_id] = replace(
            backend.threads["t-1"],
            thread_id=thread_id,
            status=status,
            updated_at=EPOCH - timedelta(minutes=number + 1),
            metadata={"title": f"샌프란시스코 {status} 🙂"},
            preview={"type": "ai", "id": "a", "content": "said last"},
        )
    return backend


async def look(driver: Driver) -> None:
    driver.screen.statuses.look()
    await driver.until(lambda: not driver.screen.statuses.is_looking, "the look")


async def test_a_status_that_changed_at_the_server_shows_by_itself_and_nothing_else_moves() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        threads = driver.screen.threads_list
        await driver.press("j")
        before = driver.text("#threads").splitlines()
        asked = len(backend.sent("search_threads"))
        backend.threads["x-busy"] = replace(backend.threads["x-busy"], status="idle", updated_at=EPOCH)
        await look(driver)
        after = driver.text("#threads").splitlines()
        assert [y for y, (old, new) in enumerate(zip(before, after, strict=True)) if old != new] == [3]
        assert after[3].startswith(" ● ")
        assert len(backend.sent("search_threads")) == asked + 2
        assert threads.selected is not None
        assert threads.selected.thread_id == "x-error"


async def test_a_look_that_finds_nothing_new_asks_once_and_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = several()
    async with opened_app(backend) as driver:
        asked = len(backend.calls)
        drawn: list[Any] = []
        monkeypatch.setattr(driver.screen.threads_list, "refresh", lambda *regions, **_: drawn.append(regions))
        await look(driver)
        assert [name for name, _ in backend.calls[asked:]] == ["search_threads"]
        assert backend.calls[-1][1].limit <= 20
        assert not drawn


async def test_a_thread_that_somebody_else_made_comes_first() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        made = await backend.create_thread(thread_id="new", metadata={"title": "brand new"})
        backend.threads["new"] = replace(made, updated_at=EPOCH + timedelta(seconds=1))
        await look(driver)
        assert [thread.thread_id for thread in driver.screen.threads_list.threads][:2] == ["new", "t-1"]
        assert driver.screen.threads.facts == "5"


async def test_a_filter_keeps_others_out() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        await driver.press("s")
        threads = driver.screen.threads_list
        await driver.until(lambda: [t.thread_id for t in threads.threads] == ["x-interrupted"], "the filter")
        await backend.create_thread(thread_id="new")
        await look(driver)
        assert [t.thread_id for t in threads.threads] == ["x-interrupted"]


async def test_reading_again_goes_along_only_with_who_is_at_the_head() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        last = backend.rows["t-1"][-1]
        backend.rows["t-1"].append(replace(last, checkpoint_id="c05", parent_id=last.checkpoint_id, step=4))
        timeline = driver.screen.timeline
        assert timeline.selected == "c04"
        await driver.press("ctrl+r")
        await driver.until(lambda: timeline.row_count == 6, "the new checkpoint")
        assert timeline.selected == "c05", "who is at the head stays at the head"
        await driver.press("2", "j", "j")
        backend.rows["t-1"].append(replace(last, checkpoint_id="c06", parent_id="c05", step=5))
        await driver.press("ctrl+r")
        await driver.until(lambda: timeline.row_count == 7, "the next checkpoint")
        assert timeline.selected == "c03", "and who is elsewhere stays there"


async def test_a_server_that_does_not_answer_a_look_is_said_in_the_header_only() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        backend.fail["search_threads"] = CannotConnect("No answer.")
        await look(driver)
        assert "offline" in driver.text("#header")
        assert not driver.heard
        await look(driver)
        assert "live" in driver.text("#header")


async def test_a_second_line_where_there_is_room() -> None:
    async with opened_app(several(), size=(240, 60)) as driver:
        threads = driver.screen.threads_list
        assert threads.row_height == 2
        lines = driver.text("#threads").splitlines()
        assert "error 🙂" in lines[2]
        assert "said last" in lines[3]
        await driver.press("j", "j")
        assert threads.selected is not None
        assert threads.selected.thread_id == "x-interrupted"
        await driver.pilot.click("#threads", offset=(5, 4))
        assert threads.selected.thread_id == "x-error"
        await driver.pilot.resize_terminal(120, 36)
        await driver.until(lambda: threads.row_height == 1, "the small terminal")
        assert "said last" not in driver.text("#threads")
        assert threads.selected.thread_id == "x-error"


async def test_the_id_of_the_thread_is_copied_first() -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("y")
        assert isinstance(driver.app.screen, ChooseScreen)
        await driver.press("enter")
        assert driver.app.clipboard == "t-1"


@pytest.mark.parametrize("width", [100, 120, 200])
async def test_titles_line_up(width: int) -> None:
    async with opened_app(several(), size=(width, 30)) as driver:
        threads = driver.screen.threads_list
        cells = threads.scrollable_content_region.width
        for y in range(4):
            strip = threads.render_line(y)
            assert strip.cell_length == cells
            assert strip.text.rstrip().endswith("m") or y == 0


async def test_a_thread_without_a_title_is_named_by_its_question_as_long_as_it_lives(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    thread_id = str(client.threads.create()["thread_id"])
    asked = {"messages": [{"role": "user", "content": "is it foggy in sf?"}]}
    client.runs.wait(thread_id, "agent", input=asked)
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        threads = driver.screen.threads
        assert driver.screen.history.title == "is it foggy in sf?"
        await driver.press("ctrl+r")
        glanced = await driver.screen.session.backend.glance(thread_id)
        assert glanced.first is None
        threads.put(glanced)
        threads.mark_busy(thread_id)
        assert driver.screen.history.title == "is it foggy in sf?"
        assert "is it foggy in" in driver.text("#threads")
