"""Edits that were not sent: kept for every checkpoint until they are, also when sending them fails."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.args_draft import ArgsDraft
from tui.domain.messages import ToolCall


class Drafts:
    """Drafts by thread and checkpoint. It counts, and is true for, those that differ from their originals."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[str, str], list[ArgsDraft]] = {}

    def __bool__(self) -> bool:
        return any(map(_is_changed, self._drafts.values()))

    def __len__(self) -> int:
        return sum(map(_is_changed, self._drafts.values()))

    def open(self, thread_id: str, checkpoint_id: str, calls: Sequence[ToolCall]) -> list[ArgsDraft]:
        """A draft for each call of a checkpoint: what was typed before, with its undo, or a fresh one."""
        kept = {draft.call.id: draft for draft in self._drafts.get((thread_id, checkpoint_id), ())}
        drafts = [kept.get(call.id) or ArgsDraft(call) for call in calls]
        self._drafts[thread_id, checkpoint_id] = drafts
        return drafts

    def is_changed(self, thread_id: str, checkpoint_id: str) -> bool:
        """Whether something was typed at a checkpoint."""
        return _is_changed(self._drafts.get((thread_id, checkpoint_id), ()))

    def forget(self, thread_id: str, checkpoint_id: str) -> None:
        """What was typed at a checkpoint is done."""
        self._drafts.pop((thread_id, checkpoint_id), None)

    def checkpoints(self, thread_id: str) -> frozenset[str]:
        """The checkpoints of a thread where something was typed."""
        return frozenset(
            checkpoint
            for (thread, checkpoint), drafts in self._drafts.items()
            if thread == thread_id and _is_changed(drafts)
        )


def _is_changed(drafts: Sequence[ArgsDraft]) -> bool:
    return any(draft.is_changed for draft in drafts)
