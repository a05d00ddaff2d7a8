"""A server that takes ten seconds for every answer: one sees whom one waits for, keys act, and waiting can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.app_terminal import AppTerminal
from tests.e2e.forkpoint import FORKPOINT
from tests.e2e.recorder import Asked, recording

SECONDS = 10.0
"""That every answer takes."""

TITLE = "slow as it is"
ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
SLOW = "takes long to answer. Still waiting; ctrl+c stops."


@pytest.fixture
def slow_url(server_url: str) -> Iterator[str]:
    """The real server, ten seconds away; its newest thread has a title and a run."""
    client = get_sync_client(url=server_url)
    thread = client.threads.create(metadata={"title": TITLE})["thread_id"]
    client.runs.wait(thread, "agent", input=ASKED)

    def late(_asked: Asked) -> None:
        time.sleep(SECONDS)

    with recording(server_url) as recorder:
        recorder.answer = late
        yield recorder.url
    client.threads.delete(thread)


def test_ten_seconds_an_answer(slow_url: str, tmp_path: Path) -> None:
    """All at once, because all of it is waiting."""
    stories: list[Callable[[], None]] = [
        partial(_waits_and_sees, slow_url, tmp_path / "waits"),
        partial(_stops_and_leaves, slow_url, tmp_path / "stops"),
        partial(_verb_waits, slow_url),
        partial(_verb_is_interrupted, slow_url),
    ]
    with ThreadPoolExecutor(len(stories)) as pool:
        for told in [pool.submit(story) for story in stories]:
            told.result()


def _waits_and_sees(url: str, state: Path) -> None:
    with AppTerminal("open", url, state=state) as app:
        app.see("s · esc stops")  # with the seconds that it has been waiting
        app.write("?")
        app.see("Everywhere outside a text field")
        app.write("\x1b")
        app.wait_for(lambda screen: not screen.contains("Everywhere outside"), what="the end of the help")
        app.see("… reading threads")
        app.see(TITLE)
        app.see("… opening the thread")
        app.write("2")
        app.see("esc stops · 1 key waits")
        app.see("5 checkpoints")


def _stops_and_leaves(url: str, state: Path) -> None:
    with AppTerminal("open", url, state=state, columns=80, rows=24) as app:
        app.see(f"Connecting to {url} …")
        app.see("… connecting")
        app.write("\x1b")
        app.see("Not connected. ctrl+r tries again.")
        app.write("\x12")
        app.see("… connecting")
        app.write("\x03")
        app.see("q leaves, ctrl+q leaves at once")
        app.write("q")
        assert app.ended() == 0


def _verb_waits(url: str) -> None:
    with _verb("threads", "--limit", "1", url=url) as process:
        out, err = process.communicate(timeout=90)
    assert (process.returncode, TITLE in out) == (0, True), err
    assert err == f"forkpoint: {url} {SLOW}\n", "said once, beside the answer"


def _verb_is_interrupted(url: str) -> None:
    with _verb("threads", url=url) as process:
        assert process.stderr is not None
        assert SLOW in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, "Stopped." in err, "Traceback" in err) == (130, "", True, False), err


@contextmanager
def _verb(*words: str, url: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*FORKPOINT, *words, "--url", url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
