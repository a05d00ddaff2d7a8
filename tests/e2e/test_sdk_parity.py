"""Our client and the reference SDK, side by side on the same server: the same threads, states, histories, runs, events.

The SDK's answers are plain dicts; what the domain makes of an answer is compared with them field by field.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from langgraph_sdk import get_client, get_sync_client

from tui.backends.agent_server import AgentServerBackend
from tui.backends.base import ThreadQuery
from tui.domain.checkpoint import Checkpoint, CheckpointRef, Interrupt, Task, Thread
from tui.domain.requests import RunRequest, RunSetup, StateUpdate

MODES = ("values", "updates", "messages-tuple", "custom", "checkpoints", "debug", "tasks")


def says(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


INPUTS: dict[str, dict[str, Any]] = {
    "agent": says("what's the weather in sf"),
    "approval": says("please refund order 1182"),
    "research": says("tides"),
    "flaky": says("book a table"),
    "inventory": {"stock": {"apple": 3, "pear": 40}, "orders": [{"item": "apple", "quantity": 2}]},
}


@dataclass(frozen=True)
class Seeded:
    """A server with one thread per demo graph: finished, forked, waiting, failed, without messages."""

    url: str
    threads: dict[str, str]


@pytest.fixture(scope="module")
def seeded(server_url: str) -> Iterator[Seeded]:
    client = get_sync_client(url=server_url)
    threads: dict[str, str] = {}
    for graph, given in INPUTS.items():
        thread_id = client.threads.create(metadata={"seeded": graph})["thread_id"]
        client.runs.wait(thread_id, graph, input=given, raise_error=False)
        threads[graph] = thread_id
    before_action = client.threads.get_history(threads["agent"], limit=10)[2]
    client.runs.wait(threads["agent"], "agent", input=None, checkpoint=before_action["checkpoint"])
    threads["empty"] = client.threads.create(metadata={"seeded": "empty"})["thread_id"]
    yield Seeded(server_url, threads)
    for thread_id in threads.values():
        client.threads.delete(thread_id)


@pytest.fixture
async def ours(seeded: Seeded) -> AsyncIterator[AgentServerBackend]:
    backend = AgentServerBackend(seeded.url)
    await backend.connect()
    yield backend
    await backend.close()


@pytest.fixture
def sdk(seeded: Seeded) -> Any:
    return get_client(url=seeded.url, api_key=None)


def assert_same_interrupts(mine: tuple[Interrupt, ...], theirs: list[Any]) -> None:
    assert [(one.id, one.value) for one in mine] == [(one["id"], one["value"]) for one in theirs]


def assert_same_task(mine: Task, theirs: Any) -> None:
    assert mine.id == theirs["id"]
    assert mine.name == theirs["name"]
    assert list(mine.path) == theirs["path"]
    assert mine.error == theirs["error"]
    assert mine.result == theirs["result"]
    assert_same_interrupts(mine.interrupts, theirs["interrupts"])
    inner = theirs["checkpoint"]
    assert (mine.subgraph.namespace if mine.subgraph else None) == (inner["checkpoint_ns"] if inner else None)


def assert_same_checkpoint(mine: Checkpoint, theirs: Any) -> None:
    assert mine.broken is None
    assert mine.checkpoint_id == theirs["checkpoint"]["checkpoint_id"]
    assert mine.thread_id == theirs["checkpoint"]["thread_id"]
    assert mine.namespace == theirs["checkpoint"].get("checkpoint_ns", mine.namespace)
    parent = theirs["parent_checkpoint"]
    assert mine.parent_id == (parent["checkpoint_id"] if parent else None)
    assert repr(mine.values) == repr(theirs["values"])  # repr: order of keys, and 1 against 1.0 and True
    assert list(mine.next) == theirs["next"]
    assert dict(mine.metadata) == theirs["metadata"]
    assert mine.step == theirs["metadata"]["step"]
    assert mine.source == theirs["metadata"]["source"]
    assert mine.run_id == theirs["metadata"].get("run_id")
    assert mine.created_at == datetime.fromisoformat(theirs["created_at"])
    assert len(mine.tasks) == len(theirs["tasks"])
    for task, theirs_task in zip(mine.tasks, theirs["tasks"], strict=True):
        assert_same_task(task, theirs_task)


async def test_the_same_assistants_graphs_and_schemas(ours: AgentServerBackend, sdk: Any) -> None:
    mine = await ours.assistants()
    theirs = await sdk.assistants.search(limit=1000)

    assert [dict(one.raw) for one in mine] == theirs
    for one, other in zip(mine, theirs, strict=True):
        assert (one.assistant_id, one.graph_id, one.name) == (other["assistant_id"], other["graph_id"], other["name"])
        assert (one.config, one.context, one.metadata) == (other["config"], other["context"], other["metadata"])
        assert await ours.assistants_api.get(one.assistant_id) == other
        assert await ours.graph(one.assistant_id) == await sdk.assistants.get_graph(one.assistant_id)
        assert await ours.schemas(one.assistant_id) == await sdk.assistants.get_schemas(one.assistant_id)
    research = next(one for one in mine if one.graph_id == "research")
    inside = await ours.graph(research.assistant_id, xray=True)
    assert inside == await sdk.assistants.get_graph(research.assistant_id, xray=True)
    assert inside != await ours.graph(research.assistant_id)


async def test_the_same_threads(ours: AgentServerBackend, sdk: Any, seeded: Seeded) -> None:
    for thread_id in seeded.threads.values():
        mine = await ours.get_thread(thread_id)
        theirs = await sdk.threads.get(thread_id)
        assert dict(mine.raw) == theirs
        assert (mine.thread_id, mine.status, mine.metadata) == (thread_id, theirs["status"], theirs["metadata"])
        assert mine.created_at == datetime.fromisoformat(theirs["created_at"])
        assert mine.updated_at == datetime.fromisoformat(theirs["updated_at"])
        theirs_interrupts = [one for group in (theirs.get("interrupts") or {}).values() for one in group]
        assert_same_interrupts(mine.interrupts, theirs_interrupts)
    failed = await ours.get_thread(seeded.threads["flaky"])
    theirs_error = (await sdk.threads.get(seeded.threads["flaky"]))["error"]
    assert failed.error == f"{theirs_error['error']}: {theirs_error['message']}"


async def test_the_same_list_of_threads_in_pages_of_any_size(
    ours: AgentServerBackend, sdk: Any, seeded: Seeded
) -> None:
    columns = ["thread_id", "created_at", "updated_at", "metadata", "status", "interrupts"]
    theirs = await sdk.threads.search(limit=1000, sort_by="updated_at", sort_order="desc", select=columns)
    assert await ours.count_threads() == await sdk.threads.count() == len(theirs)
    for size in (1, 4, len(theirs), 1000):
        mine: list[Thread] = []
        offset: int | None = 0
        while offset is not None:
            page = await ours.search_threads(ThreadQuery(limit=size, offset=offset))
            mine += page.threads
            offset = page.next_offset
        rows = [{key: value for key, value in one.raw.items() if key != "extracted"} for one in mine]
        assert rows == theirs
    waiting = await ours.search_threads(ThreadQuery(status="interrupted", with_preview=False))
    assert [one.thread_id for one in waiting.threads] == [
        one["thread_id"] for one in await sdk.threads.search(status="interrupted", limit=50, sort_by="updated_at")
    ]
    assert await ours.count_threads("interrupted") == len(waiting.threads)
    named = await ours.search_threads(ThreadQuery(metadata={"seeded": "flaky"}))
    assert [one.thread_id for one in named.threads] == [seeded.threads["flaky"]]


async def test_previews_are_the_last_messages_or_short_values_and_no_state_travels(
    ours: AgentServerBackend, sdk: Any, seeded: Seeded
) -> None:
    page = await ours.search_threads(ThreadQuery(limit=1000))
    found = {one.thread_id: one for one in page.threads}
    for name in ("agent", "approval", "research"):
        state = await sdk.threads.get_state(seeded.threads[name])
        assert found[seeded.threads[name]].preview == state["values"]["messages"][-1]
    assert found[seeded.threads["inventory"]].preview == {"batch": 2**53 + 1, "total_out": 2}
    assert found[seeded.threads["empty"]].preview is None
    assert all("values" not in one.raw for one in page.threads)
    assert ours.capabilities.missing == frozenset()


async def test_the_same_states_and_histories(ours: AgentServerBackend, sdk: Any, seeded: Seeded) -> None:
    for name, thread_id in seeded.threads.items():
        theirs = await sdk.threads.get_history(thread_id, limit=100)
        mine = (await ours.history(thread_id, limit=100)).checkpoints
        assert len(mine) == len(theirs)
        for checkpoint, row in zip(mine, theirs, strict=True):
            assert_same_checkpoint(checkpoint, row)
            assert_same_checkpoint(
                await ours.checkpoint(thread_id, checkpoint.ref),
                await sdk.threads.get_state(thread_id, checkpoint=row["checkpoint"]),
            )
        head = await ours.head(thread_id)
        if name == "empty":
            assert head is None
        else:
            assert head is not None
            assert_same_checkpoint(head, await sdk.threads.get_state(thread_id))


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_of_history_put_together_are_the_history(
    ours: AgentServerBackend, sdk: Any, seeded: Seeded, size: int
) -> None:
    thread_id = seeded.threads["agent"]
    theirs = await sdk.threads.get_history(thread_id, limit=100)
    mine: list[Checkpoint] = []
    while True:
        page = await ours.history(thread_id, limit=size, before=mine[-1].checkpoint_id if mine else None)
        mine += page.checkpoints
        if page.reached_end:
            break
        assert page.received_bytes > 100
    assert [one.checkpoint_id for one in mine] == [row["checkpoint"]["checkpoint_id"] for row in theirs]


async def test_the_same_history_inside_a_subgraph(ours: AgentServerBackend, sdk: Any, seeded: Seeded) -> None:
    thread_id = seeded.threads["research"]
    rows = (await ours.history(thread_id, limit=100)).checkpoints
    namespace = next(task.subgraph.namespace for row in rows for task in row.tasks if task.subgraph)
    theirs = await sdk.threads.get_history(thread_id, limit=100, checkpoint={"checkpoint_ns": namespace})
    assert len(theirs) > 2

    page = await ours.history(thread_id, limit=2, namespace=namespace)
    mine = list(page.checkpoints)
    while not page.reached_end:
        page = await ours.history(thread_id, limit=2, before=mine[-1].checkpoint_id, namespace=namespace)
        mine += page.checkpoints

    assert len(mine) == len(theirs)
    for checkpoint, row in zip(mine, theirs, strict=True):
        assert checkpoint.namespace == namespace
        assert_same_checkpoint(checkpoint, row)
        assert dict(checkpoint.checkpoint_map or {}) == row["checkpoint"]["checkpoint_map"]
        again = await ours.checkpoint(thread_id, checkpoint.ref)
        assert_same_checkpoint(again, await sdk.threads.get_state(thread_id, checkpoint=row["checkpoint"]))


async def test_the_same_runs(ours: AgentServerBackend, sdk: Any, seeded: Seeded) -> None:
    for thread_id in seeded.threads.values():
        theirs = await sdk.runs.list(thread_id, limit=50)
        mine = await ours.runs(thread_id)
        assert [dict(run.raw) for run in mine] == theirs
        for run, row in zip(mine, theirs, strict=True):
            assert (run.run_id, run.thread_id, run.assistant_id) == (row["run_id"], thread_id, row["assistant_id"])
            assert (run.status, run.kwargs, run.metadata) == (row["status"], row["kwargs"], row["metadata"])
            assert run.multitask_strategy == row["multitask_strategy"]
            assert run.created_at == datetime.fromisoformat(row["created_at"])
            assert dict((await ours.get_run(thread_id, run.run_id)).raw) == await sdk.runs.get(thread_id, run.run_id)
            assert await ours.join_run(thread_id, run.run_id) == await sdk.runs.join(thread_id, run.run_id)
    assert [run.run_id for run in await ours.runs(seeded.threads["agent"], limit=1, offset=1)] == [
        row["run_id"] for row in await sdk.runs.list(seeded.threads["agent"], limit=1, offset=1)
    ]


@pytest.mark.parametrize("graph", ["agent", "approval", "research", "flaky", "inventory"])
async def test_the_same_events_of_the_same_run(ours: AgentServerBackend, sdk: Any, graph: str) -> None:
    thread = await ours.create_thread()
    request = RunRequest(RunSetup(graph), INPUTS[graph], stream_modes=MODES)
    async with ours.stream_run(thread.thread_id, request) as stream:
        live = [(event.event, event.data, event.id) async for event in stream]
        run_id = stream.run_id
    assert run_id is not None
    assert live[0][:2] == ("metadata", {"run_id": run_id, "attempt": 1})
    assert {event.partition("|")[0] for event, _, _ in live} >= {"values", "updates", "checkpoints", "debug", "tasks"}

    joined = sdk.runs.join_stream(thread.thread_id, run_id, last_event_id="-1")
    theirs = [(part.event, part.data, part.id) async for part in joined]
    # A server does not repeat the error that ended a run: who joins later must ask the run how it ended.
    assert [part for part in live if part[0] != "error"] == theirs
    assert ("error" in [part[0] for part in live]) == (graph == "flaky")

    async with ours.join_stream(thread.thread_id, run_id, last_event_id="-1") as again:
        assert [(event.event, event.data, event.id) async for event in again] == theirs
    # Ids are milliseconds: events of the same one share it, and going on after it leaves them all out.
    last = theirs[len(theirs) // 2][2]
    begin = max(index for index, part in enumerate(theirs) if part[2] == last) + 1
    async with ours.join_stream(thread.thread_id, run_id, last_event_id=last) as rest:
        assert [(event.event, event.data, event.id) async for event in rest] == theirs[begin:]


async def test_the_same_update_and_the_same_fork(ours: AgentServerBackend, sdk: Any) -> None:
    def plain(rows: Any) -> Any:
        """The rows without what is random: the ids of messages and calls."""
        return [
            (row.step, row.source, row.next, [plain_message(one) for one in row.values["messages"]]) for row in rows
        ]

    def plain_message(message: Any) -> Any:
        text = message["content"] if isinstance(message["content"], str) else None
        return message["type"], text, [(call["name"], call["args"]) for call in message.get("tool_calls", [])]

    histories = []
    for client in ("ours", "sdk"):
        thread_id = (await ours.create_thread()).thread_id
        await ours.wait_run(thread_id, RunRequest(RunSetup("agent"), INPUTS["agent"]))
        before = (await ours.history(thread_id, limit=10)).checkpoints[2]
        message = dict(before.values["messages"][-1])
        message["tool_calls"] = [{**message["tool_calls"][0], "args": {"query": "weather in San Francisco"}}]
        if client == "ours":
            edited = await ours.update_state(thread_id, StateUpdate(before.ref, {"messages": [message]}))
            values = await ours.wait_run(thread_id, RunRequest(RunSetup("agent"), checkpoint=edited))
        else:
            at = {"checkpoint_id": before.checkpoint_id, "checkpoint_ns": ""}
            answer = await sdk.threads.update_state(thread_id, {"messages": [message]}, checkpoint=at)
            values = await sdk.runs.wait(thread_id, "agent", input=None, checkpoint=answer["checkpoint"])
        assert values["messages"][-1]["content"].startswith("It is 14 °C and foggy in San Francisco.")
        histories.append(plain((await ours.history(thread_id, limit=100)).checkpoints))
    assert histories[0] == histories[1]


async def test_the_same_refusals(ours: AgentServerBackend, sdk: Any, seeded: Seeded) -> None:
    """Where the SDK raises, we raise, with the same status; where the server only pretends, we raise as well."""
    from langgraph_sdk.errors import APIStatusError

    from tui.backends.errors import BackendError, NotFound

    nowhere = "00000000-0000-0000-0000-000000000000"
    empty = seeded.threads["empty"]
    pairs = [
        (ours.get_thread(nowhere), sdk.threads.get(nowhere)),
        (ours.head(nowhere), sdk.threads.get_state(nowhere)),
        (ours.history(nowhere, limit=1), sdk.threads.get_history(nowhere)),
        (ours.runs(nowhere), sdk.runs.list(nowhere)),
        (ours.get_run(empty, nowhere), sdk.runs.get(empty, nowhere)),
        (ours.get_thread("bad"), sdk.threads.get("bad")),
        (ours.delete_thread(nowhere), sdk.threads.delete(nowhere)),
        (ours.create_thread(thread_id=empty), sdk.threads.create(thread_id=empty, if_exists="raise")),
        (ours.update_state(empty, StateUpdate(None, {})), sdk.threads.update_state(empty, {})),
        (ours.start_run(empty, RunRequest(RunSetup("nope"))), sdk.runs.create(empty, "nope")),
    ]
    for mine, theirs in pairs:
        with pytest.raises(BackendError) as raised:
            await mine
        with pytest.raises(APIStatusError) as reference:
            await theirs
        assert raised.value.status == reference.value.status_code
        assert ours.address in str(raised.value)
    for pretended in (
        ours.copy_thread(nowhere),
        ours.checkpoint(seeded.threads["agent"], CheckpointRef("1f1e5897-5663-6bed-8005-a78574759898")),
        ours.join_run(empty, nowhere),
        ours.cancel_run(empty, nowhere),
        ours.delete_run(empty, nowhere),
    ):
        with pytest.raises(NotFound):
            await pretended
    with pytest.raises(NotFound):
        async with ours.join_stream(empty, nowhere) as stream:
            assert [event async for event in stream] == []
