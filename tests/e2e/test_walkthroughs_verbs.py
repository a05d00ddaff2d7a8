"""The three walkthroughs through the verbs, checked in the server's own history with its own SDK."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import ok
from tests.e2e.test_sockets import Guarded
from tests.hostile.verbs import shown

QUESTION = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
ASKED = json.dumps(QUESTION)
BETTER = json.dumps({"query": "weather in San Francisco"})


def history_of(url: str, thread_id: str) -> list[dict[str, Any]]:
    return [dict(state) for state in get_sync_client(url=url).threads.get_history(thread_id, limit=100)]


def ids(history: list[dict[str, Any]]) -> list[str]:
    return [state["checkpoint"]["checkpoint_id"] for state in history]


@pytest.fixture
def thread(server_url: str) -> str:
    """A new thread's id."""
    made = ok("new", "--json", url=server_url).json
    assert isinstance(made["thread_id"], str)
    return str(made["thread_id"])


@pytest.fixture
def asked(server_url: str, thread: str) -> str:
    """A thread on which the weather in SF was asked, and answered wrongly."""
    ok("run", thread, "--assistant", "agent", "--input", ASKED, "--json", url=server_url)
    return thread


def test_w1_background_run(server_url: str) -> None:
    made = ok("new", "--json", url=server_url).json
    assert made["metadata"] == {}
    assert made["config"] == {}
    assert made["status"] == "idle"
    assert made["values"] is None
    assert {"thread_id", "created_at", "updated_at"} <= made.keys()
    thread = made["thread_id"]
    assert ok("runs", thread, "--json", url=server_url).json == []

    started = ok("run", thread, "--assistant", "agent", "--input", ASKED, "--background", "--json", url=server_url).json
    assert started["status"] == "pending"
    assert started["kwargs"]["input"] == QUESTION
    assert {"config", "stream_mode", "interrupt_before", "interrupt_after", "webhook"} <= started["kwargs"].keys()
    assert started["multitask_strategy"]

    joined = ok("join", thread, started["run_id"], "--json", url=server_url)
    assert joined.events[-1]["event"] == "end"
    assert joined.events[-1]["status"] == "success"
    (run,) = ok("runs", thread, "--json", url=server_url).json
    assert (run["run_id"], run["status"]) == (started["run_id"], "success")

    state = ok("show", thread, "--json", url=server_url).json
    human, asks, tool, answers = state["values"]["messages"]
    assert [m["type"] for m in (human, asks, tool, answers)] == ["human", "ai", "tool", "ai"]
    assert asks["tool_calls"][0]["name"] == "search"
    assert asks["usage_metadata"]["input_tokens"] > 0
    assert tool["content"]
    assert tool["artifact"]
    assert (state["next"], state["tasks"]) == ([], [])
    assert state["metadata"]["step"] == 3
    assert state["metadata"]["source"] == "loop"
    assert state["run_id"] == started["run_id"]


def test_w2_replay(server_url: str, thread: str) -> None:
    first = ok("run", thread, "--assistant", "agent", "--input", ASKED, "--json", url=server_url)
    assert [list(update) for update in first.data("updates")] == [["agent"], ["action"], ["agent"]]
    before = history_of(server_url, thread)
    third = before[2]
    assert third["next"] == ["action"]

    again = ok("replay", f"{thread}@{third['checkpoint']['checkpoint_id']}", "--json", url=server_url)
    (plan,) = again.data("plan")
    assert plan["kind"] == "replay"
    assert plan["will_run"] == ["action"]
    assert [request["method"] for request in plan["requests"]] == ["POST", "POST"]
    assert plan["requests"][0]["path"].endswith("/state")
    assert plan["requests"][1]["body"]["input"] is None
    assert [list(update) for update in again.data("updates")] == [["action"], ["agent"]]

    after = history_of(server_url, thread)
    assert after[-len(before) :] == before, "old checkpoints are as they were"
    replayed, original = after[0]["values"]["messages"], before[0]["values"]["messages"]
    assert replayed[1] == original[1], "the same tool call, with the same id"
    assert {m["id"] for m in replayed[2:]}.isdisjoint({m["id"] for m in original[2:]})
    assert after[2]["parent_checkpoint"]["checkpoint_id"] == third["checkpoint"]["checkpoint_id"]
    assert again.events[-1] == {
        "event": "end",
        "run_id": after[0]["metadata"]["run_id"],
        "status": "success",
        "checkpoint_id": after[0]["checkpoint"]["checkpoint_id"],
    }


def test_w3_fork(server_url: str, asked: str) -> None:
    before = history_of(server_url, asked)
    third = before[2]
    forked = ok(
        "fork", f"{asked}@{third['checkpoint']['checkpoint_id']}", "--tool-args", BETTER, "--json", url=server_url
    )
    (plan,) = forked.data("plan")
    assert plan["edits"][0]["before"] == {"query": "weather in Santa Fe"}
    assert plan["edits"][0]["after"] == {"query": "weather in San Francisco"}
    assert [list(update) for update in forked.data("updates")] == [["action"], ["agent"]]

    after = history_of(server_url, asked)
    assert after[-len(before) :] == before, "old checkpoints are as they were"
    edited, answer = after[0]["values"]["messages"][1], after[0]["values"]["messages"][-1]
    original = before[0]["values"]["messages"][1]
    assert edited["id"] == original["id"]
    assert edited["tool_calls"] == [original["tool_calls"][0] | {"args": {"query": "weather in San Francisco"}}]
    (block,) = [b for b in edited["content"] if b["type"] == "tool_use"]
    assert block["input"] == {"query": "weather in San Francisco"}
    assert json.loads(block["partial_json"]) == {"query": "weather in San Francisco"}
    assert "14 °C" in answer["content"]
    assert "San Francisco" in answer["content"]
    assert "Santa Fe" in before[0]["values"]["messages"][-1]["content"]

    rows = ok("history", asked, "--json", url=server_url).json
    assert {row["branch"] for row in rows} == {0, 1}
    shared = [row["checkpoint_id"] for row in rows if row["branch"] == 0 and row["checkpoint_id"] <= ids([third])[0]]
    assert len(shared) == 3
    assert [row["checkpoint_id"] for row in rows if row["head"]] == [ids(after)[0]]


def test_behind_a_fork_head_2_is_the_edit_as_the_readme_says(server_url: str, asked: str) -> None:
    original = ok("show", f"{asked}@head~2", "--json", url=server_url).json
    ok("fork", f"{asked}@head~2", "--tool-args", BETTER, url=server_url)
    edit = ok("show", f"{asked}@head~2", "--json", url=server_url).json
    assert (edit["source"], edit["next"]) == ("update", ["action"])
    assert edit["parent_id"] == original["checkpoint_id"]


def test_the_history_is_drawn_as_lanes(server_url: str, asked: str) -> None:
    ok("fork", f"{asked}@head~2", "--tool-args", BETTER, url=server_url)
    drawn = ok("history", asked, url=server_url).out.splitlines()
    assert [line.split("  ")[0].rstrip() for line in drawn] == ["◉", "●", "◆", "│ ●", "│ ●", "├─╯", "●", "●", "●"]
    assert 'search.query "weather in Santa Fe" -> "weather in San Francisco"' in drawn[2]
    assert "search -> " in drawn[1]
    assert "what's the weather in sf" in drawn[-1]


def test_the_plain_fork_tells_the_story(server_url: str, asked: str) -> None:
    told = ok("fork", f"{asked}@head~2", "--tool-args", BETTER, url=server_url).out
    assert "Nodes and tools really run again." in told
    assert "It is 14 °C" in told
    assert told.rstrip().splitlines()[-1].startswith("done · run ")


def test_a_dry_run_sends_nothing(server_url: str, asked: str) -> None:
    before = history_of(server_url, asked)
    plan = ok("fork", f"{asked}@head~2", "--tool-args", BETTER, "--dry-run", "--json", url=server_url).data("plan")[0]
    assert plan["requests"][0]["body"]["values"]["messages"][0]["tool_calls"][0]["args"] == json.loads(BETTER)
    assert history_of(server_url, asked) == before
    told = ok("fork", f"{asked}@head~2", "--tool-args", BETTER, "--dry-run", url=server_url).out
    assert "Nothing was sent." in told
    assert f"POST /threads/{asked}/state" in told
    assert f"POST /threads/{asked}/runs/stream" in told
    assert '"query": "weather in San Francisco"' in told
    assert history_of(server_url, asked) == before


@pytest.mark.parametrize("words", [("demo",), ("demo", "--plain")], ids=" ".join)
def test_the_demo_plays_all_three_as_text(words: tuple[str, ...], tmp_path: Path) -> None:
    """Without a terminal also without --plain; in one, it writes nothing but text, and uses no network."""
    if "--plain" in words:
        guarded = Guarded(tmp_path)
        done = shown(*words, **guarded.environ)
        assert len(guarded.calls) > 1
        assert all(re.search(r" (127\.0\.0\.1|::1|localhost):\d+$", call) for call in guarded.calls), guarded.calls
        assert (done.code, done.violations) == (0, {})
        told = done.text
    else:
        told = ok(*words).out
    before = next(line for line in told.splitlines() if line.startswith("before"))
    after = next(line for line in told.splitlines() if line.startswith("after"))
    assert "31 °C and sunny in Santa Fe" in before
    assert "14 °C" in after
    assert "San Francisco" in after
    assert re.search(r"^status +pending$", told, re.MULTILINE)
    for step in ("strategy", "not set", "tokens", "artifact {", "next        nothing"):
        assert step in told
    assert "The tool call is the same, call_" in told
    assert told.count("Written as checkpoint") == 2
