"""From a key to a run: replay, edit and fork, new input. Builds the plan, asks, and hands it to the live control."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui.backends.errors import BackendError
from tui.domain.arg_hints import argument_hints
from tui.domain.checkpoint import JSON, START, Assistant, Checkpoint
from tui.domain.messages import find_messages
from tui.domain.plans import PlanError, TravelPlan, open_calls, plan_fork, plan_input, plan_replay, where_to_edit
from tui.screens.outside_editor import OutsideError, edit_outside, editor_command
from tui.screens.work import Job, OnError
from tui.session.open_thread import OpenThread
from tui.session.travel import planned_requests
from tui.widgets.key_names import key_of, keyed
from tui.widgets.plan_words import question_of

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen

Planned = Callable[[OpenThread, TravelPlan], None]


class TravelControl:
    """Intents of the user on the open thread."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._editing: tuple[OpenThread, Checkpoint] | None = None
        self._input_at: tuple[OpenThread, Checkpoint | None] | None = None
        self._came_from = "timeline"
        self._schemas: dict[str, JSON] = {}
        self._assistants: dict[str, Assistant] = {}
        """Who is to run threads that have not run yet, by thread; the last chosen one last."""

    def replay(self) -> None:
        """Run again from the selected checkpoint, after a question."""
        if (chosen := self._chosen()) is not None:
            self._plan(partial(self._plan_replay, *chosen))

    def edit(self) -> None:
        """Open the editor on the tool calls of the selected checkpoint."""
        if (chosen := self._chosen()) is None:
            return
        opened, checkpoint = chosen
        place = where_to_edit(opened.tree, checkpoint)
        if place is None:
            self._screen.warn(
                "No tool call to edit here or before. Pick a checkpoint after the model asked for a tool."
            )
            return
        if place is not checkpoint:
            self._screen.timeline.select(place.checkpoint_id)
            self._screen.tell("An edit works where the tool call is still to run: this is that checkpoint.")
        self._screen.history.show_selected()
        calls = [call for call in open_calls(place) if call.id is not None]
        if not calls:
            self._screen.warn("The tool calls here have no ids, so the server could not replace them.")
            return
        self._editing = (opened, place)
        if not self._screen.inspector.is_editing:
            self._came_from = self._screen.current_pane
        self._screen.show_pane("inspector", focus=False)
        self._screen.inspector.open_editor(
            self._screen.drafts.open(opened.thread_id, place.checkpoint_id, calls), calls[0].id
        )
        self._look_for_hints(opened, {call.name for call in calls})

    def draft_changed(self) -> None:
        """The user typed: what is kept is marked in the timeline."""
        if self._editing is not None:
            self._screen.drafts_changed(self._editing[0].thread_id)

    def edit_outside(self, text: str, suffix: str) -> None:
        """ctrl+e in the editor: the text in the user's own editor, and back."""
        try:
            command = editor_command()
            with self._screen.app.suspend():
                edited = edit_outside(text, suffix, command)
        except SuspendNotSupported:
            self._screen.warn("This terminal can't be lent to another program.")
        except OutsideError as error:
            self._screen.warn(str(error))
        else:
            self._screen.inspector.editor.take_text(edited)
        self._screen.app.refresh()

    def leave_editor(self) -> None:
        """Close the editor; its text stays as a draft."""
        if self._editing is None:
            return
        opened, checkpoint = self._editing
        self._editing = None
        if self._screen.inspector.editor.has_focus_within and self._came_from != "inspector":
            self._screen.show_pane(self._came_from)
        self._screen.inspector.close_editor()
        if self._screen.drafts.is_changed(opened.thread_id, checkpoint.checkpoint_id):
            self._screen.tell(f"The draft is kept: {key_of('timeline.edit')} goes on with it.")

    def left_checkpoint(self, checkpoint_id: str) -> None:
        """The selection moved; an editor of another checkpoint closes."""
        if self._editing is not None and self._editing[1].checkpoint_id != checkpoint_id:
            self.leave_editor()

    def left_thread(self) -> None:
        """Another thread was opened; editors of the one before close, their texts stay."""
        opened = self._screen.history.opened
        if self._editing is not None and self._editing[0] is not opened:
            self.leave_editor()
        if self._input_at is not None and self._input_at[0] is not opened:
            self.leave_input()

    def fork(self) -> None:
        """ctrl+s in the editor: fork with what was typed, after a question."""
        self._plan(partial(self._plan_fork, self._ask), self._editor_says)

    def preview_fork(self) -> None:
        """ctrl+o in the editor: show the requests."""
        self._plan(partial(self._plan_fork, self._preview), self._editor_says)

    def new_input(self) -> None:
        """Open the input editor for the selected checkpoint, or for the head."""
        opened = self._screen.history.opened
        if opened is None:
            self._screen.tell(f"Open a thread first: {key_of('threads.open')} on a row of the threads pane.")
            return
        if self._refused():
            return
        if self._lacks_assistant(opened):
            self._plan(partial(self.open_input, opened), says="reading assistants")
        else:
            self._show_input(opened)  # at once: the next key is for it

    async def open_input(self, opened: OpenThread) -> None:
        """Open the input editor; on a thread that has not run yet choose who is to run it first."""
        if self._lacks_assistant(opened):
            assistant = await self._choose_assistant()
            if assistant is None:
                self._screen.tell(keyed("No assistant was chosen, so there is no input: {timeline.input} asks again."))
                return
            self._assistants[opened.thread_id] = assistant
        if opened is self._screen.history.opened:
            self._show_input(opened)

    def _lacks_assistant(self, opened: OpenThread) -> bool:
        known = opened.thread.graph_id or self._screen.session.assistant or self._assistants.get(opened.thread_id)
        return known is None

    def _show_input(self, opened: OpenThread) -> None:
        chosen = self._assistants.get(opened.thread_id) if opened.thread.graph_id is None else None
        name = f" for {_assistant_words(chosen)}" if chosen is not None else ""
        checkpoint, head = self._screen.history.selected, opened.tree.head
        at_head = checkpoint is None or checkpoint is head
        self._input_at = (opened, None if at_head else checkpoint)
        found = find_messages(head.values) if head is not None else ("messages", [])
        title = f"New input{name}" if at_head or checkpoint is None else f"New input on top of step {checkpoint.step}"
        self._screen.input_editor.open(title, messages_key=found[0] if found else None)

    def leave_input(self) -> None:
        """Close the input editor; its text stays."""
        self._input_at = None
        self._screen.input_editor.close()
        self._screen.focus_pane()

    def run_input(self, value: JSON) -> None:
        """ctrl+s in the input editor: run, after a question."""
        self._plan(partial(self._plan_input, value, self._ask), says="looking for the graph")

    def preview_input(self, value: JSON) -> None:
        """ctrl+o in the input editor: show the requests."""
        self._plan(partial(self._plan_input, value, self._preview), says="looking for the graph")

    def sent(self, opened: OpenThread, plan: TravelPlan) -> None:
        """The server took it: the editor closes and its draft is done."""
        if plan.edits and plan.start is not None:
            self._screen.drafts.forget(opened.thread_id, plan.start.checkpoint_id)
            self._screen.drafts_changed(opened.thread_id)
            if self._editing is not None and self._editing[1].checkpoint_id == plan.start.checkpoint_id:
                self._editing = None
                if self._screen.current_pane != "live":
                    self._screen.show_pane("timeline")
                self._screen.inspector.close_editor()
        if plan.input is not None and self._input_at is not None:
            self._input_at = None
            self._screen.input_editor.close(forget=True)
        if self._screen.current_pane != "live":
            self._screen.show_pane("timeline")

    def _plan(self, job: Job, on_error: OnError | None = None, says: str = "reading how the original ran") -> None:
        self._screen.work.start(job, group="plan", says=says, on_error=on_error)

    def _editor_says(self, error: Exception) -> None:
        """A plan that can't be made is the editor's matter; anything else concerns the connection."""
        if isinstance(error, PlanError):
            self._screen.inspector.editor.say(str(error))
        else:
            self._screen.report(error)

    async def _plan_replay(self, opened: OpenThread, checkpoint: Checkpoint) -> None:
        setup = await self._screen.session.setup_for_replay(opened, checkpoint)
        self._ask(opened, plan_replay(opened.tree, checkpoint, setup))

    async def _plan_fork(self, then: Planned) -> None:
        args = self._screen.inspector.editor.edited_args()
        if self._editing is None or args is None:
            return
        opened, checkpoint = self._editing
        setup = await self._screen.session.setup_for_replay(opened, checkpoint)
        clone = self._screen.session.info.needs_clone_before_edit
        then(opened, plan_fork(opened.tree, checkpoint, args, setup, clone_first=clone))

    async def _plan_input(self, value: JSON, then: Planned) -> None:
        if self._input_at is None:
            return
        opened, checkpoint = self._input_at
        session = self._screen.session
        chosen = self._assistants.get(opened.thread_id) if opened.thread.graph_id is None else None
        setup = await session.setup_for_input(opened.thread, assistant=chosen.assistant_id if chosen else None)
        entry = await self._entry(setup.assistant_id)
        then(opened, plan_input(opened.tree, checkpoint, value, setup, entry=entry))

    def _look_for_hints(self, opened: OpenThread, tools: Collection[str]) -> None:
        """What the server's schemas say about the arguments comes when it comes; most servers say nothing."""
        assistant_id = opened.thread.assistant_id
        self._screen.inspector.editor.show_hints({})
        if assistant_id is not None:
            job = partial(self._read_hints, assistant_id, tools)
            self._screen.work.start(job, group="hints", on_error=self._screen.log)

    async def _read_hints(self, assistant_id: str, tools: Collection[str]) -> None:
        if assistant_id not in self._schemas:
            self._schemas[assistant_id] = await self._screen.session.backend.schemas(assistant_id)
        hints = {tool: argument_hints(self._schemas[assistant_id], tool) for tool in tools}
        self._screen.inspector.editor.show_hints(hints)

    async def _choose_assistant(self) -> Assistant | None:
        """Who is to run a thread that has not run yet: first the one chosen last, then those of the newest threads."""
        chosen_last = [chosen.assistant_id for chosen in self._assistants.values()][-1:]
        graphs = [thread.graph_id for thread in self._screen.threads_list.threads if thread.graph_id is not None]

        def wanted(assistant: Assistant) -> tuple[bool, int]:
            used = graphs.index(assistant.graph_id) if assistant.graph_id in graphs else len(graphs)
            return assistant.assistant_id not in chosen_last, used

        assistants = sorted(await self._screen.session.assistants(), key=wanted)
        self._screen.show_progress("")  # nothing is waited for but the user
        if len(assistants) == 1:
            return assistants[0]
        if not assistants:
            raise PlanError(f"There are no assistants at {self._screen.address}, so nothing can run.")
        choices = [(assistant.assistant_id, _assistant_words(assistant)) for assistant in assistants]
        chosen = await self._screen.choose("Which assistant?", choices)
        return next((assistant for assistant in assistants if assistant.assistant_id == chosen), None)

    async def _entry(self, assistant_id: str) -> tuple[str, ...]:
        """The nodes that an input runs first; () where the server does not draw the graph."""
        try:
            graph = await self._screen.session.backend.graph(assistant_id)
        except BackendError:
            return ()
        edges = graph.get("edges") if isinstance(graph, dict) else None
        return tuple(
            str(edge.get("target"))
            for edge in (edges if isinstance(edges, list) else ())
            if isinstance(edge, dict) and edge.get("source") == START
        )

    def _ask(self, opened: OpenThread, plan: TravelPlan) -> None:
        if self._screen.live.is_streaming_on(opened):
            words = "A run is going on on this thread: wait for its end, or cancel it with {timeline.cancel}."
            raise PlanError(keyed(words))
        question, details = question_of(plan, self._screen.address)
        self._screen.ask_write(
            question, details, lambda: self._screen.live.start(opened, plan), thread_id=opened.thread_id
        )

    def _preview(self, opened: OpenThread, plan: TravelPlan) -> None:
        self._screen.show_requests(planned_requests(opened, plan), plan)

    def _chosen(self) -> tuple[OpenThread, Checkpoint] | None:
        opened, checkpoint = self._screen.history.opened, self._screen.history.selected
        if opened is None or checkpoint is None:
            self._screen.tell("Select a checkpoint in the timeline first.")
            return None
        return None if self._refused() else (opened, checkpoint)

    def _refused(self) -> bool:
        if self._screen.read_only:
            self._screen.tell("This connection is read-only: nothing can be run or changed.")
            return True
        return False


def _assistant_words(assistant: Assistant) -> str:
    name = assistant.name or assistant.graph_id
    return name if name == assistant.graph_id else f"{name} ({assistant.graph_id})"
