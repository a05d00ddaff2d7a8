"""A run as it happens: what its stream events add up to, for a live pane or a log.

Feed a `TranscriptBuilder` (in `transcript_builder`) with events as they come (thousands a second cost little) and take
a `Transcript` snapshot as often as the screen is drawn. It says what the stream said; whether the run succeeded is for
`GET run` and `GET state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.domain.checkpoint import JSON, Interrupt
from tui.domain.live_messages import LiveMessage
from tui.domain.messages import is_message

GAP = "gap"
"""The name of the event that marks where the line was lost; the server sends none of this name that is `filled`."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event: its name as the server gave it ("updates", "messages|child:1f…"), and parsed data.

    `id` is the server's event id where the stream can be resumed.
    """

    event: str
    data: JSON
    id: str | None = None
    filled: bool = False
    """It was not in the stream: read from the history, in the place of what a broken line swallowed."""
    raw: str | None = field(default=None, repr=False, compare=False)
    """The data as the server wrote it, where it came over the wire."""
    order: int = field(default=0, repr=False, compare=False)
    """Its place among all items of a transcript that keeps it."""

    @property
    def mode(self) -> str:
        """The name without the namespace: updates, messages, custom, metadata, error, end …"""
        return self.event.split("|", 1)[0]

    @property
    def namespace(self) -> tuple[str, ...]:
        """The subgraph path, outermost first; () for the root graph."""
        return tuple(self.event.split("|")[1:])


@dataclass(frozen=True, slots=True)
class NodeSection:
    """One execution of one node: what it said, what it wrote, whether it is done. Parallel tasks have one each."""

    node: str
    namespace: tuple[str, ...] = ()
    """The subgraph's path such as ("write:b394…",), outermost first; () in the root graph."""
    order: int = 0
    """The number of the event that began it: its place among all items of the transcript."""
    step: int | None = None
    task: str | None = None
    """The task's checkpoint namespace ("agent:0871…"), where the stream told it."""
    messages: tuple[LiveMessage, ...] = ()
    """New messages of this execution in order; those that it merely repeats are left out."""
    update: JSON = field(default=None, repr=False)
    """What the node wrote, as the server sent it; None before its end, and where it wrote nothing."""
    finished: bool = False
    cached: bool = False
    """The result was not computed in this run: it is that of an earlier one."""
    error: str | None = None
    filled: bool = False
    """Its result was read from the history, because the line was lost when it came."""
    cut: bool = False
    """It did not end: the server began it again."""

    @property
    def changes(self) -> Mapping[str, JSON]:
        """What it wrote beside messages, by state key; of several writes of one key the last."""
        writes = self.update if isinstance(self.update, list) else [self.update]
        return {
            key: value
            for write in writes
            if isinstance(write, Mapping)
            for key, value in write.items()
            if not _holds_messages(value)
        }

    @property
    def subgraphs(self) -> tuple[str, ...]:
        """The names of the subgraphs that it runs in, without the ids: ("write",)."""
        return tuple(part.split(":", 1)[0] for part in self.namespace)


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """What a node wrote to the stream itself. The server does not say which node of the namespace it was."""

    data: JSON
    namespace: tuple[str, ...] = ()
    order: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """Where the line was lost: what came in between is missing, or was filled."""

    words: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class RunError:
    """Why the run failed, as the stream said it: the exception's name and message."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A run's stream so far. Immutable; parts that did not change are the same objects as in the snapshot before."""

    run_id: str | None = None
    attempt: int | None = None
    sections: tuple[NodeSection, ...] = ()
    custom: tuple[CustomEvent, ...] = ()
    gaps: tuple[Gap, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()
    """Questions asked in this run, each once."""
    at_breakpoint: bool = False
    """The run stopped before or after a node because somebody set a breakpoint there."""
    error: RunError | None = None
    ended: bool = False
    """The server announced the end. Most servers don't: they just end the stream."""
    unknown: tuple[StreamEvent, ...] = ()
    """Events that could not be understood, as they came."""
    events: int = 0
    tokens: int = 0
    """Pieces of messages received."""
    dropped: int = 0
    """Items left out because there were too many: the oldest sections, custom and unknown events."""

    @property
    def counted_tokens(self) -> int | None:
        """The tokens that models said, as the server counted them; None unless it did so for all that came."""
        messages = [message for section in self.sections for message in section.messages]
        if self.dropped or any(message.tokens and not message.usage for message in messages):
            return None
        return sum(message.usage.get("output_tokens", 0) for message in messages if message.usage)

    @property
    def items(self) -> tuple[NodeSection | CustomEvent | Gap, ...]:
        """Sections, custom events and gaps in the order in which they began."""
        return tuple(sorted((*self.sections, *self.custom, *self.gaps), key=lambda item: item.order))

    @property
    def running(self) -> tuple[NodeSection, ...]:
        """Executions that have begun and not ended, oldest first."""
        return tuple(section for section in self.sections if not section.finished)


def _holds_messages(value: JSON) -> bool:
    if isinstance(value, list):
        return bool(value) and all(map(is_message, value))
    return is_message(value)
