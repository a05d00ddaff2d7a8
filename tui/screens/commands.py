"""The palette: every command that works now with its key, threads and checkpoints by their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from textual.binding import Binding
from textual.command import Hits, Provider
from textual.dom import DOMNode

from tui.domain.addresses import tail
from tui.domain.lanes import RowKind
from tui.domain.thread_titles import thread_title
from tui.screens.debugger import DebuggerScreen
from tui.screens.palette_line import Command
from tui.screens.panes import PANES
from tui.screens.timeline_commands import timeline_commands
from tui.widgets.key_names import key_words

_HIDDEN = (
    *("view.", "panes.next", "panes.previous", "app.palette", "find.close"),
    *("inspector.replay", "inspector.input", "inspector.runs", "live.replay", "live.input"),  # the timeline has them
)

LEAST_LETTERS = 2
"""Letters that are typed before threads and checkpoints are looked into."""

MOST_CHECKPOINTS = 500
"""The newest of them are offered; `/` in the timeline finds all."""


class BindingCommands(Provider):
    """Offers the bindings of the focused pane, the screen and the app, those of the other panes, and what has no key.

    One provider for all: those of several come in any order.
    """

    def commands(self) -> Iterator[Command]:
        """All that can do something now; those of the focused pane first."""
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            if active.enabled and self._is_offered(active.binding, seen):
                yield self._command(active.binding, partial(self.app.run_action, active.binding.action, active.node))
        if isinstance(self.screen, DebuggerScreen):
            for name in PANES:
                yield from self._commands_of(self.screen, name, seen)
        for words, fold in timeline_commands(self.screen):
            yield Command(words, "", fold)
        for title, _, run, _ in self.app.get_system_commands(self.screen):
            yield Command(title, "", run)

    def _commands_of(self, screen: DebuggerScreen, name: str, seen: set[str]) -> Iterator[Command]:
        """Commands of a pane without the focus: they go there first."""
        pane = screen.query_one(f"#{name}")
        if name == "live" and not screen.live_pane.has_run:
            return
        keys = pane._bindings.copy()
        keys.apply_keymap(self.app._keymap)
        for binding in [binding for bindings in keys.key_to_bindings.values() for binding in bindings]:
            if self._is_offered(binding, seen):
                yield self._command(binding, partial(self._go_and_run, screen, name, binding, pane))

    def _go_and_run(self, screen: DebuggerScreen, name: str, binding: Binding, pane: DOMNode) -> None:
        screen.show_pane(name)
        # Only when the focus has arrived: a question that it finds open would be given up.
        screen.call_after_refresh(self.app.run_action, binding.action, pane)

    def _is_offered(self, binding: Binding, seen: set[str]) -> bool:
        """Whether a binding is a command of ours that does something now; each id once."""
        if binding.id is None or binding.id in seen or binding.id.startswith(_HIDDEN):
            return False
        if isinstance(self.screen, DebuggerScreen) and not self.screen.offers(binding.action):
            return False
        seen.add(binding.id)
        return True

    def _command(self, binding: Binding, run: Callable[[], Any]) -> Command:
        context = (binding.id or "").split(".", 1)[0]
        return Command(f"{context}: {binding.tooltip or binding.description}", key_words(binding), run)

    async def discover(self) -> Hits:
        """All of them."""
        for command in self.commands():
            yield command.discovery()

    async def search(self, query: str) -> Hits:
        """Those that match what was typed."""
        matcher = self.matcher(query)
        for command in self.commands():
            if hit := command.hit(matcher):
                yield hit


class PlaceCommands(Provider):
    """Offers threads and the open thread's checkpoints by what their rows say."""

    def places(self) -> Iterator[Command]:
        """Where one can go."""
        if not isinstance(self.screen, DebuggerScreen):
            return
        screen = self.screen
        for thread in screen.threads_list.threads:
            words = f"thread: {thread_title(thread)}"
            yield Command(words, tail(thread.thread_id), partial(self._open, screen, thread.thread_id))
        for number, row in enumerate(screen.timeline.rows[:MOST_CHECKPOINTS]):
            if row.kind is RowKind.CHECKPOINT:
                words = screen.timeline.search_text(number).removesuffix(row.checkpoint_id).strip()
                go = partial(self._select, screen, row.checkpoint_id)
                yield Command(f"checkpoint: {words}", tail(row.checkpoint_id), go)

    def _open(self, screen: DebuggerScreen, thread_id: str) -> None:
        screen.show_pane("threads")
        if screen.threads_list.select(thread_id):
            screen.threads_list.action_open()

    def _select(self, screen: DebuggerScreen, checkpoint_id: str) -> None:
        screen.show_pane("timeline")
        screen.timeline.select(checkpoint_id)

    async def search(self, query: str) -> Hits:
        """Those with all the words that were typed, once there are some letters."""
        if len(query.strip()) < LEAST_LETTERS:
            return
        matcher = self.matcher(query)
        for place in self.places():
            # Commands come first: who types "replay" wants to replay.
            if hit := place.hit_by_words(matcher, 0.5):
                yield hit
