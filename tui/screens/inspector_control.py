"""What the inspector asks for: the run behind a checkpoint, and values full screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.backends.errors import BackendError, NotFound
from tui.domain.safe_text import one_line
from tui.screens.value_screen import ValueScreen
from tui.widgets.row_view import Selected

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


class InspectorControl:
    """Reads what is looked at, not before."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def read_run(self, run_id: str) -> None:
        """Read a run of the open thread for the Checkpoint tab."""
        opened = self._screen.history.opened
        if opened is not None:
            job = partial(self._read_run, opened.thread_id, run_id)
            self._screen.work.start(job, group="run facts", says="reading the run")

    async def _read_run(self, thread_id: str, run_id: str) -> None:
        session, inspector = self._screen.session, self._screen.inspector
        try:
            run = await session.backend.get_run(thread_id, run_id)
            name = await session.assistant_name(run.assistant_id)
        except NotFound:
            inspector.show_run(run_id, None, problem="the server does not know it any more: it was deleted")
            return
        except BackendError as error:
            # It belongs in the pane: the rest of the page is there, and the next look tries again.
            words = one_line(f"can't be read: {error.what} {error.hint}")
            inspector.show_run(run_id, None, problem=words)
            return
        inspector.show_run(run_id, run, assistant=name)

    def open_value(self, selected: Selected) -> None:
        """Show a value full screen."""
        self._screen.app.push_screen(ValueScreen(selected))
