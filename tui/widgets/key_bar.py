"""The last line of the screen: the keys that work here and now, made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from textual.binding import ActiveBinding, Binding
from textual.keys import format_key, key_to_character
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.safe_text import cell_len
from tui.widgets.key_names import key_words
from tui.widgets.question_line import QuestionLine


class KeyBar(Widget):
    """Shows as many of the shown bindings as fit, those of the focused pane first; help and palette always."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        background: $panel;
        .keys--key { color: $accent; text-style: bold; }
        .keys--words { color: $foreground; }
    }
    """

    COMPONENT_CLASSES = {"keys--key", "keys--words"}

    def __init__(self, offers: Callable[[str], bool], *, id: str | None = None) -> None:  # noqa: A002
        """`offers` says whether an action, such as "screen.cancel_run", can do something now."""
        super().__init__(id=id)
        self._offers = offers

    ALWAYS = ("app.help", "app.palette")

    def on_mount(self) -> None:
        """Listen for other keys."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def _works(self, active: ActiveBinding) -> bool:
        """Whether the key does what it says: in a text field most keys are typed, a question takes all."""
        focused = self.screen.focused
        if isinstance(focused, QuestionLine):
            return active.node is focused
        key = active.binding.key
        character = key_to_character(key) or (format_key(key) if len(format_key(key)) == 1 else None)
        typed = focused is not None and focused.check_consume_key(key, character)
        return active.binding.show and active.enabled and not typed and self._offers(active.binding.action)

    def render_line(self, y: int) -> Strip:
        """The line."""
        base = self.rich_style
        width = self.size.width
        if y:
            return Strip.blank(width, base)
        shown = [active.binding for active in self.screen.active_bindings.values() if self._works(active)]
        left, right = fitting(shown, width, self.ALWAYS)
        key = base + self.get_component_rich_style("keys--key", partial=True)
        words = base + self.get_component_rich_style("keys--words", partial=True)
        segments: list[Segment] = []
        for group in (left, right):
            for binding in group:
                segments.append(Segment(f" {key_words(binding)}", key))
                segments.append(Segment(f" {binding.description} ", words))
            if group is left:
                used = sum(_cells(binding) for binding in (*left, *right))
                segments.append(Segment(" " * max(0, width - used), base))
        return Strip(segments).adjust_cell_length(width, base)


def fitting(bindings: list[Binding], width: int, always: tuple[str, ...]) -> tuple[list[Binding], list[Binding]]:
    """The bindings for the left and for the right end that fit into `width`; one for each id."""
    unique = {binding.id or binding.action: binding for binding in reversed(bindings)}
    ordered = list(reversed(unique.values()))
    right = sorted((b for b in ordered if b.id in always), key=lambda b: always.index(b.id or ""))
    left: list[Binding] = []
    room = width - sum(map(_cells, right))
    for binding in ordered:
        if binding in right:
            continue
        if _cells(binding) > room:
            break
        left.append(binding)
        room -= _cells(binding)
    return left, right


def _cells(binding: Binding) -> int:
    return cell_len(key_words(binding)) + cell_len(binding.description) + 3
