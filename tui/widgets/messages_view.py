"""The Messages tab: a conversation to read, with what the checkpoint brought in sight."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.domain.checkpoint import Checkpoint
from tui.domain.message_news import MessageNews, message_news
from tui.domain.messages import Message, find_messages, view_messages
from tui.domain.safe_text import one_line
from tui.widgets.lines import Line
from tui.widgets.message_block import Spot, fold_key
from tui.widgets.message_lines import Conversation, conversation
from tui.widgets.recent import Recent
from tui.widgets.row_view import RowView, Selected

AIR = 1
"""Cells between the words and the scrollbar."""

_KEPT_CHECKPOINTS = 24
_KEPT_PAGES = 3

NO_MESSAGES = "No messages in this state. ] goes to the State tab."


@dataclass(frozen=True, slots=True)
class _Shown:
    """Messages of one checkpoint, which of them are new, and the pages that were laid out of them."""

    checkpoint: Checkpoint
    parent: Checkpoint | None
    messages: tuple[Message, ...]
    news: MessageNews
    path: str
    pages: Recent[tuple[object, ...], Conversation] = field(default_factory=lambda: Recent(_KEPT_PAGES))


class MessagesView(RowView):
    """Unfolds by message, so that what was unfolded stays so at every checkpoint that has the message."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._shown: _Shown | None = None
        self._words = ""
        self._unfolded: set[str] = set()
        self._times = 1
        self._page = Conversation()
        self._width = 0
        self._until: str | None = None
        self._untouched = True
        self._read: Recent[tuple[str, str, str], _Shown] = Recent(_KEPT_CHECKPOINTS)

    def show(self, checkpoint: Checkpoint | None, parent: Checkpoint | None, words: str = NO_MESSAGES) -> None:
        """Show the messages of a checkpoint; `parent` tells which are new; `words` say why there are none."""
        self._words = words
        self._shown = self._reading(checkpoint, parent) if checkpoint is not None else None
        self._times = 1
        self._until = None
        self._untouched = True
        self.mark("")
        self._build()
        super().lines_changed()
        self._scroll_to_place()
        # The height may not be known yet; the place depends on it.
        self.call_after_refresh(self._scroll_to_place)

    def show_until(self, call_id: str | None) -> None:
        """End with the name of a call: the editor stands where its arguments were. None shows all again."""
        self._untouched = self._untouched or call_id is not None
        self._until = call_id
        super().lines_changed()
        self._scroll_to_place()
        self.call_after_refresh(self._scroll_to_place)

    @property
    def page(self) -> Conversation:
        """What is shown."""
        return self._page

    @property
    def row_count(self) -> int:
        """Rows."""
        if self._until is not None and self._until in self._page.calls:
            return self._page.calls[self._until] + 1
        return len(self._page.rows)

    def row_at(self, index: int, width: int) -> Line:
        """One row."""
        del width
        return self._page.rows[index]

    def empty_words(self) -> str:
        """Why there is nothing."""
        return self._words

    @property
    def selected(self) -> Selected | None:
        """The part of the message under the cursor."""
        return self._page.selected(self._cursor) if self._cursor is not None else None

    def copyable(self) -> list[Selected]:
        """The part under the cursor, and its whole message."""
        part, spot = self.selected, self._spot_at(self._cursor)
        entry = self._page.entries.get(spot.entry) if spot is not None else None
        if part is None or spot is None or entry is None:
            return []
        whole = entry.whole(spot)
        return [part] if whole is None else [part, whole]

    def activate(self, index: int) -> bool:
        """Fold or unfold what is at a row."""
        spot = self._spot_at(index)
        if spot is None:
            return False
        if spot.part == "earlier":
            self._show_earlier()
            return True
        if spot.key is None:
            return False
        self._unfolded ^= {spot.key}
        self._rebuild()
        # Folding may take the row under the cursor away: go where the folded thing begins.
        if spot.key not in self._unfolded:
            self.move_cursor(next(row for row, other in enumerate(self._page.spots) if other and other.key == spot.key))
        return True

    def _rebuild(self) -> None:
        """Lay out again, the rows above the cursor staying where they are."""
        self._build()
        if self._cursor is not None:
            self._cursor = min(self._cursor, self.row_count - 1) if self.row_count else None
        super().lines_changed()

    def action_fold(self) -> None:
        """Fold what is unfolded, or go to the head of the message."""
        if self._cursor is None or self._cursor >= self.row_count:
            return
        spot = self._page.spots[self._cursor]
        if spot is not None and spot.key is not None and spot.key in self._unfolded:
            self.activate(self._cursor)
        else:
            self.move_cursor(self._page.head_of(self._cursor))

    def action_unfold(self) -> None:
        """Unfold what is folded."""
        spot = self._page.spots[self._cursor] if self._cursor is not None else None
        if spot is not None and self._cursor is not None and (spot.key is None or spot.key not in self._unfolded):
            self.activate(self._cursor)

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Go to the next row that holds `text`; what is folded or left out is unfolded when only that holds it."""
        if super().find(text, backwards=backwards, stay=stay):
            return True
        places = self._unfold_what_holds(text.casefold()) if text else []
        if not places:
            return False
        if not super().find(text, backwards=backwards, stay=stay):
            # It is there, but looks otherwise: marks of markdown, a call's name between its parts.
            rows = [row for row, spot in enumerate(self._page.spots) if spot is not None and spot.position in places]
            self.move_cursor(rows[0] if rows else 0)
        return True

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Lay out again when the width is another, keeping the place, then draw."""
        changed = self.scrollable_content_region.width != self._width
        if changed and self._untouched:
            self._build()
        elif changed:
            spot = self._spot_at(self._cursor)
            above = (self._cursor or 0) - self.scroll_offset.y
            self._build()
            self._place_at(spot, above)
        super().lines_changed(from_line=from_line)
        if self._untouched:
            self.call_after_refresh(self._scroll_to_place)

    def cursor_moved(self, old: int | None, new: int) -> None:
        """The place is the user's from now on."""
        del old, new
        self._untouched = False

    def _spot_at(self, row: int | None) -> Spot | None:
        return self._page.spots[row] if row is not None and row < len(self._page.spots) else None

    def _place_at(self, spot: Spot | None, above: int) -> None:
        """Put the cursor on a spot that was laid out anew, as far below the top as it was."""
        found = next((row for row, other in enumerate(self._page.spots) if other == spot), None) if spot else None
        if found is not None and self._cursor is not None:
            self._cursor = found
            top = max(0, found - above)
            self.call_after_refresh(lambda: self.go_to(top))
        elif self._cursor is not None and self._cursor >= self.row_count:
            self._cursor = self.row_count - 1 if self.row_count else None

    def _reading(self, checkpoint: Checkpoint, parent: Checkpoint | None) -> _Shown:
        key = (checkpoint.thread_id, checkpoint.namespace, checkpoint.checkpoint_id)
        kept = self._read.get(key)
        if kept is not None and kept.checkpoint is checkpoint and kept.parent is parent:
            return kept
        found = find_messages(checkpoint.values)
        messages = view_messages(found[1]) if found is not None else ()
        path = one_line(found[0]) if found is not None else ""
        news = message_news(messages, checkpoint, parent)
        return self._read.put(key, _Shown(checkpoint, parent, messages, news, path))

    def _build(self) -> None:
        self._width = self.scrollable_content_region.width
        self._strips.clear()
        shown = self._shown
        if shown is None or self._width <= 0:
            self._page = Conversation()
            return
        key = (self._width, self._times, frozenset(self._unfolded))
        self._page = shown.pages.get(key) or shown.pages.put(
            key,
            conversation(
                shown.messages,
                max(1, self._width - AIR),
                news=shown.news,
                unfolded=self._unfolded,
                times=self._times,
                path=shown.path,
            ),
        )

    def _scroll_to_place(self) -> None:
        """To the end, or to the first news where it would be out of sight then; to the call that is edited."""
        if not self._untouched and self._until is None:
            return
        last = max(0, self.row_count - self.scrollable_content_region.height)
        if self._until is not None:
            self.go_to(last)
            return
        first = self._page.first_new if self._page.first_new is not None else last
        self.go_to(min(first, last))
        at = self._page.first_new if self._page.first_new is not None else self.row_count - 1
        cursor = at if 0 <= at < self.row_count else None
        if cursor != self._cursor:
            self._cursor = cursor
            self.refresh()

    def _show_earlier(self) -> None:
        from_end = self.row_count - self.scroll_offset.y
        rows = self.row_count
        self._times *= 4
        self._rebuild()
        grown = self.row_count - rows
        self._cursor = max(0, grown - 1)
        self.go_to(max(0, self.row_count - from_end - 2))

    def _unfold_what_holds(self, wanted: str) -> list[int]:
        """Unfold every text that holds `wanted`, and go back far enough; the places of the messages that hold it."""
        if self._shown is None:
            return []
        found: list[int] = []
        for message in self._shown.messages:
            texts = {"text": message.text, "think": message.reasoning}
            for call in message.tool_calls:
                texts[f"args:{call.index}"] = str(call.args)
            for part, text in texts.items():
                if wanted in text.casefold():
                    found.append(message.position)
                    self._unfolded.add(fold_key(message, part))
        if found:
            self._times = max(self._times, len(self._shown.messages))
            self._rebuild()
        return found
