"""One connection: the backend, what it is, and the way from typed names to threads, assistants and run set-ups."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tui.backends.base import Backend, ThreadPage, ThreadQuery
from tui.backends.errors import BackendError, NotFound
from tui.domain.addresses import LATEST, is_full_id, matching, tail
from tui.domain.checkpoint import JSON, Assistant, Checkpoint, Run, ServerInfo, Thread
from tui.domain.input_hints import input_hint
from tui.domain.plans import PlanError
from tui.domain.requests import RunSetup
from tui.domain.run_setup import run_setup
from tui.domain.run_words import status_words, thread_status
from tui.domain.thread_titles import thread_title
from tui.domain.typed_input import ReadInput, text_input
from tui.session.audit import AuditLog
from tui.session.left_runs import LeftRun, LeftRuns
from tui.session.open_thread import MOST_CANDIDATES, AmbiguousName, OpenThread
from tui.session.stops import Stops

SEARCH_PAGE = 1000
"""Rows a request when an id is searched: the server's maximum; ids only."""


class Session:
    """A backend with a memory. `assistant` is the one the user named for this session, if any.

    `audit` is the log of its writes, `left` the memory of followed runs; None where nothing is to be kept.
    """

    def __init__(
        self,
        backend: Backend | None,
        *,
        assistant: str | None = None,
        audit: AuditLog | None = None,
        left: LeftRuns | None = None,
    ) -> None:
        self._backend = backend
        self.assistant = assistant
        self.audit = audit
        self._left = left
        self.info = ServerInfo(kind="unknown")
        self._assistants: Sequence[Assistant] | None = None
        self.stops = Stops()

    @property
    def backend(self) -> Backend:
        """Where the threads come from."""
        assert self._backend is not None  # noqa: S101  # only those that make it later begin without
        return self._backend

    @property
    def address(self) -> str:
        """The server's URL, without secrets."""
        return self.backend.address

    @property
    def can_run(self) -> bool:
        """Whether runs can be started, as far as it is known."""
        return self.backend.capabilities.can_run

    @property
    def clock_ahead(self) -> timedelta:
        """How far the server's clock is ahead of ours, as far as it is known."""
        return self.backend.clock_ahead

    async def connect(self) -> ServerInfo:
        """Probe the server; raises `BackendError` with what to try."""
        self.info = await self.backend.connect()
        return self.info

    async def close(self) -> None:
        """Close the connection; runs go on at the server."""
        await self.backend.close()

    def run_begun(self, thread_id: str, run_id: str) -> None:
        """A run is followed from now on: should this process end, the next one finds it."""
        if self._left is not None:
            self._left.begun(LeftRun(self.backend.address, thread_id, run_id))

    def run_over(self, thread_id: str, run_id: str) -> None:
        """A run that was followed has ended."""
        if self._left is not None:
            self._left.ended(LeftRun(self.backend.address, thread_id, run_id))

    async def left_run(self) -> Run | None:
        """The newest run that an app followed when it ended, if it goes on still; ended ones are forgotten."""
        for left in self._left.at(self.backend.address) if self._left is not None else ():
            if (run := await self._goes_on(left)) is not None:
                return run
        return None

    async def forget_ended(self) -> None:
        """Forget all runs that an app followed when it ended, and that have ended since."""
        for left in self._left.at(self.backend.address) if self._left is not None else ():
            await self._goes_on(left)

    async def _goes_on(self, left: LeftRun) -> Run | None:
        """A run that was left, if it is active still. One that is not is forgotten."""
        try:
            run = await self.backend.get_run(left.thread_id, left.run_id)
        except NotFound:
            run = None
        except BackendError:
            return None  # nobody asked for it, so it keeps nobody from anything
        if run is not None and run.is_active:
            return run
        self.run_over(left.thread_id, left.run_id)
        return None

    async def threads(self, query: ThreadQuery) -> ThreadPage:
        """A page of threads, last updated first, with what is known of their errors."""
        page = await self.backend.search_threads(query)
        return replace(page, threads=[self.stops.told(thread) for thread in page.threads])

    async def resolve_thread(self, part: str) -> Thread:
        """The thread that a typed name means: `latest`, an id, or an unambiguous part of one."""
        if part == LATEST:
            page = await self.backend.search_threads(ThreadQuery(limit=1, with_preview=False))
            if not page.threads:
                raise NotFound(f"There are no threads at {self.backend.address}.", hint="Make one: forkpoint new")
            return page.threads[0]
        if is_full_id(part):
            return await self.backend.get_thread(part)
        found = matching(await self._all_thread_ids(), part)
        if not found:
            raise NotFound(
                f"No thread at {self.backend.address} has an id that begins or ends with {part!r}.",
                hint="List them: forkpoint threads",
            )
        if len(found) > 1:
            raise AmbiguousName("threads", part, found, await self._titles(found[:MOST_CANDIDATES]))
        return await self.backend.get_thread(found[0])

    async def _titles(self, ids: Sequence[str]) -> dict[str, str]:
        try:
            page = await self.backend.search_threads(ThreadQuery(limit=len(ids), ids=tuple(ids)))
        except BackendError:
            return {}  # their ids tell them apart, too
        return {thread.thread_id: f"{thread_status(thread)} · {thread_title(thread)}" for thread in page.threads}

    async def open(self, thread: Thread) -> OpenThread:
        """Open a thread with its first page of history."""
        opened = OpenThread(self.backend, thread, self.audit, server=self.info)
        await opened.load_first()
        return opened

    async def resolve_run(self, thread_id: str, part: str) -> Run:
        """The run that a typed name means: `latest`, an id, or an unambiguous part of one."""
        if is_full_id(part):
            return await self.backend.get_run(thread_id, part)
        runs: list[Run] = []
        while page := await self.backend.runs(thread_id, limit=100, offset=len(runs)):
            runs += page
            if part == LATEST or len(page) < 100:
                break
        if part == LATEST and runs:
            return runs[0]
        found = matching((run.run_id for run in runs), part)
        if not found:
            if part == LATEST:
                raise NotFound(f"Thread …{tail(thread_id, 8)} has no runs yet.")
            raise NotFound(
                f"Thread …{tail(thread_id, 8)} has no run {part!r}.",
                hint=f"List them: forkpoint runs {shlex.quote(tail(thread_id, 8))}",
            )
        if len(found) > 1:
            about = {run.run_id: status_words(run) for run in runs if run.run_id in found}
            raise AmbiguousName("runs", part, found, about)
        return next(run for run in runs if run.run_id == found[0])

    async def assistants(self) -> Sequence[Assistant]:
        """All assistants by name, read once. Servers hand them out in another order each time."""
        if self._assistants is None:
            found = await self.backend.assistants()
            self._assistants = sorted(found, key=lambda a: (a.name or a.graph_id, a.graph_id, a.assistant_id))
        return self._assistants

    async def assistant_name(self, assistant_id: str | None) -> str:
        """What an assistant is called; empty where that is not known."""
        found = (a for a in await self.assistants() if a.assistant_id == assistant_id)
        return next((assistant.name or assistant.graph_id for assistant in found), "")

    async def find_assistant(self, name: str) -> Assistant:
        """An assistant by id, by name, or by its graph's name."""
        assistants = await self.assistants()
        for fits in (
            lambda a: a.assistant_id == name,
            lambda a: a.graph_id == name and a.metadata.get("created_by") == "system",
            lambda a: name in (a.name, a.graph_id),
        ):
            for assistant in assistants:
                if fits(assistant):
                    return assistant
        known = ", ".join(sorted({assistant.graph_id for assistant in assistants})) or "none"
        raise NotFound(f"No assistant {name!r} at {self.backend.address}.", hint=f"There are: {known}.")

    async def input_hint(self, setup: RunSetup, given: JSON) -> str | None:
        """A sentence about keys of an input that the graph lacks, if its server tells which it has."""
        return input_hint(given, await self._schemas(setup))

    async def text_as_input(self, opened: OpenThread, setup: RunSetup, text: str) -> ReadInput:
        """What a typed text means to the graph that is to run."""
        head = opened.tree.head
        values = head.values if head is not None else None
        return text_input(text, await self._schemas(setup), values, has_head=head is not None)

    async def create_thread(self, *, assistant: Assistant | None = None, metadata: JSON = None) -> Thread:
        """An empty thread; with `assistant` it is that one's, noted as the server does when a thread first runs."""
        if assistant is not None:
            bound = {"graph_id": assistant.graph_id, "assistant_id": assistant.assistant_id}
            metadata = bound | (metadata or {})
        return await self.backend.create_thread(metadata=metadata)

    async def _schemas(self, setup: RunSetup) -> JSON:
        """The graph's schemas; None where the server does not tell: they keep nobody from anything."""
        try:
            return await self.backend.schemas(setup.assistant_id)
        except BackendError:
            return None

    async def setup_for_input(
        self, thread: Thread, *, config: JSON = None, context: JSON = None, assistant: str | None = None
    ) -> RunSetup:
        """How a new turn runs: the named assistant, else the thread's own, else the only one there is."""
        chosen = await self._assistant_for(thread, assistant or self.assistant)
        return _setup_with(chosen, config, context)

    async def setup_for_replay(self, opened: OpenThread, checkpoint: Checkpoint) -> RunSetup:
        """How a replay or fork runs: as the run that made the checkpoint did (its config, context, recursion limit)."""
        original = await self._run_behind(opened, checkpoint)
        if original is None or original.assistant_id is None:
            chosen = await self._assistant_for(opened.thread, self.assistant)
            return replace(_setup_with(chosen, None, None), known=False)
        setup = run_setup(original).without_breakpoints()
        assistant = next((a for a in await self.assistants() if a.assistant_id == original.assistant_id), None)
        if self.assistant is not None:
            assistant = await self.find_assistant(self.assistant)
            _same_graph_or_fail(opened.thread, assistant)
            setup = replace(setup, assistant_id=assistant.assistant_id)
        if assistant is not None:
            setup = replace(setup, graph_id=assistant.graph_id, assistant_name=assistant.name or assistant.graph_id)
        return setup

    async def _run_behind(self, opened: OpenThread, checkpoint: Checkpoint) -> Run | None:
        """The run that made the checkpoint; an edit has none, so its nearest ancestor's."""
        at: Checkpoint | None = checkpoint
        while at is not None and at.run_id is None:
            if at.parent_id is not None and at.parent_id not in opened.tree and not opened.tree.complete:
                await opened.load_older()
                continue
            at = opened.tree.get(at.parent_id)
        if at is None or at.run_id is None:
            return None
        try:
            return await self.backend.get_run(opened.thread_id, at.run_id)
        except NotFound:
            return None

    async def _assistant_for(self, thread: Thread, wanted: str | None) -> Assistant:
        if wanted is not None:
            chosen = await self.find_assistant(wanted)
            _same_graph_or_fail(thread, chosen)
            return chosen
        assistants = await self.assistants()
        for assistant in assistants:
            if assistant.assistant_id == thread.assistant_id:
                return assistant
        if thread.graph_id is not None:
            return await self.find_assistant(thread.graph_id)
        if len(assistants) == 1:
            return assistants[0]
        known = ", ".join(sorted({assistant.graph_id for assistant in assistants})) or "none"
        raise PlanError(f"Which assistant? This thread has not run yet; name one with --assistant: {known}.")

    async def _all_thread_ids(self) -> list[str]:
        ids: list[str] = []
        offset: int | None = 0
        while offset is not None:
            page = await self.backend.search_threads(ThreadQuery(limit=SEARCH_PAGE, offset=offset, with_preview=False))
            ids += [thread.thread_id for thread in page.threads]
            offset = page.next_offset
        return ids


def _setup_with(assistant: Assistant, config: JSON, context: JSON) -> RunSetup:
    return RunSetup(
        assistant_id=assistant.assistant_id,
        config=config or {},
        context=context,
        graph_id=assistant.graph_id,
        assistant_name=assistant.name or assistant.graph_id,
    )


def _same_graph_or_fail(thread: Thread, assistant: Assistant) -> None:
    """Another graph on the thread would rebind it and hide the state keys that it lacks."""
    if thread.graph_id is not None and assistant.graph_id != thread.graph_id:
        raise PlanError(
            f"This thread belongs to the graph {thread.graph_id!r}; running {assistant.graph_id!r} on it would rebind "
            "it. Start a new thread for the other graph, or work on a copy."
        )
