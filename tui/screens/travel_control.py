"""From a key to a run: plans a replay or a fork, asks about any plan (also an input's), and has the live control do it.

What is typed in an editor meanwhile is held, and is there again when nothing came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui.domain.arg_hints import argument_hints
from tui.domain.checkpoint import JSON, Checkpoint
from tui.domain.plans import PlanError, PlanKind, TravelPlan, open_calls, plan_fork, plan_replay, where_to_edit
from tui.screens.outside_editor import OutsideError, edit_outside, editor_command
from tui.screens.work import Job, OnError
from tui.session.open_thread import OpenThread
from tui.session.travel import planned_requests
from tui.widgets.key_names import key_of, keyed
from tui.widgets.plan_words import question_of

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen

Planned = Callable[[OpenThread, TravelPlan], None]

SENDING = "Sending …"
"""What an editor says while what was typed is on its way."""

ANOTHER_GOES_ON = "A run goes on on this thread: until it has ended the server may refuse another."
"""What a question says first where somebody else's run is known of."""


class TravelControl:
    """Intents of the user on the open thread."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._editing: tuple[OpenThread, Checkpoint] | None = None
        self._sending: set[tuple[str, str]] = set()
        """Threads and checkpoints whose edits the server has not taken yet."""
        self._came_from = "timeline"
        self._schemas: dict[str, JSON] = {}

    def replay(self) -> None:
        """Run again from the selected checkpoint, after a question."""
        if (chosen := self._chosen()) is not None:
            self._plan(partial(self._plan_replay, *chosen), self._key_says)

    def edit(self) -> None:
        """Open the editor on the tool calls of the selected checkpoint."""
        if (chosen := self._chosen()) is None:
            return
        opened, checkpoint = chosen
        place = where_to_edit(opened.tree, checkpoint)
        if place is None:
            self._screen.no_use(
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
        if _place(opened, place) in self._sending:
            self._screen.inspector.editor.hold(SENDING)
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
        sends = _place(opened, checkpoint) in self._sending
        if self._screen.drafts.is_changed(opened.thread_id, checkpoint.checkpoint_id) and not sends:
            self._screen.tell(f"The draft is kept: {key_of('timeline.edit')} goes on with it.")

    def left_checkpoint(self, checkpoint_id: str) -> None:
        """The selection moved; an editor of another checkpoint closes."""
        if self._editing is not None and self._editing[1].checkpoint_id != checkpoint_id:
            self.leave_editor()

    def left_thread(self) -> None:
        """Another thread was opened; the editor of the one before closes, its text stays."""
        opened = self._screen.history.opened
        if self._editing is not None and self._editing[0] is not opened:
            self.leave_editor()

    def fork(self) -> None:
        """ctrl+s in the editor: fork with what was typed, after a question."""
        if self._editing is not None:
            self._screen.inspector.editor.hold()
            self._plan(partial(self._plan_or_release, self._editing), self._editor_says)

    def preview_fork(self) -> None:
        """ctrl+o in the editor: show the requests."""
        self._plan(partial(self._plan_fork, self.preview), self._editor_says)

    def sent(self, opened: OpenThread, plan: TravelPlan) -> None:
        """The server took it: the editor closes and its draft is done."""
        if plan.edits and plan.start is not None:
            self._sending.discard(_place(opened, plan.start))
            self._screen.drafts.forget(opened.thread_id, plan.start.checkpoint_id)
            self._screen.drafts_changed(opened.thread_id)
            if self._is_edited(opened, plan.start):
                self._editing = None
                if self._screen.current_pane != "live":
                    self._screen.show_pane("timeline")
                self._screen.inspector.close_editor()
        if plan.kind is PlanKind.INPUT:
            self._screen.inputs.sent(opened)
        if self._screen.current_pane != "live" and opened is self._screen.history.opened:
            self._screen.show_pane("timeline")

    def not_sent(self, opened: OpenThread, plan: TravelPlan) -> None:
        """Nothing runs: what was typed is there to be sent again."""
        if plan.kind is PlanKind.INPUT:
            self._screen.inputs.not_sent(opened)
        elif plan.edits and plan.start is not None and _place(opened, plan.start) in self._sending:
            self._sending.discard(_place(opened, plan.start))
            if self._is_edited(opened, plan.start):
                self._release(opened, plan.start)
                self._screen.show_pane("inspector")
            else:
                self._screen.tell(f"The draft is kept: {key_of('timeline.edit')} on its checkpoint goes on with it.")

    def _is_edited(self, opened: OpenThread, checkpoint: Checkpoint) -> bool:
        """Whether the editor is open on a checkpoint."""
        return self._editing is not None and _place(*self._editing) == _place(opened, checkpoint)

    def _release(self, opened: OpenThread, checkpoint: Checkpoint) -> None:
        """Nothing is sent, for now: the arguments may change again, if it is still they that are edited."""
        if self._is_edited(opened, checkpoint) and _place(opened, checkpoint) not in self._sending:
            self._screen.inspector.editor.release()

    def _is_sent(self, opened: OpenThread, checkpoint: Checkpoint) -> None:
        """The user said yes."""
        self._sending.add(_place(opened, checkpoint))
        if self._is_edited(opened, checkpoint):
            self._screen.inspector.editor.hold(SENDING)

    async def _plan_or_release(self, place: tuple[OpenThread, Checkpoint]) -> None:
        def ask(opened: OpenThread, plan: TravelPlan) -> None:
            on_yes, on_no = partial(self._is_sent, *place), partial(self._release, *place)
            self.ask(opened, plan, on_yes=on_yes, on_no=on_no)

        try:
            await self._plan_fork(ask)
        except BaseException:
            self._release(*place)
            raise

    def _plan(self, job: Job, on_error: OnError) -> None:
        self._screen.work.start(job, group="plan", says="reading how the original ran", on_error=on_error)

    def _key_says(self, error: Exception) -> None:
        """A replay that can't be planned means that its key did nothing here."""
        if isinstance(error, PlanError):
            self._screen.no_use(str(error))
        else:
            self._screen.report(error)

    def _editor_says(self, error: Exception) -> None:
        """A plan that can't be made is the editor's matter; anything else concerns the connection."""
        if isinstance(error, PlanError):
            self._screen.inspector.editor.say(str(error))
        else:
            self._screen.report(error)

    async def _plan_replay(self, opened: OpenThread, checkpoint: Checkpoint) -> None:
        setup = await self._screen.session.setup_for_replay(opened, checkpoint)
        self.ask(opened, plan_replay(opened.tree, checkpoint, setup))

    async def _plan_fork(self, then: Planned) -> None:
        args = self._screen.inspector.editor.edited_args()
        if self._editing is None or args is None:
            return
        editing = opened, checkpoint = self._editing
        setup = await self._screen.session.setup_for_replay(opened, checkpoint)
        clone = self._screen.session.info.needs_clone_before_edit
        if self._editing is editing:  # else the user has left the editor meanwhile
            then(opened, plan_fork(opened.tree, checkpoint, args, setup, clone_first=clone))

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

    def ask(
        self,
        opened: OpenThread,
        plan: TravelPlan,
        *,
        on_yes: Callable[[], object] = lambda: None,
        on_no: Callable[[], object] | None = None,
    ) -> None:
        """Ask whether to carry out a plan; a yes does."""
        if self._screen.live.is_streaming_on(opened):
            raise PlanError(self._busy_words(plan))
        question, details = question_of(plan, "" if self._screen.care.production else self._screen.address)
        if opened.thread.status == "busy":  # as far as is known: only the server knows
            details = f"{ANOTHER_GOES_ON} {details}"

        def start() -> None:
            on_yes()
            self._screen.live.start(opened, plan)

        self._screen.ask_write(question, details, start, on_no, thread_id=opened.thread_id)

    def _busy_words(self, plan: TravelPlan) -> str:
        """Which keys help while a run goes on; in an editor they would be typed."""
        leave = {PlanKind.FORK: "{editor.leave}, then ", PlanKind.INPUT: "{input.leave}, then "}.get(plan.kind, "")
        words = f"A run is going on on this thread: {leave}{{timeline.cancel}} in the timeline cancels it, "
        words = keyed(words + "{timeline.join} joins it.")
        if plan.kind is PlanKind.FORK:
            self._screen.no_use(words)  # the line in the editor is easily missed
        return words

    def preview(self, opened: OpenThread, plan: TravelPlan) -> None:
        """Show what would be sent."""
        self._screen.show_requests(planned_requests(opened, plan), plan)

    def _chosen(self) -> tuple[OpenThread, Checkpoint] | None:
        opened, checkpoint = self._screen.history.opened, self._screen.history.selected
        if opened is None or checkpoint is None:
            self._screen.no_use("Select a checkpoint in the timeline first.")
            return None
        return None if self.refused() else (opened, checkpoint)

    def refused(self) -> bool:
        """Whether nothing may be run; then the user is told."""
        if self._screen.read_only:
            self._screen.tell("This connection is read-only: nothing can be run or changed.")
            return True
        return False


def _place(opened: OpenThread, checkpoint: Checkpoint) -> tuple[str, str]:
    return opened.thread_id, checkpoint.checkpoint_id
