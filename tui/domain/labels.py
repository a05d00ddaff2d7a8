"""Rows of the timeline in words: mark, author, what happened, step, time. Pure; the app and `history` share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from tui.domain.addresses import time_in_id
from tui.domain.changes import Change, changes
from tui.domain.checkpoint import JSON, START, Checkpoint, Thread
from tui.domain.error_words import error_line
from tui.domain.json_values import same
from tui.domain.marks import Mark
from tui.domain.messages import Message, find_messages, read_messages, summary, view_messages
from tui.domain.origin import Origin, OriginKind, origin_of
from tui.domain.safe_text import cell_len, one_line, shorten
from tui.domain.tree import CheckpointTree
from tui.domain.value_words import (
    bare_change_words,
    call_words,
    change_words,
    fit_words,
    in_words,
    question_words,
    short_call_words,
    short_change_words,
    shortest_change_words,
)

__all__ = [
    "RowText",
    "ago",
    "call_words",
    "change_words",
    "duration",
    "edit_words",
    "in_words",
    "row_text",
    "step_words",
]

LEAST_NAME = 3
"""Cells of a node's name below which it says nothing."""


@dataclass(frozen=True, slots=True)
class RowText:
    """What a checkpoint's row says; `words` is one line of safe text, not yet cut to a width."""

    mark: Mark
    author: str
    words: str
    step: str
    seconds: float | None
    """How long the step took; None where unknown or meaningless."""
    at_most: bool = False
    """The first step of a run may have waited for its turn before: `seconds` are since the run was asked for."""
    note: str = ""
    """A word in the place of the time, such as "fork"."""
    shorter: tuple[str, ...] = ()
    """Other ways to say `words`, ever shorter, for rows without the room."""
    authors: int = 1
    """How many nodes made the checkpoint."""
    node: str = ""
    """The node, where it is one that ran several times side by side."""
    since: datetime | None = None
    """When a turn began, on the row of its input: its age says more than a time that passed."""

    @property
    def time(self) -> str:
        """How long the step took, in words."""
        return f"{'≤' * self.at_most}{duration(self.seconds)}" if self.seconds is not None else ""

    def fitting(self, cells: int) -> str:
        """The words in at most `cells`."""
        return fit_words((self.words, *self.shorter), cells)

    def author_fitting(self, cells: int) -> str:
        """The author in at most `cells`; many nodes are counted where their names have no room."""
        if self.authors > 1 and cell_len(self.author) > cells:
            times = f"×{self.authors}"
            if self.node and cells - cell_len(times) >= LEAST_NAME:
                return shorten(self.node, cells - cell_len(times)) + times
            return shorten(f"{self.authors} nodes", cells)
        return shorten(self.author, cells)


class Activity(Enum):
    """What goes on at the head of a thread."""

    NONE = auto()
    RUNNING = auto()
    CANCELLED = auto()
    """Nothing any more: its last run was cancelled."""

    @classmethod
    def of(cls, thread: Thread) -> Activity:
        """What a thread says of itself."""
        return cls.RUNNING if thread.status == "busy" else cls.CANCELLED if thread.was_cancelled else cls.NONE


def row_text(tree: CheckpointTree, checkpoint: Checkpoint, activity: Activity = Activity.NONE) -> RowText:
    """The row of one checkpoint. `activity`: what goes on at the head."""
    parent = tree.parent(checkpoint.checkpoint_id)
    origin = origin_of(checkpoint, parent)
    forked = origin.kind in (OriginKind.EDIT, OriginKind.REPLAY)
    activity = _activity_at(tree, checkpoint, origin, activity)
    mark = _mark(tree, checkpoint, origin, activity)
    words, *shorter = map(one_line, _words(tree, checkpoint, parent, origin, activity))
    seconds, at_most = (None, False) if forked else _seconds(checkpoint, parent, origin)
    return RowText(
        mark=mark,
        author=one_line(origin.label),
        words=words,
        step="" if checkpoint.step is None else str(checkpoint.step),
        seconds=seconds,
        at_most=at_most,
        note="fork" if forked else "",
        shorter=tuple(shorter),
        authors=len(origin.nodes) or 1,
        node=one_line(origin.nodes[0]) if len(set(origin.nodes)) == 1 else "",
        since=checkpoint.created_at if origin.kind is OriginKind.INPUT else None,
    )


def _activity_at(tree: CheckpointTree, checkpoint: Checkpoint, origin: Origin, activity: Activity) -> Activity:
    """What goes on at a checkpoint: at the head what the thread says, elsewhere what its tasks say."""
    is_head = tree.head is not None and tree.head.checkpoint_id == checkpoint.checkpoint_id
    if is_head and activity is Activity.RUNNING:
        return activity
    # What was written behind a cancelled run is not cancelled: the thread says so still, because nothing ran since.
    is_run = origin.kind not in (OriginKind.EDIT, OriginKind.REPLAY, OriginKind.COPY)
    if checkpoint.cancelled_nodes or (is_head and is_run and activity is Activity.CANCELLED):
        return Activity.NONE if tree.children(checkpoint.checkpoint_id) else Activity.CANCELLED
    return Activity.NONE


def _mark(tree: CheckpointTree, checkpoint: Checkpoint, origin: Origin, activity: Activity) -> Mark:
    is_head = tree.head is not None and tree.head.checkpoint_id == checkpoint.checkpoint_id
    if checkpoint.broken is not None or checkpoint.errors:
        return Mark.ERROR
    if activity is Activity.RUNNING:
        return Mark.RUNNING
    if activity is Activity.CANCELLED:
        return Mark.CANCELLED
    if checkpoint.pending_interrupts and not tree.children(checkpoint.checkpoint_id):
        return Mark.WAITING
    if origin.kind is OriginKind.EDIT:
        return Mark.EDIT
    if origin.kind in (OriginKind.REPLAY, OriginKind.COPY):
        return Mark.REPLAY
    return Mark.HEAD if is_head else Mark.CHECKPOINT


def _words(
    tree: CheckpointTree, checkpoint: Checkpoint, parent: Checkpoint | None, origin: Origin, activity: Activity
) -> tuple[str, ...]:
    """What happened, in ever fewer words; what needs a person comes first where the room is small."""
    if checkpoint.broken is not None:
        return (f"cannot be read: {checkpoint.broken}",)
    said = _said(tree, checkpoint, parent, origin)
    ends = _ends(tree, checkpoint, origin, activity)
    if not ends:
        return said
    with_ends = (" · ".join(filter(None, (words, ends))) for words in said)
    # A row that runs has its mark, and the live pane; what a tool said in it is told nowhere else.
    at_least = said if activity is Activity.RUNNING and any(said) else (ends,)
    return (*with_ends, *at_least)


def _ends(tree: CheckpointTree, checkpoint: Checkpoint, origin: Origin, activity: Activity) -> str:
    """Why nothing followed, or what is about to follow."""
    if checkpoint.errors:
        node, error = checkpoint.errors[0]
        return f"{node} failed: {error_line(error)}"
    if tree.children(checkpoint.checkpoint_id):
        return ""
    if activity is Activity.RUNNING:
        return f"running {_nodes_in_words(checkpoint)} …" if checkpoint.next else ""
    if activity is Activity.CANCELLED:
        nodes = Origin(OriginKind.NODES, checkpoint.cancelled_nodes or checkpoint.next)
        return f"cancelled in {nodes.label}" if nodes.nodes else "cancelled"
    if checkpoint.pending_interrupts:
        return f"waits: {question_words(checkpoint.pending_interrupts[0].value)}"
    if checkpoint.next and origin.kind is OriginKind.NODES:
        return f"stopped before {_nodes_in_words(checkpoint)}"
    return ""


def _nodes_in_words(checkpoint: Checkpoint) -> str:
    return Origin(OriginKind.NODES, checkpoint.next).label


def _said(tree: CheckpointTree, checkpoint: Checkpoint, parent: Checkpoint | None, origin: Origin) -> tuple[str, ...]:
    if origin.kind is OriginKind.INPUT:
        return (_input_words(tree, checkpoint),)
    if origin.kind is OriginKind.START:
        return ("",)
    if origin.kind in (OriginKind.REPLAY, OriginKind.COPY):
        then = _nodes_in_words(checkpoint) if checkpoint.next else ""
        return (f"again {then}".rstrip(),) if origin.kind is OriginKind.REPLAY else (f"before {then}" if then else "",)
    if parent is None and checkpoint.parent_id is not None:
        # Without the state before, what is new is unknown; the last message is the best guess.
        return tuple(summary(message) for message in read_messages(checkpoint.values)[-1:]) or ("",)
    before = parent.values if parent is not None else None
    if origin.kind is OriginKind.EDIT:
        return _edit_alternatives(before, checkpoint.values)
    return _step_alternatives(before, checkpoint.values, origin)


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


def _step_alternatives(before: JSON, after: JSON, origin: Origin) -> tuple[str, ...]:
    words = step_words(before, after)
    new = _new_messages(before, after)
    if not new:
        return (words,)
    return tuple(dict.fromkeys((words, _short_messages(new, origin.nodes), _short_messages(new, None))))


def _short_messages(new: list[Message], nodes: tuple[str, ...] | None) -> str:
    """New messages without the names of arguments and of tools: those that are called as `nodes`, or (None) of all."""
    words: list[str] = []
    for message in new[:3]:
        calls = message.tool_calls
        if calls:
            words += map(short_call_words, calls)
        elif message.role == "tool" and (nodes is None or message.name in nodes):
            words.append(summary(message).removeprefix(f"{one_line(message.name or 'tool')} "))
        else:
            words.append(summary(message))
    counted = f"{len(new)} messages: " if len(new) > 3 else ""
    return counted + ", ".join(words)


def edit_words(before: JSON, after: JSON) -> str:
    """What an edit changed: `search.query "Santa Fe" -> "San Francisco"`, or the first changed values."""
    return _edit_alternatives(before, after)[0]


def _edit_alternatives(before: JSON, after: JSON) -> tuple[str, ...]:
    new = _new_messages(before, after)
    news = changes(before, after, limit=len(new) + 1) if new else []
    if news and len(news) == len(new) and all(change.added for change in news):
        # Nothing but more messages: what they say, not what they are made of.
        return tuple(
            dict.fromkeys(f"adds {words}" for words in (step_words(before, after), _short_messages(new, None)))
        )
    found = _edited_args(before, after) or [(change, "") for change in changes(before, after, limit=3)]
    ways = (change_words, short_change_words, shortest_change_words, bare_change_words)
    return tuple(dict.fromkeys(", ".join(way(*one) for one in found) for way in ways))


def _edited_args(before: JSON, after: JSON) -> list[tuple[Change, str]]:
    """The changed arguments of tool calls, each with the name of its tool."""
    old_calls = {call.id: call for message in _changed_messages(after, before) for call in message.tool_calls}
    found: list[tuple[Change, str]] = []
    for message in _changed_messages(before, after):
        for call in message.tool_calls:
            old = old_calls.get(call.id)
            if old is not None and call.id is not None:
                found += [(change, f"{call.name}.") for change in changes(old.args, call.args, limit=3)]
    return found


def ago(then: datetime | None, now: datetime) -> str:
    """The age of something in one short word: 12s, 5m, 3h, 4d, or the date."""
    if then is None:
        return ""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, size, limit in (("s", 1, 60), ("m", 60, 3600), ("h", 3600, 86400), ("d", 86400, 100 * 86400)):
        if seconds < limit:
            return f"{seconds // size}{unit}"
    return then.date().isoformat()


def age(then: datetime | None, now: datetime) -> str:
    """The age of something on a screen: below a minute it is now, or it would be drawn again each second."""
    return "now" if then is not None and (now - then).total_seconds() < 60 else ago(then, now)


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


def _changed_messages(before: JSON, after: JSON) -> tuple[Message, ...]:
    """The messages of `after` behind those that both states share; values are shared, so that this costs little."""
    old, new = find_messages(before), find_messages(after)
    if new is None:
        return ()
    first = 0
    for one, other in zip(old[1] if old is not None else (), new[1], strict=False):
        if one is not other:
            break
        first += 1
    return view_messages(new[1][first:])


def _new_messages(before: JSON, after: JSON) -> list[Message]:
    found = _changed_messages(before, after)
    if not found:
        return []
    known = {message.id: message for message in _changed_messages(after, before)}
    return [m for m in found if m.id is None or m.id not in known or not same(known[m.id].raw, m.raw)]


def _seconds(checkpoint: Checkpoint, parent: Checkpoint | None, origin: Origin) -> tuple[float | None, bool]:
    """(how long the step took, whether that is an upper bound).

    Between two checkpoints of one run that is the time between them. Before the first one of a run lies what somebody
    thought about meanwhile, and the time that the run waited for a worker: only the first is known.
    """
    if origin.kind is not OriginKind.NODES or parent is None:
        return None, False
    if checkpoint.created_at is None or parent.created_at is None:
        return None, False
    began, is_first = parent.created_at, checkpoint.run_id != parent.run_id
    if is_first:
        asked = time_in_id(checkpoint.run_id or "")
        if asked is None:
            return None, False
        began = max(began, asked)
    return max(0.0, (checkpoint.created_at - began).total_seconds()), is_first
