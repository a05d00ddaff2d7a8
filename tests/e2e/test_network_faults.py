"""What networks and overloaded servers do to the app: told in words, nothing lost, and nothing written twice."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.e2e.faulty_proxy import Answer, Asked, Fault, FaultyProxy, Late, Swallow, faulty_proxy
from tests.e2e.forkpoint import forkpoint
from tests.ui.driving import Driver, app_on_server
from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.agent_server.guard import is_read
from tui.backends.errors import BackendError
from tui.domain.addresses import Address
from tui.domain.requests import RunRequest, RunSetup, StateUpdate

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
SLOW = 1.0
"""Seconds an answer takes from a slow server."""


@dataclass
class Weather:
    """A thread of the weather agent, behind a proxy."""

    url: str
    proxy: FaultyProxy
    client: LangGraphClient
    thread_id: str

    async def runs(self) -> int:
        return len(await self.client.runs.list(self.thread_id))

    async def checkpoints(self) -> int:
        return len(await self.client.threads.get_history(self.thread_id, limit=100))


@pytest.fixture
async def weather(server_url: str) -> AsyncIterator[Weather]:
    client = get_client(url=server_url)
    thread_id = (await client.threads.create(metadata={"title": "weather"}))["thread_id"]
    await client.runs.wait(thread_id, "agent", input=ASKED)
    async with faulty_proxy(server_url) as (url, proxy):
        yield Weather(url, proxy, client, thread_id)
    await client.threads.delete(thread_id)


def has_heard(driver: Driver, words: str) -> bool:
    return any(words in message for message in driver.heard)


async def until_open(driver: Driver) -> None:
    await driver.until(lambda: driver.screen.timeline.row_count == 5, "the timeline")


async def test_a_server_that_is_not_there_yet(server_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        host, port = taken.getsockname()
        async with app_on_server(f"http://{host}:{port}") as driver:
            assert "Is the server running" in " ".join(driver.text("#threads").replace("│", " ").split())
            assert "offline" in driver.text("#header")
            done = await asyncio.to_thread(forkpoint, "threads", url=f"http://{host}:{port}")
            assert done.code == 4
            assert "Connection refused" in done.err
            taken.close()
            proxy = FaultyProxy(server_url)
            server = await asyncio.start_server(proxy.accept, host, port)
            await driver.press("ctrl+r")
            await driver.until(lambda: "● live" in driver.text("#header"), "the connection")
            server.close()
            await proxy.close()


async def test_a_slow_server_is_shown_to_be_slow_and_need_not_be_waited_for(weather: Weather) -> None:
    async with app_on_server(weather.url, open_address=Address(weather.thread_id)) as driver:
        await until_open(driver)
        weather.proxy.fault = lambda _asked: Late(SLOW)
        await driver.press("1", "s")
        await driver.until(lambda: "… reading threads · esc stops" in driver.text("#header"), "the progress")
        await driver.press("escape")
        await driver.until(lambda: has_heard(driver, "Stopped reading threads"), "the end of the wait")
        assert "esc stops" not in driver.text("#header")
        await driver.press("ctrl+r")
        await driver.until(lambda: "esc stops" in driver.text("#header"), "the progress")
        await driver.until(lambda: "● live" in driver.text("#header"), "the slow answer")


async def test_answers_that_come_out_of_order_do_not_overtake(weather: Weather) -> None:
    waits = iter((0.9, 0.6, 0.3))

    def later_ones_are_faster(asked: Asked) -> Fault:
        return Late(next(waits, 0.0)) if asked.path.endswith("/threads/search") else None

    async with app_on_server(weather.url, open_address=Address(weather.thread_id)) as driver:
        await until_open(driver)
        weather.proxy.asked.clear()
        weather.proxy.fault = later_ones_are_faster

        def asked_so_often(times: int) -> bool:
            return len(weather.proxy.requests("POST", "/threads/search")) >= times

        for times in (1, 2, 3):
            await driver.press("1", "s")
            await driver.until(partial(asked_so_often, times), "the request")
        await driver.press("s")
        await driver.until(lambda: driver.screen.threads.find(weather.thread_id) is not None, "the idle threads")
        searches = weather.proxy.requests("POST", "/threads/search")
        await driver.until(lambda: not any(one in searches for one in weather.proxy.under_way), "the slowest answer")
        await driver.pilot.pause()
        assert driver.screen.threads.status == "idle"
        assert driver.screen.threads.find(weather.thread_id) is not None


async def test_a_500_and_a_reset_behind_it(weather: Weather) -> None:
    async with app_on_server(weather.url, open_address=Address(weather.thread_id)) as driver:
        await until_open(driver)
        weather.proxy.fault = lambda _asked: Answer(500, body='{"detail": "the pool is empty"}', reset=True)
        await driver.press("ctrl+r")
        await driver.until(lambda: has_heard(driver, "the pool is empty"), "the reason")
        assert driver.screen.timeline.row_count == 5, "what was read stays"
        weather.proxy.fault = lambda _asked: None
        await driver.press("ctrl+r")
        await driver.until(lambda: "● live" in driver.text("#header"), "the connection")


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_for_a_pause_gets_it(weather: Weather, status: int) -> None:
    times: list[float] = []

    def busy_at_first(asked: Asked) -> Fault:
        if not asked.path.endswith("/history"):
            return None
        times.append(asyncio.get_running_loop().time())
        return Answer(status, {"retry-after": "1"}) if len(times) == 1 else None

    weather.proxy.fault = busy_at_first
    async with app_on_server(weather.url, open_address=Address(weather.thread_id)) as driver:
        await until_open(driver)
        assert times[1] - times[0] >= 1.0
        assert not driver.heard


async def test_a_long_pause_is_told_instead(weather: Weather) -> None:
    async with app_on_server(weather.url, open_address=Address(weather.thread_id)) as driver:
        await until_open(driver)
        weather.proxy.fault = lambda _asked: Answer(429, {"retry-after": "90"})
        await driver.press("ctrl+r")
        await driver.until(lambda: has_heard(driver, "tried again in 90 s"), "the pause")


async def test_a_redirect_elsewhere_is_told_and_the_key_does_not_go_along(weather: Weather, server_url: str) -> None:
    async with faulty_proxy(server_url) as (elsewhere, other):
        weather.proxy.fault = lambda asked: Answer(307, {"location": f"{elsewhere}{asked.path}"})
        done = await asyncio.to_thread(forkpoint, "threads", url=weather.url, FORKPOINT_API_KEY="planted-key")
        assert done.code != 0
        assert f"redirects to {elsewhere}" in done.err
        assert "planted-key" not in done.err
        assert weather.proxy.asked
        assert weather.proxy.asked[0].headers["x-api-key"] == "planted-key"
        assert other.asked == [], "nobody goes there"


async def test_a_write_whose_answer_is_lost_is_not_sent_again(weather: Weather) -> None:
    """The server wrote the edit, but nobody knows: nothing runs, and nothing is tried a second time."""
    before = await weather.checkpoints()
    async with app_on_server(weather.url, open_address=Address(weather.thread_id)) as driver:
        await until_open(driver)
        weather.proxy.fault = lambda asked: (
            Swallow() if str(asked).endswith("/state") and asked.method == "POST" else None
        )
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.write("!")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.until(lambda: has_heard(driver, "broke during POST"), "the loss")
        assert len(driver.screen.drafts) == 1, "the draft stays"
    assert len(weather.proxy.requests("POST", f"/threads/{weather.thread_id}/state")) == 1
    assert weather.proxy.requests("POST", "/runs/stream") == []
    assert await weather.checkpoints() == before + 1
    assert await weather.runs() == 1


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0], ids=["unanswered", "in the head", "behind the head"])
async def test_no_write_is_sent_twice_wherever_its_answer_is_cut(weather: Weather, share: float) -> None:
    weather.proxy.fault = lambda _asked: Swallow(share)
    backend = AgentServerBackend(weather.url)
    request, thread = RunRequest(RunSetup("agent")), weather.thread_id
    run = (await weather.client.runs.list(thread))[0]["run_id"]

    async def stream() -> None:
        async with backend.stream_run(thread, request) as events:
            async for _ in events:
                pass

    writes: list[Callable[[], Awaitable[object]]] = [
        backend.create_thread,
        lambda: backend.update_state(thread, StateUpdate(None, {})),
        stream,
        lambda: backend.cancel_run(thread, run),
        lambda: backend.start_run(thread, request),
        lambda: backend.copy_thread(thread),
        lambda: backend.threads_api.patch(thread, {}),
        lambda: backend.delete_run(thread, run),
    ]
    for write in writes:
        weather.proxy.asked.clear()
        with suppress(BackendError):  # an answer without a body may be whole already
            await write()
        (asked,) = weather.proxy.asked
        assert asked.method != "GET"
    await backend.close()


def _on_writes(fault: Fault, asked: Asked) -> Fault:
    return None if is_read(asked.method, asked.path) else fault


async def test_no_verb_writes_twice(weather: Weather) -> None:
    """Not with a lost answer, nor when a busy server asks to be tried again."""
    busy, lost = Answer(503, {"retry-after": "0"}), Swallow()
    other = (await weather.client.threads.create())["thread_id"]
    for fault, *words in (
        (busy, "fork", f"{weather.thread_id}@head~2", "--tool-args", '{"query": "x"}'),
        (busy, "new"),
        (lost, "run", weather.thread_id, "--assistant", "agent", "--input", json.dumps(ASKED)),
        (lost, "delete", other, "--yes"),
    ):
        weather.proxy.asked.clear()
        weather.proxy.fault = partial(_on_writes, fault)
        done = await asyncio.to_thread(forkpoint, *words, url=weather.url)
        sent = [str(asked) for asked in weather.proxy.asked if not is_read(asked.method, asked.path)]
        assert len(sent) == 1, (words, sent)
        assert done.code in (4, 5), (words, done.err)
        assert "Traceback" not in done.err


async def test_a_run_whose_answer_is_lost_is_not_started_again(weather: Weather) -> None:
    async with app_on_server(weather.url, open_address=Address(weather.thread_id)) as driver:
        await until_open(driver)
        weather.proxy.fault = lambda asked: Swallow() if asked.path.endswith("/runs/stream") else None
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: has_heard(driver, "A run goes on at the server"), "the loss")
    assert len(weather.proxy.requests("POST", "/runs/stream")) == 1
    assert await weather.runs() == 2
