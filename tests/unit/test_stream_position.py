"""Resuming a stream that is cut anywhere gives exactly the events of an undisturbed reader."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.stream_position import FROM_THE_START, StreamPosition
from tui.domain.transcript import StreamEvent


def served(events: list[StreamEvent], after: str | None) -> list[StreamEvent]:
    """What a server sends to a reader that resumes: everything behind the last event of that id."""
    if after == FROM_THE_START:
        return events
    last = max(i for i, event in enumerate(events) if event.id == after)
    return events[last + 1 :]


@given(st.lists(st.integers(0, 2), max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_nothing_is_lost_and_nothing_comes_twice(steps: list[int], cuts: list[int]) -> None:
    """Ids grow by 0 (the same millisecond), 1 or 2; the line is cut after so many events, again and again."""
    clock, events = 0, []
    for number, step in enumerate(steps):
        clock += step
        events.append(StreamEvent("messages", number, f"{clock}-0"))
    position = StreamPosition()
    received: list[int] = []
    offered = events
    for cut in cuts:
        received += [event.data for event in offered[:cut] if position.take(event)]
        after = position.resume()
        offered = events if after is None else served(events, after)
    received += [event.data for event in offered if position.take(event)]
    assert received == list(range(len(events)))


def test_a_stream_without_ids_cannot_be_resumed() -> None:
    position = StreamPosition()
    assert position.resume() == FROM_THE_START, "nothing is known yet"
    assert position.take(StreamEvent("updates", {}))
    assert not position.can_resume
    assert position.resume() is None
    assert position.without_id == 1
