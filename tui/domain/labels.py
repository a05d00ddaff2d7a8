"""Rows of the timeline in words: mark, author, what happened, step, time. Pure; the app and `history` share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tui.domain.changes import Change, changes
from tui.domain.checkpoint import JSON, START, Checkpoint, Thread
from tui.domain.json_values import same
from tui.domain.messages import Message, ToolCall, read_messages, summary, tool_calls_of
from tui.domain.origin import Origin, OriginKind, origin_of
from tui.domain.safe_text import one_line
from tui.domain.tree import CheckpointTree


class Mark(Enum):
    """The shape in front of a row: (the mark, its ASCII replacement)."""

    CHECKPOINT = ("●", "o")
    HEAD = ("◉", "@")
    EDIT = ("◆", "*")
    REPLAY = ("⎇", "Y")
    WAITING = ("‖", "=")
    ERROR = ("✗", "x")
    RUNNING = ("▶", ">")
    UNLOADED = ("┄", ":")
    GONE = ("✂", "%")


@dataclass(frozen=True, slots=True)
class RowText:
    """What a checkpoint's row says; `words` is one line of safe text, not yet cut to a width."""

    mark: Mark
    author: str
    words: str
    step: str
    seconds: float | None
    """Time since the parent was written: how long the step took; None where unknown or meaningless."""
    note: str = ""
    """A word in the place of the time, such as "fork"."""


def row_text(tree: CheckpointTree, checkpoint: Checkpoint, *, running: bool = False) -> RowText:
    """The row of one checkpoint. `running`: a run is executing from the head."""
    parent = tree.parent(checkpoint.checkpoint_id)
    origin = origin_of(checkpoint, parent)
    forked = origin.kind in (OriginKind.EDIT, OriginKind.REPLAY)
    return RowText(
        mark=_mark(tree, checkpoint, origin, running=running),
        author=one_line(origin.label),
        words=one_line(_words(tree, checkpoint, parent, origin)),
        step="" if checkpoint.step is None else str(checkpoint.step),
        seconds=None if forked else _seconds(checkpoint, parent, origin),
        note="fork" if forked else "",
    )


def _mark(tree: CheckpointTree, checkpoint: Checkpoint, origin: Origin, *, running: bool) -> Mark:
    is_head = tree.head is not None and tree.head.checkpoint_id == checkpoint.checkpoint_id
    if checkpoint.broken is not None or checkpoint.errors:
        return Mark.ERROR
    if is_head and running:
        return Mark.RUNNING
    if checkpoint.pending_interrupts and not tree.children(checkpoint.checkpoint_id):
        return Mark.WAITING
    if origin.kind is OriginKind.EDIT:
        return Mark.EDIT
    if origin.kind is OriginKind.REPLAY:
        return Mark.REPLAY
    return Mark.HEAD if is_head else Mark.CHECKPOINT


def _words(tree: CheckpointTree, checkpoint: Checkpoint, parent: Checkpoint | None, origin: Origin) -> str:
    if checkpoint.broken is not None:
        return f"cannot be read: {checkpoint.broken}"
    said = _said(tree, checkpoint, parent, origin)
    if checkpoint.errors:
        node, error = checkpoint.errors[0]
        return " · ".join(filter(None, (said, f"{node} failed: {error}")))
    if checkpoint.pending_interrupts and not tree.children(checkpoint.checkpoint_id):
        question = in_words(checkpoint.pending_interrupts[0].value)
        return " · ".join(filter(None, (said, f"waits: {question}")))
    return said


def _said(tree: CheckpointTree, checkpoint: Checkpoint, parent: Checkpoint | None, origin: Origin) -> str:
    if origin.kind is OriginKind.INPUT:
        return _input_words(tree, checkpoint)
    if origin.kind is OriginKind.START:
        return ""
    if origin.kind is OriginKind.REPLAY:
        return f"again {', '.join(checkpoint.next)}" if checkpoint.next else "again"
    if origin.kind is OriginKind.EDIT:
        return edit_words(parent.values if parent is not None else None, checkpoint.values)
    return step_words(parent.values if parent is not None else None, checkpoint.values)


def _input_words(tree: CheckpointTree, checkpoint: Checkpoint) -> str:
    """The input stands in the result of the start task; the state holds it only one checkpoint later."""
    for task in checkpoint.tasks:
        if task.name == START and task.result is not None:
            return step_words(None, task.result)
    for child in tree.children(checkpoint.checkpoint_id):
        return step_words(checkpoint.values, tree[child].values)
    return ""


def step_words(before: JSON, after: JSON) -> str:
    """What a step did to the state, in words: its new messages, or else its first changes."""
    new = _new_messages(before, after)
    if new:
        return ", ".join(map(summary, new[:3])) + (" …" if len(new) > 3 else "")
    found = changes(before, after, limit=4)
    return ", ".join(map(change_words, found[:3])) + (" …" if len(found) > 3 else "")


def edit_words(before: JSON, after: JSON) -> str:
    """What an edit changed: `search.query "Santa Fe" -> "San Francisco"`, or the first changed values."""
    words = []
    calls_before = {call.id: call for call in tool_calls_of(before, everywhere=True)}
    for call in tool_calls_of(after, everywhere=True):
        old = calls_before.get(call.id)
        if old is not None and call.id is not None:
            words += [change_words(change, f"{call.name}.") for change in changes(old.args, call.args, limit=3)]
    if not words:
        words = [change_words(change) for change in changes(before, after, limit=3)]
    return ", ".join(words)


def change_words(change: Change, prefix: str = "") -> str:
    """One change in words: `stock.apples 3 -> 5`."""
    if change.added:
        return f"{prefix}{change.path} = {in_words(change.after)}"
    if change.removed:
        return f"{prefix}{change.path} removed"
    return f"{prefix}{change.path} {in_words(change.before)} -> {in_words(change.after)}"


def in_words(value: JSON, limit: int = 60) -> str:
    """A value on one line: strings quoted, containers as JSON-like text, cut after `limit` characters."""
    if isinstance(value, str):
        return f'"{value if len(value) <= limit else value[: limit - 1] + "…"}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key}: {in_words(item, limit)}" for key, item in list(value.items())[:4])
        text = f"{{{inner}{', …' if len(value) > 4 else ''}}}"
    elif isinstance(value, list):
        inner = ", ".join(in_words(item, limit) for item in value[:4])
        text = f"[{inner}{', …' if len(value) > 4 else ''}]"
    else:
        text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def call_words(call: ToolCall) -> str:
    """A tool call on one line: `search(query="weather in SF")`."""
    if isinstance(call.args, Mapping):
        args = ", ".join(f"{name}={in_words(value)}" for name, value in call.args.items())
    else:
        args = in_words(call.args)
    return f"{call.name}({args})"


def thread_words(thread: Thread) -> str:
    """What a thread is about, on one line: its title, else its last message, else its id's end."""
    title = thread.metadata.get("title") or thread.metadata.get("thread_name")
    if isinstance(title, str) and title.strip():
        return one_line(title)
    return one_line(preview_words(thread.preview)) or "(no messages)"


def preview_words(preview: JSON) -> str:
    """The last message of a thread in words; empty where there is none."""
    if isinstance(preview, Mapping) and ("type" in preview or "role" in preview):
        return step_words(None, {"messages": [preview]})
    return "" if preview is None else preview if isinstance(preview, str) else in_words(preview)


def ago(then: datetime | None, now: datetime) -> str:
    """The age of something in one short word: 12s, 5m, 3h, 4d, or the date."""
    if then is None:
        return ""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, size, limit in (("s", 1, 60), ("m", 60, 3600), ("h", 3600, 86400), ("d", 86400, 100 * 86400)):
        if seconds < limit:
            return f"{seconds // size}{unit}"
    return then.date().isoformat()


def duration(seconds: float | None) -> str:
    """A span of time, humane: 12ms, 0.8s, 41s, 3m05, 2h10."""
    if seconds is None:
        return ""
    if seconds < 0.1:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 10:
        return f"{seconds:.1f}s"
    if seconds < 60:
        return f"{seconds:.0f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02}"
    return f"{minutes // 60}h{minutes % 60:02}"


def _new_messages(before: JSON, after: JSON) -> list[Message]:
    known = {message.id: message for message in read_messages(before)}
    return [m for m in read_messages(after) if m.id is None or m.id not in known or not same(known[m.id].raw, m.raw)]


def _seconds(checkpoint: Checkpoint, parent: Checkpoint | None, origin: Origin) -> float | None:
    if origin.kind is not OriginKind.NODES or parent is None:
        return None
    if checkpoint.created_at is None or parent.created_at is None:
        return None
    return max(0.0, (checkpoint.created_at - parent.created_at).total_seconds())
