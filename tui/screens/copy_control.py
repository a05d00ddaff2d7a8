"""`y`: asks what to copy of the selection, and copies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.copy_menu import copy_choices
from tui.screens.dialogs import ChooseScreen

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


class CopyControl:
    """Copies what the pane in front has under its cursor."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def start(self) -> None:
        """Ask what, then copy it."""
        screen = self._screen
        here = screen.inspector.copyable() if screen.current_pane == "inspector" else ()
        choices = copy_choices(screen.history.opened, screen.history.selected, screen.threads_list.selected, here)
        if screen.current_pane == "threads":
            choices = screen.threads.copyable() or choices
        if not choices:
            screen.tell("There is nothing to copy yet.")
            return

        def copy(chosen: str | None) -> None:
            if chosen is not None:
                screen.app.copy_to_clipboard(choices[int(chosen)].text())
                screen.tell(f"Copied: {choices[int(chosen)].words}.")

        words = [(str(number), choice.words) for number, choice in enumerate(choices)]
        screen.app.push_screen(ChooseScreen("Copy", words), copy)
