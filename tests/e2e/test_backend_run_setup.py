"""A run set up from another run's record runs as that one did: the records are the same, and so is the answer."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tui.backends.agent_server import AgentServerBackend
from tui.domain.checkpoint import JSON, Run
from tui.domain.requests import RunRequest, RunSetup
from tui.domain.run_setup import run_setup

QUESTION = {"messages": [{"role": "user", "content": "what do you see?"}]}
OF_ONE_RUN = re.compile(r"run_id$|thread_id$|langgraph_request_id$|__request_start_time_ms__$|__pregel_")


@pytest.fixture
async def backend(server_url: str) -> AsyncIterator[AgentServerBackend]:
    client = AgentServerBackend(server_url)
    yield client
    await client.close()


def comparable(run: Run) -> dict[str, Any]:
    """What a run was told, without what is different for every run."""
    kwargs = json.loads(json.dumps(run.kwargs))
    configurable = kwargs["config"]["configurable"]
    kwargs["config"]["configurable"] = {key: value for key, value in configurable.items() if not OF_ONE_RUN.match(key)}
    return {"kwargs": kwargs, "assistant_id": run.assistant_id, "metadata": run.metadata}


async def run_once(backend: AgentServerBackend, setup: RunSetup) -> tuple[Run, JSON]:
    """A finished run on a thread of its own, and what the graph said about how it was run."""
    thread = await backend.create_thread()
    values = await backend.wait_run(thread.thread_id, RunRequest(setup, QUESTION))
    (run,) = await backend.runs(thread.thread_id)
    assert run.status == "success"
    return run, json.loads(values["messages"][-1]["content"])


SETUPS = {
    "nothing": RunSetup("echo"),
    "configurable": RunSetup("echo", config={"configurable": {"style": "x", "n": 2**53 + 1}, "recursion_limit": 7}),
    "tags": RunSetup("echo", config={"tags": ["b", "a"], "max_concurrency": 2, "run_name": "mine"}),
    "metadata": RunSetup("echo", config={"metadata": {"ticket": 7}}),
    "context": RunSetup("echo", context={"color": "red", "number": 1, "nested": {"a": [1.0, None]}}),
    "context and limit": RunSetup("echo", context={"number": 3}, config={"recursion_limit": 9, "tags": ["t"]}),
    "context beside the schema": RunSetup("echo", context={"color": "red", "unknown": True}),
    "configurable beside the schema": RunSetup("echo", config={"configurable": {"color": "red", "unknown": True}}),
    "a user of the caller's": RunSetup("echo", config={"configurable": {"user_id": "u-1"}}),
    "breakpoints": RunSetup("echo", interrupt_before=["nothing-of-that-name"], interrupt_after=["neither"]),
}


@pytest.mark.parametrize("name", SETUPS)
async def test_a_rebuilt_run_is_the_same_run(backend: AgentServerBackend, name: str) -> None:
    original, said = await run_once(backend, SETUPS[name])

    again = run_setup(original)
    assert again.known
    assert again.from_run == original.run_id
    repeated, said_again = await run_once(backend, again)

    assert comparable(repeated) == comparable(original)
    assert said_again == said


async def test_what_is_read_back_is_what_the_caller_set(backend: AgentServerBackend) -> None:
    sent = SETUPS["configurable"]
    original, said = await run_once(backend, sent)

    assert run_setup(original).config == sent.config
    assert run_setup(original).context is None
    assert (said["recursion_limit"], said["configurable"]["style"]) == (7, "x")


async def test_nothing_is_read_back_where_nothing_was_set(backend: AgentServerBackend) -> None:
    original, _ = await run_once(backend, RunSetup("echo"))

    assert run_setup(original).config == {}
    assert run_setup(original).context is None


async def test_a_run_that_still_waits_is_read_the_same_way(backend: AgentServerBackend) -> None:
    thread = await backend.create_thread()
    started = await backend.start_run(thread.thread_id, RunRequest(SETUPS["context"], QUESTION))

    assert run_setup(started).context == SETUPS["context"].context
    assert run_setup(started).config == {}
    await backend.join_run(thread.thread_id, started.run_id)
