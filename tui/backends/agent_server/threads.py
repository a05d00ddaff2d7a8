"""Threads, their states and their histories on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.backends.agent_server import wire
from tui.backends.agent_server.failures import Asked
from tui.backends.agent_server.http import Answer, Http, Reading, segment
from tui.backends.errors import BadAnswer, Rejected, ServerFailed, TooLarge
from tui.domain.checkpoint import JSON, CheckpointRef
from tui.domain.requests import PlannedRequest


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of raw rows, its size in bytes, and the answer's headers."""

    rows: list[JSON]
    size: int
    headers: Mapping[str, str]


class Threads:
    """`/threads`, `/threads/…/state`, `/threads/…/history`."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._wants_bare_before = False
        """LangGraph.js takes the id alone where others take a config."""

    async def create(self, *, metadata: JSON = None, thread_id: str | None = None) -> JSON:
        """A new thread's row."""
        body: dict[str, JSON] = {"metadata": metadata or {}}
        if thread_id is not None:
            body |= {"thread_id": thread_id, "if_exists": "raise"}
        return (await self._http.send("POST", "/threads", body=body)).value

    async def search(self, body: Mapping[str, JSON]) -> Rows:
        """Rows of threads; see the API for `body`: limit, offset, status, metadata, sort_by, select, extract …"""
        answer = await self._http.send("POST", "/threads/search", body=dict(body))
        rows = wire.read_list(answer.value, self._asked("POST", "/threads/search"))
        return Rows(rows, answer.size, answer.headers)

    async def count(self, body: Mapping[str, JSON]) -> JSON:
        """The number of threads that `body` (status, metadata) describes."""
        return (await self._http.send("POST", "/threads/count", body=dict(body))).value

    async def get(self, thread_id: str, most_bytes: int | None = None) -> JSON:
        """A thread's row, with its values."""
        return (await self._http.send("GET", self._path(thread_id), reading=Reading(most_bytes=most_bytes))).value

    async def is_light(self, thread_id: str, most_bytes: int) -> bool:
        """Whether a thread's row has values, and weighs no more with them. What is too heavy is not read.

        A row costs an official server a millisecond, a page of history of any size about eighty.
        """
        try:
            row = (await self._http.send("GET", self._path(thread_id), reading=Reading(most_bytes=most_bytes))).value
        except (TooLarge, Rejected, ServerFailed, BadAnswer):
            return False
        return isinstance(row, dict) and bool(row.get("values"))

    async def patch(self, thread_id: str, metadata: Mapping[str, JSON]) -> JSON:
        """Merge `metadata` into a thread's; returns its row."""
        return (await self._http.send("PATCH", self._path(thread_id), body={"metadata": dict(metadata)})).value

    async def copy(self, thread_id: str) -> JSON:
        """Copy a thread with its checkpoints, not its runs; returns the new row."""
        return (await self._http.send("POST", f"{self._path(thread_id)}/copy")).value

    async def delete(self, thread_id: str) -> None:
        """Delete a thread with its checkpoints and runs."""
        await self._http.send("DELETE", self._path(thread_id))

    async def state(self, thread_id: str) -> wire.ThreadState:
        """The head's state; all fields empty for a thread without checkpoints."""
        path = f"{self._path(thread_id)}/state"
        return self._state((await self._http.send("GET", path)).value, "GET", path)

    async def state_at(self, thread_id: str, ref: CheckpointRef) -> wire.ThreadState:
        """The state at a checkpoint. An unknown one is answered by empty values and no time, not by 404."""
        path = f"{self._path(thread_id)}/state"
        if not ref.namespace:
            path = f"{path}/{segment(ref.checkpoint_id)}"
            return self._state((await self._http.send("GET", path)).value, "GET", path)
        return await self.state_named(thread_id, ref)

    async def state_named(self, thread_id: str, ref: CheckpointRef) -> wire.ThreadState:
        """The same, asked for by the whole name of the checkpoint, which a subgraph's needs."""
        name: dict[str, JSON] = {"checkpoint_id": ref.checkpoint_id, "checkpoint_ns": ref.namespace}
        if ref.checkpoint_map:
            name["checkpoint_map"] = dict(ref.checkpoint_map)
        path = f"{self._path(thread_id)}/state/checkpoint"
        return self._state((await self._http.send("POST", path, body={"checkpoint": name})).value, "POST", path)

    async def history(
        self,
        thread_id: str,
        *,
        limit: int,
        before: str | None = None,
        namespace: str = "",
        reading: Reading | None = None,
    ) -> Rows:
        """Rows of history, newest first, older than the checkpoint `before`.

        The root namespace is paged with GET, the only form of `before` that all servers understand; a subgraph's can
        only be asked for with POST, whose `before` is a config on most servers.
        """
        path = f"{self._path(thread_id)}/history"
        if not namespace:
            query = [("limit", str(limit))] + ([("before", before)] if before else [])
            answer = await self._http.send("GET", path, query=query, reading=reading)
            return Rows(wire.read_list(answer.value, self._asked("GET", path)), answer.size, answer.headers)
        body: dict[str, JSON] = {"limit": limit, "checkpoint": {"checkpoint_ns": namespace}}
        answer = await self._history_before(path, body, before)
        return Rows(wire.read_list(answer.value, self._asked("POST", path)), answer.size, answer.headers)

    async def _history_before(self, path: str, body: dict[str, JSON], before: str | None) -> Answer:
        if before is None:
            return await self._http.send("POST", path, body=body)
        if not self._wants_bare_before:
            config = {"configurable": {"checkpoint_id": before}}
            try:
                return await self._http.send("POST", path, body={**body, "before": config})
            except Rejected:
                pass
        answer = await self._http.send("POST", path, body={**body, "before": before})
        self._wants_bare_before = True
        return answer

    async def storage(self, thread_id: str) -> JSON:
        """How much a thread takes at the server: counts and bytes; official servers from 0.16 on."""
        return (await self._http.send("GET", f"{self._path(thread_id)}/storage")).value

    async def update_state(self, request: PlannedRequest) -> wire.Updated:
        """Send a state update as `bodies.update_request` built it."""
        answer = await self._http.send(request.method, request.path, body=request.body)
        return wire.read(wire.Updated, answer.value, self._asked(request.method, request.path))

    def read(self, row: JSON, path: str = "/threads") -> wire.Thread:
        """A row as a model."""
        return wire.read(wire.Thread, row, self._asked("GET", path))

    def _state(self, value: JSON, method: str, path: str) -> wire.ThreadState:
        return wire.read(wire.ThreadState, value, self._asked(method, path))

    def _path(self, thread_id: str) -> str:
        return f"/threads/{segment(thread_id)}"

    def _asked(self, method: str, path: str) -> Asked:
        return Asked(method, path, self._http.address.text)
