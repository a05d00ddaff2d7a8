"""The calls around the open one in the editor of arguments: a line each, and a click opens one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from tui.domain.args_draft import ArgsDraft
from tui.domain.labels import call_words
from tui.domain.safe_text import one_line

MOST = 4
"""Lines shown; the calls nearest to the open one."""


class CallList(Static):
    """Hidden while there are no calls to list."""

    DEFAULT_CSS = """
    CallList {
        display: none;
        height: auto;
        color: $calm;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &.-some { display: block; }
        &:hover { color: $foreground; }
    }
    """

    @dataclass
    class Chosen(Message):
        """A click on a call."""

        number: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._numbers: Sequence[int | None] = ()

    def show(self, drafts: Sequence[ArgsDraft], first: int, *, at_end: bool = False) -> None:
        """List calls, of which the first has the number `first`; `at_end`: of many the last ones."""
        self.set_class(bool(drafts), "-some")
        hidden = max(0, len(drafts) - MOST)
        start = hidden if at_end else 0
        numbers: list[int | None] = list(range(first + start, first + len(drafts) - hidden + start))
        lines = [_line(draft, first + start + n) for n, draft in enumerate(drafts[start : start + MOST], 1)]
        if hidden:
            place = 0 if at_end else MOST
            numbers.insert(place, None)
            lines.insert(place, f"  … {hidden} more")
        self._numbers = numbers
        self.update(Content("\n").join(Content(line) for line in lines))

    def on_click(self, event: Click) -> None:
        """Open the call that was clicked."""
        if 0 <= event.y < len(self._numbers) and (number := self._numbers[event.y]) is not None:
            self.post_message(self.Chosen(number))


def _line(draft: ArgsDraft, number: int) -> str:
    """A call as its header names it: the how manyth, which, and what it asks for now."""
    name = f"{number} · {one_line(draft.call.id or '', 14)}"
    if not draft.is_changed:
        return one_line(f"▸ {name} · {call_words(draft.call)}", 300)
    parsed = draft.parsed()
    if not parsed.ok:
        return one_line(f"✗ {name} · {draft.call.name}: {parsed.reason}", 300)
    return one_line(f"◆ {name} · {call_words(replace(draft.call, args=parsed.value))}", 300)
