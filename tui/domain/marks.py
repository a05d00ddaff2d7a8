"""The marks in front of rows: their shapes, what stands for them in ASCII, what they mean. Legends show these."""

from __future__ import annotations

from enum import Enum


class Mark(Enum):
    """The shape in front of a row: (the mark, its ASCII replacement, what it says). The order is the legend's."""

    CHECKPOINT = ("●", "o", "a checkpoint")
    HEAD = ("◉", "@", "the head: the newest checkpoint, from where the thread's next run goes on")
    EDIT = ("◆", "*", "an edit of the state: a fork begins here")
    REPLAY = ("⎇", "Y", "a fork without an edit: a replay, or a copy")
    WAITING = ("‖", "=", "waits at an interrupt")
    CANCELLED = ("⊘", "#", "a run was cancelled here")
    ERROR = ("✗", "x", "failed, or cannot be read")
    RUNNING = ("▶", ">", "a run is executing")
    UNLOADED = ("┄", ":", "there is more that is not loaded, or not shown")
    GONE = ("✂", "%", "what was before is gone from the server")
    FOLDED = ("▸", "+", "folded")
    OPENED = ("▾", "-", "unfolded")

    @property
    def title(self) -> str:
        """One word for it."""
        return self.name.lower()

    @property
    def shape(self) -> str:
        """The mark, one cell wide."""
        return self.value[0]

    @property
    def ascii(self) -> str:
        """What stands for it where only ASCII is drawn; no two are alike."""
        return self.value[1]

    @property
    def words(self) -> str:
        """What it says, without a full stop."""
        return self.value[2]
