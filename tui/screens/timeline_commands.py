"""What the palette can do with a whole timeline, beside the keys: fold all its runs, unfold everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.dom import DOMNode

from tui.widgets.timeline import Timeline


def timeline_commands(screen: DOMNode) -> Iterator[tuple[str, Callable[[], None]]]:
    """Words and what they do, while there is something to fold or unfold."""
    for timeline in screen.query(Timeline):
        if not timeline.is_empty:
            yield "timeline: fold all runs", timeline.fold_runs
        if timeline.has_folds:
            yield "timeline: unfold everything", timeline.unfold_all
