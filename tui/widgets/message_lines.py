"""A conversation as rows: who said what, which tools were called and what came back under each call. Pure.

A message's rows are kept for the next checkpoint that has the same message, so that moving through a long thread
costs what is new. Long texts are cut, thoughts are folded; a row knows what it belongs to (`Spot`), for unfolding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.message_news import MessageNews
from tui.domain.messages import Message
from tui.widgets.key_names import keyed
from tui.widgets.lines import Line
from tui.widgets.message_block import Block, Entry, Spot, message_block
from tui.widgets.recent import Recent
from tui.widgets.row_view import Selected

MOST_ROWS = 600
"""Rows after which older messages are left for later; `times` as many on demand."""

_KEPT_BLOCKS = 2000
_blocks: Recent[tuple[object, ...], tuple[Entry, Block]] = Recent(_KEPT_BLOCKS)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Rows and what each belongs to; `calls` has the row of each tool call's name."""

    rows: Sequence[Line] = ()
    spots: Sequence[Spot | None] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    first_new: int | None = None
    """The first row of what is new."""
    entries: Mapping[int, Entry] = field(default_factory=dict)

    def selected(self, row: int) -> Selected | None:
        """What can be opened or copied at a row."""
        spot = self.spots[row] if row < len(self.spots) else None
        entry = self.entries.get(spot.entry) if spot is not None else None
        return entry.selected(spot) if entry is not None and spot is not None else None

    def head_of(self, row: int) -> int:
        """The first row of the same message."""
        spot = self.spots[row]
        while row and spot is not None and (above := self.spots[row - 1]) is not None and above.entry == spot.entry:
            row -= 1
        return row


def conversation(
    messages: Sequence[Message],
    width: int,
    *,
    news: MessageNews | None = None,
    unfolded: Collection[str] = (),
    times: int = 1,
    path: str = "messages",
) -> Conversation:
    """The newest messages as rows of at most `width` cells, oldest first, until there are `times` * `MOST_ROWS`."""
    news = news or MessageNews()
    entries = list(_entries(messages, news, path))
    blocks: list[tuple[Entry, Block]] = []
    rows = 0
    for entry in reversed(entries):
        if rows >= MOST_ROWS * times:
            break
        block = _block(entry, width, unfolded)
        blocks.append((entry, block))
        rows += len(block.rows) + 1
    return _page(entries[: len(entries) - len(blocks)], blocks[::-1])


def _page(hidden: Sequence[Entry], blocks: Iterable[tuple[Entry, Block]]) -> Conversation:
    rows: list[Line] = []
    spots: list[Spot | None] = []
    calls: dict[str, int] = {}
    first_new: int | None = None
    """The first row of what is new."""
    if hidden:
        fresh = sum(entry.is_new for entry in hidden)
        words = f"┄ {len(hidden):,} earlier {'message' if len(hidden) == 1 else 'messages'}"
        words += f" ({fresh:,} new)" * bool(fresh) + keyed(" · {inspector.fold} shows more")
        rows += [((words, "calm"),), ()]
        spots += [Spot(-1, -1, "earlier"), None]
    for _, block in blocks:
        if rows and rows[-1]:
            rows.append(())
            spots.append(None)
        calls.update({call_id: len(rows) + row for call_id, row in block.calls.items()})
        if first_new is None and block.first_new is not None:
            first_new = len(rows) + block.first_new
        rows.extend(block.rows)
        spots.extend(block.spots)
    by_position = {entry.message.position: entry for entry, _ in blocks}
    return Conversation(rows, spots, calls, first_new, by_position)


def _entries(messages: Sequence[Message], news: MessageNews, path: str) -> Iterable[Entry]:
    """Messages with the results of their calls; a result whose call is not here stands for itself."""
    results: dict[str, Message] = {}
    for message in messages:
        if message.role == "tool" and message.tool_call_id is not None:
            results[message.tool_call_id] = message
    taken: set[int] = set()
    callers: dict[int, dict[str, Message]] = {}
    for message in messages:
        for call in message.tool_calls:
            result = results.get(call.id) if call.id is not None else None
            if call.id is not None and result is not None and result.position > message.position:
                callers.setdefault(message.position, {})[call.id] = result
                taken.add(result.position)
    for message in messages:
        if message.position not in taken:
            yield Entry(message, callers.get(message.position, {}), news, path)


def _block(entry: Entry, width: int, unfolded: Collection[str]) -> Block:
    mine = frozenset(key for key in entry.keys if key in unfolded)
    key = (width, mine, entry.identity)
    kept = _blocks.get(key)
    if kept is None:
        # The entry is kept with its rows: its values must live as long as their identity stands for them.
        kept = _blocks.put(key, (entry, message_block(entry, width, mine)))
    return kept[1]
