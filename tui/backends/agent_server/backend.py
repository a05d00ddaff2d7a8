"""The Agent Server as a backend: composes the resources into what the debugger asks for, in words of the domain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from tui.backends._httpx import httpx
from tui.backends.agent_server import bodies, convert, limits, listing, wire
from tui.backends.agent_server.address import Credentials, parse_address
from tui.backends.agent_server.assistants import Assistants
from tui.backends.agent_server.failures import Asked
from tui.backends.agent_server.http import Http, OnSlow, Reading, Waits
from tui.backends.agent_server.precision import refuse_rounded_integers
from tui.backends.agent_server.probe import Pong, is_absent, ping, probe
from tui.backends.agent_server.route import STRAIGHT, Route
from tui.backends.agent_server.runs import Runs
from tui.backends.agent_server.thread_list import ThreadList
from tui.backends.agent_server.threads import Threads
from tui.backends.agent_server.writes import OnWrite
from tui.backends.base import Capabilities, HistoryPage, HistoryReading, RunStream, ThreadPage, ThreadQuery
from tui.backends.errors import BackendError, BadAnswer, Conflict, NotFound, Rejected, Unsupported
from tui.domain.checkpoint import JSON, Assistant, Checkpoint, CheckpointRef, Run, ServerInfo, Thread
from tui.domain.requests import PlannedRequest, RunRequest, StateUpdate

COPY = "threads/copy"
WATCH = "threads/stream"
_ASSISTANTS_AT_ONCE = 100
"""Aegra refuses to hand out more."""
_MOST_ASSISTANTS = 1000


class AgentServerBackend:
    """A backend that talks to a LangGraph Agent Server over HTTP.

    Args:
        url: the server's root, http or https, maybe with a path.
        api_key: sent as x-api-key, to this server only.
        headers: sent along, to this server only.
        route: certificates, and what lies on the way: a proxy, a tunnel.
        insecure_http: let secrets go unencrypted over a network.
        read_only: refuse in the transport whatever is not known to change nothing.
        read_only_by: what made it read-only, for the words of the refusal.
        transport: replaces the network, for tests.
        max_body: bytes of the largest answer that is read.
        waits: pauses between the attempts of a read.
        on_write: hears of every request that may change something, before it leaves and once its outcome is known.
        on_slow: hears of every request that is not answered for some seconds, and goes on to wait.

    Raises:
        CannotConnect: `url` or a file of `route` cannot be used.
        NotAllowed: a secret would go unencrypted over a network.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        route: Route = STRAIGHT,
        insecure_http: bool = False,
        read_only: bool = False,
        read_only_by: Sequence[str] = (),
        transport: httpx.AsyncBaseTransport | None = None,
        max_body: int = limits.MAX_BODY,
        waits: Waits | None = None,
        on_write: OnWrite | None = None,
        on_slow: OnSlow | None = None,
    ) -> None:
        address = parse_address(url)
        private = insecure_http or route.is_private_to(address)
        credentials = Credentials(address, api_key, headers or {}, private=private)
        self._http = Http(
            address,
            credentials,
            route=route,
            read_only=read_only,
            read_only_by=read_only_by,
            transport=transport,
            max_body=max_body,
            waits=waits or Waits(),
            on_write=on_write,
            on_slow=on_slow,
        )
        self.assistants_api = Assistants(self._http)
        self.threads_api = Threads(self._http)
        self.runs_api = Runs(self._http)
        self._list = ThreadList(self.assistants_api, self.threads_api)
        self._missing: frozenset[str] = frozenset()
        self._info: ServerInfo | None = None

    @property
    def address(self) -> str:
        """The server's URL, without secrets."""
        return self._http.address.text

    @property
    def clock_ahead(self) -> timedelta:
        """How far the server's clock is ahead of ours, as of its last answer; zero where it does not say."""
        return self._http.clock.ahead

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, as known so far: endpoints that answered "no such thing" are in `missing`."""
        missing = self._missing | self._list.missing
        if self._http.read_only:
            return Capabilities(can_write=False, can_run=False, reason="this connection is read-only", missing=missing)
        return Capabilities(missing=missing)

    @property
    def info(self) -> ServerInfo | None:
        """What `connect` found out."""
        return self._info

    async def connect(self) -> ServerInfo:
        """Probe the server: is it one, which, may we."""
        self._info = await probe(self._http)
        self._missing = self._list.missing = frozenset()  # it may be another version than before
        if self._info.kind == "langgraph-py":
            self.runs_api.silence = limits.HEARTBEAT_SECONDS
        return self._info

    async def ping(self) -> Pong:
        """One round trip of a small request that changes nothing.

        Raises:
            BackendError: no answer, or none that a server of this kind gives.
        """
        return await ping(self._http)

    async def close(self) -> None:
        """Close connections. Runs go on at the server."""
        await self._http.close()

    # Assistants

    async def assistants(self) -> Sequence[Assistant]:
        """All assistants, newest first (at most 1000)."""
        rows: list[JSON] = []
        while len(rows) < _MOST_ASSISTANTS:
            page = await self.assistants_api.search(limit=_ASSISTANTS_AT_ONCE, offset=len(rows))
            if rows and page[:1] == rows[:1]:
                break  # a server that ignores the offset would repeat itself for ever
            rows += page
            if len(page) < _ASSISTANTS_AT_ONCE:
                break
        return [convert.assistant_of(self.assistants_api.read(row), row) for row in rows]

    async def graph(self, assistant_id: str, *, xray: bool = False) -> JSON:
        """The graph's nodes and edges as the server draws them."""
        return await self.assistants_api.graph(assistant_id, xray=xray)

    async def schemas(self, assistant_id: str) -> JSON:
        """JSON schemas of input, state, context; any may be null."""
        return await self.assistants_api.schemas(assistant_id)

    # Threads

    async def search_threads(self, query: ThreadQuery) -> ThreadPage:
        """A page of threads, without their states where the server can leave them out."""
        return await self._list.page(query)

    def _thread(self, row: JSON, preview: JSON = None) -> Thread:
        return convert.thread_of(self.threads_api.read(row), row, preview)

    async def count_threads(self, status: str | None = None) -> int | None:
        """How many threads; None where the server cannot count."""
        return await self._list.count(status)

    async def get_thread(self, thread_id: str, *, most_bytes: int | None = None) -> Thread:
        """One thread, or `NotFound`; `TooLarge` where it weighs more than `most_bytes` with its state."""
        row = await self.threads_api.get(thread_id, most_bytes)
        return self._thread(row, listing.preview_of_row(row) if isinstance(row, dict) else None)

    async def glance(self, thread_id: str) -> Thread:
        """A thread's status, times and metadata without its state where the server can leave that out."""
        page = await self.search_threads(ThreadQuery(limit=1, with_preview=False, ids=(thread_id,)))
        if len(page.threads) == 1 and page.threads[0].thread_id == thread_id:
            return page.threads[0]
        # Not there, or the server ignores `ids`.
        return await self.get_thread(thread_id)

    async def is_light(self, thread_id: str, most_bytes: int) -> bool:
        """Whether a thread's newest state is known to weigh no more than `most_bytes`; or `NotFound`."""
        return await self.threads_api.is_light(thread_id, most_bytes)

    @asynccontextmanager
    async def watch(self, thread_id: str) -> AsyncIterator[RunStream]:
        """Events when runs of the thread begin and end, whoever starts them."""
        unsupported = Unsupported(f"{self.address} has no stream of a whole thread.")
        if WATCH in self._missing:
            raise unsupported
        async with AsyncExitStack() as stack:
            try:
                stream = await stack.enter_async_context(self.runs_api.watch(thread_id))
            except BackendError as error:
                if not is_absent(error):
                    raise
                self._missing |= {WATCH}
                raise unsupported from error
            yield stream

    async def create_thread(self, *, metadata: JSON = None, thread_id: str | None = None) -> Thread:
        """An empty thread."""
        return self._thread(await self.threads_api.create(metadata=metadata, thread_id=thread_id))

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread with its history and runs."""
        await self.threads_api.delete(thread_id)

    async def copy_thread(self, thread_id: str) -> Thread:
        """A copy with the same checkpoint ids; runs are not copied.

        Raises:
            NotFound: no such thread. Official servers call that a conflict.
            Rejected: the server cannot copy threads.
        """
        try:
            return self._thread(await self.threads_api.copy(thread_id))
        except (Conflict, NotFound, Rejected) as error:
            await self.threads_api.get(thread_id)
            if not is_absent(error):
                raise
            self._missing |= {COPY}
            raise Rejected(f"{self.address} cannot copy threads.", status=error.status) from error

    # States

    async def head(self, thread_id: str) -> Checkpoint | None:
        """The newest checkpoint of the root namespace; None for a thread without checkpoints."""
        found = convert.checkpoint_of(await self.threads_api.state(thread_id), thread_id)
        return found if found.checkpoint_id else None

    async def checkpoint(self, thread_id: str, ref: CheckpointRef) -> Checkpoint:
        """One checkpoint, or `NotFound`."""
        row = await self.threads_api.state_at(thread_id, ref)
        found = convert.checkpoint_of(row, thread_id, ref.namespace)
        exists = row.created_at is not None or row.values or row.metadata
        if not exists or found.checkpoint_id != ref.checkpoint_id:
            raise NotFound(
                f"{self.address} has no checkpoint {ref.checkpoint_id} in thread {thread_id}.",
                hint="It may have been rolled back, or the thread deleted; list its history again.",
            )
        return found

    async def history(
        self,
        thread_id: str,
        *,
        limit: int,
        before: str | None = None,
        namespace: str = "",
        reading: HistoryReading | None = None,
    ) -> HistoryPage:
        """Up to `limit` checkpoints older than `before` (a checkpoint id), newest first."""
        limit = max(1, min(limit, limits.MAX_HISTORY_ROWS))
        how = Reading(reading.rows.read, reading.most_bytes if limit > 1 else None) if reading is not None else None
        page = await self.threads_api.history(thread_id, limit=limit, before=before, namespace=namespace, reading=how)
        found = convert.history_of(page.rows, thread_id, namespace)
        if before is not None:
            # A server that does not know `before` starts at the newest again and would be paged for ever.
            found = [checkpoint for checkpoint in found if checkpoint.checkpoint_id < before]
        is_shared = reading is not None and not namespace
        return HistoryPage(found, len(page.rows) < limit or not found, page.size, is_shared)

    async def update_state(self, thread_id: str, update: StateUpdate) -> CheckpointRef:
        """Write a new checkpoint and return its name. The caller verifies what the server really did."""
        request = self._checked(self.describe_update(thread_id, update))
        answer = await self.threads_api.update_state(request)
        name = answer.checkpoint or answer.configurable or wire.CheckpointId()
        ref = convert.ref_of(name, update.checkpoint.namespace if update.checkpoint else "")
        checkpoint_id = ref.checkpoint_id or answer.checkpoint_id
        if not checkpoint_id:
            raise BadAnswer(
                f"{self.address} answered {Asked(request.method, request.path, self.address)} "
                "without the name of the new checkpoint.",
                hint="Look at the thread's history to see what it did.",
            )
        return CheckpointRef(checkpoint_id, ref.namespace, ref.checkpoint_map)

    # Runs

    async def runs(self, thread_id: str, *, limit: int = 50, offset: int = 0) -> Sequence[Run]:
        """Runs of a thread, newest first."""
        rows = await self.runs_api.list(thread_id, limit=limit, offset=offset)
        runs = [convert.listed_run(row, thread_id) for row in rows]
        return [run for run in runs if run is not None]

    def _run(self, row: JSON, thread_id: str) -> Run:
        return convert.run_of(self.runs_api.read(row, thread_id), row, thread_id)

    async def get_run(self, thread_id: str, run_id: str) -> Run:
        """One run, or `NotFound`."""
        return self._run(await self.runs_api.get(thread_id, run_id), thread_id)

    async def start_run(self, thread_id: str, request: RunRequest) -> Run:
        """Start a run in the background."""
        planned = self._checked(self.describe_run(thread_id, request, stream=False))
        return self._run(await self.runs_api.create(planned), thread_id)

    @asynccontextmanager
    async def stream_run(self, thread_id: str, request: RunRequest) -> AsyncIterator[RunStream]:
        """Start a run and stream it. Leaving the context leaves the run going."""
        async with self.runs_api.stream(self._checked(self.describe_run(thread_id, request))) as stream:
            yield stream

    @asynccontextmanager
    async def join_stream(
        self, thread_id: str, run_id: str, *, last_event_id: str | None = None
    ) -> AsyncIterator[RunStream]:
        """Stream a run that goes on already; `last_event_id="-1"` asks for all of a resumable run."""
        async with self.runs_api.join_stream(thread_id, run_id, last_event_id=last_event_id) as stream:
            yield stream

    async def wait_run(self, thread_id: str, request: RunRequest) -> JSON:
        """Start a run, wait for its end, return the final values."""
        return await self.runs_api.wait(self._checked(bodies.run_request(thread_id, request, "wait")))

    async def join_run(self, thread_id: str, run_id: str) -> JSON:
        """Wait until a run has ended and return the final values (an error as {"__error__": …})."""
        return await self.runs_api.join(thread_id, run_id)

    async def cancel_run(self, thread_id: str, run_id: str, *, action: str = "interrupt", wait: bool = True) -> None:
        """Cancel a run and keep its checkpoints (`interrupt`), or drop them (`rollback`).

        Raises:
            NotFound: no such run.
            Conflict: it has ended already.
        """
        try:
            await self.runs_api.cancel(thread_id, run_id, action=action, wait=wait)
        except NotFound as error:
            run = await self.get_run(thread_id, run_id)
            raise Conflict(
                f"Run {run_id} has ended already, with status {run.status}.", status=error.status, detail=error.detail
            ) from error

    async def delete_run(self, thread_id: str, run_id: str) -> None:
        """Delete a run from the list."""
        await self.runs_api.delete(thread_id, run_id)

    def _checked(self, request: PlannedRequest) -> PlannedRequest:
        if self._info is not None and self._info.kind == "langgraph-py":
            refuse_rounded_integers(request.body, f"{request.method} {request.path}")
        return request

    # Previews

    def describe_update(self, thread_id: str, update: StateUpdate) -> PlannedRequest:
        """The request that `update_state` sends."""
        return bodies.update_request(thread_id, update)

    def describe_run(self, thread_id: str, request: RunRequest, *, stream: bool = True) -> PlannedRequest:
        """The request that `stream_run` (or `start_run`) sends."""
        return bodies.run_request(thread_id, request, "stream" if stream else "")
