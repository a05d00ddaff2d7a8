"""What was typed and not sent: edits by checkpoint, inputs by thread. Kept until they are, also when sending fails."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.args_draft import ArgsDraft
from tui.domain.messages import ToolCall


class Drafts:
    """Edits by thread and checkpoint, inputs by thread. It counts the inputs, and the edits that change something."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[str, str], list[ArgsDraft]] = {}
        self._inputs: dict[str, str] = {}

    def __bool__(self) -> bool:
        return len(self) > 0

    def __len__(self) -> int:
        return sum(map(_is_changed, self._drafts.values())) + len(self._inputs)

    def input(self, thread_id: str) -> str:
        """What was typed as the next input of a thread."""
        return self._inputs.get(thread_id, "")

    def keep_input(self, thread_id: str, text: str) -> None:
        """Keep an input that is not sent yet; an empty one is none."""
        if text.strip():
            self._inputs[thread_id] = text
        else:
            self._inputs.pop(thread_id, None)

    def forget_thread(self, thread_id: str) -> None:
        """The user deleted the thread: nothing of it can be sent any more."""
        self._inputs.pop(thread_id, None)
        self._drafts = {place: drafts for place, drafts in self._drafts.items() if place[0] != thread_id}

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
