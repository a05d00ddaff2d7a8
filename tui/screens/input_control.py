"""A new input for the open thread: who is to run it, what is typed (a draft for each thread), and sending it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.backends.errors import BackendError
from tui.domain.checkpoint import JSON, START, Assistant, Checkpoint
from tui.domain.messages import find_messages
from tui.domain.plans import PlanError, TravelPlan, plan_input
from tui.screens.work import Job
from tui.session.open_thread import OpenThread
from tui.widgets.key_names import key_of, keyed

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen
    from tui.screens.travel_control import Planned


class InputControl:
    """Keeps which thread's input is typed, and which inputs are on their way."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._at: tuple[OpenThread, Checkpoint | None] | None = None
        self._sending: set[str] = set()
        """Threads whose inputs the server has not taken yet."""
        self._assistants: dict[str, Assistant] = {}
        """Who is to run threads that have not run yet, by thread; the last chosen one last."""

    def begin(self) -> None:
        """Open the editor for the selected checkpoint, or for the head."""
        opened = self._screen.history.opened
        if opened is None:
            self._screen.tell(f"Open a thread first: {key_of('threads.open')} on a row of the threads pane.")
        elif not self._screen.travel.refused():
            if self._lacks_assistant(opened):
                self._screen.work.start(partial(self._choose_and_open, opened), group="plan", says="reading assistants")
            else:
                self.open(opened)  # at once: the next key is for it

    def open(self, opened: OpenThread, assistant: Assistant | None = None) -> None:
        """Open the editor with what was typed before; `assistant` is to run a thread that has not run yet."""
        if assistant is not None:
            self._assistants[opened.thread_id] = assistant
        if opened is not self._screen.history.opened:
            return
        chosen = self._chosen_for(opened)
        name = f" for {_assistant_words(chosen)}" if chosen is not None else ""
        checkpoint, head = self._screen.history.selected, opened.tree.head
        at_head = checkpoint is None or checkpoint is head
        self.keep()
        self._at = (opened, None if at_head else checkpoint)
        found = find_messages(head.values) if head is not None else ("messages", [])
        title = f"New input{name}"
        if not at_head and checkpoint is not None:
            title = f"New input on top of step {checkpoint.step}, not the head"
        text = self._screen.drafts.input(opened.thread_id)
        self._screen.input_editor.open(title, text, messages_key=found[0] if found else None)
        if opened.thread_id in self._sending:
            self._screen.input_editor.hold("Sending …")

    def leave(self) -> None:
        """Close the editor; its text stays this thread's draft."""
        self.keep()
        sends = self._at is not None and self._at[0].thread_id in self._sending
        if self._screen.input_editor.text.strip() and not sends:
            self._screen.tell(f"The text is kept: {key_of('timeline.input')} goes on with it.")
        self._close()
        self._screen.focus_pane()

    def left_thread(self) -> None:
        """Another thread was opened."""
        if self._at is not None and self._at[0] is not self._screen.history.opened:
            self.leave()

    def keep(self) -> None:
        """Note what is typed now as the draft of its thread."""
        if self._at is not None:
            self._screen.drafts.keep_input(self._at[0].thread_id, self._screen.input_editor.text)

    def deleted(self, thread_id: str) -> None:
        """The user deleted a thread, and with it what was typed for it."""
        if self._at is not None and self._at[0].thread_id == thread_id:
            self._close()
        self._screen.drafts.forget_thread(thread_id)

    def run(self, value: JSON) -> None:
        """ctrl+s: run, after a question."""
        if self._at is not None:
            self._screen.input_editor.hold()
            self._start(partial(self._plan_or_release, self._at[0], value))

    def preview(self, value: JSON) -> None:
        """ctrl+o: show the requests."""
        self._start(partial(self._plan, value, self._screen.travel.preview))

    def sent(self, opened: OpenThread) -> None:
        """The server took it: the draft is done."""
        self._sending.discard(opened.thread_id)
        self._screen.drafts.keep_input(opened.thread_id, "")
        if self._at is not None and self._at[0].thread_id == opened.thread_id:
            self._close()

    def not_sent(self, opened: OpenThread) -> None:
        """It could not be sent: it is there to be sent again."""
        if opened.thread_id not in self._sending:
            return
        self._sending.discard(opened.thread_id)
        editor = self._screen.input_editor
        if self._at is None or self._at[0].thread_id != opened.thread_id:
            self._screen.tell(f"The text is kept: {key_of('timeline.input')} on its thread goes on with it.")
        else:
            editor.release()
            self._screen.set_focus(editor.area)

    async def candidates(self) -> Sequence[Assistant]:
        """Who could run a thread that has not run yet: the one chosen last, then those of the newest threads."""
        chosen_last = [chosen.assistant_id for chosen in self._assistants.values()][-1:]
        graphs = [thread.graph_id for thread in self._screen.threads_list.threads if thread.graph_id is not None]

        def wanted(assistant: Assistant) -> tuple[bool, int]:
            used = graphs.index(assistant.graph_id) if assistant.graph_id in graphs else len(graphs)
            return assistant.assistant_id not in chosen_last, used

        found = sorted(await self._screen.session.assistants(), key=wanted)
        if not found:
            raise PlanError(f"There are no assistants at {self._screen.address}, so nothing can run.")
        return found

    def choose(self, candidates: Sequence[Assistant], then: Callable[[Assistant], object], otherwise: str) -> None:
        """Let the user choose one; `otherwise` is said when none is chosen. Nothing waits for the answer."""
        by_id = {assistant.assistant_id: assistant for assistant in candidates}

        def chosen(assistant_id: str | None) -> None:
            if assistant_id is None:
                self._screen.tell(otherwise)
            else:
                then(by_id[assistant_id])

        self._screen.choose("Which assistant?", [(name, _assistant_words(one)) for name, one in by_id.items()], chosen)

    async def _choose_and_open(self, opened: OpenThread) -> None:
        candidates = await self.candidates()
        if len(candidates) == 1:
            self.open(opened, candidates[0])
        else:
            words = keyed("No assistant was chosen, so there is no input: {timeline.input} asks again.")
            self.choose(candidates, partial(self.open, opened), words)

    def _lacks_assistant(self, opened: OpenThread) -> bool:
        known = opened.thread.graph_id or self._screen.session.assistant or self._assistants.get(opened.thread_id)
        return known is None

    def _chosen_for(self, opened: OpenThread) -> Assistant | None:
        return self._assistants.get(opened.thread_id) if opened.tree.head is None else None

    def _close(self) -> None:
        self._at = None
        self._screen.input_editor.close()

    def _start(self, job: Job) -> None:
        self._screen.work.start(job, group="plan", says="looking for the graph")

    async def _plan_or_release(self, opened: OpenThread, value: JSON) -> None:
        try:
            await self._plan(value, self._ask)
        except BaseException:
            self._release(opened)
            raise

    def _release(self, opened: OpenThread) -> None:
        """Nothing is sent, for now: the text may change again, if it is still that of this thread."""
        if self._at is not None and self._at[0] is opened and opened.thread_id not in self._sending:
            self._screen.input_editor.release()

    async def _plan(self, value: JSON, then: Planned) -> None:
        at = self._at
        if at is None:
            return
        opened, checkpoint = at
        session, chosen = self._screen.session, self._chosen_for(opened)
        setup = await session.setup_for_input(opened.thread, assistant=chosen.assistant_id if chosen else None)
        entry = await self._entry(setup.assistant_id)
        if self._at is at:  # else the user has left the editor meanwhile
            then(opened, plan_input(opened.tree, checkpoint, value, setup, entry=entry))

    def _ask(self, opened: OpenThread, plan: TravelPlan) -> None:
        self._screen.travel.ask(
            opened, plan, on_yes=partial(self._is_sent, opened), on_no=partial(self._release, opened)
        )

    def _is_sent(self, opened: OpenThread) -> None:
        """The user said yes."""
        self.keep()
        self._sending.add(opened.thread_id)
        self._screen.input_editor.hold("Sending …")

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


def _assistant_words(assistant: Assistant) -> str:
    name = assistant.name or assistant.graph_id
    return name if name == assistant.graph_id else f"{name} ({assistant.graph_id})"
