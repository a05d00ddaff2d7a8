"""What the session tells its faces: typed events, in the order in which things happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from tui.domain.checkpoint import Checkpoint, Run
from tui.domain.plans import TravelPlan
from tui.domain.requests import PlannedRequest
from tui.domain.transcript import StreamEvent


@dataclass(frozen=True, slots=True)
class PlanReady:
    """A plan and the requests that will be sent for it; nothing has been sent yet."""

    plan: TravelPlan
    requests: tuple[PlannedRequest, ...]


@dataclass(frozen=True, slots=True)
class StateWritten:
    """A new checkpoint was written and verified; `next_was` differs from its `next` if the edit changed the route."""

    checkpoint: Checkpoint
    next_was: tuple[str, ...]

    @property
    def route_changed(self) -> bool:
        """Whether other nodes will run now than would have run before."""
        return self.checkpoint.next != self.next_was


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The server accepted the run."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Streamed:
    """One event of the run's stream, as the server named it."""

    event: StreamEvent


@dataclass(frozen=True, slots=True)
class HistoryGrew:
    """The tree took in new or changed checkpoints."""

    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class HistoryLost:
    """The server was started anew and lacks checkpoints that it had: the thread has another tree now, without them."""

    count: int

    def __str__(self) -> str:
        plural = "s" if self.count != 1 else ""
        return f"The server lost {self.count} checkpoint{plural} when it was stopped. What it still has is shown."


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the user that stops nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class LineLost:
    """The line to the run broke; it will be joined again for the `attempt`-th of `attempts` times."""

    attempt: int
    attempts: int
    reason: str

    def __str__(self) -> str:
        return f"line lost, reconnecting {self.attempt}/{self.attempts}"


@dataclass(frozen=True, slots=True)
class LineBack:
    """The run is joined again. Not `complete`: the server kept no events, so what was missed is only in the history."""

    complete: bool


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A run that somebody started on the watched thread: active when it has begun, else as it ended."""

    run: Run


@dataclass(frozen=True, slots=True)
class WatchOn:
    """What is shown of the thread is what the server has."""


@dataclass(frozen=True, slots=True)
class WatchLost:
    """What is shown may be old, because the server can't be asked; why."""

    reason: str


class RunEnd(Enum):
    """How a run ended, read from the run and the state, never from the stream; the value is the word shown."""

    SUCCESS = "success"
    WAITING = "interrupted"
    ERROR = "error"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    LOST = "lost"
    GONE = "gone"
    """The server came back without it."""

    @property
    def exit_code(self) -> int:
        """The exit code of a verb whose run ended so."""
        return {RunEnd.SUCCESS: 0, RunEnd.WAITING: 3, RunEnd.LOST: 4, RunEnd.GONE: 7}.get(self, 6)


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over (or its stream was lost: `end` is LOST and the run goes on)."""

    end: RunEnd
    run_id: str | None
    run: Run | None = None
    head: Checkpoint | None = None
    error: str | None = None
    """What went wrong, with the node that it went wrong in where that is known."""

    @property
    def failed_nodes(self) -> tuple[str, ...]:
        """The nodes that failed; empty where the run did not fail, or it is not known."""
        return tuple(node for node, _ in self.head.errors) if self.end is RunEnd.ERROR and self.head else ()


TravelEvent: TypeAlias = (
    PlanReady
    | StateWritten
    | RunStarted
    | Streamed
    | LineLost
    | LineBack
    | HistoryGrew
    | HistoryLost
    | RunSeen
    | WatchOn
    | WatchLost
    | Note
    | RunEnded
)
Emit: TypeAlias = Callable[[TravelEvent], None]
