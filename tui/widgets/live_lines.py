"""A run's transcript as lines: node by node, tokens as they come, tool arguments as they form. Pure.

Lines of parts that did not change are kept, so that a picture costs what is new and not what is there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.labels import duration
from tui.domain.safe_text import cell_len, one_line
from tui.domain.transcript import RunError, Transcript
from tui.widgets.growing_text import GrowingText
from tui.widgets.lines import Line, Part, fit, width_of, wrap_line
from tui.widgets.live_bodies import Body, bar_body, bodies_of, custom_body, error_bodies, interrupt_body
from tui.widgets.live_items import Item, LiveItems, stopped

MOST_ITEMS = 200
"""Nodes and custom events shown, the newest ones."""

LABEL_CELLS = (6, 16, 24)
"""Cells for the names of nodes: at least, at most, and at most where there is much room."""

ROOMY = 100
"""Columns from which on there is much room."""

TIME_CELLS = 6


@dataclass(frozen=True, slots=True)
class _Made:
    """Lines of an item, and what they were made from."""

    subject: object
    facts: object
    lines: list[Line]


class LiveLines:
    """Keeps the lines of the newest picture. `timed`: how long nodes took is measured by when they were seen."""

    def __init__(self, *, timed: bool = True) -> None:
        self.lines: list[Line] = []
        self.unfolded = False
        """Whether long results and errors are shown in full."""
        self._items = LiveItems(timed=timed)
        self._made: dict[int, _Made] = {}
        self._texts: dict[tuple[int, int], GrowingText] = {}
        self._starts: list[int] = []
        self._orders: list[int] = []
        self._width = 0
        self._label = LABEL_CELLS[0]
        self._shape: tuple[int, int, bool] | None = None

    def update(
        self,
        transcript: Transcript,
        width: int,
        now: float = 0.0,
        *,
        over: bool = False,
        failed: Collection[str] = (),
    ) -> None:
        """Take another picture, seen at `now` (seconds), for lines of `width` cells.

        `over`: nothing goes on any more; `failed`: the nodes that failed.
        """
        items = self._items.update(transcript, now, over=over, failed=failed)[-MOST_ITEMS:]
        if over:
            items = [stopped(item) for item in items]
        self._lay_out(items, width)
        hidden = self._items.count - len(items)
        lines: list[Line] = [((f"┄ {hidden} earlier parts", "calm"),)] if hidden > 0 else []
        made: dict[int, _Made] = {}
        self._starts, self._orders = [], []
        for item in items:
            known = self._made.get(item.order)
            if known is None or known.subject is not item.subject or known.facts != item.facts:
                known = _Made(item.subject, item.facts, self._draw(item))
            made[item.order] = known
            self._orders.append(item.order)
            self._starts.append(len(lines))
            lines.extend(known.lines)
        self._made = made
        self._texts = {key: text for key, text in self._texts.items() if key[0] in made}
        lines.extend(self._closing(transcript))
        self.lines = lines

    def place_at(self, line: int) -> tuple[int, int]:
        """(the part that a line belongs to, how many lines behind its first): stays true while others grow."""
        at = bisect_right(self._starts, line) - 1
        return (self._orders[at], line - self._starts[at]) if at >= 0 else (-1, line)

    def line_of(self, place: tuple[int, int]) -> int:
        """Where a place is now; the top, where it is no more."""
        order, offset = place
        if order not in self._made:
            return offset if order < 0 else 0
        return self._starts[self._orders.index(order)] + offset

    @property
    def _room(self) -> int:
        """Cells for what is said, beside mark, name and time."""
        return max(8, self._width - self._label - 4 - TIME_CELLS)

    def _lay_out(self, items: Sequence[Item], width: int) -> None:
        """How wide the names are; another shape forgets all lines."""
        low, most, roomy = LABEL_CELLS
        high = min(roomy if width >= ROOMY else most, max(low, width // 4))
        kept = min(high, self._label) if width == self._width else low
        self._width, self._label = width, max([kept, *(min(high, cell_len(item.label)) for item in items)])
        shape = (width, self._label, self.unfolded)
        if shape != self._shape:
            self._made.clear()
            self._texts.clear()
            self._shape = shape

    def _draw(self, item: Item) -> list[Line]:
        indent: Part = (" " * (self._label + 4), "")
        lines: list[Line] = []
        for body in self._bodies(item):
            if isinstance(body, list):
                lines.extend(body)
            else:
                lines.extend((indent, *line) for line in wrap_line(body, self._room, 0))
        lines[0] = (*self._head(item), *lines[0][1:])
        if item.seconds is not None:
            lines[0] = self._with_time(lines[0], item.seconds)
        return lines

    def _bodies(self, item: Item) -> Sequence[Body]:
        if item.progress is not None:
            return [bar_body(item.progress, self._room)]
        if item.gap is not None:
            return [((one_line(item.gap.words, 400), "warning"),)]
        if item.section is None:
            return [custom_body(item.data)]
        return bodies_of(item.section, self._grown(item), unfolded=self.unfolded)

    def _grown(self, item: Item) -> Mapping[int, list[Line]]:
        """The lines of the texts that a model is saying or has said, by the number of the message."""
        indent: Part = (" " * (self._label + 4), "")
        grown: dict[int, list[Line]] = {}
        for number, message in enumerate(item.section.messages if item.section is not None else ()):
            if message.role != "tool" and message.text:
                text = self._texts.setdefault((item.order, number), GrowingText(self._room, indent))
                grown[number] = text.lines(message.text)
        return grown

    def _head(self, item: Item) -> tuple[Part, ...]:
        mark, style = item.mark
        is_calm = style in ("ok", "calm")
        return ((f"{mark} ", style), (_fit_end(item.label, self._label) + "  ", "calm" if is_calm else "role-ai"))

    def _with_time(self, line: Line, seconds: float) -> Line:
        words = duration(seconds)
        gap = self._width - width_of(line) - cell_len(words)
        return (*line, (" " * gap + words, "calm")) if gap > 0 else line

    def _closing(self, transcript: Transcript) -> Iterator[Line]:
        for interrupt in transcript.interrupts:
            yield from _marked("‖ ", "mark-waiting", [interrupt_body(interrupt)], self._width)
        if transcript.at_breakpoint:
            yield from _marked("‖ ", "mark-waiting", [(("stopped at a breakpoint", "mark-waiting"),)], self._width)
        if transcript.error is not None:
            yield from error_lines(error_words(transcript.error), self._width, unfolded=self.unfolded)


def error_words(error: RunError) -> str:
    """An error with its kind, which the last line of a traceback tells itself."""
    return error.message if error.message.startswith("Traceback") else f"{error.kind}: {error.message}"


def error_lines(words: str, width: int, *, unfolded: bool) -> list[Line]:
    """An error below everything else; a traceback is folded to the line that says what went wrong."""
    return _marked("✗ ", "mark-error", error_bodies(words, unfolded=unfolded), width)


def note_lines(mark: str, style: str, words: str, width: int) -> list[Line]:
    """What else is to be said of an end that is no failure."""
    return _marked(f"{mark} ", style, [((one_line(words), style),)], width)


def _marked(mark: str, style: str, bodies: Sequence[Line], width: int) -> list[Line]:
    lines: list[Line] = []
    for body in bodies:
        for line in wrap_line(body, max(8, width - 2), 0):
            lines.append(((mark if not lines else "  ", style), *line))
    return lines


def _fit_end(label: str, cells: int) -> str:
    """A path in exactly `cells`: its end says which node it is, so it loses its beginning."""
    *outer, node = label.split(" › ")
    while outer and cell_len(label) > cells:
        outer.pop(0)
        label = " › ".join(("…", *outer, node)) if outer else node
    return fit(label, cells)
