"""The backend against the real server: runs from start to end, what is refused, and what a lock keeps out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tui.backends.agent_server import AgentServerBackend
from tui.backends.base import Backend
from tui.backends.errors import Conflict, NotFound, ReadOnly, Rejected
from tui.domain.checkpoint import CheckpointRef
from tui.domain.requests import COPY_NODE, RunRequest, RunSetup, StateUpdate

QUESTION = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
SLOW = RunSetup("agent", config={"configurable": {"delay": 5, "password": "hunter2"}})
"""Five seconds a token: still going whenever it is looked at."""

WATCHED = RunSetup("agent", config={"configurable": {"delay": 0.4}})
"""Soon has something to show, and goes on for many seconds."""


@pytest.fixture
async def backend(server_url: str) -> AsyncIterator[AgentServerBackend]:
    client = AgentServerBackend(server_url)
    await client.connect()
    yield client
    await client.close()


@pytest.fixture
async def thread_id(backend: AgentServerBackend) -> AsyncIterator[str]:
    """An empty thread, deleted afterwards with whatever still runs on it."""
    thread = await backend.create_thread(metadata={"topic": "날씨"})
    yield thread.thread_id
    await backend.delete_thread(thread.thread_id)


async def events_of(backend: Backend, thread_id: str, request: RunRequest) -> list[tuple[str, Any]]:
    async with backend.stream_run(thread_id, request) as stream:
        return [(event.event, event.data) async for event in stream]


async def test_it_says_who_it_is(backend: AgentServerBackend, server_url: str) -> None:
    info = await backend.connect()
    assert info.kind == "langgraph-py"
    assert info.title.startswith("langgraph 1.2.")
    assert not info.needs_clone_before_edit
    assert info.flags["assistants"] is True
    assert backend.address == server_url
    assert backend.capabilities.can_write


async def test_a_background_run_from_the_empty_thread_to_its_last_message(
    backend: AgentServerBackend, thread_id: str
) -> None:
    thread = await backend.get_thread(thread_id)
    assert (thread.status, thread.metadata, thread.preview) == ("idle", {"topic": "날씨"}, None)
    assert await backend.head(thread_id) is None
    assert await backend.runs(thread_id) == []
    page = await backend.history(thread_id, limit=10)
    assert (list(page.checkpoints), page.reached_end) == ([], True)

    started = await backend.start_run(thread_id, RunRequest(RunSetup("agent"), QUESTION, metadata={"why": "test"}))
    assert started.status == "pending"
    assert started.is_active
    assert started.kwargs["input"] == QUESTION
    assert started.multitask_strategy == "reject"
    assert started.metadata["why"] == "test"

    values = await backend.join_run(thread_id, started.run_id)
    ended = await backend.get_run(thread_id, started.run_id)
    assert (ended.status, ended.is_active) == ("success", False)
    head = await backend.head(thread_id)
    assert head is not None
    assert head.values == values
    assert [message["type"] for message in head.values["messages"]] == ["human", "ai", "tool", "ai"]
    assert (head.next, head.tasks, head.run_id, head.step) == ((), (), started.run_id, 3)
    assert (await backend.get_thread(thread_id)).graph_id == "agent"

    await backend.delete_run(thread_id, started.run_id)
    with pytest.raises(NotFound):
        await backend.get_run(thread_id, started.run_id)


async def test_a_replay_and_a_fork_from_the_checkpoint_before_the_tool(
    backend: AgentServerBackend, thread_id: str
) -> None:
    first = await events_of(backend, thread_id, RunRequest(RunSetup("agent"), QUESTION))
    assert [list(data) for event, data in first if event == "updates"] == [["agent"], ["action"], ["agent"]]
    before = (await backend.history(thread_id, limit=10)).checkpoints[2]
    assert before.next == ("action",)
    old = (await backend.history(thread_id, limit=100)).checkpoints

    replayed = await events_of(backend, thread_id, RunRequest(RunSetup("agent"), checkpoint=before.ref))
    assert [list(data) for event, data in replayed if event == "updates"] == [["action"], ["agent"]]

    empty = await backend.update_state(thread_id, StateUpdate(before.ref, {"messages": []}))
    again = await events_of(backend, thread_id, RunRequest(RunSetup("agent"), checkpoint=empty))
    assert [list(data) for event, data in again if event == "updates"] == [["action"], ["agent"]]

    clone = await backend.update_state(thread_id, StateUpdate(before.ref, None, as_node=COPY_NODE))
    cloned = await backend.checkpoint(thread_id, clone)
    assert (cloned.parent_id, cloned.values, cloned.next) == (before.parent_id, before.values, before.next)

    history = (await backend.history(thread_id, limit=100)).checkpoints
    assert [row for row in history if row in old] == list(old)


async def test_what_is_shown_is_what_is_sent(backend: AgentServerBackend, thread_id: str) -> None:
    """The server keeps what it was told; the preview told the same."""
    setup = RunSetup("agent", config={"recursion_limit": 11}, interrupt_before=["action"])
    request = RunRequest(setup, QUESTION, metadata={"a": 1})
    shown = backend.describe_run(thread_id, request)
    assert (shown.method, shown.path) == ("POST", f"/threads/{thread_id}/runs/stream")

    await events_of(backend, thread_id, request)
    (run,) = await backend.runs(thread_id)
    assert run.kwargs["input"] == shown.body["input"]
    assert run.kwargs["config"]["recursion_limit"] == shown.body["config"]["recursion_limit"]
    assert run.kwargs["interrupt_before"] == shown.body["interrupt_before"]
    assert run.kwargs["stream_mode"] == shown.body["stream_mode"]
    assert (run.kwargs["resumable"], run.kwargs["subgraphs"]) == (True, True)
    assert run.metadata["a"] == 1

    head = await backend.head(thread_id)
    assert head is not None
    assert head.next == ("action",)
    goes_on = backend.describe_run(thread_id, RunRequest(RunSetup("agent"), checkpoint=head.ref), stream=False)
    assert goes_on.path == f"/threads/{thread_id}/runs"
    assert goes_on.body["input"] is None
    assert goes_on.body["checkpoint_id"] == goes_on.body["checkpoint"]["checkpoint_id"] == head.checkpoint_id
    await backend.wait_run(thread_id, RunRequest(RunSetup("agent"), checkpoint=head.ref))
    started_from = (await backend.runs(thread_id))[0].kwargs["config"]["configurable"]
    assert started_from["checkpoint_id"] == head.checkpoint_id


async def test_a_busy_thread_refuses_without_telling_the_configuration(
    backend: AgentServerBackend, thread_id: str
) -> None:
    run = await backend.start_run(thread_id, RunRequest(SLOW, QUESTION))
    attempts: list[Awaitable[object]] = [
        backend.start_run(thread_id, RunRequest(RunSetup("agent"), QUESTION)),
        backend.update_state(thread_id, StateUpdate(None, {"messages": []})),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict) as raised:
            await attempt
        assert raised.value.status == 409
        assert "hunter2" not in str(raised.value)
        assert "hunter2" not in raised.value.detail
    await backend.cancel_run(thread_id, run.run_id)


async def test_a_cancelled_run_keeps_its_checkpoints_and_one_rolled_back_does_not(
    backend: AgentServerBackend, thread_id: str
) -> None:
    for action in ("interrupt", "rollback"):
        before = len((await backend.history(thread_id, limit=100)).checkpoints)
        async with backend.stream_run(thread_id, RunRequest(WATCHED, QUESTION)) as stream:
            events = aiter(stream)
            assert (await anext(events)).event == "metadata"
            assert (await anext(events)).event == "messages"
            run_id = stream.run_id
            assert run_id is not None
            await backend.cancel_run(thread_id, run_id, action=action)
            assert [event.event async for event in events if event.event in ("error", "updates")] == []
        after = len((await backend.history(thread_id, limit=100)).checkpoints)
        if action == "interrupt":
            assert (await backend.get_run(thread_id, run_id)).status == "interrupted"
            assert after > before
            with pytest.raises(Conflict, match="ended already, with status interrupted"):
                await backend.cancel_run(thread_id, run_id)
        else:
            with pytest.raises(NotFound):
                await backend.get_run(thread_id, run_id)
            assert after == before


async def test_leaving_a_stream_leaves_the_run_going(backend: AgentServerBackend, thread_id: str) -> None:
    async with backend.stream_run(thread_id, RunRequest(RunSetup("agent"), QUESTION)) as stream:
        await anext(aiter(stream))
        run_id = stream.run_id
    assert run_id is not None
    values = await backend.join_run(thread_id, run_id)
    assert len(values["messages"]) == 4
    assert (await backend.get_run(thread_id, run_id)).status == "success"


async def test_a_join_waits_and_gets_what_is_left(backend: AgentServerBackend, thread_id: str) -> None:
    run = await backend.start_run(thread_id, RunRequest(RunSetup("agent"), QUESTION))
    waiting = asyncio.create_task(backend.join_run(thread_id, run.run_id))
    async with backend.join_stream(thread_id, run.run_id, last_event_id="-1") as stream:
        names = [event.event async for event in stream]
        assert stream.run_id == run.run_id
    assert names[0] == "metadata"
    assert names.count("updates") == 3
    assert len((await waiting)["messages"]) == 4


async def test_a_failing_run_says_so_in_every_way(backend: AgentServerBackend, thread_id: str) -> None:
    events = await events_of(backend, thread_id, RunRequest(RunSetup("flaky"), QUESTION))
    assert events[-1][0] == "error"
    (run,) = await backend.runs(thread_id)
    assert run.status == "error"
    assert "__error__" in await backend.join_run(thread_id, run.run_id)
    thread = await backend.get_thread(thread_id)
    assert thread.status == "error"
    assert thread.error == f"{events[-1][1]['error']}: {events[-1][1]['message']}"
    head = await backend.head(thread_id)
    assert head is not None
    assert head.errors[0][1].startswith(events[-1][1]["error"])


async def test_a_copy_has_the_same_checkpoints_and_a_life_of_its_own(
    backend: AgentServerBackend, thread_id: str
) -> None:
    await backend.wait_run(thread_id, RunRequest(RunSetup("agent"), QUESTION))
    original = (await backend.history(thread_id, limit=100)).checkpoints
    copy = await backend.copy_thread(thread_id)
    assert copy.thread_id != thread_id
    copied = (await backend.history(copy.thread_id, limit=100)).checkpoints
    assert [row.checkpoint_id for row in copied] == [row.checkpoint_id for row in original]
    assert [row.values for row in copied] == [row.values for row in original]
    assert await backend.runs(copy.thread_id) == []
    await backend.wait_run(copy.thread_id, RunRequest(RunSetup("agent"), checkpoint=copied[2].ref))
    assert (await backend.history(thread_id, limit=100)).checkpoints == original

    await backend.delete_thread(copy.thread_id)
    with pytest.raises(NotFound):
        await backend.get_thread(copy.thread_id)


async def test_metadata_is_merged(backend: AgentServerBackend, thread_id: str) -> None:
    await backend.threads_api.patch(thread_id, {"note": "메모"})
    assert (await backend.get_thread(thread_id)).metadata == {"topic": "날씨", "note": "메모"}


async def test_an_unknown_assistant_is_rejected_with_the_names_that_exist(
    backend: AgentServerBackend, thread_id: str
) -> None:
    with pytest.raises(Rejected, match="nope") as raised:
        await backend.start_run(thread_id, RunRequest(RunSetup("nope"), QUESTION))
    assert len(str(raised.value)) < 700


async def test_a_read_only_connection_reads_everything_and_changes_nothing(
    backend: AgentServerBackend, server_url: str, thread_id: str
) -> None:
    await backend.wait_run(thread_id, RunRequest(RunSetup("agent"), QUESTION))
    history = (await backend.history(thread_id, limit=100)).checkpoints
    (run,) = await backend.runs(thread_id)
    locked = AgentServerBackend(server_url, read_only=True)
    request = RunRequest(RunSetup("agent"), QUESTION)

    await locked.connect()
    assert (locked.capabilities.can_write, locked.capabilities.can_run) == (False, False)
    assert (await locked.history(thread_id, limit=100)).checkpoints == history
    assert await locked.checkpoint(thread_id, history[0].ref) == await locked.head(thread_id)
    assert await locked.get_run(thread_id, run.run_id) == run
    assert len((await locked.join_run(thread_id, run.run_id))["messages"]) == 4
    async with locked.join_stream(thread_id, run.run_id, last_event_id="-1") as stream:
        assert [event async for event in stream] == []

    async def stream_it() -> None:
        async with locked.stream_run(thread_id, request):
            raise AssertionError("it was sent")

    writes: list[Callable[[], Awaitable[object]]] = [
        locked.create_thread,
        lambda: locked.delete_thread(thread_id),
        lambda: locked.copy_thread(thread_id),
        lambda: locked.threads_api.patch(thread_id, {"a": 1}),
        lambda: locked.update_state(thread_id, StateUpdate(None, {})),
        lambda: locked.start_run(thread_id, request),
        lambda: locked.wait_run(thread_id, request),
        stream_it,
        lambda: locked.cancel_run(thread_id, run.run_id),
        lambda: locked.delete_run(thread_id, run.run_id),
    ]
    for write in writes:
        with pytest.raises(ReadOnly, match="was not sent"):
            await write()
    await locked.close()
    assert (await backend.history(thread_id, limit=100)).checkpoints == history
    assert await backend.runs(thread_id) == [run]


async def test_ids_that_are_paths_stay_ids(backend: AgentServerBackend, thread_id: str) -> None:
    for name in ("..", ".", "", "../assistants", f"{thread_id}/runs", f"{thread_id}?a=b", "a#b", "a b", "한"):
        with pytest.raises((NotFound, Rejected)):
            await backend.get_thread(name)
        with pytest.raises((NotFound, Rejected)):
            await backend.checkpoint(thread_id, CheckpointRef(name))
