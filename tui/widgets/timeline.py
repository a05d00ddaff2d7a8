"""The timeline: the open thread's tree as a list of rows with lanes, newest on top."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.message import Message

from tui.domain.lanes import Row, RowKind
from tui.domain.tree import CheckpointTree
from tui.widgets.line_list import LineList
from tui.widgets.lines import Line
from tui.widgets.timeline_rows import TimelineRows


class Timeline(LineList):
    """Shows one tree at a time. The selection is a checkpoint id, so it survives whatever grows around it."""

    BINDINGS = [
        Binding("e", "screen.edit", "edit", id="timeline.edit"),
        Binding("r", "screen.replay", "replay", id="timeline.replay"),
        Binding("i", "screen.new_input", "input", id="timeline.input"),
        Binding("x", "screen.cancel_run", "cancel run", id="timeline.cancel"),
        Binding("enter", "inspect", "inspect", show=False, id="timeline.inspect"),
        Binding("R", "screen.runs", "runs", id="timeline.runs"),
        Binding("J", "screen.join_run", "join run", id="timeline.join"),
        Binding("h,left", "fork_point", "to the fork point", show=False, id="timeline.fork_point"),
        Binding("l,right", "into_branch", "into the branch", show=False, id="timeline.into_branch"),
        Binding("<", "sibling(-1)", "previous sibling branch", show=False, id="timeline.previous_branch"),
        Binding(">", "sibling(1)", "next sibling branch", show=False, id="timeline.next_branch"),
    ]

    @dataclass
    class Selected(Message):
        """The cursor moved to another checkpoint."""

        checkpoint_id: str

        def can_replace(self, message: Message) -> bool:
            """Only the newest selection counts."""
            return isinstance(message, Timeline.Selected)

    class NeedOlder(Message):
        """The cursor is near rows that are not loaded yet."""

    class Inspect(Message):
        """Enter: go on to the inspector."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._view: TimelineRows | None = None
        self._path: Collection[str] = frozenset()
        self._empty = "Open a thread: enter on a row of the threads pane."

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the lane layout."""
        return self._view.rows if self._view is not None else ()

    @property
    def selected(self) -> str | None:
        """The checkpoint under the cursor."""
        if self._view is None or self._cursor is None or self._cursor >= len(self._view.rows):
            return None
        row = self._view.rows[self._cursor]
        return row.checkpoint_id if row.kind is RowKind.CHECKPOINT else None

    def show_tree(self, tree: CheckpointTree, *, select: str | None = None) -> None:
        """Show another tree; the cursor goes to `select`, else to the head."""
        self._view = TimelineRows(tree)
        self._view.update()
        self._cursor = None
        self.scroll_to(y=0, animate=False)
        self._goto(select if select in self._view.index else self._head_id())
        self.lines_changed()

    def show_nothing(self, words: str) -> None:
        """No thread is open, or it has no checkpoints: say what to do next."""
        self._view = None
        self._cursor = None
        self._path = frozenset()
        self._empty = words
        self.lines_changed()

    def tree_grew(self) -> None:
        """The tree changed: lay it out again and keep the selected checkpoint."""
        if self._view is None:
            return
        selected = self.selected
        if self._view.update():
            self._goto(selected if selected in self._view.index else self._head_id())
            self.lines_changed()

    def select(self, checkpoint_id: str) -> bool:
        """Move the cursor to a checkpoint, as if the user had; whether it is loaded."""
        if self._view is None or checkpoint_id not in self._view.index:
            return False
        self.move_cursor(self._view.index[checkpoint_id])
        return True

    def set_running(self, *, running: bool) -> None:
        """Whether a run executes from the head."""
        if self._view is not None and self._view.running != running:
            self._view.running = running
            self._view.forget_texts()
            self.lines_changed()

    def set_drafts(self, checkpoint_ids: Collection[str]) -> None:
        """Which checkpoints have an edit that was not sent."""
        if self._view is not None:
            self._view.drafts = frozenset(checkpoint_ids)
            self.lines_changed()

    @property
    def summary(self) -> str:
        """ "8 checkpoints · 2 branches"; a plus when older ones are not loaded."""
        if self._view is None:
            return ""
        count, branches = len(self._view.tree), self._view.branches
        more = "" if self._view.tree.complete else "+"
        words = f"{count}{more} checkpoint{'s' if count != 1 or more else ''}"
        return words if branches < 2 else f"{words} · {branches} branches"

    @property
    def row_count(self) -> int:
        """Rows of the lane layout."""
        return len(self._view.rows) if self._view is not None else 0

    def row_at(self, index: int, width: int) -> Line:
        """One row."""
        return self._view.line(index, self._path, width) if self._view is not None else ()

    def empty_words(self) -> str:
        """Why there is no tree."""
        return self._empty

    def can_select(self, index: int) -> bool:
        """Only checkpoints are selected, never joins."""
        rows = self._view.rows if self._view is not None else []
        return index < len(rows) and rows[index].kind is RowKind.CHECKPOINT

    def search_text(self, index: int) -> str:
        """What `/` looks into: author, words and id."""
        return self._view.search_text(index) if self._view is not None else ""

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Brighten the new path; ask for older pages near the end; tell the screen."""
        del old, new
        self._follow_path()
        if self.selected is not None:
            self.post_message(self.Selected(self.selected))
        self.ask_for_older()

    def ask_for_older(self) -> None:
        """Ask for the next page when the end of what is loaded comes near."""
        if self._view is None or self._view.tree.complete:
            return
        reach = (self._cursor or 0) + 2 * max(1, self.size.height)
        if reach >= len(self._view.rows):
            self.post_message(self.NeedOlder())

    def double_clicked(self, index: int) -> None:
        """A double click goes on to the inspector."""
        del index
        self.action_inspect()

    def action_inspect(self) -> None:
        """Go on to the inspector."""
        if self.selected is not None:
            self.post_message(self.Inspect())

    def action_fork_point(self) -> None:
        """To where this branch left the others; on an unforked path to its oldest checkpoint."""
        if self._view is None or self.selected is None:
            return
        tree = self._view.tree
        self.select(tree.fork_point_of(self.selected) or tree.path(self.selected)[-1])

    def action_into_branch(self) -> None:
        """To the newest checkpoint that grew out of this one."""
        if self._view is not None and self.selected is not None:
            self.select(self._view.tree.newest_tip_below(self.selected))

    def action_sibling(self, direction: int) -> None:
        """To the branch before or after this one at the same fork point."""
        if self._view is None or self.selected is None:
            return
        tree = self._view.tree
        fork_point = tree.fork_point_of(self.selected)
        if fork_point is None:
            return
        branches = tree.children(fork_point)
        own = next(i for i in tree.path(self.selected) if i in branches)
        sibling = branches[(branches.index(own) + direction) % len(branches)]
        self.select(sibling)

    def _goto(self, checkpoint_id: str | None) -> None:
        assert self._view is not None  # noqa: S101 - callers have a view
        number = self._view.index.get(checkpoint_id) if checkpoint_id is not None else None
        self._follow_path(checkpoint_id)
        self.place_cursor(number)

    def _head_id(self) -> str | None:
        head = self._view.tree.head if self._view is not None else None
        return head.checkpoint_id if head is not None else None

    def _follow_path(self, checkpoint_id: str | None = None) -> None:
        at = checkpoint_id or self.selected
        if self._view is None or at is None or at not in self._view.tree:
            return
        path = frozenset(self._view.tree.path(at))
        if path != self._path:
            self._path = path
            self._strips.clear()
            self.refresh()
