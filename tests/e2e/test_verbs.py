"""What the verbs answer beside the walkthroughs: addresses, exit codes, mistakes, and what a run ran with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import FORKPOINT, forkpoint, ok

ASKED = json.dumps({"messages": [{"role": "user", "content": "what's the weather in sf"}]})
NOBODY = "00000000-0000-0000-0000-000000000000"


def new_thread(url: str) -> str:
    return str(ok("new", "--json", url=url).json["thread_id"])


@pytest.fixture(scope="module")
def asked(server_url: str) -> str:
    """A finished weather thread, only read by these tests."""
    thread = new_thread(server_url)
    ok("run", thread, "--assistant", "agent", "--input", ASKED, url=server_url)
    return thread


def test_addresses_by_their_ends(server_url: str, asked: str) -> None:
    rows = ok("history", asked, "--json", url=server_url).json
    by_step = {row["step"]: row["checkpoint_id"] for row in rows}
    assert by_step.keys() == {-1, 0, 1, 2, 3}

    def shown(address: str) -> Any:
        return ok("show", address, "--json", url=server_url).json["checkpoint_id"]

    assert shown(asked[-12:]) == by_step[3]
    assert shown(f"{asked}@head") == by_step[3]
    assert shown(f"{asked}@head~2") == by_step[1]
    assert shown(f"{asked}@{by_step[1][-8:]}") == by_step[1]
    assert shown(f"{asked}@{by_step[1][-8:]}~1") == by_step[0]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", NOBODY), 7, "not found"),
        (("show", "zzzz"), 7, "begins or ends with 'zzzz'"),
        (("history", "@"), 2, "thread is missing"),
        (("fork", "latest@head", "--tool-args", "{broken"), 2, "line 1, column 2"),
        (("run", "latest", "--input", "null"), 2, "replay"),
        (("run", "latest", "--input", '{"a": hi}'), 2, "double quotes"),
        (("run", "latest", "--input", " "), 2, "is empty"),
        (("new", "--assistant", "nobody"), 7, "No assistant 'nobody'"),
        (("run", "latest", "--input", "{}", "--config", "[]"), 2, "--config must be a JSON object"),
        (("new", "--metadata", "[]"), 2, "--metadata must be a JSON object"),
        (("new", "--metadata", '"x"'), 2, 'must be a JSON object, such as {"key": "value"}, not "x"'),
        (("new", "--metadata", '{"a":'), 2, "is missing (line 1, column 6)"),
        (("show", "latest@head~x"), 2, "is no checkpoint"),
        (("open", "--thread", "latest@head~x"), 2, "is no checkpoint"),
        (("history", "latest@head~1"), 2, "write latest without @head~1"),
        (("threads", "--status", "bored"), 2, "bored"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_mistakes_have_their_exit_code(
    server_url: str, asked: str, words: tuple[str, ...], code: int, said: str
) -> None:
    assert asked
    done = forkpoint(*words, url=None if words == ("nonsense",) else server_url)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "Traceback" not in done.err
    by_click = "--status" in words or "nonsense" in words
    assert by_click or done.err.startswith("forkpoint: "), "a message of ours needs no lines on usage"


def test_a_checkpoint_that_is_not_there_is_not_empty(server_url: str, asked: str) -> None:
    done = forkpoint("show", f"{asked}@1f000000-0000-6000-8000-000000000000", url=server_url)
    assert done.code == 7
    assert "checkpoint" in done.err.lower()


def test_an_ambiguous_end_lists_what_it_fits(server_url: str, asked: str) -> None:
    done = forkpoint("show", f"{asked}@1", url=server_url)
    assert done.code == 2
    assert "fits 5 checkpoints" in done.err
    assert 'search(query="weather in Santa Fe")' in done.err, "what they are"


def test_nothing_to_replay_at_the_end_is_said(server_url: str, asked: str) -> None:
    done = forkpoint("replay", f"{asked}@head", url=server_url)
    assert done.code == 2
    assert "Nothing is left to run" in done.err


def test_a_typo_in_an_input_is_told_and_not_in_the_way(server_url: str, asked: str) -> None:
    done = forkpoint("run", asked, "--input", '{"mesages": []}', "--dry-run", url=server_url)
    assert done.code == 0
    assert "Did you mean 'messages'?" in done.err


def test_a_run_is_shown_with_what_it_was_started_with(server_url: str, asked: str) -> None:
    told = ok("runs", asked, "latest", url=server_url).out
    for words in ("success", "reject", "what's the weather in sf", "stream_mode", "interrupt_before", "webhook"):
        assert words in told
    (listed,) = ok("runs", asked, "--json", url=server_url).json
    assert ok("runs", asked, listed["run_id"][-8:], "--json", url=server_url).json == listed


def test_a_state_is_shown_with_ids_tokens_and_artifacts(server_url: str, asked: str) -> None:
    told = ok("show", asked, url=server_url).out
    for words in (" tokens", "artifact {", "next        nothing", "tasks       none", "step 3", "loop"):
        assert words in told
    call = ok("show", asked, "--json", url=server_url).json["values"]["messages"][1]["tool_calls"][0]["id"]
    assert told.count(call) == 2, "where it is asked and where it is answered"


def test_an_empty_thread_is_shown_as_it_is(server_url: str) -> None:
    told = ok("show", new_thread(server_url), url=server_url).out
    for line in ("status    idle", "metadata  {}", "config    {}", "values    null"):
        assert line in told.splitlines()
    assert "forkpoint run" in told


def test_the_same_arguments_are_no_fork(server_url: str, asked: str) -> None:
    args = json.dumps({"query": "weather in Santa Fe"})
    done = forkpoint("fork", f"{asked}@head~2", "--tool-args", args, url=server_url)
    assert done.code == 2
    assert "same as before" in done.err


def test_a_checkpoint_without_a_tool_call_says_so(server_url: str, asked: str) -> None:
    done = forkpoint("fork", f"{asked}@head~4", "--tool-args", "{}", url=server_url)
    assert done.code == 2
    assert "no" in done.err
    assert "tool call" in done.err


def test_read_only_refuses_before_sending(server_url: str, asked: str) -> None:
    before = ok("history", asked, "--json", url=server_url).out
    done = forkpoint("replay", f"{asked}@head~2", "--read-only", url=server_url)
    assert done.code == 4
    assert "read-only" in done.err
    assert ok("history", asked, "--json", "--read-only", url=server_url).out == before
    assert forkpoint("delete", asked, "--yes", url=server_url, FORKPOINT_READ_ONLY="1").code == 4


def test_a_run_that_waits_exits_with_3(server_url: str) -> None:
    thread = new_thread(server_url)
    question = json.dumps({"messages": [{"role": "user", "content": "refund order 1182"}]})
    done = forkpoint("run", thread, "--assistant", "approval", "--input", question, "--json", url=server_url)
    assert done.code == 3
    assert done.events[-1]["status"] == "interrupted"
    (listed,) = [t for t in ok("threads", "--json", url=server_url).json if t["thread_id"] == thread]
    assert listed["status"] == "interrupted"


@pytest.mark.parametrize("text", ["what's the weather in sf", '"what\'s the weather in sf"'])
def test_a_text_is_sent_as_a_user_message_to_the_assistant_that_the_thread_was_made_for(
    server_url: str, text: str
) -> None:
    thread = ok("new", "--assistant", "agent", url=server_url).out.strip()
    (listed,) = [t for t in ok("threads", "--json", url=server_url).json if t["thread_id"] == thread]
    assert listed["metadata"]["graph_id"] == "agent"
    assert "No checkpoints yet" in ok("history", thread, url=server_url).out
    planned = ok("run", thread, "--input", text, "--dry-run", url=server_url).out
    assert "The text is sent as a user message in 'messages'." in planned
    done = ok("run", thread, "--input", text, url=server_url)
    assert "done" in done.out
    messages = ok("show", thread, "--json", url=server_url).json["values"]["messages"]
    assert (messages[0]["type"], messages[0]["content"]) == ("human", "what's the weather in sf")
    again = ok("run", thread, "--input", text, "--dry-run", url=server_url)
    assert "'messages'" in again.out


def test_a_text_for_a_graph_without_messages_names_its_keys(server_url: str) -> None:
    thread = ok("new", "--assistant", "flaky", url=server_url).out.strip()
    done = forkpoint("run", thread, "--input", "hi there", url=server_url)
    assert (done.code, done.out) == (2, "")
    assert "has no messages" in done.err
    assert "rows, fixed" in done.err
    assert ok("runs", thread, "--json", url=server_url).json == []


def test_an_input_where_a_question_waits_says_that_it_drops_it(server_url: str) -> None:
    thread = new_thread(server_url)
    question = json.dumps({"messages": [{"role": "user", "content": "refund order 1182"}]})
    first = forkpoint("run", thread, "--assistant", "approval", "--input", question, "--json", url=server_url)
    assert not any("dropped" in note for note in first.events[0]["data"]["notes"])
    again = forkpoint("run", thread, "--input", question, "--json", url=server_url)
    assert any("is dropped: answering is not possible yet." in note for note in again.events[0]["data"]["notes"])
    assert "is dropped" in again.err, "beside the JSON, for whoever watches"
    behind = ok("run", thread, "--input", question, "--background", url=server_url)
    assert "is dropped" in behind.err
    assert "dropped" not in behind.out
    plain = forkpoint("run", thread, "--input", "{}", "--dry-run", url=server_url)
    assert (plain.out + plain.err).count("is dropped") == 1
    assert "  input  {}" in plain.out
    assert forkpoint("join", thread, "latest", url=server_url).code == 3


def test_a_run_that_fails_exits_with_6_and_says_why(server_url: str) -> None:
    thread = new_thread(server_url)
    question = json.dumps({"messages": [{"role": "user", "content": "import the orders"}]})
    done = forkpoint("run", thread, "--assistant", "flaky", "--input", question, "--json", url=server_url)
    assert done.code == 6
    assert done.events[-1]["status"] == "error"
    assert done.events[-1]["error"]


def test_a_fork_runs_with_what_the_original_ran_with(server_url: str) -> None:
    """Config, context and recursion limit are not inherited by the server: the replay has to repeat them."""
    sdk = get_sync_client(url=server_url)
    for settings in (
        {"config": {"configurable": {"style": "terse"}, "recursion_limit": 17, "tags": ["night"]}},
        {"context": {"color": "teal", "number": 7}, "config": {"recursion_limit": 9}},
    ):
        thread = sdk.threads.create()["thread_id"]
        question = {"messages": [{"role": "user", "content": "what do you run with?"}]}
        original = sdk.runs.wait(thread, "echo", input=question, **settings)
        before_tool = next(row for row in sdk.threads.get_history(thread, limit=20) if row["next"] == ["action"])
        again = ok("replay", f"{thread}@{before_tool['checkpoint']['checkpoint_id']}", "--json", url=server_url)
        (plan,) = again.data("plan")
        assert plan["setup_known"]
        replayed = sdk.threads.get_state(thread)["values"]
        assert isinstance(original, dict)
        assert isinstance(replayed, dict)
        assert replayed["messages"][-1]["content"] == original["messages"][-1]["content"]
        assert replayed["messages"][-1]["id"] != original["messages"][-1]["id"]


def test_several_tool_calls_are_listed_and_one_is_named(server_url: str) -> None:
    sdk = get_sync_client(url=server_url)
    thread = sdk.threads.create(metadata={"graph_id": "agent"})["thread_id"]
    calls = [{"name": "search", "args": {"query": city}, "id": f"call_{city}"} for city in ("Oslo", "Rome")]
    message = {"type": "ai", "id": "m1", "content": "", "tool_calls": calls}
    sdk.threads.update_state(thread, {"messages": [{"role": "user", "content": "hi"}, message]}, as_node="agent")
    args = json.dumps({"query": "weather in Paris"})
    done = forkpoint("fork", f"{thread}@head", "--tool-args", args, "--assistant", "agent", url=server_url)
    assert done.code == 2
    assert "--tool-call call_Oslo" in done.err
    assert "--tool-call call_Rome" in done.err
    forked = ok(
        "fork",
        f"{thread}@head",
        "--tool-args",
        args,
        "--tool-call",
        "call_Rome",
        "--assistant",
        "agent",
        "--json",
        url=server_url,
    )
    assert [call["args"]["query"] for call in forked.data("plan")[0]["will_call"]] == ["Oslo", "weather in Paris"]
    state = sdk.threads.get_state(thread)["values"]
    assert isinstance(state, dict)
    assert [call["args"]["query"] for call in state["messages"][1]["tool_calls"]] == ["Oslo", "weather in Paris"]


def test_ctrl_c_leaves_the_run_going(server_url: str) -> None:
    thread = new_thread(server_url)
    question = json.dumps({"messages": [{"role": "user", "content": "report on solar power"}]})
    command = [*FORKPOINT, "run", thread, "--assistant", "slow", "--input", question, "--json", "--url", server_url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "metadata":
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "The run goes on at the server. Join it: forkpoint join" in said
    (run,) = ok("runs", thread, "--json", url=server_url).json
    assert run["status"] == "running"
    assert ok("cancel", thread, "latest", url=server_url).out == f"{run['run_id']}  cancelled\n"
    again = forkpoint("cancel", thread, "latest", url=server_url)
    assert (again.code, again.out) == (1, f"Run {run['run_id']} has ended already: cancelled.\n")
    assert "wait (cancelled)" in ok("show", thread, url=server_url).out
    assert ok("runs", thread, "--json", url=server_url).json[0]["status"] == "interrupted"
    (row,) = [line for line in ok("threads", url=server_url).out.splitlines() if thread[-8:] in line]
    assert "cancelled" in row
    (listed,) = [row for row in ok("threads", "--json", url=server_url).json if row["thread_id"] == thread]
    assert (listed["status"], listed["error"]["error"]) == ("interrupted", "UserInterrupt"), "as the server says it"


def test_nothing_listens_there() -> None:
    done = forkpoint("threads", url="http://127.0.0.1:9")
    assert done.code == 4
    assert "127.0.0.1:9" in done.err
    assert "Traceback" not in done.err


def test_delete(server_url: str) -> None:
    thread = new_thread(server_url)
    assert forkpoint("delete", thread, url=server_url).code == 2, "nobody can be asked"
    assert forkpoint("delete", "latest", "--yes", url=server_url).code == 2, "it may be another by now"
    assert thread in ok("delete", thread, "--yes", url=server_url).out
    assert forkpoint("show", thread, url=server_url).code == 7


def test_a_profile_is_a_backend(server_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "forkpoint"
    folder.mkdir()
    (folder / "config.toml").write_text(f'default_profile = "here"\n[profiles.here]\nurl = "{server_url}"\n')
    done = forkpoint("threads", "--json", XDG_CONFIG_HOME=str(tmp_path))
    assert done.code == 0
    assert isinstance(done.json, list)


def test_a_failed_run_names_the_node_that_failed(server_url: str) -> None:
    thread = new_thread(server_url)
    asked = ("run", thread, "--assistant", "flaky", "--input", "{}")
    said = "load: ValueError: row 3: 'n/a' is not a number"
    plain = forkpoint(*asked, url=server_url)
    assert plain.code == 6
    assert f"error in {said} · run" in plain.out
    streamed = forkpoint(*asked, "--json", url=server_url)
    assert streamed.code == 6
    end = streamed.events[-1]
    assert (end["event"], end["error"], end["failed_nodes"]) == ("end", said, ["load"])
    joined = forkpoint("join", thread, "latest", url=server_url)
    assert joined.code == 6
    assert f"error in {said} · run" in joined.out
    history = ok("history", thread, url=server_url).out
    assert "load failed: ValueError: row 3: 'n/a' is not a number" in history
