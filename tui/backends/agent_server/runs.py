"""Runs on the wire: start, follow, wait for, cancel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tui.backends.agent_server import limits, wire
from tui.backends.agent_server.failures import Asked
from tui.backends.agent_server.http import Http, segment
from tui.backends.agent_server.stream import EventStream, no_such_run, says_no_such_run
from tui.domain.checkpoint import JSON
from tui.domain.requests import PlannedRequest


class Runs:
    """`/threads/…/runs`."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.silence = limits.SILENCE_SECONDS
        """Seconds without a byte after which a stream counts as broken; lowered for servers with heartbeats."""

    async def list(self, thread_id: str, *, limit: int = 50, offset: int = 0) -> list[JSON]:
        """Rows of runs, newest first."""
        path = self._path(thread_id)
        query = [("limit", str(limit)), ("offset", str(offset))]
        answer = await self._http.send("GET", path, query=query)
        return wire.read_list(answer.value, self._asked("GET", path))

    async def get(self, thread_id: str, run_id: str) -> JSON:
        """A run's row."""
        return (await self._http.send("GET", self._path(thread_id, run_id))).value

    async def create(self, request: PlannedRequest) -> JSON:
        """Start a run in the background; returns its row."""
        return (await self._http.send(request.method, request.path, body=request.body)).value

    async def wait(self, request: PlannedRequest) -> JSON:
        """Start a run and wait for its end, however long; returns the final values, or {"__error__": …}."""
        return (await self._http.send(request.method, request.path, body=request.body, read_seconds=None)).value

    @asynccontextmanager
    async def stream(self, request: PlannedRequest) -> AsyncIterator[EventStream]:
        """Start a run and read its events. Leaving early leaves the run going."""
        asked = self._asked(request.method, request.path)
        async with self._http.stream(
            request.method, request.path, body=request.body, last_event_id=None, silence=self.silence
        ) as response:
            yield EventStream(response, asked)

    @asynccontextmanager
    async def join_stream(
        self, thread_id: str, run_id: str, *, last_event_id: str | None = None
    ) -> AsyncIterator[EventStream]:
        """Read the events of a run that exists; "-1" asks for all of a resumable run's.

        Ids of events are not unique on every server: going on after the last one seen can leave out others that bear
        the same id. The `error` event that ended a run is not repeated either.
        """
        path = f"{self._path(thread_id, run_id)}/stream"
        async with self._http.stream("GET", path, last_event_id=last_event_id, silence=self.silence) as response:
            yield EventStream(response, self._asked("GET", path), run_id=run_id)

    @asynccontextmanager
    async def watch(self, thread_id: str) -> AsyncIterator[EventStream]:
        """Read when runs of a thread begin and end; official servers from 0.4 on."""
        path = f"/threads/{segment(thread_id)}/stream"
        query = [("stream_modes", "lifecycle")]
        async with self._http.stream("GET", path, query=query, last_event_id=None, silence=self.silence) as response:
            yield EventStream(response, self._asked("GET", path))

    async def join(self, thread_id: str, run_id: str) -> JSON:
        """Wait for the end of a run, however long; returns the final values, or {"__error__": …}.

        Raises:
            NotFound: the server knows no such run (some say so with status 200).
        """
        path = f"{self._path(thread_id, run_id)}/join"
        value = (await self._http.send("GET", path, read_seconds=None)).value
        if isinstance(value, dict) and says_no_such_run(value.get("__error__")):
            raise no_such_run(self._asked("GET", path))
        return value

    async def cancel(self, thread_id: str, run_id: str, *, action: str, wait: bool) -> None:
        """Cancel a run; with `wait` returns when it has ended."""
        # Not true/false: some servers take only 0/1 here, and all take that.
        query = [("wait", "1" if wait else "0"), ("action", action)]
        path = f"{self._path(thread_id, run_id)}/cancel"
        await self._http.send("POST", path, query=query, read_seconds=None if wait else limits.READ_SECONDS)

    async def delete(self, thread_id: str, run_id: str) -> None:
        """Delete a run's row; its checkpoints stay."""
        await self._http.send("DELETE", self._path(thread_id, run_id))

    def read(self, row: JSON, thread_id: str) -> wire.Run:
        """A row as a model."""
        return wire.read(wire.Run, row, self._asked("GET", self._path(thread_id)))

    def _path(self, thread_id: str, run_id: str | None = None) -> str:
        path = f"/threads/{segment(thread_id)}/runs"
        return path if run_id is None else f"{path}/{segment(run_id)}"

    def _asked(self, method: str, path: str) -> Asked:
        return Asked(method, path, self._http.address.text)
