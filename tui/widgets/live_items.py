"""What a live pane shows one below the other: executions of nodes, custom events, and bars where these tell progress.

Pure, but with a memory: of every bar its newest event, and of every node when it was first seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias, TypeVar

from tui.domain.checkpoint import JSON
from tui.domain.progress import Progress, progress_of
from tui.domain.safe_text import one_line
from tui.domain.transcript import CustomEvent, Gap, NodeSection, StreamEvent, Transcript
from tui.widgets.lines import Part

MOST_SECTIONS = 200
MOST_EVENTS = 200
MOST_BARS = 50

_Event = TypeVar("_Event", CustomEvent, StreamEvent)

_BarKey: TypeAlias = tuple[tuple[str, ...], str]
"""Namespace and name of a bar."""

_RUNNING: Part = ("▸", "mark-running")
_DONE: Part = ("✓", "ok")
_FAILED: Part = ("✗", "mark-error")
_STOPPED: Part = ("┄", "calm")
_TOLD: Part = ("·", "calm")
_LOST: Part = ("✂", "warning")


@dataclass(frozen=True, slots=True)
class Item:
    """One part: a node's execution (`section`), a bar (`progress`), a lost line (`gap`), or a custom event (`data`)."""

    order: int
    label: str
    mark: Part
    section: NodeSection | None = None
    progress: Progress | None = None
    data: JSON = None
    gap: Gap | None = None
    seconds: float | None = None
    """How long it took, where that was seen."""

    @property
    def subject(self) -> object:
        """What it is about: the same object while nothing about it changed."""
        return next((one for one in (self.section, self.progress, self.gap) if one is not None), self.data)

    @property
    def facts(self) -> tuple[str, Part, float | None]:
        """What is said beside it."""
        return self.label, self.mark, self.seconds


class LiveItems:
    """Makes the items of each picture. `timed`: off where events come later than they happened."""

    def __init__(self, *, timed: bool) -> None:
        self._timed = timed
        self._times: dict[int, tuple[float | None, float | None]] = {}
        self._idle_since: float | None = None
        self._told = self._told_unknown = 0
        self._bars: dict[_BarKey, Item] = {}
        self._events: deque[Item] = deque(maxlen=MOST_EVENTS)
        self._count = 0

    @property
    def count(self) -> int:
        """Parts so far, also those that are not shown any more."""
        return self._count

    def update(
        self, transcript: Transcript, now: float, *, over: bool = False, failed: Collection[str] = ()
    ) -> list[Item]:
        """The newest items in the order in which they began; `over`: nothing goes on any more, `failed` nodes did."""
        if self._idle_since is None and transcript.run_id is not None and not transcript.sections:
            self._idle_since = now  # a worker has taken the run: its first node begins
        sections = transcript.sections[-MOST_SECTIONS:]
        if self._timed:
            self._take_times(sections, now)
        for event in _after(transcript.custom, self._told):
            self._take_event(event)
        for unknown in _after(transcript.unknown, self._told_unknown):
            self._told_unknown = unknown.order
            label = " " * min(3, len(unknown.namespace)) + one_line(unknown.mode, 40)
            self._events.append(Item(unknown.order, label, _TOLD, data=unknown.data))
        self._count = len(transcript.sections) + len(self._bars) + len(self._events)
        self._count += len(transcript.gaps) + transcript.dropped
        items = [self._section_item(section, label, over=over, failed=failed) for section, label in _labelled(sections)]
        gaps = [Item(gap.order, "gap", _LOST, gap=gap) for gap in transcript.gaps]
        return sorted((*items, *self._bars.values(), *self._events, *gaps), key=lambda item: item.order)

    def _section_item(self, section: NodeSection, label: str, *, over: bool, failed: Collection[str]) -> Item:
        mark = _DONE if section.finished else _STOPPED if over else _RUNNING
        has_failed = over and not section.finished and not section.namespace and section.node in failed
        mark = _FAILED if section.error or has_failed else _STOPPED if section.cut else mark
        return Item(section.order, label, mark, section, seconds=self._times.get(section.order, (0.0, None))[1])

    def _take_times(self, sections: Sequence[NodeSection], now: float) -> None:
        """When nodes were first seen and when they had ended.

        A single new node has run since the ones before it had ended, or since the run began: a model thinks before
        it says its first word. When one of several began that came at once is not known so well.
        """
        new = [section for section in sections if section.order not in self._times]
        since = self._idle_since if len(new) == 1 and not _follows_its_like(sections) else None
        for section in new:
            began = since if section.finished or since is not None else now
            self._times[section.order] = (began, now - began if section.finished and began is not None else None)
        for section in sections:
            began, took = self._times[section.order]
            if section.finished and took is None and began is not None:
                self._times[section.order] = (began, now - began)
        if not all(section.finished for section in sections):
            self._idle_since = None
        elif new or self._idle_since is None:
            self._idle_since = now
        if len(self._times) > 4 * MOST_SECTIONS:
            self._times = {section.order: self._times[section.order] for section in sections}

    def _take_event(self, event: CustomEvent) -> None:
        self._told = event.order
        indent = " " * min(3, len(event.namespace))
        progress = progress_of(event.data)
        if progress is None:
            self._events.append(Item(event.order, indent + "custom", _TOLD, data=event.data))
            return
        key = (event.namespace, progress.name)
        bar = self._bars.get(key) or self._renamed(key, progress)
        begins = bar is None or bar.progress is None or (bar.progress.share >= 1 and progress.share < 1)
        order = event.order if begins or bar is None else bar.order
        if begins and bar is not None:
            self._events.append(bar)
        mark = _DONE if progress.share >= 1 else _RUNNING
        self._bars[key] = Item(order, indent + "progress", mark, progress=progress)
        while len(self._bars) > MOST_BARS:
            self._events.append(self._bars.pop(next(iter(self._bars))))

    def _renamed(self, key: _BarKey, progress: Progress) -> Item | None:
        """The only bar of this kind that is under way, if it goes on under another name, such as the next file's."""
        alike = [
            (other, bar)
            for other, bar in self._bars.items()
            if other[0] == key[0] and bar.progress is not None and bar.progress.kind == progress.kind
        ]
        open_ones = [(other, bar) for other, bar in alike if bar.progress is not None and bar.progress.share < 1]
        if len(open_ones) != 1:
            return None
        other, bar = open_ones[0]
        if bar.progress is None or not bar.progress.share < progress.share:
            return None
        del self._bars[other]
        return bar


def _follows_its_like(sections: Sequence[NodeSection]) -> bool:
    """Whether the newest one is of the node that ended before it: tasks of one step that ran at the same time."""
    names = [(section.namespace, section.node) for section in sections[-2:]]
    return len(names) == 2 and names[0] == names[1]


def _after(events: Sequence[_Event], order: int) -> Iterator[_Event]:
    """The events behind one that was taken in already: from the end, because most were."""
    first = len(events)
    while first and events[first - 1].order > order:
        first -= 1
    yield from events[first:]


def _labelled(sections: Sequence[NodeSection]) -> Iterator[tuple[NodeSection, str]]:
    """Sections with their path as name; those that ran at the same time have numbers."""
    for _, group in groupby(sections, key=lambda section: (section.namespace, section.node, section.step)):
        alike = list(group)
        for number, section in enumerate(alike, start=1):
            path = one_line(" › ".join((*section.subgraphs, section.node)), 60)
            indent = " " * min(3, len(section.namespace))
            yield section, f"{indent}{path}{f' {number}' if len(alike) > 1 else ''}"


def stopped(item: Item) -> Item:
    """A bar of a run that is over and was not finished."""
    return replace(item, mark=_STOPPED) if item.progress is not None and item.mark is _RUNNING else item
