"""Reading a thread's pages: as many rows as they weigh little, and every part kept once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from tests.fakes import FakeBackend
from tests.ui.test_navigation import long_thread
from tests.unit.agent_server_fakes import backend
from tui.backends._httpx import httpx
from tui.backends.base import HistoryPage, HistoryReading
from tui.backends.errors import TooLarge
from tui.domain.checkpoint import Thread
from tui.session import open_thread
from tui.session.heap import give_back
from tui.session.open_thread import OpenThread


@dataclass
class HeavyBackend(FakeBackend):
    """Rows of many bytes, of which a page is only handed out as far as it may weigh."""

    row_bytes: int = 0

    async def history(
        self,
        thread_id: str,
        *,
        limit: int,
        before: str | None = None,
        namespace: str = "",
        reading: HistoryReading | None = None,
    ) -> HistoryPage:
        self._note("asked", limit)
        page = await super().history(thread_id, limit=limit, before=before, namespace=namespace, reading=reading)
        size = self.row_bytes * len(page.checkpoints)
        if limit > 1 and reading is not None and reading.most_bytes is not None and size > reading.most_bytes:
            raise TooLarge("The page is too large.")
        return HistoryPage(page.checkpoints, page.reached_end, size)


@dataclass
class StoppingBackend(FakeBackend):
    """Whoever asks for the page of that number is stopped there."""

    stops_at: int = 0

    async def before_page(self) -> None:
        """Count, and stop."""
        self.stops_at -= 1
        if self.stops_at == 0:
            raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("row_bytes", "limits"),
    [
        (1000, [1, 60, 100]),
        (200_000, [1, 5, 5]),
        (1_000_000, [1, 1, 1]),
        (50_000_000, [1, 1, 1]),
    ],
)
async def test_a_page_has_as_many_rows_as_weigh_little(row_bytes: int, limits: list[int]) -> None:
    made = long_thread(70)
    heavy = HeavyBackend(threads=made.threads, rows=made.rows, run_list=made.run_list, row_bytes=row_bytes)
    opened = OpenThread(heavy, Thread("t-1"))
    await opened.load_first()
    await opened.load_all()
    assert len(opened.tree) == 70
    assert [about for name, about in heavy.calls if name == "asked"][: len(limits)] == limits


async def test_a_screenful_is_asked_for_at_once_where_the_state_is_known_to_be_light() -> None:
    made = long_thread(70)
    light = HeavyBackend(threads=made.threads, rows=made.rows, run_list=made.run_list, row_bytes=1000)
    light.newest_bytes = 1000
    await OpenThread(light, Thread("t-1")).load_first()
    light.newest_bytes = 200_000
    await OpenThread(light, Thread("t-1")).load_first()
    assert [about for name, about in light.calls if name == "asked"] == [60, 1, 60]


async def test_a_thread_that_was_empty_is_read_when_others_began_it() -> None:
    made = long_thread(40)
    rows, made.rows["t-1"] = made.rows["t-1"], []
    opened = OpenThread(made, Thread("t-1"))
    await opened.load_first()
    assert opened.tree.complete
    made.rows["t-1"] = rows
    assert len(await opened.refresh()) == 40


async def test_a_first_reading_that_is_stopped_half_way_is_done_by_the_next() -> None:
    made = long_thread(40)
    rows, made.rows["t-1"] = made.rows["t-1"], []
    stopping = StoppingBackend(threads=made.threads, rows=made.rows, run_list=made.run_list)
    opened = OpenThread(stopping, Thread("t-1"))
    await opened.load_first()
    made.rows["t-1"] = rows
    stopping.stops_at = 2
    with pytest.raises(asyncio.CancelledError):
        await opened.refresh()
    assert len(opened.tree) == 1
    await opened.refresh()
    assert len(opened.tree) == 40
    assert opened.tree.complete


async def test_rows_that_grew_too_much_for_a_page_come_alone() -> None:
    made = long_thread(70)
    heavy = HeavyBackend(threads=made.threads, rows=made.rows, run_list=made.run_list, row_bytes=1000)
    opened = OpenThread(heavy, Thread("t-1"))
    await opened.load_older()
    heavy.row_bytes = 1_000_000
    await opened.load_all()
    assert len(opened.tree) == 70
    assert [about for name, about in heavy.calls if name == "asked"][:4] == [1, 100, 1, 1]


def row(number: int) -> dict[str, Any]:
    messages = [{"type": "ai", "id": f"m{n}", "content": f"turn {n} " * 20} for n in range(number + 1)]
    return {
        "values": {"messages": messages[:-1]},
        "next": ["step"],
        "tasks": [{"id": f"t{number}", "name": "step", "result": {"messages": messages[-1:]}}],
        "metadata": {"source": "loop", "step": 1, "langgraph_version": "1.0"},
        "checkpoint": {"checkpoint_id": f"c{number:03}", "checkpoint_ns": ""},
        "parent_checkpoint": {"checkpoint_id": f"c{number - 1:03}", "checkpoint_ns": ""} if number else None,
    }


class History(httpx.AsyncBaseTransport):
    """A server with 50 rows."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        before, limit = request.url.params.get("before", "d"), int(request.url.params["limit"])
        rows = [row(number) for number in range(49, -1, -1)]
        older = [one for one in rows if one["checkpoint"]["checkpoint_id"] < before]
        return httpx.Response(200, content=json.dumps(older[:limit]).encode())


async def test_what_pages_leave_behind_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(open_thread, "MAX_PAGE", 7)
    monkeypatch.setattr(open_thread, "PAGE_BYTES", 1)
    monkeypatch.setattr(open_thread, "HOLES_AFTER", 20_000)
    opened = OpenThread(backend(History()), Thread("t"))
    monkeypatch.setattr(open_thread, "give_back", lambda: given.append(opened.received_bytes))
    await opened.load_all()
    assert len(given) > 2, "now and then, and at the end"
    assert given[-1] == opened.received_bytes
    steps = [after - before for before, after in pairwise([0, *given[:-1]])]
    assert min(steps) >= 20_000
    await opened.load_older()
    assert given[-1] == opened.received_bytes
    assert len(given) == len(set(given)), "not again while nothing is read"


def test_giving_memory_back_leaves_what_is_used() -> None:
    kept = [bytes([number]) * 10_000 for number in range(200)]
    give_back()
    assert all(text == bytes([number]) * 10_000 for number, text in enumerate(kept))


async def test_an_open_thread_keeps_no_state_beside_its_tree() -> None:
    state = {"messages": ["many MB of them"]}
    row = Thread("t", preview="the last", raw={"thread_id": "t", "values": state, "config": {}})
    opened = OpenThread(backend(History()), row)
    assert opened.thread.raw == {"thread_id": "t", "config": {}}
    assert opened.thread.preview == "the last"
    opened.reread_as(row)
    assert "values" not in opened.thread.raw
    assert row.raw["values"] is state, "who asked for the row still has it"
    assert opened.thread.light is opened.thread


async def test_every_part_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_thread, "MAX_PAGE", 7)
    opened = OpenThread(backend(History()), Thread("t"))
    opened._page = 7
    await opened.load_all()
    assert len(opened.tree) == 50
    head = opened.tree.head
    assert head is not None
    for checkpoint in opened.tree:
        messages = checkpoint.values["messages"]
        assert [message["id"] for message in messages] == [f"m{n}" for n in range(int(checkpoint.checkpoint_id[1:]))]
        assert all(mine is known for mine, known in zip(messages, head.values["messages"], strict=False))
        assert all(checkpoint.metadata[key] is value for key, value in head.metadata.items())
        assert checkpoint.source is head.source
        after = opened.tree.children(checkpoint.checkpoint_id)
        if after:
            made = opened.tree[after[0]].values["messages"][-1]
            assert checkpoint.tasks[0].result["messages"][0] is made
