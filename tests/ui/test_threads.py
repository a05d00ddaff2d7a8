"""The threads pane: rows for any width, statuses that stay true by themselves, making, deleting and copying."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from tests.fakes import EPOCH, FakeBackend
from tests.ui.driving import Driver, app_on_fake, app_on_server, opened_app
from tui.backends.base import ThreadPage, ThreadQuery
from tui.backends.errors import CannotConnect
from tui.domain.addresses import Address
from tui.domain.checkpoint import ServerInfo, Thread
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


def listed(driver: Driver) -> list[str]:
    return [thread.thread_id for thread in driver.screen.threads_list.threads]


def selected(driver: Driver) -> str | None:
    thread = driver.screen.threads_list.selected
    return thread.thread_id if thread is not None else None


async def test_a_thread_that_was_updated_comes_first_by_itself_and_the_cursor_stays_on_its_thread() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        assert listed(driver) == ["t-1", "x-error", "x-interrupted", "x-busy"]
        await driver.press("j")
        await look(driver)
        backend.threads["x-busy"] = replace(backend.threads["x-busy"], updated_at=EPOCH + timedelta(minutes=1))
        await driver.press("k", "j")
        await look(driver)
        assert listed(driver)[-1] == "x-busy", "rows stay for who walks through them"
        await look(driver)
        assert listed(driver) == ["x-busy", "t-1", "x-error", "x-interrupted"]
        assert selected(driver) == "x-error"


async def test_threads_that_were_deleted_elsewhere_go_by_themselves(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    opened, other, ghost = (str(client.threads.create()["thread_id"]) for _ in range(3))
    async with app_on_server(server_url, open_address=Address(opened)) as driver:
        await driver.until(lambda: driver.screen.threads.facts.endswith(tuple("0123456789")), "the number of threads")
        before = int(driver.screen.threads.facts)
        client.threads.delete(other)
        await look(driver)
        assert other not in listed(driver)
        assert driver.screen.threads.facts == str(before - 1)
        client.threads.delete(ghost)
        driver.screen.threads_list.select(ghost)
        await driver.press("1", "enter")
        await driver.until(lambda: ghost not in listed(driver), "the row to go, since there is no such thread")
        assert "404" in driver.heard[-1]
        assert driver.screen.threads.facts == str(before - 2)
        assert driver.screen.history.opened is not None
        assert driver.screen.history.opened.thread_id == opened, "what was open stays"


async def test_a_thread_that_a_look_did_not_see_is_asked_for_before_it_goes() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        hidden = backend.threads.pop("x-error")

        async def glance(thread_id: str) -> Thread:
            assert thread_id == "x-error", "no other is missing"
            return hidden

        backend.glance = glance  # type: ignore[method-assign]
        await look(driver)
        assert "x-error" in listed(driver)


async def test_in_a_long_list_the_row_under_the_cursor_stays_where_it_stands() -> None:
    backend = FakeBackend()
    for _ in range(60):
        made = backend.add_weather_thread()
        backend.threads[made] = replace(backend.threads[made], updated_at=EPOCH - timedelta(minutes=len(backend.rows)))
    async with opened_app(backend) as driver:
        await driver.press("G", "k", "k")
        await look(driver)
        threads, under = driver.screen.threads_list, selected(driver)

        def line() -> int:
            return (threads.cursor_line() or 0) - threads.scroll_offset.y

        before = line()
        oldest = listed(driver)[-1]
        backend.threads[oldest] = replace(backend.threads[oldest], updated_at=EPOCH, status="busy")
        await look(driver)
        await look(driver)
        assert listed(driver)[0] == oldest
        assert (selected(driver), line()) == (under, before)


async def test_waiting_threads_stay_first_and_a_filter_lets_go_what_has_changed() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        await driver.press("i")
        await driver.until(lambda: listed(driver)[0] == "x-interrupted", "the waiting ones first")
        backend.threads["x-busy"] = replace(backend.threads["x-busy"], updated_at=EPOCH + timedelta(minutes=1))
        await look(driver)
        await look(driver)
        assert listed(driver) == ["x-interrupted", "x-busy", "t-1", "x-error"]
        await driver.press("i", "s")
        await driver.until(lambda: listed(driver) == ["x-interrupted"], "the filter")
        backend.threads["x-error"] = replace(backend.threads["x-error"], status="interrupted")
        await look(driver)
        await driver.press("g")
        assert selected(driver) == "x-error"
        backend.threads["x-interrupted"] = replace(backend.threads["x-interrupted"], status="idle", updated_at=EPOCH)
        await look(driver)
        await look(driver)
        assert listed(driver) == ["x-error"]
        assert driver.screen.threads.facts == "1"


async def test_threads_that_look_alike_are_told_apart_by_their_ids() -> None:
    backend = FakeBackend()
    for thread_id in ("aaaa-1111", "aaaa-2222", "aaaa-3333"):
        backend.rows[thread_id], backend.run_list[thread_id] = [], []
        title = "unlike them" if thread_id.endswith("3") else "how is the weather in San Francisco today?"
        backend.threads[thread_id] = Thread(thread_id, updated_at=EPOCH, metadata={"title": title})
    async with opened_app(backend) as driver:
        text = driver.text("#threads")
        assert "…1111" in text
        assert "…2222" in text
        assert "…3333" not in text
        backend.threads["aaaa-1111"] = replace(
            backend.threads["aaaa-1111"], metadata={"title": "another"}, status="busy"
        )
        await look(driver)
        assert "…2222" not in driver.text("#threads"), "it has no twin any more"


async def test_an_open_thread_that_a_filter_hides_gets_its_title_when_it_has_one(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    thread_id = str(client.threads.create()["thread_id"])
    async with app_on_server(server_url, open_address=Address(thread_id), assistant="agent") as driver:
        threads = driver.screen.threads
        while threads.status != "error":
            await driver.press("1", "s")
        await driver.until(lambda: threads.find(thread_id) is None, "the filter")
        await driver.press("2", "i")
        await driver.write("is it foggy in sf?")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert threads.find(thread_id) is None, "the filter is still true"
        assert driver.screen.history.title == "is it foggy in sf?"
        await driver.press("2", "R")
        await driver.until(lambda: driver.app.screen.query("RunsScreen Vertical"), "the runs")
        assert "Runs of is it foggy in sf?" in str(driver.app.screen.query("RunsScreen Vertical").first().border_title)


async def test_what_it_waits_for_is_said() -> None:
    connected, listed_now = asyncio.Event(), asyncio.Event()

    class Slow(FakeBackend):
        async def connect(self) -> ServerInfo:
            await connected.wait()
            return await super().connect()

        async def search_threads(self, query: ThreadQuery) -> ThreadPage:
            await listed_now.wait()
            return await super().search_threads(query)

    backend = Slow()
    backend.add_weather_thread()
    async with opened_app(backend, wait=False) as driver:
        await driver.until(lambda: "Connecting to" in driver.text("#threads"), "the words")
        await driver.until(lambda: "connecting · esc stops" in driver.text("#header"), "the words in the header")
        connected.set()
        await driver.until(lambda: "Reading threads …" in driver.text("#threads"), "other words")
        await driver.until(lambda: "reading threads · esc stops" in driver.text("#header"), "in the header, too")
        await driver.press("escape")
        await driver.until(lambda: "The threads were not" in driver.text("#threads"), "what became of it")
        assert "reading" not in driver.text("#header")
        listed_now.set()
        await driver.press("ctrl+r")
        await driver.until(lambda: listed(driver), "the threads")
        await driver.until(lambda: "reading" not in driver.text("#header"), "the end of the words")


async def test_nothing_is_asked_of_a_server_that_does_not_answer() -> None:
    backend = several()
    async with opened_app(backend) as driver:
        backend.fail["search_threads"] = CannotConnect("No answer.")
        await look(driver)
        await driver.press("a")
        assert driver.heard[-1] == "http://fake.example does not answer. ctrl+r tries again."
        assert not driver.screen.query_one("#question").has_class("-open")
        await look(driver)
        await driver.press("a")
        assert "Make a new thread?" in await driver.asked()
