"""The timeline: the open thread's tree as a list of rows with lanes, newest on top."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.binding import Binding
from textual.message import Message

from tui.domain.labels import Activity
from tui.domain.lanes import Row, RowKind
from tui.domain.tree import CheckpointTree
from tui.widgets.key_names import keyed
from tui.widgets.line_list import LineList
from tui.widgets.lines import Line
from tui.widgets.newer_above import NewerAbove
from tui.widgets.timeline_lanes import Path
from tui.widgets.timeline_rows import TimelineRows
from tui.widgets.told import NOTHING_DONE

AGES_SECONDS = 30.0
"""How often it is looked whether the ages that are in sight have changed."""


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
        Binding("f", "screen.follow", "follow", show=False, id="timeline.follow"),
        Binding("h,left", "fork_point", "to the fork point", show=False, id="timeline.fork_point"),
        Binding("l,right", "into_branch", "into the branch", show=False, id="timeline.into_branch"),
        Binding("<", "sibling(-1)", "previous sibling branch, its tip", show=False, id="timeline.previous_branch"),
        Binding(">", "sibling(1)", "next sibling branch, its tip", show=False, id="timeline.next_branch"),
        Binding("z", "fold", "fold or unfold", show=False, id="timeline.fold"),
    ]

    @dataclass
    class NeedOlder(Message):
        """The cursor is near rows that are not loaded yet, or (`all_of_them`) wants to go to the end."""

        all_of_them: bool = False

    class NewerChanged(Message):
        """More, or fewer, checkpoints came above that were not in sight yet."""

    class Inspect(Message):
        """Enter: go on to the inspector."""

    def __init__(
        self,
        now: Callable[[], datetime] | None = None,
        *,
        on_selected: Callable[[str], None] = lambda _checkpoint_id: None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`on_selected` hears of the checkpoint that the cursor moved to, at once: both are seen in one frame."""
        super().__init__(id=id, classes=classes)
        self._now = now
        self._on_selected = on_selected
        self._view: TimelineRows | None = None
        self._path = Path()
        self._empty = ""
        self._goes_to_end = False
        """Whether the cursor waits at the last row for all that is older."""
        self._newer: NewerAbove | None = None
        self._newer_said = 0

    @property
    def view(self) -> TimelineRows | None:
        """The rows of the open tree."""
        return self._view

    @property
    def rows(self) -> Sequence[Row]:
        """All rows of the lane layout; made anew each time."""
        return list(self._view.lanes) if self._view is not None else ()

    @property
    def has_folds(self) -> bool:
        """Whether something was folded or unfolded by hand."""
        folds = self._view.folds if self._view is not None else None
        return folds is not None and bool(folds.runs or folds.branches or folds.opened)

    @property
    def selected(self) -> str | None:
        """The checkpoint under the cursor; on a fold the newest one that it hides."""
        row = self._row(self._cursor)
        return row.checkpoint_id if row is not None and _selectable(row) else None

    def on_mount(self) -> None:
        """Ages grow while nobody does anything."""
        if self._now is not None:
            self.set_interval(AGES_SECONDS, self.ages_changed)

    def show_tree(self, tree: CheckpointTree, *, select: str | None = None) -> None:
        """Show another tree; the cursor goes to `select`, else to the head."""
        self._view = TimelineRows(tree)
        self._view.now = self._now() if self._now is not None else None
        self._view.update()
        self._cursor = None
        self._goes_to_end = False
        self._newer = NewerAbove(tree)
        self._newer_said = 0
        self.scroll_to(y=0, animate=False)
        self._goto(self._view.reveal(select) if select in tree and select is not None else self._head_number())
        self.lines_changed()

    def show_nothing(self, words: str) -> None:
        """No thread is open, or it has no checkpoints: say what to do next."""
        self._view = None
        self._newer, self._newer_said = None, 0
        self._cursor = None
        self._path = Path()
        self._empty = words
        self.lines_changed()

    def tree_grew(self) -> None:
        """The tree changed: lay it out again and keep the selected checkpoint, where it stands on the screen."""
        if self._view is None:
            return
        self._refold(lambda view: view.update())
        if self._goes_to_end and self._view.tree.complete:
            super().action_last()
            self._goes_to_end = False
        if self._newer is not None:
            self._newer.take_in()
            self.call_after_refresh(self._look_above)  # the cursor's row is brought into sight before

    @property
    def newer_above(self) -> int:
        """How many checkpoints came at the head, above what is in sight."""
        return self._newer_said

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What one scrolls up to has been seen."""
        super().watch_scroll_y(old_value, new_value)
        self._look_above()

    def _look_above(self) -> None:
        if self._newer is None or not self.size.height:
            return
        self._newer.look(self._number_of, int(self.scroll_offset.y))
        if len(self._newer) != self._newer_said:
            self._newer_said = len(self._newer)
            self.post_message(self.NewerChanged())

    def select(self, checkpoint_id: str) -> bool:
        """Move the cursor to a checkpoint, as if the user had, unfolding what hides it; whether it is loaded."""
        if self._view is None or checkpoint_id not in self._view.tree:
            return False
        self.tree_grew()  # what came in the background is drawn now and then only
        rows = len(self._view.lanes)
        number = self._view.reveal(checkpoint_id)
        if number is None:
            return False
        if len(self._view.lanes) != rows:
            self.lines_changed()
        self.move_cursor(number)
        return True

    def set_activity(self, activity: Activity) -> None:
        """What goes on at the head."""
        if self._view is not None and self._view.activity is not activity:
            self._view.activity = activity
            self._view.forget_texts()
            self.lines_changed()

    def set_drafts(self, checkpoint_ids: Collection[str]) -> None:
        """Which checkpoints have an edit that was not sent."""
        if self._view is not None and self._view.drafts != frozenset(checkpoint_ids):
            self._view.drafts = frozenset(checkpoint_ids)
            self.lines_changed()

    @property
    def summary(self) -> str:
        """ "8 checkpoints · 2 branches"; a plus when older ones are not loaded."""
        if self._view is None:
            return ""
        count, branches = len(self._view.tree), self._view.branches
        more = "" if self._view.tree.complete else "+"
        words = f"{count:,}{more} checkpoint{'s' if count != 1 or more else ''}"
        return words if branches < 2 else f"{words} · {branches} branches"

    @property
    def row_count(self) -> int:
        """Rows of the lane layout."""
        return len(self._view.lanes) if self._view is not None else 0

    def row_at(self, index: int, width: int) -> Line:
        """One row."""
        return self._view.line(index, self._path, width) if self._view is not None else ()

    def empty_words(self) -> str:
        """Why there is no tree."""
        return self._empty

    def can_select(self, index: int) -> bool:
        """Only checkpoints and folds are selected, never joins."""
        row = self._row(index)
        return row is not None and _selectable(row)

    def search_text(self, index: int) -> str:
        """What `/` looks into: author, words and id; of everything that a fold hides, too."""
        return self._view.search_text(index) if self._view is not None else ""

    def ages_changed(self) -> None:
        """Draw again the rows in sight whose age has another word now."""
        if self._view is None or self._now is None:
            return
        width, top = self.scrollable_content_region.width, int(self.scroll_offset.y)
        numbers = range(top, min(top + self.size.height, self.row_count))
        ids = [(n, row.checkpoint_id) for n in numbers if (row := self._view.lanes.row(n)).kind is RowKind.CHECKPOINT]
        before = [self._view.age(checkpoint_id, width) for _, checkpoint_id in ids]
        self._view.now = self._now()
        for (number, checkpoint_id), age in zip(ids, before, strict=True):
            if self._view.age(checkpoint_id, width) != age:
                self.rows_changed(number, number)

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Brighten the new path; ask for older pages near the end; tell the screen."""
        assert self._view is not None  # noqa: S101 - there are rows
        self._goes_to_end = False
        before, self._path = self._path, self._view.path_to(new)
        if old is not None and self._path.same_way(before):
            self.rows_changed(min(old, new), max(old, new))
        else:
            self.rows_changed(0, self.row_count)
        if self.selected is not None:
            self._on_selected(self.selected)
        if self.needs_older:
            self.post_message(self.NeedOlder())

    @property
    def needs_older(self) -> bool:
        """Whether the end of what is loaded is near, and not the end of the thread."""
        if self._view is None or self._view.tree.complete:
            return False
        return (self._cursor or 0) + 2 * max(1, self.size.height) >= len(self._view.lanes)

    def action_last(self) -> None:
        """To the last row, and to the end of the thread once it is read, unless the cursor is moved meanwhile."""
        self.tree_grew()  # the last row may not be drawn yet
        super().action_last()
        if self._view is not None and not self._view.tree.complete:
            self._goes_to_end = True
            self.post_message(self.NeedOlder(all_of_them=True))

    def double_clicked(self, index: int) -> None:
        """A double click goes on to the inspector."""
        del index
        self.action_inspect()

    def action_inspect(self) -> None:
        """Go on to the inspector; on a fold, unfold it."""
        row = self._row(self._cursor)
        if row is not None and row.kind.is_fold:
            self.action_fold()
        elif self.selected is not None:
            self.post_message(self.Inspect())

    def action_fold(self) -> None:
        """Fold the branch or run under the cursor to one line, or unfold it."""
        self._refold(lambda view: view.toggle(self._cursor or 0))

    def fold_runs(self) -> None:
        """Fold every run to one line."""
        self._refold(lambda view: view.fold_runs())

    def unfold_all(self) -> None:
        """Unfold what was folded by hand."""
        self._refold(lambda view: view.unfold_all())

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
        """To the branch before or after this one at the same fork point: to its tip, which says what came of it.

        Of a branch that forks again to where it does, so that the same keys lead on and back.
        """
        if self._view is None or self.selected is None:
            return
        tree = self._view.tree
        fork_point = tree.fork_point_of(self.selected)
        if fork_point is None:
            words = "No sibling branch here: {timeline.into_branch} goes into the newest branch, "
            words += "{timeline.fork_point} back."
            words = keyed(words) if self._view.branches > 1 else "There is one branch only."
            self.notify(words, title=NOTHING_DONE, timeout=4, markup=False)
            return
        branches = tree.children(fork_point)
        own = next(i for i in tree.path(self.selected) if i in branches)
        target = branches[(branches.index(own) + direction) % len(branches)]
        while len(below := tree.children(target)) == 1:
            target = below[0]
        self.select(target)

    def _refold(self, change: Callable[[TimelineRows], bool]) -> None:
        """Change the rows; the cursor stays on its checkpoint, or on the fold that hides it now."""
        if self._view is None:
            return
        cursor, row = self._cursor, self._row(self._cursor)
        fork_point = self._view.lanes.block(cursor).chain.fork_point if cursor is not None and row is not None else None
        if not change(self._view):
            return
        number = None
        if row is not None and row.kind is RowKind.MORE and fork_point is not None:
            number = self._view.lanes.more_number(fork_point)
        if row is not None and number is None:
            number = self._number_of(row.checkpoint_id)
        self._rows_moved(cursor, number if number is not None else self._head_number())
        if self.selected is not None and (row is None or row.checkpoint_id != self.selected):
            self._on_selected(self.selected)

    def _rows_moved(self, old: int | None, new: int | None) -> None:
        """The cursor's row has another number: draw everything, and leave that row where it was on the screen."""
        top = self.scroll_offset.y
        if old is not None and new is not None and not top <= old < top + self.size.height:
            # Who scrolled away from the cursor is not taken back to it.
            self._path = self._path_to(new)
            self._cursor = new
        else:
            self._goto(new)
        self.lines_changed()
        if top and old is not None and new is not None and old != new:
            self.scroll_to(y=max(0, top + new - old), animate=False, immediate=True)

    def _goto(self, number: int | None) -> None:
        self._path = self._path_to(number)
        self.place_cursor(number)

    def _path_to(self, number: int | None) -> Path:
        return self._view.path_to(number) if self._view is not None and number is not None else Path()

    def _head_number(self) -> int | None:
        head = self._view.tree.head if self._view is not None else None
        return self._number_of(head.checkpoint_id) if head is not None else None

    def _number_of(self, checkpoint_id: str) -> int | None:
        """The row of a checkpoint, or of the fold that hides it."""
        if self._view is None:
            return None
        number = self._view.lanes.number(checkpoint_id)
        return number if number is not None else self._view.lanes.fold_number(checkpoint_id)

    def _row(self, number: int | None) -> Row | None:
        if self._view is None or number is None or not 0 <= number < len(self._view.lanes):
            return None
        return self._view.lanes.row(number)


def _selectable(row: Row) -> bool:
    return row.kind is RowKind.CHECKPOINT or row.kind.is_fold
