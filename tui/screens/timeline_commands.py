"""What the palette can do with a whole timeline, beside the keys: fold all its runs, unfold everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.command import Hits, Provider

from tui.screens.palette_line import Command
from tui.widgets.timeline import Timeline


class TimelineCommands(Provider):
    """Offers them while there is something to fold or unfold."""

    def commands(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Words and what they do."""
        for timeline in self.screen.query(Timeline):
            if not timeline.is_empty:
                yield "timeline: fold all runs", timeline.fold_runs
            if timeline.has_folds:
                yield "timeline: unfold everything", timeline.unfold_all

    async def discover(self) -> Hits:
        """All of them."""
        for words, run in self.commands():
            yield Command(words, "", run).discovery()

    async def search(self, query: str) -> Hits:
        """Those that match what was typed."""
        matcher = self.matcher(query)
        for words, run in self.commands():
            if hit := Command(words, "", run).hit(matcher):
                yield hit
