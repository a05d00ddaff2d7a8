"""The first line of the screen: where we are connected, whether that is live, as whom, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.lines import Line, clip, width_of


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the header says. All texts are safe already."""

    profile: str = ""
    server: str = ""
    address: str = ""
    state: str = "connecting"
    """live, connecting, or offline."""
    assistant: str = ""
    read_only: bool = False
    production: bool = False


class HeaderLine(Widget):
    """One line; the right end stays when there is no room for all."""

    DEFAULT_CSS = """
    HeaderLine {
        height: 1;
        background: $panel;
        .header--name { color: $primary; text-style: bold; }
        .header--calm { color: $calm; }
        .header--live { color: $success; }
        .header--offline { color: $error; text-style: bold; }
        .header--warning { color: $warning; text-style: bold; }
    }
    """

    COMPONENT_CLASSES = {"header--name", "header--calm", "header--live", "header--offline", "header--warning"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts = HeaderFacts()

    def show(self, facts: HeaderFacts) -> None:
        """Show other facts."""
        self._facts = facts
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        base = self.rich_style
        width = self.size.width
        if y:
            return Strip.blank(width, base)
        left, right = header_parts(self._facts)
        room = width - width_of(right)
        left = clip(left, max(0, room - 2))
        gap = " " * max(0, room - width_of(left))
        line = clip((*left, (gap, ""), *right), width)
        strip = Strip(
            [
                Segment(text, base + self.get_component_rich_style(f"header--{style}", partial=True) if style else base)
                for text, style in line
            ]
        )
        return strip.adjust_cell_length(width, base)


def header_parts(facts: HeaderFacts) -> tuple[Line, Line]:
    """The left and the right end."""
    where = " · ".join(filter(None, (facts.address, facts.server)))
    left: Line = ((" forkpoint ", "name"), (f" {facts.profile} " if facts.profile else "", ""), (" " + where, "calm"))
    state = {"live": ("● live", "live"), "offline": ("✗ offline", "offline")}.get(
        facts.state, ("… " + facts.state, "calm")
    )
    mode = ("read-only", "warning") if facts.read_only else ("read-write", "calm")
    return left, (
        state,
        (f"   {facts.assistant}" if facts.assistant else "", ""),
        ("   PRODUCTION" if facts.production else "", "warning"),
        ("   ", ""),
        mode,
        (" ", ""),
    )
