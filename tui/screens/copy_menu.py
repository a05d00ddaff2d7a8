"""`y`: what can be copied of the selection. Texts are made when they are chosen, because a state may be big."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.domain.checkpoint import Checkpoint, Thread
from tui.domain.json_values import pretty
from tui.domain.messages import read_messages
from tui.session.open_thread import OpenThread


@dataclass(frozen=True, slots=True)
class CopyChoice:
    """One thing to copy, in words, and how to get it."""

    words: str
    text: Callable[[], str]


def copy_choices(opened: OpenThread | None, checkpoint: Checkpoint | None, thread: Thread | None) -> list[CopyChoice]:
    """What there is to copy, most wanted first."""
    choices: list[CopyChoice] = []
    if opened is not None and checkpoint is not None:
        address = f"{opened.thread_id}@{checkpoint.checkpoint_id}"
        choices += [
            CopyChoice("address of the checkpoint, T@C for the verbs", lambda: address),
            CopyChoice("checkpoint id", lambda: checkpoint.checkpoint_id),
            CopyChoice("state as JSON", lambda: pretty(checkpoint.values)),
        ]
        messages = read_messages(checkpoint.values)
        if messages:
            choices.append(CopyChoice("text of the last message", lambda: messages[-1].text))
        run_id = checkpoint.run_id
        if run_id is not None:
            choices.append(CopyChoice("run id", lambda: run_id))
    if opened is not None:
        choices.append(CopyChoice("id of the open thread", lambda: opened.thread_id))
    if thread is not None and (opened is None or thread.thread_id != opened.thread_id):
        choices.append(CopyChoice("id of the thread under the cursor", lambda: thread.thread_id))
    return choices
