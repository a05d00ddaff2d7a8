"""A compositor that draws a part of the screen from that part only.

Textual's own asks every widget for all its lines whenever one cell of any changed: some thirty times a second while a
run streams.
"""

from __future__ import annotations

from collections.abc import Iterator

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class RowsCompositor(Compositor):
    """Asks for the lines between the uppermost and the lowest row that changed."""

    def _get_renders(self, crop: Region | None = None) -> Iterator[tuple[Region, Region, list[Strip]]]:
        rows = Region(0, crop.y, self.size.width, crop.height) if crop is not None else self.size.region
        for widget, (region, clip) in self.visible_widgets.items():
            seen = clip.intersection(rows)
            if part := region.intersection(seen):
                yield region, seen, widget.render_lines(part.translate(-region.offset))
