"""From the wire to the domain: every shape that some server uses, read into one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from pydantic import ValidationError

from tui.backends.agent_server import wire
from tui.backends.agent_server.listing import first_of_row
from tui.domain.checkpoint import JSON, Assistant, Checkpoint, CheckpointRef, Interrupt, Run, Task, Thread
from tui.domain.json_values import JSONError, loads


def time_of(value: JSON) -> datetime | None:
    """A time in ISO form (Z or offset, any precision) or seconds since 1970; None for anything else."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def error_of(value: JSON) -> str | None:
    """An error as "ValueError: boom". Comes as text, {"error", "message"}, {"name", "message"}, or either as base64."""
    if isinstance(value, str):
        return _error_in_text(value) or value or None
    if not isinstance(value, dict):
        return None if value is None else str(value)
    kind = next((value[key] for key in ("error", "name", "type") if isinstance(value.get(key), str)), "")
    message = value.get("message")
    if isinstance(message, str) and (inner := _error_in_text(message)):
        return inner
    words = [word for word in (kind, message) if isinstance(word, str) and word]
    return ": ".join(words) or str(value)


def _error_in_text(text: str) -> str | None:
    for candidate in (text, _from_base64(text)):
        if candidate is None or not candidate.lstrip().startswith("{"):
            continue
        try:
            value = loads(candidate)
        except JSONError:
            continue
        if isinstance(value, dict) and "message" in value:
            return error_of(value)
    return None


def _from_base64(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def interrupts_of(value: JSON) -> tuple[Interrupt, ...]:
    """Questions: a list, or a dict of lists by task; each with or without an id, or a bare value."""
    if isinstance(value, dict):
        return tuple(one for group in value.values() for one in interrupts_of(group))
    if not isinstance(value, list):
        return ()
    return tuple(_interrupt(item) for item in value)


def _interrupt(item: JSON) -> Interrupt:
    if not isinstance(item, dict) or "value" not in item:
        return Interrupt(item)
    name = next((item[key] for key in ("id", "interrupt_id") if isinstance(item.get(key), str)), None)
    return Interrupt(item["value"], name)


def ref_of(row: wire.CheckpointId, namespace: str = "") -> CheckpointRef:
    """A checkpoint's name; `namespace` where the server leaves it out."""
    here = row.checkpoint_ns if row.checkpoint_ns is not None else namespace
    return CheckpointRef(row.checkpoint_id or "", here, row.checkpoint_map or None)


def _task(row: wire.Task) -> Task:
    return Task(
        id=row.id,
        name=row.name,
        path=tuple(row.path or ()),
        error=error_of(row.error),
        interrupts=interrupts_of(row.interrupts),
        result=row.result,
        subgraph=_subgraph(row),
    )


def _subgraph(row: wire.Task) -> CheckpointRef | None:
    if isinstance(row.state, dict) and isinstance(row.state.get("checkpoint"), dict):
        try:
            return ref_of(wire.CheckpointId.model_validate(row.state["checkpoint"]))
        except ValidationError:
            return None
    return ref_of(row.checkpoint) if row.checkpoint is not None else None


def checkpoint_of(row: wire.ThreadState, thread_id: str, namespace: str = "") -> Checkpoint:
    """A row of history. `namespace` is the one that was asked for, since some answers leave it out."""
    name = ref_of(row.checkpoint or wire.CheckpointId(), namespace)
    parent = row.parent_checkpoint
    metadata = row.metadata or {}
    source = metadata.get("source")
    step = metadata.get("step")
    run_id = metadata.get("run_id")
    tasks = tuple(_task(task) for task in row.tasks or ())
    return Checkpoint(
        thread_id=thread_id,
        checkpoint_id=name.checkpoint_id or row.checkpoint_id or "",
        namespace=name.namespace,
        parent_id=(parent.checkpoint_id if parent else None) or row.parent_checkpoint_id,
        values=row.values if row.values is not None else {},
        next=tuple(row.next or ()),
        tasks=tasks,
        source=source if isinstance(source, str) else None,
        step=step if isinstance(step, int) and not isinstance(step, bool) else None,
        # Old servers copy the run of the edited checkpoint to the edit, which no run made.
        run_id=run_id if isinstance(run_id, str) and source != "update" else None,
        created_at=time_of(row.created_at),
        metadata=metadata,
        checkpoint_map=name.checkpoint_map,
    )


def history_of(rows: Iterable[JSON], thread_id: str, namespace: str = "") -> list[Checkpoint]:
    """Rows of history; one that cannot be read says so in `broken` and keeps its name and parent if it has them."""
    return [_row(row, thread_id, namespace) for row in rows]


def _row(row: JSON, thread_id: str, namespace: str) -> Checkpoint:
    try:
        checkpoint = checkpoint_of(wire.ThreadState.model_validate(row), thread_id, namespace)
    except ValidationError as error:
        return _broken(row, thread_id, namespace, wire.problem(error))
    if not checkpoint.checkpoint_id:
        return _broken(row, thread_id, namespace, "it has no checkpoint id")
    return checkpoint


def _broken(row: JSON, thread_id: str, namespace: str, reason: str) -> Checkpoint:
    return Checkpoint(
        thread_id,
        _id_in(row, "checkpoint") or "",
        namespace,
        _id_in(row, "parent_checkpoint"),
        broken=f"The server sent a row that cannot be read: {reason}.",
    )


def _id_in(row: JSON, key: str) -> str | None:
    if not isinstance(row, dict):
        return None
    name = row.get(key)
    found = name.get("checkpoint_id") if isinstance(name, dict) else row.get(f"{key}_id")
    return found if isinstance(found, str) else None


def thread_of(row: wire.Thread, raw: Mapping[str, JSON], preview: JSON = None) -> Thread:
    """A thread; `raw` is the row as it was sent."""
    return Thread(
        thread_id=row.thread_id,
        status=row.status or "idle",
        created_at=time_of(row.created_at),
        updated_at=time_of(row.updated_at),
        metadata=row.metadata or {},
        preview=preview,
        first=first_of_row(raw),
        interrupts=interrupts_of(row.interrupts),
        error=error_of(row.error),
        raw=raw,
    )


def run_of(row: wire.Run, raw: Mapping[str, JSON], thread_id: str) -> Run:
    """A run of a thread; `raw` is the row as it was sent."""
    return Run(
        run_id=row.run_id,
        thread_id=row.thread_id or thread_id,
        assistant_id=row.assistant_id,
        status=row.status or "pending",
        created_at=time_of(row.created_at),
        updated_at=time_of(row.updated_at),
        kwargs=row.kwargs or {},
        metadata=row.metadata or {},
        multitask_strategy=row.multitask_strategy,
        raw=raw,
    )


def listed_thread(row: Mapping[str, JSON], preview: JSON) -> Thread | None:
    """A row of a list of threads; one that cannot be read says so in `error`, and only one without an id is dropped."""
    try:
        return thread_of(wire.Thread.model_validate(row), row, preview)
    except ValidationError as error:
        thread_id = row.get("thread_id")
        if not isinstance(thread_id, str):
            return None
        return Thread(thread_id, error=f"The server sent a row that cannot be read: {wire.problem(error)}.", raw=row)


def listed_run(row: JSON, thread_id: str) -> Run | None:
    """A row of a list of runs; one that cannot be read has the status "unknown", one without an id is dropped."""
    try:
        return run_of(wire.Run.model_validate(row), row, thread_id)
    except ValidationError:
        run_id = row.get("run_id") if isinstance(row, dict) else None
        return Run(run_id, thread_id, status="unknown", raw=row) if isinstance(run_id, str) else None


def assistant_of(row: wire.Assistant, raw: Mapping[str, JSON]) -> Assistant:
    """An assistant; `raw` is the row as it was sent."""
    return Assistant(
        assistant_id=row.assistant_id,
        graph_id=row.graph_id,
        name=row.name or "",
        config=row.config or {},
        context=row.context or {},
        metadata=row.metadata or {},
        raw=raw,
    )
