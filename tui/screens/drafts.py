"""Edits that were not sent: kept for every checkpoint until they are, also when sending them fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Texts: TypeAlias = Mapping[str, str]
"""Tool call id -> the text in its editor."""


class Drafts:
    """Texts by thread and checkpoint."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], Texts] = {}

    def __bool__(self) -> bool:
        return bool(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def of(self, thread_id: str, checkpoint_id: str) -> Texts:
        """The drafts at a checkpoint."""
        return self._texts.get((thread_id, checkpoint_id), {})

    def put(self, thread_id: str, checkpoint_id: str, texts: Texts) -> None:
        """Keep drafts; none at all removes the entry."""
        if texts:
            self._texts[thread_id, checkpoint_id] = dict(texts)
        else:
            self._texts.pop((thread_id, checkpoint_id), None)

    def checkpoints(self, thread_id: str) -> frozenset[str]:
        """The checkpoints of a thread that have drafts."""
        return frozenset(checkpoint for thread, checkpoint in self._texts if thread == thread_id)
