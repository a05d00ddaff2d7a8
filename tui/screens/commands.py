"""The palette: every command that works now with its key, threads and checkpoints by their words, and the themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from tui.domain.lanes import RowKind
from tui.screens.debugger import DebuggerScreen
from tui.screens.panes import PANES
from tui.widgets.key_names import key_words
from tui.widgets.thread_rows import thread_title

_HIDDEN = ("view.", "panes.next", "panes.previous", "app.palette", "find.close")

LEAST_LETTERS = 2
"""Letters that are typed before threads and checkpoints are looked into."""

MOST_CHECKPOINTS = 500
"""The newest of them are offered; `/` in the timeline finds all."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette."""

    words: str
    help: str
    run: Callable[[], Any]


@runtime_checkable
class Themed(Protocol):
    """An app whose theme can be chosen."""

    @property
    def own_themes(self) -> Sequence[str]:
        """Names of the themes on offer."""
        ...

    @property
    def theme_in_use(self) -> str:
        """The theme that was chosen last; another one may be tried on."""
        ...

    def use_theme(self, name: str) -> None:
        """Choose a theme."""
        ...


class BindingCommands(Provider):
    """Offers the bindings of the focused pane, the screen and the app, and those of the other panes."""

    def commands(self) -> Iterator[Command]:
        """All that can do something now; those of the focused pane first."""
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            if active.enabled and self._is_offered(active.binding, seen):
                yield self._command(active.binding, partial(self.app.run_action, active.binding.action, active.node))
        if isinstance(self.screen, DebuggerScreen):
            for name in PANES:
                yield from self._commands_of(self.screen, name, seen)

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

    async def _go_and_run(self, screen: DebuggerScreen, name: str, binding: Binding, pane: DOMNode) -> None:
        screen.show_pane(name)
        await self.app.run_action(binding.action, pane)

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
        return Command(f"{context}: {binding.tooltip or binding.description}", f"key {key_words(binding)}", run)

    async def discover(self) -> Hits:
        """All of them."""
        for command in self.commands():
            yield DiscoveryHit(command.words, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """Those that match what was typed."""
        matcher = self.matcher(query)
        for command in self.commands():
            score = matcher.match(command.words)
            if score > 0:
                yield Hit(score, matcher.highlight(command.words), command.run, help=command.help)


class PlaceCommands(Provider):
    """Offers threads and the open thread's checkpoints by what their rows say."""

    def places(self) -> Iterator[Command]:
        """Where one can go."""
        if not isinstance(self.screen, DebuggerScreen):
            return
        screen = self.screen
        for thread in screen.threads_list.threads:
            words = f"thread: {thread_title(thread)}"
            yield Command(words, thread.thread_id, partial(self._open, screen, thread.thread_id))
        for number, row in enumerate(screen.timeline.rows[:MOST_CHECKPOINTS]):
            if row.kind is RowKind.CHECKPOINT:
                words = screen.timeline.search_text(number).removesuffix(row.checkpoint_id).strip()
                go = partial(self._select, screen, row.checkpoint_id)
                yield Command(f"checkpoint: {words}", row.checkpoint_id, go)

    def _open(self, screen: DebuggerScreen, thread_id: str) -> None:
        screen.show_pane("threads")
        if screen.threads_list.select(thread_id):
            screen.threads_list.action_open()

    def _select(self, screen: DebuggerScreen, checkpoint_id: str) -> None:
        screen.show_pane("timeline")
        screen.timeline.select(checkpoint_id)

    async def search(self, query: str) -> Hits:
        """Those that match what was typed, once there are some letters."""
        if len(query.strip()) < LEAST_LETTERS:
            return
        matcher = self.matcher(query)
        for place in self.places():
            score = matcher.match(place.words)
            if score > 0:
                # Commands come first: who types "replay" wants to replay.
                yield Hit(score * 0.5, matcher.highlight(place.words), place.run, help=place.help)


class ThemeCommands(Provider):
    """Offers the themes; each is tried on while it is highlighted."""

    def themes(self) -> Iterator[Command]:
        """Ours and the user's own; the one in use first, so that nothing changes before a key is pressed."""
        app: object = self.app
        if isinstance(app, Themed):
            for theme in sorted(app.own_themes, key=lambda name: (name != app.theme_in_use, name)):
                yield Command(theme, "in use" if theme == app.theme_in_use else "", partial(app.use_theme, theme))

    async def discover(self) -> Hits:
        """All of them."""
        for theme in self.themes():
            yield DiscoveryHit(theme.words, theme.run, help=theme.help or None)

    async def search(self, query: str) -> Hits:
        """Those that match what was typed."""
        matcher = self.matcher(query)
        for theme in self.themes():
            score = matcher.match(theme.words)
            if score > 0:
                yield Hit(score, matcher.highlight(theme.words), theme.run, text=theme.words, help=theme.help or None)
