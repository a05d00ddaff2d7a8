"""The JSON tab: the value as it is, with brackets that fold. The first few screens are unfolded, the rest by hand."""

from __future__ import annotations

from tui.widgets.data_lines import fits
from tui.widgets.value_rows import tree_json_lines
from tui.widgets.value_tree import Node
from tui.widgets.value_view import ValueView

UNFOLDED_LINES = 3000
"""Lines that are unfolded by themselves: enough for any state that a person reads through."""

_SMALL = 250


class JsonView(ValueView):
    """A value as JSON."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(tree_json_lines, closes=True, id=id, classes=classes)
        self._left = UNFOLDED_LINES

    def begin(self) -> None:
        """Another tree has its own lines."""
        self._left = UNFOLDED_LINES

    def opens_by_itself(self, node: Node) -> bool:
        """The first level, and small things below it, until there are enough lines."""
        if self._left <= 0 or not (node.depth == 0 or fits(node.value, _SMALL)):
            return False
        self._left -= node.size
        return True
