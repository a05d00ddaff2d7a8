"""The whole app on a thread whose checkpoints are all in memory: `python -m tests.benchmarks.programs.loaded_app N`.

Nothing of it is read from a server, so that the cost of a key can be seen alone, with as many rows as wanted.
"""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from datetime import timedelta

from tests.fakes import AGENT, EPOCH, FakeBackend
from tui.app import ForkpointApp
from tui.domain.checkpoint import Checkpoint, Task, Thread
from tui.session.open_thread import OpenThread
from tui.session.session import Session

THREAD = Thread("t-1", metadata={"graph_id": AGENT.graph_id}, created_at=EPOCH, updated_at=EPOCH)
TEXT = "the same in every state " * 200


def checkpoint(number: int) -> Checkpoint:
    """One of a long chain, as a run with one node makes them."""
    last = {"turn": number}
    return Checkpoint(
        thread_id=THREAD.thread_id,
        checkpoint_id=f"c{number:08}",
        namespace="",
        parent_id=f"c{number - 1:08}" if number else None,
        values={"text": TEXT, **last},
        next=("step",),
        tasks=(Task(f"task-{number}", "step", result={"turn": number + 1}),),
        source="loop" if number else "input",
        step=number - 1,
        run_id="r-1",
        created_at=EPOCH + timedelta(milliseconds=number),
    )


class LoadedSession(Session):
    """A session whose one thread has `count` checkpoints, all known."""

    def __init__(self, count: int) -> None:
        super().__init__(FakeBackend(threads={THREAD.thread_id: THREAD}))
        self._count = count

    async def open(self, thread: Thread) -> OpenThread:
        """The thread, without reading anything."""
        opened = OpenThread(self.backend, replace(thread))
        opened.tree.add(checkpoint(number) for number in range(self._count))
        opened.tree.mark_complete()
        return opened


if __name__ == "__main__":
    gc.disable()  # as the app does until it has started
    ForkpointApp(LoadedSession(int(sys.argv[1]))).run()
