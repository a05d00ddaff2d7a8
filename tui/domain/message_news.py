"""Which messages a checkpoint brought: those that its parent does not have, or has otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.domain.checkpoint import JSON, Checkpoint
from tui.domain.json_values import same
from tui.domain.messages import Message, find_messages


@dataclass(frozen=True, slots=True)
class MessageNews:
    """Places of messages in a state's list; empty where nothing is new, and where the parent is not at hand."""

    new: frozenset[int] = field(default_factory=frozenset)
    edited: frozenset[int] = field(default_factory=frozenset)
    """Those whose id the parent has with another content."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.new or self.edited)

    def __contains__(self, position: object) -> bool:
        """Whether a message is new or edited."""
        return position in self.new or position in self.edited


def message_news(messages: Sequence[Message], checkpoint: Checkpoint, parent: Checkpoint | None) -> MessageNews:
    """What is new in `messages`, the messages of `checkpoint`; everything in a checkpoint without a parent."""
    if parent is None:
        if checkpoint.parent_id is not None:
            return MessageNews()
        return MessageNews(new=frozenset(message.position for message in messages))
    found = find_messages(parent.values)
    before: Sequence[JSON] = found[1] if found is not None else ()
    # Values are shared between checkpoints, so most messages are the very same object.
    objects = {id(raw) for raw in before}
    by_id = {raw["id"]: raw for raw in before if isinstance(raw, dict) and isinstance(raw.get("id"), str)}
    new: set[int] = set()
    edited: set[int] = set()
    for message in messages:
        if id(message.raw) in objects:
            continue
        place = message.position
        old = by_id.get(message.id) if message.id else (before[place] if place < len(before) else None)
        if old is None or (message.id is None and not same(old, message.raw)):
            new.add(place)
        elif not same(old, message.raw):
            edited.add(place)
    return MessageNews(frozenset(new), frozenset(edited))
