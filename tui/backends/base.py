"""The one protocol of a backend: where threads, checkpoints and runs come from.

Reads may be retried by the backend; writes are sent once. All methods raise `BackendError` (see `tui.backends.errors`).
Everything returned is domain data; strings in it are untrusted and must pass `tui.domain.safe_text` before a screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from tui.domain.checkpoint import JSON, Assistant, Checkpoint, CheckpointRef, Run, ServerInfo, Thread
from tui.domain.repeated_json import RepeatedJSON
from tui.domain.requests import PlannedRequest, RunRequest, StateUpdate
from tui.domain.transcript import StreamEvent


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; what it can't is greyed with the reason. Never assumed: probed or remembered."""

    can_write: bool = True
    can_run: bool = True
    reason: str = ""
    missing: frozenset[str] = field(default_factory=frozenset)
    """Names of optional endpoints that answered 404/405/422/501, such as "threads/count" or "select"."""


@dataclass(frozen=True, slots=True)
class ThreadQuery:
    """Which threads to list: newest update first."""

    limit: int = 50
    offset: int = 0
    status: str | None = None
    with_preview: bool = True
    ids: tuple[str, ...] | None = None
    """Only these threads; None is all."""
    metadata: JSON = None


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of threads; `next_offset` is None at the end."""

    threads: Sequence[Thread]
    next_offset: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of a thread's checkpoints, newest first, all branches interleaved.

    `reached_end` is True when no older checkpoint exists at the server.
    """

    checkpoints: Sequence[Checkpoint]
    reached_end: bool
    received_bytes: int = 0
    is_shared: bool = False
    """Whether the values are made of parts that the reader it was read with knows."""


@dataclass(slots=True)
class HistoryReading:
    """How the pages of one thread are read: with a memory for what repeats, and a bound for one page."""

    rows: RepeatedJSON
    most_bytes: int | None = None
    """Bytes of a page of several rows; a single row may weigh what any answer may. None: no bound of its own."""


class RunStream(Protocol):
    """The events of a run, and its id (None until the server said it)."""

    @property
    def run_id(self) -> str | None:
        """Known from the response headers, or from the first `metadata` event."""
        ...

    def __aiter__(self) -> AsyncIterator[StreamEvent]:
        """Events in order. Ends when the server ends the stream, which is not yet success."""
        ...


class Backend(Protocol):
    """A source of checkpoints."""

    @property
    def address(self) -> str:
        """Where it is, without secrets, for headers and messages."""
        ...

    @property
    def clock_ahead(self) -> timedelta:
        """How far its clock is ahead of ours: times in what it hands out are its own."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, as known so far."""
        ...

    async def connect(self) -> ServerInfo:
        """Probe the server: is it one, which, may we."""
        ...

    async def close(self) -> None:
        """Close connections. Runs go on at the server."""
        ...

    async def assistants(self) -> Sequence[Assistant]:
        """All assistants, newest first."""
        ...

    async def graph(self, assistant_id: str, *, xray: bool = False) -> JSON:
        """The graph's nodes and edges as the server draws them."""
        ...

    async def schemas(self, assistant_id: str) -> JSON:
        """JSON schemas of input, state, context; any may be null."""
        ...

    async def search_threads(self, query: ThreadQuery) -> ThreadPage:
        """A page of threads, without their states."""
        ...

    async def count_threads(self, status: str | None = None) -> int | None:
        """How many threads; None where the server cannot count."""
        ...

    async def get_thread(self, thread_id: str, *, most_bytes: int | None = None) -> Thread:
        """One thread, or `NotFound`; `TooLarge` where it weighs more than `most_bytes` with its state."""
        ...

    async def glance(self, thread_id: str) -> Thread:
        """A thread's status, times and metadata without its state, if the server can leave it out; or `NotFound`."""
        ...

    async def is_light(self, thread_id: str, most_bytes: int) -> bool:
        """Whether a thread's newest state is known to weigh no more than `most_bytes`; or `NotFound`.

        Asked before a whole page of states is: False also where it can't be known for less than one of them.
        """
        ...

    def watch(self, thread_id: str) -> AbstractAsyncContextManager[RunStream]:
        """Events when a run of the thread begins and ends, whoever started it; never ends by itself.

        `metadata` events name the run, with `status: run_done` at its end. Raises `Unsupported` where there is no such
        stream.
        """
        ...

    async def create_thread(self, *, metadata: JSON = None, thread_id: str | None = None) -> Thread:
        """An empty thread."""
        ...

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread with its history and runs."""
        ...

    async def copy_thread(self, thread_id: str) -> Thread:
        """A copy with the same checkpoint ids; runs are not copied."""
        ...

    async def head(self, thread_id: str) -> Checkpoint | None:
        """The newest checkpoint of the root namespace; None for a thread without checkpoints."""
        ...

    async def checkpoint(self, thread_id: str, ref: CheckpointRef) -> Checkpoint:
        """One checkpoint, or `NotFound` (also where the server answers 200 with an empty state)."""
        ...

    async def history(
        self,
        thread_id: str,
        *,
        limit: int,
        before: str | None = None,
        namespace: str = "",
        reading: HistoryReading | None = None,
    ) -> HistoryPage:
        """Up to `limit` checkpoints older than `before` (a checkpoint id), newest first.

        `reading` goes along with all pages of one thread: backends that read JSON read with it.

        Raises:
            TooLarge: the page weighs more than `reading` allows.
        """
        ...

    async def update_state(self, thread_id: str, update: StateUpdate) -> CheckpointRef:
        """Write a new checkpoint and return its name. The caller verifies what the server really did."""
        ...

    async def runs(self, thread_id: str, *, limit: int = 50, offset: int = 0) -> Sequence[Run]:
        """Runs of a thread, newest first."""
        ...

    async def get_run(self, thread_id: str, run_id: str) -> Run:
        """One run, or `NotFound`."""
        ...

    async def start_run(self, thread_id: str, request: RunRequest) -> Run:
        """Start a run in the background."""
        ...

    def stream_run(self, thread_id: str, request: RunRequest) -> AbstractAsyncContextManager[RunStream]:
        """Start a run and stream it. Leaving the context leaves the run going."""
        ...

    def join_stream(
        self, thread_id: str, run_id: str, *, last_event_id: str | None = None
    ) -> AbstractAsyncContextManager[RunStream]:
        """Stream a run that goes on already; `last_event_id="-1"` asks for all of a resumable run."""
        ...

    async def wait_run(self, thread_id: str, request: RunRequest) -> JSON:
        """Start a run, wait for its end, return the final values."""
        ...

    async def join_run(self, thread_id: str, run_id: str) -> JSON:
        """Wait until a run has ended and return the final values (an error as {"__error__": …})."""
        ...

    async def cancel_run(self, thread_id: str, run_id: str, *, action: str = "interrupt", wait: bool = True) -> None:
        """Cancel a run and keep its checkpoints (`interrupt`), or drop them (`rollback`)."""
        ...

    async def delete_run(self, thread_id: str, run_id: str) -> None:
        """Delete a run from the list."""
        ...

    def describe_update(self, thread_id: str, update: StateUpdate) -> PlannedRequest:
        """The request that `update_state` would send."""
        ...

    def describe_run(self, thread_id: str, request: RunRequest, *, stream: bool = True) -> PlannedRequest:
        """The request that `stream_run` (or `start_run`) would send."""
        ...
