"""`y`: what can be copied of the selection. Texts are made when they are chosen, because a state may be big."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.domain.checkpoint import JSON, Checkpoint, Thread
from tui.domain.json_values import pretty
from tui.domain.messages import read_messages
from tui.session.open_thread import OpenThread
from tui.widgets.row_view import Selected


@dataclass(frozen=True, slots=True)
class CopyChoice:
    """One thing to copy, in words, and how to get it."""

    words: str
    text: Callable[[], str]


def copy_choices(
    opened: OpenThread | None, checkpoint: Checkpoint | None, thread: Thread | None, here: Sequence[Selected] = ()
) -> list[CopyChoice]:
    """What there is to copy, most wanted first; `here` is what the cursor of the inspector is on, nearest first."""
    choices = value_choices(here)
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
    return _each_once(choices)


def value_choices(here: Sequence[Selected]) -> list[CopyChoice]:
    """Values and paths: a text as it is, anything else as JSON."""
    choices: list[CopyChoice] = []
    for selected in here:
        choices.append(_value(selected))
        if selected.path is not None and selected.path != "$":
            choices.append(_path(selected.path))
    return choices


def _value(selected: Selected) -> CopyChoice:
    kind = "" if isinstance(selected.value, str) or selected.words == selected.path else " as JSON"
    words = f"value of {selected.words}" if selected.words == selected.path else selected.words
    return CopyChoice(f"{words}{kind}", lambda: as_text(selected.value))


def _path(path: str) -> CopyChoice:
    return CopyChoice(f"path {path}", lambda: path)


def as_text(value: JSON) -> str:
    """A text as it is; anything else as JSON."""
    return value if isinstance(value, str) else pretty(value)


def _each_once(choices: Sequence[CopyChoice]) -> list[CopyChoice]:
    found: dict[str, CopyChoice] = {}
    for choice in choices:
        found.setdefault(choice.words, choice)
    return list(found.values())
