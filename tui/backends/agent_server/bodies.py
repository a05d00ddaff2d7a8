"""The requests that change something, built in one place: what a preview shows is what is sent."""

from __future__ import annotations

from typing import Literal

from tui.backends.agent_server.http import segment
from tui.domain.checkpoint import JSON, CheckpointRef
from tui.domain.requests import PlannedRequest, RunRequest, StateUpdate

RunWay = Literal["", "stream", "wait"]
"""How a run is started: in the background, streamed, or waited for."""


def checkpoint_fields(ref: CheckpointRef) -> dict[str, JSON]:
    """How requests name a checkpoint: as an object, and for the root graph also by its id alone.

    Some servers read only one of the two; the id alone cannot name a subgraph's checkpoint.
    """
    name: dict[str, JSON] = {"checkpoint_id": ref.checkpoint_id, "checkpoint_ns": ref.namespace}
    if ref.checkpoint_map:
        name["checkpoint_map"] = dict(ref.checkpoint_map)
    if ref.namespace:
        return {"checkpoint": name}
    return {"checkpoint": name, "checkpoint_id": ref.checkpoint_id}


def update_request(thread_id: str, update: StateUpdate) -> PlannedRequest:
    """Write a state. Without a checkpoint it is written at the head."""
    body: dict[str, JSON] = {"values": update.values}
    if update.checkpoint is not None:
        body |= checkpoint_fields(update.checkpoint)
    if update.as_node is not None:
        body["as_node"] = update.as_node
    return PlannedRequest("POST", f"/threads/{segment(thread_id)}/state", body)


def run_request(thread_id: str, request: RunRequest, way: RunWay) -> PlannedRequest:
    """Start a run. What is not set is left out: servers refuse null for most fields, except for `input`."""
    body: dict[str, JSON] = {"assistant_id": request.setup.assistant_id}
    if request.command is not None:
        body["command"] = dict(request.command)
    else:
        body["input"] = request.input
    if request.checkpoint is not None:
        body |= checkpoint_fields(request.checkpoint)
    body |= _setup_fields(request)
    if way != "wait":
        # Resumable also in the background, so that joining it later shows it from its beginning.
        body |= {"stream_mode": list(request.stream_modes), "stream_subgraphs": True, "stream_resumable": True}
    if way:
        body["on_disconnect"] = "continue"
    if request.multitask_strategy is not None:
        body["multitask_strategy"] = request.multitask_strategy
    if request.metadata:
        body["metadata"] = dict(request.metadata)
    path = f"/threads/{segment(thread_id)}/runs"
    return PlannedRequest("POST", f"{path}/{way}" if way else path, body)


def _setup_fields(request: RunRequest) -> dict[str, JSON]:
    setup = request.setup
    fields: dict[str, JSON] = {
        "config": dict(setup.config) or None,
        "context": dict(setup.context) if setup.context else None,
        "interrupt_before": setup.interrupt_before or None,
        "interrupt_after": setup.interrupt_after or None,
    }
    return {name: value for name, value in fields.items() if value is not None}
