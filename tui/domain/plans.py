"""What is about to run, as data: built from the tree, shown to the user, checked by tests, and only then sent.

Three plans change something: a replay (run again from a checkpoint), a fork (edit, then run) and a new input. Every
plan says what will run and what follows from it, in words that the question line and the `plan` event both use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tui.domain.addresses import tail
from tui.domain.checkpoint import JSON, START, Checkpoint
from tui.domain.json_values import Unsendable, same, unsendable
from tui.domain.messages import ToolCall, find_messages, tool_calls_of
from tui.domain.requests import COPY_NODE, RunRequest, RunSetup, StateUpdate
from tui.domain.safe_text import one_line
from tui.domain.tool_edit import ToolEditError, with_tool_args
from tui.domain.tree import CheckpointTree
from tui.domain.value_words import cut_words, question_words

MOST_QUESTION = 60
"""Cells of a question that a new input drops: enough to know which one it is."""


class PlanError(ValueError):
    """The plan can't be made; the message says why and what to do. `exit_code` is that of the verb (2 usage)."""

    exit_code = 2


class AmbiguousToolCall(PlanError):
    """The checkpoint has several tool calls and none was named; `calls` are the choices."""

    def __init__(self, message: str, calls: Sequence[ToolCall]) -> None:
        super().__init__(message)
        self.calls = tuple(calls)


class PlanKind(Enum):
    """What the user asked for."""

    REPLAY = "replay"
    FORK = "fork"
    INPUT = "input"


class Growth(Enum):
    """Where in the tree the new checkpoints come; the words say what becomes of the head."""

    HEAD = ""
    """Behind the head: it goes on as with any run."""
    TIP = "The head moves to that branch."
    """Behind the tip of another branch."""
    BRANCH = "The head moves to the new branch."


@dataclass(frozen=True, slots=True)
class ToolArgsEdit:
    """An edit of one tool call's arguments; `before` is what the checkpoint holds."""

    tool_call_id: str
    tool: str
    before: JSON
    after: JSON

    @property
    def dropped(self) -> tuple[str, ...]:
        """The arguments that are not there any more."""
        if not isinstance(self.before, Mapping) or not isinstance(self.after, Mapping):
            return ()
        return tuple(key for key in self.before if key not in self.after)


@dataclass(frozen=True, slots=True)
class TravelPlan:
    """Everything that will be sent, in order: maybe a clone, maybe a state update, then a run."""

    kind: PlanKind
    thread_id: str
    setup: RunSetup
    start: Checkpoint | None
    """The checkpoint that the run starts from (or that is edited); None for a thread without checkpoints."""
    update: StateUpdate | None = None
    clone_first: bool = False
    """Clone the checkpoint without its old results before editing it: langgraph < 1.0 would re-apply them."""
    input: JSON = None
    edits: tuple[ToolArgsEdit, ...] = ()
    will_run: tuple[str, ...] = ()
    will_call: tuple[ToolCall, ...] = ()
    at_head: bool = False
    """A new input at the head needs no checkpoint in the request."""
    growth: Growth = Growth.BRANCH
    read_as: str = ""
    """How a typed text was taken for the input, if it was not the input itself."""
    drops: tuple[str, ...] = ()
    """The questions that wait where a new input begins: the server forgets them, and what was to run next."""
    leaves: tuple[ToolCall, ...] = ()
    """The tool calls that wait where a new input begins: nothing will answer them."""

    @property
    def leave_note(self) -> str:
        """What becomes of the tool calls that wait; "" where none does."""
        if not self.leaves:
            return ""
        many = len(self.leaves) > 1
        calls = f"{len(self.leaves)} tool calls stay" if many else "1 tool call stays"
        return f"{calls} unanswered ({counted_tools(self.leaves)}): many models refuse that."

    @property
    def drop_note(self) -> str:
        """What becomes of the questions that wait; "" where none does."""
        if not self.drops:
            return ""
        others = len(self.drops) - 1
        more = f" and {others} more are" if others else " is"
        return f'The question "{cut_words(self.drops[0], MOST_QUESTION)}"{more} dropped: answering is not possible yet.'

    @property
    def asks_again(self) -> bool:
        """Whether a question that waits at the start is asked anew: the node that asked it runs from its beginning."""
        tasks = self.start.tasks if self.start is not None and self.kind is not PlanKind.INPUT else ()
        return any(task.pending_interrupts for task in tasks)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user must know before saying yes, a sentence each."""
        notes = [f"The text is {self.read_as}."] if self.read_as else []
        if not self.setup.known:
            notes.append("The original run is not known here: it runs with the assistant's defaults.")
        if self.kind is not PlanKind.INPUT:
            notes.append("Nodes and tools really run again.")
        notes += [_drop_words(edit) for edit in self.edits if edit.dropped]
        if self.asks_again:
            notes.append("The question that waits here is asked again.")
        if self.drops:
            notes.append(self.drop_note)
        if self.leaves:
            notes.append(self.leave_note)
        if self.growth.value:
            notes.append(self.growth.value)
        return tuple(notes)

    def run_request(self, at: Checkpoint | None) -> RunRequest:
        """The run to start once the update (if any) has made `at`; None means at the head."""
        checkpoint = at.ref if at is not None else None
        return RunRequest(setup=self.setup, input=self.input, checkpoint=checkpoint)


def _drop_words(edit: ToolArgsEdit) -> str:
    are = "are" if len(edit.dropped) > 1 else "is"
    return f"{edit.tool}: {', '.join(edit.dropped)} {are} gone, because arguments are replaced as a whole."


def plan_replay(tree: CheckpointTree, checkpoint: Checkpoint, setup: RunSetup) -> TravelPlan:
    """Run again from `checkpoint`; raises `PlanError` when nothing is left to run there."""
    will_run = nodes_to_run(checkpoint)
    if not will_run and not tree.children(checkpoint.checkpoint_id):
        raise PlanError("Nothing is left to run at this checkpoint: the graph had ended. Pick an earlier one.")
    neutral = empty_update_is_neutral(checkpoint, tree.parent(checkpoint.checkpoint_id))
    return TravelPlan(
        kind=PlanKind.REPLAY,
        thread_id=tree.thread_id,
        setup=setup,
        start=checkpoint,
        update=StateUpdate(checkpoint.ref, values=None) if neutral else None,
        growth=_growth(tree, checkpoint),
        will_run=will_run,
        will_call=open_calls(checkpoint),
    )


def plan_fork(
    tree: CheckpointTree,
    checkpoint: Checkpoint,
    new_args: Mapping[str, JSON],
    setup: RunSetup,
    *,
    clone_first: bool = False,
) -> TravelPlan:
    """Edit tool calls at `checkpoint` (`new_args`: tool call id -> arguments), then run from there."""
    messages_key, edited, edits = _edited_messages(checkpoint, new_args)
    if not edits:
        raise PlanError("The arguments are the same as before: nothing to fork. To run again unchanged, replay.")
    if paths := unsendable(edited):
        raise PlanError(f"The edited message can't be sent: {paths[0]} is NaN or infinite, which JSON can't carry.")
    will_call = tuple(replace(call, args=new_args.get(call.id or "", call.args)) for call in open_calls(checkpoint))
    parent = tree.parent(checkpoint.checkpoint_id)
    return TravelPlan(
        kind=PlanKind.FORK,
        thread_id=tree.thread_id,
        setup=setup,
        start=checkpoint,
        update=StateUpdate(checkpoint.ref, {messages_key: edited}, writer_of(checkpoint, parent, edited)),
        clone_first=clone_first,
        growth=Growth.BRANCH if clone_first else _growth(tree, checkpoint),  # a clone stands beside its original
        edits=edits,
        will_run=nodes_to_run(checkpoint),
        will_call=will_call,
    )


def plan_input(
    tree: CheckpointTree, checkpoint: Checkpoint | None, value: JSON, setup: RunSetup, *, entry: tuple[str, ...] = ()
) -> TravelPlan:
    """A new turn: run with an input on top of `checkpoint`, or of the head (None)."""
    if value is None:
        raise PlanError("The input is null, which would go on from the checkpoint. Give an object, or replay.")
    if paths := unsendable(value):
        raise PlanError(f"The input can't be sent: {paths[0]} is NaN or infinite, which JSON can't carry.")
    head = tree.head
    at_head = checkpoint is None or (head is not None and head.checkpoint_id == checkpoint.checkpoint_id)
    begins_at = head if at_head else checkpoint
    waiting = begins_at.pending_interrupts if begins_at is not None else ()
    return TravelPlan(
        kind=PlanKind.INPUT,
        thread_id=tree.thread_id,
        setup=setup,
        start=None if at_head else checkpoint,
        input=value,
        will_run=entry,
        at_head=at_head,
        growth=Growth.HEAD if at_head or checkpoint is None else _growth(tree, checkpoint),
        drops=tuple(one_line(question_words(interrupt.value)) for interrupt in waiting),
        leaves=open_calls(begins_at) if begins_at is not None else (),
    )


def _growth(tree: CheckpointTree, start: Checkpoint) -> Growth:
    if tree.children(start.checkpoint_id):
        return Growth.BRANCH
    head = tree.head
    return Growth.HEAD if head is not None and head.checkpoint_id == start.checkpoint_id else Growth.TIP


def clone_of(plan: TravelPlan) -> StateUpdate | None:
    """The clone that goes before the update, if this plan needs one."""
    return StateUpdate(plan.start.ref, None, COPY_NODE) if plan.clone_first and plan.start is not None else None


def where_to_edit(tree: CheckpointTree, checkpoint: Checkpoint) -> Checkpoint | None:
    """The checkpoint where a tool call can be edited so that the tool runs with it: here, or the nearest ancestor."""
    return next((at for at in (checkpoint, *tree.ancestors(checkpoint.checkpoint_id)) if open_calls(at)), None)


def open_calls(checkpoint: Checkpoint) -> tuple[ToolCall, ...]:
    """The tool calls that wait for an answer at this checkpoint: they are what runs next."""
    return tuple(call for call in tool_calls_of(checkpoint.values) if call.is_open)


def counted_tools(calls: Sequence[ToolCall]) -> str:
    """The tools that are called, each once: "search, look_up ×3"."""
    counts = Counter(call.name for call in calls)
    return ", ".join(f"{name} ×{count}" if count > 1 else name for name, count in counts.items())


def choose_tool_call(tree: CheckpointTree, checkpoint: Checkpoint, wanted: str | None) -> ToolCall:
    """The tool call to edit: the named one (id, or a part that fits only one), else the only one still to run."""
    calls = open_calls(checkpoint)
    if not calls:
        earlier = where_to_edit(tree, checkpoint)
        if earlier is None:
            raise PlanError(
                "There is no tool call to edit here or before. Pick a checkpoint where the model asked for one."
            )
        raise PlanError(
            "There is no tool call left to run at this checkpoint, so an edit here would change no result. "
            f"Edit it where it is still to run: …{tail(earlier.checkpoint_id, 8)}."
        )
    if wanted is None:
        if len(calls) > 1:
            raise AmbiguousToolCall("This checkpoint has several tool calls: name one with --tool-call.", calls)
        return calls[0]
    exact = [call for call in calls if call.id == wanted]
    found = exact or [call for call in calls if (call.id or "").endswith(wanted) or (call.id or "").startswith(wanted)]
    if len(found) != 1:
        raise AmbiguousToolCall(f"{len(found)} tool calls here match {wanted!r}.", calls)
    return found[0]


def empty_update_is_neutral(checkpoint: Checkpoint, parent: Checkpoint | None) -> bool:
    """Whether an empty update at `checkpoint` leaves what is to run next as it is.

    It does not at an input (the pending input would be dropped), before or after a Send (it would fan out again), after
    parallel nodes (the server could not tell who wrote), nor where the maker is unknown.
    """
    if parent is None or checkpoint.source != "loop" or not checkpoint.next or START in checkpoint.next:
        return False
    makers = [task for task in parent.tasks if task.name != START or parent.next == (START,)]
    if len(makers) != 1 or makers[0].is_send:
        return False
    return not any(task.is_send or task.pending_interrupts for task in checkpoint.tasks)


def nodes_to_run(checkpoint: Checkpoint) -> tuple[str, ...]:
    """The nodes that run first from here; an input runs the graph's start."""
    return checkpoint.next or tuple(task.name for task in checkpoint.tasks)


def writer_of(checkpoint: Checkpoint, parent: Checkpoint | None, messages: Sequence[JSON]) -> str | None:
    """Which node to name as the edit's author: None (the server knows) unless several ran in the step before."""
    if parent is None or checkpoint.source != "loop":
        return None
    makers = [task for task in parent.tasks if task.name != START]
    if len(makers) < 2:
        return None
    ids = {message.get("id") for message in messages if isinstance(message, dict)}
    for task in makers:
        found = find_messages(task.result)
        if found and any(isinstance(message, dict) and message.get("id") in ids for message in found[1]):
            return task.name
    return makers[-1].name


def _edited_messages(
    checkpoint: Checkpoint, new_args: Mapping[str, JSON]
) -> tuple[str, list[JSON], tuple[ToolArgsEdit, ...]]:
    found = find_messages(checkpoint.values)
    if found is None:
        raise PlanError("This checkpoint's state has no messages, so no tool call to edit.")
    key, messages = found
    calls = {call.id: call for call in tool_calls_of(checkpoint.values) if call.id is not None}
    edits: list[ToolArgsEdit] = []
    edited: dict[int, JSON] = {}
    for call_id, args in new_args.items():
        call = calls.get(call_id)
        if call is None:
            raise PlanError(f"No tool call {call_id!r} at this checkpoint.")
        if same(call.args, args):
            continue
        if call.message_id is None:
            raise PlanError("The message of this tool call has no id: the server would append it, not replace it.")
        position = call.message_position
        try:
            edited[position] = with_tool_args(edited.get(position, messages[position]), call_id, args)
        except (ToolEditError, Unsendable) as error:
            raise PlanError(f"{call.name}: {error}.") from error
        edits.append(ToolArgsEdit(call_id, call.name, call.args, args))
    return key, list(edited.values()), tuple(edits)
