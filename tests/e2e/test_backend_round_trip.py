"""Values go to the server and come back as what they were: type, digits, order of keys, every character."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator

import pytest

from tui.backends.agent_server import AgentServerBackend
from tui.backends.agent_server.address import Credentials, parse_address
from tui.backends.agent_server.http import Http
from tui.backends.errors import Rejected, ServerFailed
from tui.domain.checkpoint import JSON, Checkpoint
from tui.domain.json_values import dumps
from tui.domain.requests import RunRequest, RunSetup, StateUpdate

AWKWARD: dict[str, JSON] = {
    "zebra": 1,
    "apple": 1.0,
    "true": True,
    "none": None,
    "minus zero": -0.0,
    "largest": 2**64 - 1,
    "least": -(2**63),
    "beyond a float": 2**53 + 1,
    "tiny": 5e-324,
    "third": 1 / 3,
    "large": 1e22,
    "korean": "샌프란시스코 날씨 어때? 🙂👩‍👩‍👧‍👦",
    "escapes": 'quote " backslash \\ newline \n tab \t escape \x1b[31m del \x7f rtl \u202e line \u2028 end',
    "": {"nested": [[], {}, "", 0, 0.0, False, None], "b": 1, "a": 2},
    "deep": [[[[[[[[[[1]]]]]]]]]],
}


@pytest.fixture
async def backend(server_url: str) -> AsyncIterator[AgentServerBackend]:
    client = AgentServerBackend(server_url)
    await client.connect()
    yield client
    await client.close()


@pytest.fixture
async def head(backend: AgentServerBackend) -> Checkpoint:
    """The head of a thread whose key `stock` is replaced by whatever is written to it."""
    thread = await backend.create_thread()
    await backend.wait_run(thread.thread_id, RunRequest(RunSetup("inventory"), {"stock": {"apple": 1}, "orders": []}))
    found = await backend.head(thread.thread_id)
    assert found is not None
    return found


async def test_awkward_values_survive_the_round_trip(backend: AgentServerBackend, head: Checkpoint) -> None:
    ref = await backend.update_state(head.thread_id, StateUpdate(head.ref, {"stock": AWKWARD}))
    written = await backend.checkpoint(head.thread_id, ref)
    assert written.parent_id == head.checkpoint_id
    assert dumps(written.values["stock"]) == dumps(AWKWARD)

    # What was read is written again, and read again: nothing has moved.
    again = await backend.update_state(head.thread_id, StateUpdate(ref, {"stock": written.values["stock"]}))
    page = await backend.history(head.thread_id, limit=1)
    assert page.checkpoints[0].ref == again
    assert dumps(page.checkpoints[0].values["stock"]) == dumps(AWKWARD)


async def test_values_survive_as_the_input_of_a_run(backend: AgentServerBackend) -> None:
    thread = await backend.create_thread()
    stock = {key: value for key, value in AWKWARD.items() if type(value) is int}
    request = RunRequest(RunSetup("inventory"), {"stock": stock, "orders": []}, stream_modes=("values",))
    async with backend.stream_run(thread.thread_id, request) as stream:
        states = [event.data async for event in stream if event.event == "values"]
    assert dumps(states[0]["stock"]) == dumps(stock)
    (run,) = await backend.runs(thread.thread_id)
    assert dumps(run.kwargs["input"]["stock"]) == dumps(stock)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_what_json_cannot_carry_is_never_sent(
    backend: AgentServerBackend, head: Checkpoint, value: float
) -> None:
    with pytest.raises(Rejected, match=r"values\.stock\.a\[1\]"):
        await backend.update_state(head.thread_id, StateUpdate(head.ref, {"stock": {"a": [0, value]}}))
    assert await backend.head(head.thread_id) == head


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1])
async def test_what_the_server_would_round_is_never_sent(
    backend: AgentServerBackend, head: Checkpoint, value: int
) -> None:
    with pytest.raises(Rejected, match=r"values\.stock\.a\[1\] is beyond 64 bits"):
        await backend.update_state(head.thread_id, StateUpdate(head.ref, {"stock": {"a": [0, value]}}))
    assert await backend.head(head.thread_id) == head


async def test_the_server_really_rounds_them(server_url: str, head: Checkpoint) -> None:
    """If this fails, the server has learned to count, and the refusal above can go."""
    unprobed = AgentServerBackend(server_url)
    await unprobed.update_state(head.thread_id, StateUpdate(head.ref, {"stock": {"a": 2**64}}))
    found = await unprobed.head(head.thread_id)
    await unprobed.close()
    assert found is not None
    assert type(found.values["stock"]["a"]) is float


async def test_reads_and_writes_go_on_after_the_server_broke(server_url: str, head: Checkpoint) -> None:
    """A server that answered 500 drops the pooled connection without a word."""
    http = Http(parse_address(server_url), Credentials(parse_address(server_url), None, {}))
    path = f"/threads/{head.thread_id}"
    breaks_it = {"before": {"checkpoint_id": head.checkpoint_id}}
    for _ in range(3):
        with pytest.raises(ServerFailed) as raised:
            await http.send("POST", f"{path}/history", body=breaks_it)
        assert raised.value.status == 500
        assert (await http.send("GET", f"{path}/state")).value["checkpoint"]["checkpoint_id"] == head.checkpoint_id
        with pytest.raises(ServerFailed):
            await http.send("POST", f"{path}/history", body=breaks_it)
        assert (await http.send("PATCH", path, body={"metadata": {"written": True}})).value["metadata"]["written"]
    await http.close()
