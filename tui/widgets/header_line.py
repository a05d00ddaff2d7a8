"""The first line of the screen: where we are connected, whether that is live, as whom, and what is allowed.

In a narrow terminal, where one pane is seen at a time, it says what that pane shows instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.lines import Line, clip, width_of

GAP = "   "

LEAST_COUNTS = len(GAP + "5 checkpoints")
"""Cells below which numbers say nothing."""


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
    is_stale: bool = True
    """Offline: whether what is shown was read while there was a connection."""


class HeaderLine(Widget):
    """One line; the right end stays when there is no room for all."""

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
    """The line of `width` cells: what matters less goes first where there is no room."""
    if facts.title:
        return _narrow_line(facts, width)
    right = _right(facts, with_assistant=True)
    left = _left(facts, with_server=True)
    if width_of(left) + width_of(right) > width:
        left = _left(facts, with_server=False)
    if width_of(left) + width_of(right) > width:
        right = _right(facts, with_assistant=False)
    return _both_ends(left, right, width)


def _narrow_line(facts: HeaderFacts, width: int) -> Line:
    """Title, and where it is; numbers where there is room for most of them."""
    title: Line = ((" " + facts.title, "name"),)
    counts: Line = ((GAP + facts.counts, "calm"),) if facts.counts else ()
    state = _right(facts, with_assistant=False)
    host: Line = ((GAP + facts.address.partition("://")[2].rstrip("/"), "calm"),)
    right = (*host, *state) if width_of((*title, *host, *state)) <= width else state
    room = width - width_of((*title, *right))
    if room < min(LEAST_COUNTS, width_of(counts)):
        counts = ()
    return _both_ends((*title, *counts), right, width)


def _both_ends(left: Line, right: Line, width: int) -> Line:
    room = max(0, width - width_of(right))
    left = clip(left, room)
    return clip((*left, (" " * (room - width_of(left)), ""), *right), width)


def _left(facts: HeaderFacts, *, with_server: bool) -> Line:
    where = " · ".join(filter(None, (facts.server if with_server else "", facts.address)))
    profile = ((GAP + facts.profile, "profile"),) if facts.profile else ()
    return ((" forkpoint", "name"), *profile, (GAP + where, "calm"))


def _right(facts: HeaderFacts, *, with_assistant: bool) -> Line:
    offline = "✗ offline · stale" if facts.is_stale else "✗ offline"
    states = {"live": ("● live", "live"), "offline": (offline, "offline")}
    parts = [states.get(facts.state, ("… " + facts.state, "calm"))]
    if facts.assistant and with_assistant and not facts.title:
        parts.append((facts.assistant, ""))
    if facts.production:
        parts.append(("PRODUCTION", "warning"))
    if facts.read_only:
        parts.append(("read-only", "warning"))
    elif not facts.title:
        parts.append(("read-write", "calm"))
    return (*((GAP + text, style) for text, style in parts), (" ", ""))
