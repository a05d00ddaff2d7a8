"""What a transcript is built of: executions that grow, and which message of a stream is which. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tui.domain.checkpoint import JSON, Interrupt
from tui.domain.json_values import same
from tui.domain.live_messages import MessageBuilder
from tui.domain.messages import is_message, role_of
from tui.domain.transcript import NodeSection


@dataclass(slots=True)
class Section:
    """One execution of a node, growing."""

    node: str
    namespace: tuple[str, ...]
    order: int
    step: int | None = None
    task: str | None = None
    messages: list[MessageBuilder] = field(default_factory=list)
    update: JSON = None
    finished: bool = False
    cached: bool = False
    error: str | None = None
    filled: bool = False
    cut: bool = False
    size: int = 0
    """Characters of JSON that it was made from, about."""
    made: NodeSection | None = None
    """The snapshot, until something changes."""

    def snapshot(self) -> NodeSection:
        """What it is now; the same object as before if nothing came in."""
        if self.made is None:
            self.made = NodeSection(
                node=self.node,
                namespace=self.namespace,
                order=self.order,
                step=self.step,
                task=self.task,
                messages=tuple(message.snapshot() for message in self.messages),
                update=self.update,
                finished=self.finished,
                cached=self.cached,
                error=self.error,
                filled=self.filled,
                cut=self.cut,
            )
        return self.made


def without_id(
    raw: Mapping[str, JSON], section: Section, message_id: str | None, streaming: bool
) -> MessageBuilder | None:
    """A message of the section that this must be although the ids don't say so.

    A tool's result is the one that answers the same call; a piece without id goes on with the last message; a whole
    message without id ends the oldest one of its role that has not ended yet.
    """
    role = role_of(raw)
    if role == "tool":
        call_id = raw.get("tool_call_id")
        return next((m for m in section.messages if m.answers == call_id and call_id is not None), None)
    if message_id is not None:
        return None
    open_ones = [m for m in section.messages if m.role == role and not m.finished]
    return (open_ones[-1] if streaming else open_ones[0]) if open_ones else None


def messages_in(update: JSON) -> Iterator[Mapping[str, JSON]]:
    """The messages of a node's update: lists of them or single ones under any key, of one write or several."""
    for write in update if isinstance(update, list) else [update]:
        for value in write.values() if isinstance(write, Mapping) else ():
            for raw in value if isinstance(value, list) else [value]:
                if is_message(raw) and role_of(raw) != "remove":
                    yield raw


def same_question(a: Interrupt, b: Interrupt) -> bool:
    """Whether two questions are one."""
    return a.id == b.id if a.id is not None and b.id is not None else same(a.value, b.value)


def text(value: JSON) -> str | None:
    """A text that says something; None for anything else."""
    return value if isinstance(value, str) and value else None


def size_of(raw: str) -> int:
    """About what a value takes in memory, by its JSON: a list or an object of two characters takes some sixty bytes."""
    return len(raw) + 60 * (raw.count("[") + raw.count("{"))
