"""The read-only lock: a list of what may leave, enforced below everything that sends."""

from __future__ import annotations

import pytest

from tests.unit.agent_server_fakes import Script, answer, backend
from tui.backends._httpx import httpx
from tui.backends.agent_server.guard import ReadOnlyTransport, is_read
from tui.backends.errors import ReadOnly

READS = [
    "GET /info",
    "GET /threads/t",
    "GET /threads/t/state/c?subgraphs=true",
    "GET /threads/t/history?limit=5&before=c",
    "GET /threads/t/runs/r/stream?stream_mode=updates",
    "GET /threads/t/runs/r/join",
    "POST /assistants/search",
    "POST /assistants/count",
    "POST /threads/search",
    "POST /threads/count",
    "POST /threads/t/history",
    "POST /threads/t/state/checkpoint",
    "POST /threads/a%2Fb/history",
]
WRITES = [
    "POST /threads",
    "POST /threads/t/state",
    "POST /threads/t/state/checkpoint/",
    "POST /threads/t/state/checkpoint/x",
    "POST /threads/t/state/x/checkpoint",
    "POST /threads/t/copy",
    "POST /threads/t/runs",
    "POST /threads/t/runs/stream",
    "POST /threads/t/runs/wait",
    "POST /threads/t/runs/r/cancel?wait=1",
    "POST /threads/t/runs/history",
    "POST /threads/prune",
    "POST /threads/t/commands",
    "POST /runs/stream",
    "POST /runs/cancel",
    "POST /store/items/search",
    "POST /assistants",
    "POST /assistants/a/versions",
    "POST /x/threads/search",
    "POST /threads/search?x=1",
    "POST //threads/search",
    "POST /threads//history",
    "POST /threads/t/history\n",
    "PATCH /threads/t",
    "PUT /threads/t",
    "DELETE /threads/t",
    "DELETE /threads/search",
    "HEAD /threads",
    "get /threads/t",
    "GET /threads/t/runs/r/join?cancel_on_disconnect=1",
    "GET /threads/t/runs/r/stream?stream_mode=x&cancel_on_disconnect=false",
    "GET /threads/t/runs/r/stream?cancel%5Fon_disconnect=true",
]


def split(line: str) -> tuple[str, httpx.URL]:
    method, _, path = line.partition(" ")
    return method, httpx.URL("http://h" + path.strip())


@pytest.mark.parametrize("line", READS)
def test_reads_pass(line: str) -> None:
    method, url = split(line)
    assert is_read(method, url.raw_path.partition(b"?")[0].decode(), tuple(url.params))


@pytest.mark.parametrize("line", WRITES)
def test_all_else_is_a_write(line: str) -> None:
    method, _, rest = line.partition(" ")
    path, _, query = rest.partition("?")
    assert not is_read(method, path, tuple(httpx.QueryParams(query)))


@pytest.mark.parametrize("prefix", ["", "/team/one"])
async def test_the_lock_is_in_the_transport(prefix: str) -> None:
    script = Script(answer([]))
    client = httpx.AsyncClient(transport=ReadOnlyTransport(script, prefix))
    for line in READS:
        method, _, path = line.partition(" ")
        await client.request(method, f"http://h{prefix}{path}")
    assert len(script.requests) == len(READS)
    for line in WRITES:
        method, _, path = line.partition(" ")
        if "\n" in path or method == "get":
            continue  # httpx does not let these through as they are
        with pytest.raises(ReadOnly):
            await client.request(method, f"http://h{prefix}{path}")
    if prefix:
        with pytest.raises(ReadOnly):
            await client.post("http://h/other/threads/search")
    assert len(script.requests) == len(READS)
    await client.aclose()


async def test_a_refusal_says_what_was_not_sent_and_how_to_unlock() -> None:
    script = Script(answer({}))
    with pytest.raises(ReadOnly) as raised:
        await backend(script, read_only=True).delete_thread("t")
    assert "DELETE /threads/t was not sent" in str(raised.value)
    assert "--read-only" in raised.value.hint
    assert raised.value.exit_code == 4
    assert script.requests == []


async def test_capabilities_say_that_it_is_locked() -> None:
    locked = backend(Script(answer({})), read_only=True).capabilities
    assert (locked.can_write, locked.can_run) == (False, False)
    assert "read-only" in locked.reason
