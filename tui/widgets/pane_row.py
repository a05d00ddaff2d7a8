"""Panes side by side, whose borders can be dragged. What a pane got stays its share when the terminal changes."""

from __future__ import annotations

from itertools import pairwise

from textual.containers import Horizontal
from textual.events import Click, MouseDown, MouseMove, MouseUp
from textual.widget import Widget

LEAST_CELLS = 14
"""No pane gets narrower than this."""


class PaneRow(Horizontal):
    """Children are the panes, from left to right. A double click on a border gives all of them their first share."""

    def __init__(self, *panes: Widget, id: str | None = None) -> None:  # noqa: A002
        super().__init__(*panes, id=id)
        self._dragged: int | None = None

    def border_at(self, screen_x: int) -> int | None:
        """The number of the pane whose right border (or its neighbour's left one) is in a column of the screen."""
        panes = self._panes
        for number, (left, right) in enumerate(pairwise(panes)):
            if screen_x in (left.region.right - 1, right.region.x):
                return number
        return None

    def move_border(self, number: int, screen_x: int) -> None:
        """Put the border between pane `number` and the next to a column; the other panes keep their width."""
        panes = self._panes
        left, right = panes[number], panes[number + 1]
        first, last = left.region.x + LEAST_CELLS, right.region.right - LEAST_CELLS
        if first > last:
            return
        at = min(max(screen_x + 1, first), last)
        widths = [pane.region.width for pane in panes]
        widths[number], widths[number + 1] = at - left.region.x, right.region.right - at
        for pane, width in zip(panes, widths, strict=True):
            pane.styles.width = f"{width}fr"
            pane.styles.min_width = LEAST_CELLS

    @property
    def _panes(self) -> list[Widget]:
        return [pane for pane in self.children if pane.display]

    def on_mouse_down(self, event: MouseDown) -> None:
        """A button went down on a border: from now on the pointer moves it."""
        number = self.border_at(int(event.screen_x))
        if number is not None and event.button == 1:
            event.stop()
            self._dragged = number
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """The border follows the pointer."""
        if self._dragged is not None:
            event.stop()
            self.move_border(self._dragged, int(event.screen_x))

    def on_mouse_up(self, event: MouseUp) -> None:
        """It stays where it is."""
        if self._dragged is not None:
            event.stop()
            self._dragged = None
            self.release_mouse()

    def on_click(self, event: Click) -> None:
        """A double click on a border undoes all dragging."""
        if event.chain == 2 and self.border_at(int(event.screen_x)) is not None:
            for pane in self.children:
                pane.styles.width = None
                pane.styles.min_width = None
