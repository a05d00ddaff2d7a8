"""The State tab: names, values, types and sizes; what the checkpoint changed has a bar. Unfolded by hand."""

from __future__ import annotations

from tui.widgets.value_rows import state_lines
from tui.widgets.value_view import ValueView


class StateTree(ValueView):
    """A state as a tree."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(state_lines, id=id, classes=classes)
