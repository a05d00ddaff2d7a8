"""What is read once to tell cancelled threads from those that wait, and remembered as long as they stay as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.fakes import EPOCH, FakeBackend
from tui.backends.errors import CannotConnect, TooLarge
from tui.domain.checkpoint import Interrupt, Run, Thread
from tui.domain.run_words import thread_status
from tui.session.stops import MOST, MOST_FAILED, Stops

CANCELLED = Thread("t", status="interrupted", updated_at=EPOCH, error="UserInterrupt: x", raw={"error": {"error": "x"}})
LISTED = replace(CANCELLED, error=None, raw={})


async def found(backend: FakeBackend, *threads: Thread) -> list[Thread]:
    stops = Stops()
    await stops.find_out(backend, stops.unknown(threads))
    return [stops.told(thread) for thread in threads]


async def test_each_is_read_once_as_long_as_it_stays_as_it_is() -> None:
    backend, stops = FakeBackend(threads={"t": CANCELLED}), Stops()
    assert stops.unknown([LISTED]) == [LISTED]
    await stops.find_out(backend, [LISTED])
    assert not stops.unknown([LISTED])
    told = stops.told(LISTED)
    assert (thread_status(told), dict(told.raw)) == ("cancelled", {"error": {"error": "x"}})
    later = replace(LISTED, updated_at=EPOCH + timedelta(seconds=1))
    assert stops.told(later) is later
    assert stops.unknown([later]) == [later]


async def test_what_lists_tell_is_not_asked_for() -> None:
    asks = replace(LISTED, interrupts=(Interrupt("which?"),))
    assert not Stops().unknown([asks, CANCELLED, replace(LISTED, raw={"error": None}), replace(LISTED, status="busy")])


def test_why_threads_failed_is_asked_where_it_is_shown_and_only_of_the_first() -> None:
    failed = [replace(LISTED, thread_id=str(number), status="error") for number in range(MOST_FAILED + 3)]
    assert not Stops().unknown(failed)
    assert Stops().unknown([*failed, LISTED], failed_too=True) == [LISTED, *failed[:MOST_FAILED]]


async def test_of_a_heavy_thread_the_newest_run_is_read() -> None:
    backend = FakeBackend(threads={"t": CANCELLED})
    for status, words in (("interrupted", "cancelled"), ("success", "interrupted")):
        backend.run_list["t"] = [Run("r", "t", status=status)]
        backend.fail["get_thread"] = TooLarge("Too much.")
        assert [thread_status(thread) for thread in await found(backend, LISTED)] == [words]


async def test_what_can_not_be_read_stays_as_it_is_and_there_is_a_limit() -> None:
    backend = FakeBackend(threads={"t": CANCELLED})
    backend.fail["get_thread"] = CannotConnect("No answer.")
    assert await found(backend, LISTED) == [LISTED]
    backend.calls.clear()
    await found(backend, *(replace(LISTED, thread_id=str(number)) for number in range(MOST + 5)))
    assert len(backend.sent("get_thread")) == MOST
