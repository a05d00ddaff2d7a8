"""The palette: Textual's, whose enter waits for the lines of what is typed."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.command import CommandInput, CommandPalette, ProviderSource
from textual.widgets import Input
from textual.worker import Worker


class Palette(CommandPalette):
    """An `enter` that is faster than the search chooses what it finds, never what was found for fewer letters."""

    def __init__(
        self,
        providers: ProviderSource | None = None,
        *,
        placeholder: str = "Search for commands…",
        classes: str | None = None,
    ) -> None:
        super().__init__(providers, placeholder=placeholder, id="--command-palette", classes=classes)
        self._search: Worker[Any] | None = None
        self._enter_waits = False

    def _gather_commands(self, search_value: str) -> Worker[Any]:
        self._search = super()._gather_commands(search_value)
        return self._search

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._search is not None:
            event.stop()
            event.prevent_default()
            self._enter_waits = True
            self.set_focus(None)  # what is typed behind it is no part of the search

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """All lines are there."""
        if event.worker is not self._search or not event.worker.is_finished:
            return
        self._search = None
        if self._enter_waits:
            self._enter_waits = False
            if self._hit_count:
                self._select_or_command(None)
            else:
                self.query_one(CommandInput).focus()
                self.app.bell()
