"""A scrolling view of lines that are made when they come into sight: the base of everything that can grow long."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.line_styles import named_style
from tui.widgets.lines import Line

CACHED_LINES = 192
"""Drawn lines kept for scrolling back and forth: a few screens. Each takes 10 KB, with all that Textual made of it."""


class LineView(ScrollView, can_focus=True):
    """Draws `line_count` lines from `line_at`. Subclasses call `lines_changed` when these give something else."""

    DEFAULT_CSS = """
    LineView {
        background: transparent;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        &:focus { background-tint: transparent; }
    }
    """

    BINDINGS = [
        Binding("j,down", "move(1)", "down", show=False, id="view.down"),
        Binding("k,up", "move(-1)", "up", show=False, id="view.up"),
        Binding("g,home", "first", "to the top", show=False, id="view.top"),
        Binding("G,end", "last", "to the bottom", show=False, id="view.bottom"),
        Binding("ctrl+d", "page(0.5)", "half a page down", show=False, id="view.half_down"),
        Binding("ctrl+u", "page(-0.5)", "half a page up", show=False, id="view.half_up"),
        Binding("pagedown", "page(1)", "a page down", show=False, id="view.page_down"),
        Binding("pageup", "page(-1)", "a page up", show=False, id="view.page_up"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._strips: dict[tuple[int, int], Strip] = {}
        self._drawn_lines: dict[tuple[Line, int, str], Strip] = {}
        self._styles_by_name: dict[str, Style] = {}
        self._base: Style | None = None
        self._lines_size: Size | None = None
        """The width that the lines were made for last, and how many there were."""

    @property
    def base(self) -> Style:
        """The style of what has no name: asked of all that this view stands in, and kept."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    @property
    def jumps(self) -> bool:
        """Whether to scroll by half pages: the terminal is far away, and each scrolling draws every line again."""
        return bool(getattr(self.app, "low_bandwidth", False))

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def line_at(self, index: int, width: int) -> Line:
        """The line at `index`, not wider than `width` cells."""
        raise NotImplementedError

    def cursor_line(self) -> int | None:
        """The line under the cursor, if this view has one."""
        return None

    def is_under_cursor(self, index: int) -> bool:
        """Whether a line is drawn as the cursor's."""
        return index == self.cursor_line()

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Forget what was drawn from a line on, and draw it again."""
        if from_line:
            self._strips = {key: strip for key, strip in self._strips.items() if key[0] < from_line}
        else:
            self._strips.clear()
        self._lines_size = Size(self.scrollable_content_region.width, self.line_count)
        self._resized_to(self._lines_size)
        self.refresh(self.size.region)

    def _resized_to(self, size: Size) -> None:
        """There are more lines, or fewer. The layout of the screen is done again only where it depends on that."""
        if size == self.virtual_size:
            return
        if self.is_mounted and (self.size or not self.display) and not self.styles.auto_dimensions:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    def notify_style_update(self) -> None:
        """A theme changed: all styles are read again."""
        super().notify_style_update()
        self._strips.clear()
        self._drawn_lines.clear()
        self._styles_by_name.clear()
        self._base = None

    def on_resize(self, event: Resize) -> None:
        """Another size may mean other lines. To come into sight again means nothing: that is drawn anyway."""
        del event
        if Size(self.scrollable_content_region.width, self.line_count) != self._lines_size:
            self.lines_changed()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the visible part."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not 0 <= index < self.line_count:
            return Strip.blank(width, self.base)
        if self.is_under_cursor(index):
            return self._strip_of(self.line_at(index, width), width, "cursor" if self.has_focus else "cursor-blur")
        key = (index, width)
        if key not in self._strips:
            if len(self._strips) > CACHED_LINES:
                self._strips.clear()
            self._strips[key] = self._strip_of(self.line_at(index, width), width)
        return self._strips[key]

    def style_named(self, name: str) -> Style:
        """The style of a part."""
        if name not in self._styles_by_name:
            self._styles_by_name[name] = self.base + named_style(name, self.app.theme_variables) if name else self.base
        return self._styles_by_name[name]

    def _strip_of(self, line: Line, width: int, cursor: str = "") -> Strip:
        """A line as it is drawn, maybe under the cursor. The same line again is the same strip, wherever it stands."""
        key = (line, width, cursor)
        if key not in self._drawn_lines:
            if len(self._drawn_lines) > CACHED_LINES:
                self._drawn_lines.clear()
            over = named_style(cursor, self.app.theme_variables) if cursor else Style.null()
            strip = Strip([Segment(text, self._part_style(style, over)) for text, style in line if text])
            self._drawn_lines[key] = strip.adjust_cell_length(width, self.base + over)
        return self._drawn_lines[key]

    def _part_style(self, name: str, over: Style) -> Style:
        """The style of a part, under the cursor's or the null style. Colours that are turned round would be patches."""
        return (self.base if over.reverse else self.style_named(name)) + over

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        half = self.scrollable_content_region.height // 2
        if self.jumps and abs(lines) < half:
            lines = half if lines > 0 else -half
        self.scroll_relative(y=lines, animate=False, immediate=True)

    def action_page(self, pages: float) -> None:
        """Scroll by (half) pages."""
        self.action_move(int(pages * max(1, self.scrollable_content_region.height)))

    def action_first(self) -> None:
        """Scroll to the top."""
        self.scroll_to(y=0, animate=False, immediate=True)

    def action_last(self) -> None:
        """Scroll to the bottom."""
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)
