"""The state of a checkpoint as a tree that is filled only where it is unfolded, so that its size does not matter."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from tui.domain.checkpoint import JSON
from tui.domain.messages import is_message, summary, view_messages
from tui.domain.safe_text import one_line
from tui.widgets.json_lines import short_value

MOST_CHILDREN = 200
"""Entries shown of one object or array; the last row unfolds the next ones."""


LONG_TEXT = 200
"""Characters from which on a text's length is said."""


class Rest:
    """Stands for the entries of a container that are not shown yet."""

    def __init__(self, value: JSON, start: int) -> None:
        self.value = value
        self.start = start


class StateTree(Tree[JSON]):
    """Names, types and sizes; `space` or enter unfolds."""

    DEFAULT_CSS = """
    StateTree {
        background: transparent;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        &:focus { background-tint: transparent; }
        & > .tree--cursor { background: $row-selected-blur; color: $foreground; text-style: none; }
        &:focus > .tree--cursor { background: $row-selected; color: $foreground; text-style: none; }
        & > .tree--guides { color: $rule; }
        & > .tree--guides-selected { color: $calm; }
        & > .tree--guides-hover { color: $calm; }
        & > .tree--highlight { text-style: none; }
        & > .tree--highlight-line { background: transparent; }
        & > .line--json-key { color: $json-key; }
        & > .line--json-string { color: $json-string; }
        & > .line--json-number { color: $json-number; }
        & > .line--json-word { color: $json-word; }
        & > .line--calm { color: $calm; }
    }
    """

    COMPONENT_CLASSES = {"line--json-key", "line--json-string", "line--json-number", "line--json-word", "line--calm"}

    BINDINGS = [
        Binding("j", "cursor_down", "Down", show=False, id="state.down"),
        Binding("k", "cursor_up", "Up", show=False, id="state.up"),
        Binding("right,l", "unfold", "Unfold", show=False, id="state.unfold"),
        Binding("left,h", "fold", "Fold", show=False, id="state.fold"),
        Binding("g", "first", "To the top", show=False, id="state.top"),
        Binding("G", "last", "To the bottom", show=False, id="state.bottom"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(Text("state"), id=id, classes=classes)
        self.show_root = False
        self.guide_depth = 2
        self.auto_expand = True

    def show(self, values: JSON) -> None:
        """Show a state; what was unfolded by name stays unfolded."""
        unfolded = set(self._unfolded(self.root, ""))
        self.clear()
        self.root.data = values
        self.root.expand()
        self._fill(self.root, values, 0)
        self._unfold_again(self.root, "", unfolded)
        if self.root.children:
            self.move_cursor(self.root.children[0])

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[JSON]) -> None:
        """Fill a node when it is unfolded for the first time."""
        event.stop()
        self._fill_once(event.node)

    def on_tree_node_selected(self, event: Tree.NodeSelected[JSON]) -> None:
        """The row for the rest of a long list makes way for it."""
        event.stop()
        node = event.node
        if isinstance(node.data, Rest) and node.parent is not None:
            rest, parent = node.data, node.parent
            line = node.line
            node.remove()
            self._fill(parent, rest.value, rest.start)
            self.cursor_line = line

    def action_unfold(self) -> None:
        """Unfold the row, or step into it."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if node.is_expanded:
            self.action_cursor_down()
        else:
            node.expand()

    def action_fold(self) -> None:
        """Fold the row, or go up to what holds it."""
        node = self.cursor_node
        if node is None:
            return
        if node.allow_expand and node.is_expanded:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    def action_first(self) -> None:
        """To the first row."""
        self.cursor_line = 0

    def action_last(self) -> None:
        """To the last row."""
        self.cursor_line = self.last_line

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Move to the next unfolded row that holds `text`; whether there is one."""
        wanted = text.casefold()
        count = self.last_line + 1
        step = -1 if backwards else 1
        for distance in range(0 if stay else 1, count + 1):
            line = (self.cursor_line + step * distance) % count
            node = self.get_node_at_line(line)
            if node is not None and wanted in str(node.label).casefold():
                self.cursor_line = line
                return True
        return False

    def _fill_once(self, node: TreeNode[JSON]) -> None:
        if not node.children and isinstance(node.data, (dict, list)):
            self._fill(node, node.data, 0)

    def _fill(self, node: TreeNode[JSON], value: JSON, start: int) -> None:
        for number, (name, child) in enumerate(_entries(value)):
            if number < start:
                continue
            if number >= start + MOST_CHILDREN:
                left = len(value) - number
                node.add_leaf(Text(f"┄ {left} more: enter shows them", self._style("calm")), Rest(value, number))
                return
            if isinstance(child, (dict, list)) and child:
                node.add(self._label(name, child), child)
            else:
                node.add_leaf(self._label(name, child), child)

    def _label(self, name: str, value: JSON) -> Text:
        text, style = short_value(value, 200)
        label = Text.assemble((one_line(name, 60), self._style("json-key")), "  ", (text, self._style(style)))
        hint = _hint(value)
        if hint:
            label.append(f"  {hint}", self._style("calm"))
        return label

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"line--{name}", partial=True)

    def _unfolded(self, node: TreeNode[JSON], path: str) -> Iterable[str]:
        for number, child in enumerate(node.children):
            if child.is_expanded and child.allow_expand:
                name = f"{path}/{str(child.label).split('  ', 1)[0] or number}"
                yield name
                yield from self._unfolded(child, name)

    def _unfold_again(self, node: TreeNode[JSON], path: str, wanted: set[str]) -> None:
        for number, child in enumerate(node.children):
            name = f"{path}/{str(child.label).split('  ', 1)[0] or number}"
            if name in wanted and child.allow_expand:
                self._fill_once(child)
                child.expand()
                self._unfold_again(child, name, wanted)


def _hint(value: JSON) -> str:
    """What a value is about, beside its size: a message's first words, or how long a long text is."""
    if isinstance(value, str):
        return f"{len(value):,} characters" if len(value) > LONG_TEXT else ""
    if is_message(value):
        message = view_messages([value])[0]
        return one_line(f"{message.role} {summary(message)}", 120)
    return ""


def _entries(value: JSON) -> Iterable[tuple[str, JSON]]:
    if isinstance(value, dict):
        return ((str(key), item) for key, item in value.items())
    if isinstance(value, list):
        return ((f"[{number}]", item) for number, item in enumerate(value))
    return (("value", value),)
