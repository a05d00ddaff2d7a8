"""Resuming a stream that is cut anywhere gives exactly the events of an undisturbed reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.stream_position import FROM_THE_START, JOIN_GRAIN_SECONDS, StreamPosition, Taken
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
        received += [event.data for event in offered[:cut] if position.take(event) is Taken.NEW]
        after = position.resume()
        offered = events if after is None else served(events, after)
    received += [event.data for event in offered if position.take(event) is Taken.NEW]
    assert received == list(range(len(events)))


def test_a_stream_without_ids_cannot_be_resumed() -> None:
    position = StreamPosition()
    assert position.resume() == FROM_THE_START, "nothing is known yet"
    assert position.take(StreamEvent("updates", {})) is Taken.NEW
    assert not position.can_resume
    assert position.resume() is None
    assert position.without_id == 1


class Clock:
    """Seconds that a test sets."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


MS = 1_767_268_800_000
"""A moment, in milliseconds."""


def made(data: str, at: int) -> StreamEvent:
    """An event that the server made so many milliseconds after the moment."""
    return StreamEvent("messages", data, id=f"{MS + at}-0")


TRUE_STREAM = [
    made(word, at) for word, at in zip(["a", "b", "c", "d", "e", "f", "g", "h"], (0, 1, 1, 5, 6, 6, 9, 12), strict=True)
]


@pytest.mark.parametrize("skew", [-3600.0, 0.0, 3600.0])
@pytest.mark.parametrize("cut", range(1, 8))
def test_what_a_server_sends_twice_is_taken_once(cut: int, skew: float) -> None:
    """It begins to listen, hands out what it stored, then what it has heard since it began to listen."""
    for subscribed in range(cut, 8):
        for stored in range(subscribed, 9):
            _resumed(cut, subscribed, stored, skew)


def _resumed(cut: int, subscribed: int, stored: int, skew: float) -> None:
    clock = Clock(MS / 1000 + skew)
    position = StreamPosition(clock)
    got: list[StreamEvent] = []

    def come(event: StreamEvent) -> None:
        clock.now = max(clock.now, int(str(event.id).split("-")[0]) / 1000 + skew)
        if position.take(event) is Taken.NEW:
            got.append(event)

    for event in TRUE_STREAM[:cut]:
        come(event)
    after = position.resume()
    assert after is not None
    for event in TRUE_STREAM[:stored]:
        if (event.id or "") > after or after == FROM_THE_START:
            come(event)
    for event in TRUE_STREAM[subscribed:]:
        come(event)
    assert [event.data for event in got] == [event.data for event in TRUE_STREAM]


def test_words_that_are_alike_are_not_lost_in_a_replay() -> None:
    """All of it was made before it was asked for again, so nothing comes twice."""
    stream = [made("ha", 0), made("ha", 1), made("ha", 1), made("ha", 1), made("!", 2)]
    clock = Clock(MS / 1000)
    position = StreamPosition(clock)
    assert position.take(stream[0]) is Taken.NEW
    clock.now += 60
    assert position.resume() == FROM_THE_START
    assert [position.take(event) for event in stream] == [Taken.REPEATED, *[Taken.NEW] * 4]


TWINS = [made(word, at) for word, at in zip("abbcdde", (0, 1, 1, 5, 6, 6, 9), strict=True)]
"""Some are alike to the millisecond, and still are two."""


@pytest.mark.parametrize("skew", [-3600.0, 0.0, 3600.0])
@pytest.mark.parametrize("off", [-0.9 * JOIN_GRAIN_SECONDS, 0.0, 0.9 * JOIN_GRAIN_SECONDS])
def test_who_joins_takes_everything_once(skew: float, off: float) -> None:
    """The server's clock is known to some seconds only; of events that are alike it is asked whether they are two."""
    for subscribed in range(len(TWINS) + 1):
        for stored in range(subscribed, len(TWINS) + 1):
            _joined(subscribed, stored, skew, off)


def _joined(subscribed: int, stored: int, skew: float, off: float) -> None:
    clock = Clock(MS / 1000 - skew)
    position = StreamPosition(clock)
    position.joins(skew + off)
    got: list[StreamEvent] = []
    for number, event in enumerate((*TWINS[:stored], *TWINS[subscribed:])):
        taken = position.take(event)
        if taken is Taken.UNSURE:
            known = TWINS[: max(stored, number + 1 - stored + subscribed)]
            taken = position.take(event, is_twin=[other.id for other in known].count(event.id) > position.had)
        if taken is Taken.NEW:
            got.append(event)
    assert [event.data for event in got] == [event.data for event in TWINS], f"from {subscribed} on, stored {stored}"


def test_a_run_that_ended_long_ago_is_taken_as_it_is() -> None:
    position = StreamPosition(Clock(MS / 1000 + 60))
    position.joins(0.0)
    assert [position.take(event) for event in TWINS] == [Taken.NEW] * len(TWINS), "nobody has to look"
