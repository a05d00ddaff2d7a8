"""What the question says of the head is what happens on a real server."""

from __future__ import annotations

import asyncio

from langgraph_sdk import get_sync_client

from tests.fakes import FakeBackend
from tests.ui.driving import app_on_fake, app_on_server
from tui.domain.addresses import Address


async def test_a_replay_of_a_waiting_head_asks_again_on_the_same_branch(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    thread_id = str(client.threads.create()["thread_id"])
    asked = {"messages": [{"role": "user", "content": "please refund order 1182"}]}
    client.runs.wait(thread_id, "approval", input=asked)
    assert client.threads.get(thread_id)["status"] == "interrupted"
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        opened = driver.screen.history.opened
        assert opened is not None
        before = opened.tree.head
        assert before is not None
        await driver.press("2", "g", "r")
        words = await driver.asked()
        assert "Its question is asked again." in words
        assert "head moves" not in words
        await driver.press("y")
        await driver.run_over()
        assert opened.thread.status == "interrupted"
        after = opened.tree.head
        assert after is not None
        assert after.checkpoint_id != before.checkpoint_id
        assert before.checkpoint_id in {
            ancestor.checkpoint_id for ancestor in opened.tree.ancestors(after.checkpoint_id)
        }
        assert all(len(opened.tree.children(checkpoint.checkpoint_id)) <= 1 for checkpoint in opened.tree)


async def nothing_beside(tell: object) -> None:
    """Stands for what the demo does beside the app."""
    del tell


async def test_leaving_the_demo_says_that_its_server_stops_and_elsewhere_that_the_run_goes_on() -> None:
    for beside, says, not_says in (
        (nothing_beside, "server stops", "goes on"),
        (None, "The run goes on at the server.", "stops"),
    ):
        backend = FakeBackend()
        backend.add_weather_thread()
        gate = asyncio.Event()
        backend.extra_events = [gate]
        async with app_on_fake(backend=backend, beside=beside) as (driver, _):
            await driver.select_step(1)
            await driver.press("r")
            await driver.yes()
            await driver.until(lambda: driver.screen.live.streaming, "the run")
            await driver.press("q")
            words = await driver.asked()
            assert says in words
            assert not_says not in words
            gate.set()
            await driver.press("n")
            await driver.run_over()


async def test_a_new_input_where_a_question_waits_says_that_it_drops_it(server_url: str) -> None:
    client = get_sync_client(url=server_url)
    thread_id = str(client.threads.create()["thread_id"])
    client.runs.wait(thread_id, "approval", input={"messages": [{"role": "user", "content": "refund order 1182"}]})
    (asked,) = client.threads.get_state(thread_id)["interrupts"]
    async with app_on_server(server_url, open_address=Address(thread_id)) as driver:
        await driver.press("2", "g", "i")
        await driver.write("refund order 2047")
        await driver.press("ctrl+s")
        words = await driver.asked()
        assert 'The question "' in words
        assert "is dropped: answering is not possible yet." in words
        await driver.press("n", "escape", "j", "i", "ctrl+s")
        assert "is dropped" not in await driver.asked(), "it waits at the head, not below it"
        await driver.press("n", "escape", "g", "i", "ctrl+s")
        await driver.yes()
        await driver.run_over()
        (asks_now,) = client.threads.get_state(thread_id)["interrupts"]
        assert asks_now["value"] != asked["value"], "the first question is gone: what was said is true"
