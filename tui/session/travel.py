"""Carrying out a plan: write, re-read and verify, run, follow, and read again what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tui.backends.base import RunStream
from tui.backends.errors import BackendError, NotFound, Unsupported
from tui.domain.checkpoint import Checkpoint, Run
from tui.domain.error_words import error_line
from tui.domain.plans import PlanKind, TravelPlan, clone_of
from tui.domain.requests import PlannedRequest, StateUpdate
from tui.domain.verify import Verdict, verify_clone, verify_update
from tui.session.events import (
    Emit,
    HistoryGrew,
    HistoryLost,
    Note,
    PlanReady,
    RunEnd,
    RunEnded,
    RunStarted,
    StateWritten,
    Streamed,
)
from tui.session.line import Line, patiently
from tui.session.open_thread import OpenThread

GROW_SECONDS = 0.5
"""The least time between two history reads while a run streams."""


class NotDone(BackendError):
    """The server answered, but did not do what was asked; nothing was run."""

    exit_code = 5


def planned_requests(opened: OpenThread, plan: TravelPlan, *, stream: bool = True) -> tuple[PlannedRequest, ...]:
    """The requests of a plan, as they will be sent. The run starts from what the update returns, not yet known."""
    backend = opened.backend
    updates = [update for update in (clone_of(plan), _update_of(opened, plan)) if update is not None]
    return (
        *(backend.describe_update(plan.thread_id, update) for update in updates),
        backend.describe_run(plan.thread_id, plan.run_request(plan.start), stream=stream),
    )


async def carry_out(opened: OpenThread, plan: TravelPlan, emit: Emit) -> RunEnded:
    """Do what the plan says and tell `emit` about it; returns how the run ended.

    Raises `Unsupported`, before anything is sent, where the server is known to refuse the run; `NotDone` when the
    verification fails (then no run is started); and `BackendError` when a request fails. A cancelled caller leaves the
    run going at the server.
    """
    if plan.start is not None and opened.server.refuses_checkpoints:
        # The edit would be taken, and move the head, and then the run would be refused.
        raise Unsupported(
            f"{opened.backend.address} ({opened.server.title}) refuses to run from a checkpoint.",
            hint="Nothing was sent. Aegra can from 0.11 on, which needs Python 3.12.",
        )
    emit(PlanReady(plan, planned_requests(opened, plan)))
    start = await write_state(opened, plan, emit)
    request = plan.run_request(start)
    async with opened.backend.stream_run(plan.thread_id, request) as stream:
        _tell_trouble(opened, emit)
        return await follow(opened, stream, emit)


def _tell_trouble(opened: OpenThread, emit: Emit) -> None:
    """The audit log's, if it could not be written."""
    if opened.audit is not None and (trouble := opened.audit.take_trouble()) is not None:
        emit(Note(trouble))


async def write_state(opened: OpenThread, plan: TravelPlan, emit: Emit) -> Checkpoint | None:
    """Send the plan's update, if it has one, and verify it; returns the checkpoint to run from.

    Raises `NotFound`, before anything is sent, when the checkpoint that the plan starts from is gone.
    """
    if plan.start is not None:
        # Servers accept edits and runs at checkpoints that are gone, and hang them on nothing: look first.
        await opened.backend.checkpoint(opened.thread_id, plan.start.ref)
    update = _update_of(opened, plan)
    if update is None or plan.start is None:
        return plan.start
    base = await _cloned(opened, plan) if plan.clone_first else plan.start
    written = await _update(opened, replace(update, checkpoint=base.ref))
    verdict = verify_update(plan, base, written)
    _stop_if(verdict, opened, emit)
    if plan.kind is PlanKind.REPLAY and verdict.next_changed:
        emit(Note("The empty update changed what would run next, so the run starts from the checkpoint itself."))
        return plan.start
    # In this order: who moves on to the new checkpoint must know by then that the edit is no draft any more.
    emit(StateWritten(written, plan.start.next))
    emit(HistoryGrew(frozenset({written.checkpoint_id})))
    return written


def _update_of(opened: OpenThread, plan: TravelPlan) -> StateUpdate | None:
    """The update that is sent. Where it would bring old results back, a replay runs from the checkpoint itself."""
    return None if plan.kind is PlanKind.REPLAY and opened.server.needs_clone_before_edit else plan.update


async def follow(opened: OpenThread, stream: RunStream, emit: Emit, run_id: str | None = None) -> RunEnded:
    """Pass a run's events on until its stream ends, let the tree grow meanwhile, then read how it ended.

    `run_id` is given when the run is known already; else it is announced as soon as the server says it.
    """
    growing = asyncio.Event()
    reader = asyncio.create_task(_grow(opened, growing, emit))
    line = Line(opened, emit, run_id=run_id)
    try:
        async for event in line.events(stream):
            if run_id is None and line.run_id is not None:
                run_id = line.run_id
                emit(RunStarted(run_id))
            emit(Streamed(event))
            if event.mode == "updates":
                growing.set()
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    ended = await _how_it_ended(opened, line, line.run_id or stream.run_id, emit)
    for event in line.rest():
        emit(Streamed(event))
    emit(ended)
    return ended


async def _how_it_ended(opened: OpenThread, line: Line, run_id: str | None, emit: Emit) -> RunEnded:
    """Read run and state: the end of a stream is not success."""
    given_up = line.lost

    async def read() -> Run | None:
        run = line.ended
        if run is None and run_id is not None:
            run = await opened.backend.get_run(opened.thread_id, run_id)
        if line.was_lost and (lost := await opened.drop_lost()):
            emit(HistoryLost(lost))
        if changed := await opened.refresh():
            emit(HistoryGrew(changed))
        opened.reread_as(await opened.backend.get_thread(opened.thread_id))
        return run

    try:
        # Who has waited in vain for the line does not wait again.
        run = await (read() if given_up is not None else patiently(read, emit))
    except NotFound:
        if line.was_lost:
            return RunEnded(
                RunEnd.GONE, run_id, error="The server does not know the run any more: lost with a restart?"
            )
        # A rollback deletes the run; a thread may have been deleted meanwhile.
        return RunEnded(RunEnd.CANCELLED, run_id, error="The run or its thread was deleted at the server.")
    except BackendError as error:
        return RunEnded(RunEnd.LOST, run_id, error=str(given_up or error))
    head = opened.tree.head
    return RunEnded(
        _end_of(run, head, opened.thread.status),
        run_id,
        run,
        head,
        _error_of(opened, run, head) or (str(given_up) if given_up else None),
    )


def _end_of(run: Run | None, head: Checkpoint | None, thread_status: str) -> RunEnd:
    if run is None or run.is_active:
        return RunEnd.LOST
    if run.status == "success":
        # A run that stopped at a question is "success" too; `next` alone may be wrongly empty before a join.
        stopped = head is not None and (head.pending_interrupts or head.next or thread_status == "interrupted")
        # Stopped right behind an edit, a run has written no checkpoint: then the head is the edit, which has no run.
        waits = head is not None and head.run_id in (run.run_id, None) and stopped
        return RunEnd.WAITING if waits else RunEnd.SUCCESS
    return {"error": RunEnd.ERROR, "interrupted": RunEnd.CANCELLED, "timeout": RunEnd.TIMEOUT}.get(
        run.status, RunEnd.ERROR
    )


def _error_of(opened: OpenThread, run: Run | None, head: Checkpoint | None) -> str | None:
    if run is None or run.status != "error":
        return None
    if head is not None and head.errors:
        return "; ".join(f"{node}: {error_line(error)}" for node, error in head.errors)
    return opened.thread.error


async def _cloned(opened: OpenThread, plan: TravelPlan) -> Checkpoint:
    update = clone_of(plan)
    if update is None or plan.start is None:
        raise NotDone("There is no checkpoint to clone.")
    clone = await _update(opened, update)
    _stop_if(verify_clone(plan.start, clone), opened, None)
    return clone


async def _update(opened: OpenThread, update: StateUpdate) -> Checkpoint:
    ref = await opened.backend.update_state(opened.thread_id, update)
    try:
        return await opened.read(ref)
    except NotFound as error:
        raise NotDone(
            "The server said that it wrote a checkpoint, but it is not there.", hint="Nothing was run."
        ) from error


def _stop_if(verdict: Verdict, opened: OpenThread, emit: Emit | None) -> None:
    if not verdict.problems:
        return
    if emit is not None:
        emit(HistoryGrew(frozenset()))
    raise NotDone(
        f"{opened.backend.address} did not do what was asked: {'; '.join(verdict.problems)}.",
        hint="Nothing was run. The old checkpoints are as they were; the head may have moved to the new one.",
    )


async def _grow(opened: OpenThread, growing: asyncio.Event, emit: Emit) -> None:
    """Read the newest checkpoints when a node has finished, at most twice a second."""
    while True:
        await growing.wait()
        growing.clear()
        try:
            changed = await opened.refresh()
        except BackendError:
            continue  # the stream itself will say if the line is down
        if changed:
            emit(HistoryGrew(changed))
        await asyncio.sleep(GROW_SECONDS)


async def join_run(opened: OpenThread, run: Run, emit: Emit) -> RunEnded:
    """Follow a run that goes on already, from its first event where the server kept them, until it ends."""
    async with opened.backend.join_stream(opened.thread_id, run.run_id, last_event_id="-1") as stream:
        emit(RunStarted(run.run_id))
        return await follow(opened, stream, emit, run_id=run.run_id)
