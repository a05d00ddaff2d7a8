"""The last line of the screen: the keys that work here and now, made from the bindings themselves.

In a narrow terminal, where the panes take turns, it begins with their names. Whatever it shows can be clicked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.events import Click
from textual.keys import format_key, key_to_character
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.safe_text import cell_len
from tui.widgets.key_names import key_words
from tui.widgets.question_line import QuestionLine

NAMED_PANES = 64
"""Columns from which on all panes are named; below that only the current one is."""


@dataclass(frozen=True, slots=True)
class PaneTab:
    """A pane in the bar: its key and name, and whether it is in front."""

    pane: str
    key: str
    name: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something in the bar that can be clicked."""

    key: str
    words: str
    action: str
    node: DOMNode
    is_current: bool = False

    @property
    def cells(self) -> int:
        return cell_len(self.key) + cell_len(self.words) + 2 + bool(self.words)


class KeyBar(Widget):
    """Shows as many of the shown bindings as fit, those of the focused pane first; help and palette always."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        background: $panel;
        .keys--key { color: $accent; text-style: bold; }
        .keys--words { color: $foreground; }
        .keys--current { background: $primary; color: $on-accent; text-style: bold; }
        &:nocolor .keys--current { text-style: bold reverse; }
    }
    """

    COMPONENT_CLASSES = {"keys--key", "keys--words", "keys--current"}

    ALWAYS = ("app.help", "app.palette")

    def __init__(
        self,
        offers: Callable[[str], bool],
        panes: Callable[[], Sequence[PaneTab]] = tuple,
        besides: Callable[[], Sequence[str]] = tuple,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`offers` says whether an action, such as "screen.cancel_run", can do something now; `panes` are to switch.

        `besides` are ids of bindings that are shown now, though they are not made to be.
        """
        super().__init__(id=id)
        self._offers = offers
        self._panes = panes
        self._besides = besides

    def on_mount(self) -> None:
        """Listen for other keys."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    async def on_click(self, event: Click) -> None:
        """Do what the words under the pointer say."""
        at = 0
        for piece in self._pieces():
            if at <= event.x < at + piece.cells and piece.action:
                event.stop()
                await self.app.run_action(piece.action, piece.node)
                return
            at += piece.cells

    def render_line(self, y: int) -> Strip:
        """The line."""
        base = self.rich_style
        width = self.size.width
        if y:
            return Strip.blank(width, base)
        key = base + self.get_component_rich_style("keys--key", partial=True)
        words = base + self.get_component_rich_style("keys--words", partial=True)
        current = base + self.get_component_rich_style("keys--current", partial=True)
        segments: list[Segment] = []
        for piece in self._pieces():
            if piece.is_current:
                segments.append(Segment(f" {piece.key}{' ' * bool(piece.words)}{piece.words} ", current))
            else:
                segments.append(Segment(f" {piece.key}", key))
                segments.append(Segment(f"{' ' * bool(piece.words)}{piece.words} ", words))
        return Strip(segments).adjust_cell_length(width, base)

    def _pieces(self) -> list[_Piece]:
        """What is in the line from left to right; a piece without an action is the gap."""
        width = self.size.width
        tabs = self._tabs(width)
        room = width - sum(piece.cells for piece in tabs)
        active = {id(found.binding): found for found in self.screen.active_bindings.values() if self._works(found)}
        left, right = fitting([found.binding for found in active.values()], room, self.ALWAYS)

        def pieces(bindings: Sequence[Binding]) -> list[_Piece]:
            return [_Piece(key_words(b), b.description, b.action, active[id(b)].node) for b in bindings]

        used = sum(_cells(binding) for binding in (*left, *right))
        gap = _Piece("", " " * (room - used - 3), "", self)
        return [*tabs, *pieces(left), *([gap] if gap.words else []), *pieces(right)]

    def _tabs(self, width: int) -> list[_Piece]:
        focused = self.screen.focused
        if isinstance(focused, QuestionLine) or (focused is not None and focused.check_consume_key("1", "1")):
            return []  # their keys are typed now, or do nothing
        return [
            _Piece(
                tab.key,
                tab.name if width >= NAMED_PANES or tab.is_current else "",
                f"pane({tab.pane!r})",
                self.screen,
                tab.is_current,
            )
            for tab in self._panes()
        ]

    def _works(self, active: ActiveBinding) -> bool:
        """Whether the key does what it says: in a text field most keys are typed; a question shows its own."""
        focused = self.screen.focused
        if isinstance(focused, QuestionLine):
            return False
        key = active.binding.key
        character = key_to_character(key) or (format_key(key) if len(format_key(key)) == 1 else None)
        typed = focused is not None and focused.check_consume_key(key, character)
        shows = active.binding.show or active.binding.id in self._besides()
        return shows and active.enabled and not typed and self._offers(active.binding.action)


def fitting(bindings: list[Binding], width: int, always: tuple[str, ...]) -> tuple[list[Binding], list[Binding]]:
    """The bindings for the left and for the right end that fit into `width`; one for each id."""
    unique = {binding.id or binding.action: binding for binding in reversed(bindings)}
    ordered = list(reversed(unique.values()))
    right = sorted((b for b in ordered if b.id in always), key=lambda b: always.index(b.id or ""))
    while right and sum(map(_cells, right)) > width:
        right.pop()
    left: list[Binding] = []
    room = width - sum(map(_cells, right))
    for binding in ordered:
        if binding.id in always:
            continue
        if _cells(binding) > room:
            break
        left.append(binding)
        room -= _cells(binding)
    return left, right


def _cells(binding: Binding) -> int:
    return cell_len(key_words(binding)) + cell_len(binding.description) + 3
