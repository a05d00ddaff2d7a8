"""Which optional endpoints a server has, tried one by one with reads that change nothing.

A write is never sent to find out: what only a write could tell is known by the kind of server, or not known.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.agent_server.probe import is_absent
from tui.backends.base import ThreadQuery
from tui.backends.errors import BackendError, CannotConnect, NotFound, ServerFailed, Unsupported
from tui.domain.checkpoint import Checkpoint
from tui.domain.diagnosis import Probe
from tui.domain.safe_text import one_line

_THREADS_TO_TRY = 5
_NO_THREADS = "not tried: there is no thread"
_NO_THREAD = "not tried: there is no thread with a checkpoint"


class Checkup:
    """Tries the endpoints of a connected backend."""

    def __init__(self, backend: AgentServerBackend) -> None:
        self._backend = backend

    async def probes(self) -> AsyncGenerator[Probe]:
        """One after the other, as they are found.

        Raises:
            CannotConnect: the connection is lost; there is no use in trying the rest.
        """
        for search in (self._select, self._extract, self._sort, self._count):
            yield await search()
        for about_graph in (self._graph, self._schemas):
            yield await about_graph()
        head = await self._some_checkpoint()
        for about_thread in (self._paging, self._state, self._state_named, self._runs, self._watch, self._storage):
            yield await about_thread(head)

    # The list of threads

    async def _select(self) -> Probe:
        name = "lists without states"

        async def ask() -> Probe:
            page = await self._backend.threads_api.search({"limit": 1, "select": ["thread_id"]})
            if not page.rows:
                return Probe(name, None, _NO_THREADS)
            if any(isinstance(row, dict) and "values" in row for row in page.rows):
                return Probe(name, False, "ignored: every row carries its thread's whole state")
            return Probe(name, True, "threads/search takes select")

        return await _tried(name, ask, "threads/search refuses select: every row carries its thread's whole state")

    async def _extract(self) -> Probe:
        name = "previews of threads"

        async def ask() -> Probe:
            body = {"limit": 1, "select": ["thread_id"], "extract": {"last": "values.messages[-1]"}}
            page = await self._backend.threads_api.search(body)
            if not page.rows:
                return Probe(name, None, _NO_THREADS)
            if any(isinstance(row, dict) and "extracted" not in row for row in page.rows):
                return Probe(name, False, "ignored: a thread's last message comes with its whole state, or not")
            return Probe(name, True, "threads/search takes extract")

        return await _tried(name, ask, "threads/search refuses extract")

    async def _sort(self) -> Probe:
        name = "last updated first"

        async def ask() -> Probe:
            await self._backend.threads_api.search({"limit": 1, "sort_by": "updated_at", "sort_order": "desc"})
            return Probe(name, True, "threads/search takes sort_by")

        return await _tried(name, ask, "threads/search refuses sort_by: the newest threads come first")

    async def _count(self) -> Probe:
        counted = await self._backend.count_threads()
        works = counted is not None
        return Probe("count of threads", works, "threads/count" if works else "no threads/count: totals are not shown")

    # Graphs

    async def _graph(self) -> Probe:
        async def ask(assistant_id: str) -> None:
            await self._backend.graph(assistant_id)

        return await self._of_assistant("graph", ask, "nodes and edges of the graph")

    async def _schemas(self) -> Probe:
        async def ask(assistant_id: str) -> None:
            await self._backend.schemas(assistant_id)

        return await self._of_assistant("schemas", ask, "schemas of input and state")

    async def _of_assistant(self, name: str, ask: Callable[[str], Awaitable[None]], what: str) -> Probe:
        assistants = await self._backend.assistants()
        if not assistants:
            return Probe(name, None, "not tried: there is no assistant")
        try:
            await ask(assistants[0].assistant_id)
        except ServerFailed as error:
            return Probe(name, False, f"the server fails on {what}: {one_line(error.what, 120)}")
        except BackendError as error:
            if isinstance(error, CannotConnect) or not is_absent(error):
                raise
            return Probe(name, False, f"no {what}")
        return Probe(name, True, what)

    # One thread

    async def _some_checkpoint(self) -> Checkpoint | None:
        page = await self._backend.search_threads(ThreadQuery(limit=_THREADS_TO_TRY, with_preview=False))
        for thread in page.threads:
            try:
                rows = (await self._backend.history(thread.thread_id, limit=1)).checkpoints
            except NotFound:
                continue  # deleted meanwhile
            if rows and rows[0].checkpoint_id:
                return rows[0]
        return None

    async def _paging(self, head: Checkpoint | None) -> Probe:
        name = "history page by page"

        async def ask(at: Checkpoint) -> Probe:
            rows = (await self._backend.threads_api.history(at.thread_id, limit=1, before=at.checkpoint_id)).rows
            if any(isinstance(row, dict) and at.checkpoint_id in str(row.get("checkpoint")) for row in rows):
                return Probe(name, False, "ignored: only the newest checkpoints of a thread can be seen", matters=True)
            return Probe(name, True, "history takes limit and before")

        return await _of_thread(name, head, ask, "history refuses before", matters=True)

    async def _state(self, head: Checkpoint | None) -> Probe:
        name = "state at a checkpoint"

        async def ask(at: Checkpoint) -> Probe:
            await self._backend.checkpoint(at.thread_id, at.ref)
            return Probe(name, True, "one checkpoint can be read again: edits are verified")

        return await _of_thread(name, head, ask, "a single checkpoint can't be read: no edit is verified", matters=True)

    async def _state_named(self, head: Checkpoint | None) -> Probe:
        name = "states of subgraphs"

        async def ask(at: Checkpoint) -> Probe:
            await self._backend.threads_api.state_named(at.thread_id, at.ref)
            return Probe(name, True, "state/checkpoint")

        return await _of_thread(name, head, ask, "no state/checkpoint: a subgraph's own states are closed")

    async def _runs(self, head: Checkpoint | None) -> Probe:
        name = "runs of a thread"

        async def ask(at: Checkpoint) -> Probe:
            await self._backend.runs(at.thread_id, limit=1)
            return Probe(name, True, "a replay can run as the original did")

        return await _of_thread(name, head, ask, "no list of runs: replays run with the assistant's defaults")

    async def _watch(self, head: Checkpoint | None) -> Probe:
        name = "watch a thread"

        async def ask(at: Checkpoint) -> Probe:
            try:
                async with self._backend.watch(at.thread_id):
                    return Probe(name, True, "a stream tells when anybody's run begins")
            except Unsupported:
                return Probe(name, False, "no stream of a thread: others' runs are seen by looking again")

        return await _of_thread(name, head, ask, "no stream of a thread: others' runs are seen by looking again")

    async def _storage(self, head: Checkpoint | None) -> Probe:
        name = "size of a thread"

        async def ask(at: Checkpoint) -> Probe:
            await self._backend.threads_api.storage(at.thread_id)
            return Probe(name, True, "storage tells the number of checkpoints beforehand")

        return await _of_thread(name, head, ask, "no storage: the number of checkpoints is known when all are loaded")


async def _of_thread(
    name: str,
    head: Checkpoint | None,
    ask: Callable[[Checkpoint], Awaitable[Probe]],
    without: str,
    *,
    matters: bool = False,
) -> Probe:
    if head is None:
        return Probe(name, None, _NO_THREAD)
    return await _tried(name, lambda: ask(head), without, matters=matters)


async def _tried(name: str, ask: Callable[[], Awaitable[Probe]], without: str, *, matters: bool = False) -> Probe:
    try:
        return await ask()
    except CannotConnect:
        raise
    except BackendError as error:
        if is_absent(error) or error.status == 400 or isinstance(error, NotFound):
            return Probe(name, False, without, matters)
        return Probe(name, False, f"failed: {one_line(error.what, 160)}", matters)
