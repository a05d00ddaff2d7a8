"""What bad input gets: a clear message with what to try, by the verbs and in the app, over real connections."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator

import pytest
import trustme
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from tests.e2e.faulty_proxy import Answer, faulty_proxy
from tests.e2e.forkpoint import forkpoint
from tests.ui.driving import app_on_server

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
BETTER = json.dumps({"query": "weather in San Francisco"})


@pytest.fixture
def client(server_url: str) -> SyncLangGraphClient:
    return get_sync_client(url=server_url)


@pytest.fixture
def thread(client: SyncLangGraphClient) -> Iterator[str]:
    """An empty thread."""
    thread_id = client.threads.create()["thread_id"]
    yield thread_id
    for run in client.runs.list(thread_id):
        if run["status"] in ("pending", "running"):
            client.runs.cancel(thread_id, run["run_id"], wait=True)
    client.threads.delete(thread_id)


async def both(url: str, code: int, *said: str) -> None:
    """A verb ends with the code, and it and the app say the same."""
    done = await asyncio.to_thread(forkpoint, "threads", url=url)
    assert (done.code, done.out) == (code, "")
    async with app_on_server(url) as driver:
        told = "".join(driver.text("#threads").split())
        assert told.endswith("ctrl+rtriesagain.")
        assert "offline" in driver.text("#header")
    for words in said:
        assert words in done.err
        assert "".join(words.split()) in told
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (Answer(200, {"content-type": "text/html"}, "<html>Studio</html>"), 4, "is not an Agent Server"),
        (Answer(404, {}, "no such page"), 4, "is not an Agent Server"),
        (Answer(401, {}, '{"detail": "who are you"}'), 4, "FORKPOINT_API_KEY"),
        (Answer(403, {}, '{"detail": "not you"}'), 4, "not allowed"),
    ],
    ids=["a web page", "another API", "401", "403"],
)
async def test_somebody_else_answers(server_url: str, answer: Answer, code: int, said: str) -> None:
    async with faulty_proxy(server_url) as (url, proxy):
        proxy.fault = lambda _asked: answer
        await both(url, code, said)


@pytest.fixture
async def untrusted() -> AsyncIterator[str]:
    """A server whose certificate nobody has heard of."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_certificate_that_nobody_trusts(untrusted: str) -> None:
    await both(untrusted, 4, "certificate", "--ca")


def test_a_thread_that_was_deleted(client: SyncLangGraphClient, server_url: str) -> None:
    gone = client.threads.create()["thread_id"]
    client.threads.delete(gone)
    for words in (
        ("history", gone),
        ("replay", f"{gone}@head"),
        ("run", gone, "--assistant", "agent", "--input", "{}"),
    ):
        done = forkpoint(*words, url=server_url)
        assert done.code == 7, done.err
        assert "It may have been deleted" in done.err


def test_a_thread_without_checkpoints(thread: str, server_url: str) -> None:
    history = forkpoint("history", thread, url=server_url)
    assert history.code == 0
    assert "No checkpoints yet" in history.out
    replay = forkpoint("replay", f"{thread}@head", url=server_url)
    assert replay.code == 7
    assert "no checkpoints" in replay.err


def test_an_edit_while_a_run_is_active(client: SyncLangGraphClient, thread: str, server_url: str) -> None:
    client.runs.wait(thread, "agent", input=ASKED)
    history = client.threads.get_history(thread)
    before = next(state for state in history if state["next"] == ["action"])["checkpoint"]["checkpoint_id"]
    client.runs.create(thread, "agent", input=ASKED, after_seconds=3600)
    done = forkpoint("fork", f"{thread}@{before}", "--tool-args", BETTER, url=server_url)
    assert done.code == 5
    assert "Join the active run or cancel it" in done.err
    assert len(client.threads.get_history(thread)) == len(history)


def test_joining_a_run_that_was_cancelled(client: SyncLangGraphClient, thread: str, server_url: str) -> None:
    run = client.runs.create(thread, "slow", input=ASKED)["run_id"]
    client.runs.cancel(thread, run, wait=True)
    done = forkpoint("join", thread, run, url=server_url)
    assert done.code == 6
    assert "cancelled" in done.out + done.err
