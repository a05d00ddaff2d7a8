"""What can be asked of a backend that changes something: pure descriptions, shown before they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tui.domain.checkpoint import JSON, CheckpointRef

COPY_NODE = "__copy__"
"""`as_node` that clones a checkpoint without its pending writes."""

STREAM_MODES: tuple[str, ...] = ("updates", "messages-tuple", "custom")
"""What a run streams: the modes that do not repeat the whole state at every step."""


@dataclass(frozen=True, slots=True)
class StateUpdate:
    """Write `values` at a checkpoint; the server answers with the new checkpoint. `values=None` changes nothing."""

    checkpoint: CheckpointRef | None
    values: JSON = None
    as_node: str | None = None


@dataclass(frozen=True, slots=True)
class RunSetup:
    """How a run is to run: taken from the run that made the checkpoint, so that a replay is one.

    `known` is False when the original run is gone or belongs to another thread; then the assistant's defaults apply and
    the user is told so.
    """

    assistant_id: str
    config: Mapping[str, JSON] = field(default_factory=dict)
    """Only what the caller may set: configurable (server's own keys removed), recursion_limit, tags."""
    context: Mapping[str, JSON] | None = None
    interrupt_before: JSON = None
    interrupt_after: JSON = None
    known: bool = True
    from_run: str | None = None
    graph_id: str | None = None
    assistant_name: str | None = None

    def without_breakpoints(self) -> RunSetup:
        """The same, not stopping before or after nodes."""
        return replace(self, interrupt_before=None, interrupt_after=None)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Start a run. `input=None` goes on from the checkpoint (never `{}`, which would be a new input)."""

    setup: RunSetup
    input: JSON = None
    checkpoint: CheckpointRef | None = None
    command: Mapping[str, JSON] | None = None
    stream_modes: tuple[str, ...] = STREAM_MODES
    multitask_strategy: str | None = "reject"
    """A fork waits for nobody: a busy thread answers 409, which is shown. None leaves it to the server."""
    metadata: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One HTTP request as it will be sent, for previews and the `plan` event."""

    method: str
    path: str
    body: JSON = None
