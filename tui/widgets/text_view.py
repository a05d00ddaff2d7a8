"""A scrolling view of text lines that wrap to its width, with search: messages, checkpoint facts, requests, JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.widgets.line_view import LineView
from tui.widgets.lines import Line, plain, wrap_line
from tui.widgets.matches import Matches, count_matches, next_match


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line before it is wrapped; following lines are indented by `indent` cells."""

    line: Line
    indent: int = 0


class TextView(LineView):
    """Shows paragraphs. At most `most` of them: a view that wants more says so in its last paragraph."""

    # The room for the scrollbar is kept free: its coming would ask for other lines, which would ask for another bar.
    DEFAULT_CSS = "TextView { scrollbar-gutter: stable; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._paragraphs: Sequence[Paragraph] = ()
        self._wrapped: list[Line] = []
        self._width = 0
        self._match: int | None = None

    def show(self, paragraphs: Sequence[Paragraph], *, at_end: bool = False) -> None:
        """Show other paragraphs, from the top or from the end."""
        self._paragraphs = paragraphs
        self._match = None
        self._width = 0
        self.lines_changed()
        # The height may not be known yet; the scroll position depends on it.
        scroll: Callable[[], None] = self.action_last if at_end else self.action_first
        scroll()
        self.call_after_refresh(scroll)

    def show_again(self, paragraphs: Sequence[Paragraph]) -> None:
        """Show newer paragraphs of the same thing: the place stays."""
        if list(paragraphs) != list(self._paragraphs):
            self._paragraphs = paragraphs
            self._width = 0
            self.lines_changed()

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Wrap again when the width is another, then draw."""
        width = self.scrollable_content_region.width
        if width != self._width:
            self._wrap(width)
        super().lines_changed(from_line=from_line)

    @property
    def line_count(self) -> int:
        """Wrapped lines."""
        return len(self._wrapped)

    def line_at(self, index: int, width: int) -> Line:
        """One wrapped line."""
        del width
        line = self._wrapped[index]
        return tuple((text, "match") for text, _ in line) if index == self._match else line

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Scroll to the next line that holds `text` (any case), going round at the end; whether there is one."""
        at = self._match if self._match is not None else self.scroll_offset.y - (not backwards)
        stay = stay and self._match is not None
        found = next_match(len(self._wrapped), self._holder(text), at, backwards=backwards, stay=stay)
        if found is None:
            return False
        self._match = found
        self._strips.clear()
        self.scroll_to(y=max(0, found - self.size.height // 2), animate=False, immediate=True)
        self.refresh()
        return True

    def matches(self, text: str) -> Matches:
        """How many lines hold `text`, and the how manyth is marked."""
        return count_matches(range(len(self._wrapped)), self._holder(text), self._match)

    def _holder(self, text: str) -> Callable[[int], bool]:
        wanted = text.casefold()
        return lambda index: wanted in plain(self._wrapped[index]).casefold()

    def _wrap(self, width: int) -> None:
        self._width = width
        self._wrapped = []
        if width <= 0:
            return
        for paragraph in self._paragraphs:
            self._wrapped.extend(wrap_line(paragraph.line, width, paragraph.indent))
