"""Whatever the tool writes, old checkpoints stay as they were: all of them are compared around every action."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import forkpoint, ok

ASKED = json.dumps({"messages": [{"role": "user", "content": "what's the weather in sf"}]})
BETTER = json.dumps({"query": "weather in San Francisco"})
SLOW = json.dumps({"messages": [{"role": "user", "content": "wait"}]})


def checkpoints(url: str, thread: str) -> dict[str, Any]:
    """Every checkpoint of the thread as the server's own SDK reads it, by id."""
    rows = get_sync_client(url=url).threads.get_history(thread, limit=1000)
    return {str(row["checkpoint"]["checkpoint_id"]): row for row in rows}


def made_thread(url: str) -> str:
    return str(ok("new", "--json", url=url).json["thread_id"])


@pytest.fixture
def asked(server_url: str) -> str:
    thread = made_thread(server_url)
    ok("run", thread, "--assistant", "agent", "--input", ASKED, url=server_url)
    return thread


def test_every_write_only_adds(server_url: str, asked: str) -> None:
    rows = ok("history", asked, "--json", url=server_url).json
    at = {row["step"]: f"{asked}@{row['checkpoint_id']}" for row in rows}
    actions: list[tuple[str, ...]] = [
        ("fork", at[1], "--tool-args", BETTER),
        ("replay", at[1]),
        ("replay", at[2]),
        ("replay", at[0]),
        ("replay", at[-1]),
        ("run", asked, "--input", ASKED),
        ("run", asked, "--input", ASKED, "--background"),
        ("join", asked, "latest"),
        ("fork", f"{asked}@head~2", "--tool-args", BETTER),
    ]
    for words in actions:
        before = checkpoints(server_url, asked)
        ok(*words, url=server_url)
        after = checkpoints(server_url, asked)
        assert {key: after.get(key) for key in before} == before, f"{words[0]} changed an old checkpoint"
        if words[0] != "run" and words[0] != "join":
            assert after.keys() > before.keys()


def test_cancelling_keeps_and_rolling_back_drops_only_its_own(server_url: str) -> None:
    thread = made_thread(server_url)
    ok("run", thread, "--assistant", "slow", "--input", SLOW, "--background", url=server_url)
    sdk = get_sync_client(url=server_url)
    run_id = sdk.runs.list(thread)[0]["run_id"]
    for part in sdk.runs.join_stream(thread, run_id):
        if part.event == "custom":
            break
    assert forkpoint("cancel", thread, "latest", url=server_url).code == 0
    kept = checkpoints(server_url, thread)
    assert len(kept) >= 3, "input, start and the first node stay"

    ok("run", thread, "--input", SLOW, "--background", url=server_url)
    second = sdk.runs.list(thread)[0]["run_id"]
    for part in sdk.runs.join_stream(thread, second):
        if part.event == "custom":
            break
    assert checkpoints(server_url, thread).keys() > kept.keys()
    ok("cancel", thread, "latest", "--rollback", url=server_url)
    assert checkpoints(server_url, thread) == kept


def test_what_is_refused_writes_nothing(server_url: str, asked: str) -> None:
    before = checkpoints(server_url, asked)
    for words in (
        ("fork", f"{asked}@head~2", "--tool-args", BETTER, "--read-only"),
        ("fork", f"{asked}@head~2", "--tool-args", BETTER, "--dry-run"),
        ("fork", f"{asked}@head~2", "--tool-args", "[1]"),
        ("fork", f"{asked}@head", "--tool-args", BETTER),
        ("replay", f"{asked}@head"),
        ("replay", f"{asked}@head~2", "--assistant", "inventory"),
        ("run", asked, "--assistant", "inventory", "--input", "{}"),
    ):
        done = forkpoint(*words, url=server_url)
        assert done.code in (0, 2, 4)
        assert ("--dry-run" in words) == (done.code == 0)
    assert checkpoints(server_url, asked) == before
