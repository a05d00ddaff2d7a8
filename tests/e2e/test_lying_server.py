"""A server that accepts a fork and does something else: caught by looking again, before anything runs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import forkpoint, ok
from tests.hostile.liar import LIES, LyingProxy, lying_proxy
from tests.ui.driving import app_on_server

ASKED = json.dumps({"messages": [{"role": "user", "content": "what's the weather in sf"}]})
BETTER = json.dumps({"query": "weather in San Francisco"})


@pytest.fixture
def thread(server_url: str) -> Iterator[str]:
    """A thread that has run once."""
    made = str(ok("new", "--json", url=server_url).json["thread_id"])
    ok("run", made, "--assistant", "agent", "--input", ASKED, url=server_url)
    yield made
    get_sync_client(url=server_url).threads.delete(made)


@pytest.fixture(params=LIES)
def liar(request: pytest.FixtureRequest, server_url: str) -> Iterator[LyingProxy]:
    with lying_proxy(server_url, LIES[request.param]) as proxy:
        yield proxy


def test_the_verb_stops_with_5_and_runs_nothing(liar: LyingProxy, thread: str) -> None:
    done = forkpoint("fork", f"{thread}@head~2", "--tool-args", BETTER, "--json", url=liar.url)
    assert done.code == 5, done
    assert liar.lies == 1
    assert liar.runs_started == []
    assert not done.data("updates")
    assert "did not do what was asked" in done.err
    assert "Nothing was run." in done.err


async def test_the_app_says_so_and_runs_nothing(liar: LyingProxy, thread: str) -> None:
    async with app_on_server(liar.url, assistant="agent") as driver:
        assert driver.screen.threads_list.select(thread)
        await driver.press("enter")
        history = driver.screen.history
        await driver.until(lambda: history.opened is not None and history.opened.thread_id == thread, "the thread")
        await driver.until(lambda: history.selected is not None, "its checkpoints")
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: len(driver.screen.query("ArgsEditor FieldArea")) > 0, "the editor")
        await driver.press("end")
        await driver.write(" now")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.until(lambda: liar.lies == 1, "the edit")
        await driver.until(lambda: driver.screen.live_pane.is_over, "the end")
        said = next(words for words in driver.heard if "did not do what was asked" in words)
        assert "Nothing was run." in said
        assert "not done" in driver.text("#live")
    assert liar.runs_started == []


def test_an_honest_server_runs_it(server_url: str, thread: str) -> None:
    """The proxy itself changes nothing: what stops a fork is the lie."""
    with lying_proxy(server_url, dict) as proxy:
        done = forkpoint("fork", f"{thread}@head~2", "--tool-args", BETTER, "--json", url=proxy.url)
    assert done.code == 0, done
    assert (proxy.lies, len(proxy.runs_started)) == (1, 1)
