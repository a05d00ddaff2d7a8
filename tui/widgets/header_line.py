"""The first line of the screen: where we are connected, whether that is live, as whom, and what is allowed.

In a narrow terminal, where one pane is seen at a time, it says what that pane shows instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.safe_text import cell_len
from tui.widgets.lines import Line, clip, fit, width_of

GAP = "   "

LEAST_LEFT = 12
"""Cells of the name, or of the title, that stay when something long is being done."""


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the header says. All texts are safe already."""

    profile: str = ""
    server: str = ""
    address: str = ""
    state: str = "connecting"
    """live, connecting, or offline; or what is being done."""
    assistant: str = ""
    read_only: bool = False
    production: bool = False
    title: str = ""
    """What the pane in front shows; "" where all panes are seen with titles of their own."""
    counts: str = ""
    newer: str = ""
    """What came above the rows that are in sight: it stays where a title is long."""
    is_stale: bool = True
    """Offline: whether what is shown was read while there was a connection."""


class HeaderLine(Widget):
    """One line; what may be done stays when there is no room for all."""

    DEFAULT_CSS = """
    HeaderLine {
        height: 1;
        background: $panel;
        .header--name { color: $primary; text-style: bold; }
        .header--profile { color: $foreground; text-style: bold; }
        .header--calm { color: $calm; }
        .header--live { color: $success; }
        .header--offline { color: $error; text-style: bold; }
        .header--warning { color: $warning; text-style: bold; }
        &.-production {
            background: $error; color: $on-accent;
            .header--name, .header--profile, .header--calm, .header--live, .header--offline, .header--warning {
                color: $on-accent;
            }
        }
    }
    """

    COMPONENT_CLASSES = {f"header--{name}" for name in ("name", "profile", "calm", "live", "offline", "warning")}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts = HeaderFacts()

    def show(self, facts: HeaderFacts) -> None:
        """Show other facts."""
        if facts != self._facts:
            self._facts = facts
            self.set_class(facts.production, "-production")
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        base = self.rich_style
        width = self.size.width
        if y:
            return Strip.blank(width, base)
        strip = Strip(
            [
                Segment(text, base + self.get_component_rich_style(f"header--{style}", partial=True) if style else base)
                for text, style in header_line(self._facts, width)
                if text
            ]
        )
        return strip.adjust_cell_length(width, base)


def header_line(facts: HeaderFacts, width: int) -> Line:
    """The line of `width` cells: what matters less goes first where there is no room, what may be done never."""
    mode = _mode(facts)
    if facts.title:
        left, right = _narrow(facts, width - width_of(mode))
        return _both_ends(left, right, mode, width)
    right = (*_state(facts), *(((GAP + facts.assistant, ""),) if facts.assistant else ()))
    left = _left(facts, with_server=True)
    if width_of((*left, *right, *mode)) > width:
        left = _left(facts, with_server=False)
    if width_of((*left, *right, *mode)) > width:
        right = _state(facts)
    return _both_ends(left, right, mode, width)


def _narrow(facts: HeaderFacts, width: int) -> tuple[Line, Line]:
    """Title, and where it is; as many numbers as have room, none of them cut."""
    title: Line = ((" " + facts.title, "name"),)
    state = _state(facts)
    host: Line = ((GAP + facts.address.partition("://")[2].rstrip("/"), "calm"),)
    right = (*host, *state) if width_of((*title, *host, *state)) <= width else state
    counts = facts.counts.split(" · ") if facts.counts else []
    if facts.newer:
        newer: Line = ((GAP + facts.newer, "name"),)
        room = width - width_of((*newer, *state))
        if width_of((*title, *newer, *right)) > width:
            title, right = ((fit(" " + facts.title, min(room, width_of(title))), "name"),), state
        title = (*title, *newer)
    while counts and width_of((*title, *right)) + cell_len(GAP + " · ".join(counts)) > width:
        counts.pop()
    return (*title, *(((GAP + " · ".join(counts), "calm"),) if counts else ())), right


def _both_ends(left: Line, right: Line, mode: Line, width: int) -> Line:
    """The mode at the right end, whole; the others share what is left."""
    mode = clip(mode, width)
    room = width - width_of(mode)
    right = clip(right, max(0, room - LEAST_LEFT))
    room -= width_of(right)
    left = clip(left, room)
    return (*left, (" " * (room - width_of(left)), ""), *right, *mode)


def _left(facts: HeaderFacts, *, with_server: bool) -> Line:
    where = " · ".join(filter(None, (facts.server if with_server else "", facts.address)))
    profile = ((GAP + facts.profile, "profile"),) if facts.profile else ()
    return ((" forkpoint", "name"), *profile, (GAP + where, "calm"))


def _state(facts: HeaderFacts) -> Line:
    offline = "✗ offline · stale" if facts.is_stale else "✗ offline"
    states = {"live": ("● live", "live"), "offline": (offline, "offline")}
    words, style = states.get(facts.state, ("… " + facts.state, "calm"))
    return ((GAP + words, style),)


def _mode(facts: HeaderFacts) -> Line:
    """What is allowed, and on what."""
    production: Line = ((GAP + "PRODUCTION", "warning"),) if facts.production else ()
    mode = ("read-only", "warning") if facts.read_only else ("read-write", "calm")
    return (*production, (GAP + mode[0], mode[1]), (" ", ""))
