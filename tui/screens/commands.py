"""The palette's commands: every key that works here and now, by what it does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from tui.screens.debugger import DebuggerScreen
from tui.widgets.key_names import key_words

_HIDDEN = ("view.", "panes.next", "panes.previous", "app.palette", "find.close")


class BindingCommands(Provider):
    """Offers the bindings of the focused pane, the screen and the app."""

    def _commands(self) -> Iterator[tuple[str, str, DOMNode, Binding]]:
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id is None or binding.id in seen or binding.id.startswith(_HIDDEN) or not active.enabled:
                continue
            if isinstance(self.screen, DebuggerScreen) and not self.screen.offers(binding.action):
                continue
            seen.add(binding.id)
            pane = binding.id.split(".", 1)[0]
            yield f"{pane}: {binding.tooltip or binding.description}", key_words(binding), active.node, binding

    async def discover(self) -> Hits:
        """All of them."""
        for name, key, node, binding in self._commands():
            yield DiscoveryHit(name, partial(self.app.run_action, binding.action, node), help=f"key {key}")

    async def search(self, query: str) -> Hits:
        """Those that match what was typed."""
        matcher = self.matcher(query)
        for name, key, node, binding in self._commands():
            score = matcher.match(name)
            if score > 0:
                run = partial(self.app.run_action, binding.action, node)
                yield Hit(score, matcher.highlight(name), run, help=f"key {key}")
