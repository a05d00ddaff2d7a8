"""What was read is not looked through again, and what is garbage still goes."""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass

import pytest

from tui.screens.garbage import Garbage


@dataclass(eq=False)
class Circle:
    """Garbage as only the collector finds it."""

    itself: Circle | None = None


@pytest.fixture
def started() -> Garbage:
    """As in the app's own process, after its start."""
    garbage = Garbage()
    gc.disable()
    try:
        garbage.begin()
        assert gc.isenabled()
    finally:
        gc.enable()
    return garbage


def looked_through(what: object) -> bool:
    return any(one is what for one in gc.get_objects())


def test_what_was_read_is_out_of_sight_and_goes_when_nobody_needs_it(started: Garbage) -> None:
    read = Circle()
    kept = weakref.ref(read)
    assert looked_through(read)
    started.keep()
    assert not looked_through(read)
    del read
    assert kept() is None


def test_what_is_garbage_by_then_is_not_kept(started: Garbage) -> None:
    circle = Circle()
    circle.itself = circle
    gone = weakref.ref(circle)
    del circle
    started.keep()
    assert gone() is None


def test_nobody_elses_process_is_touched() -> None:
    read = Circle()
    Garbage().keep()
    assert looked_through(read)


def test_what_a_start_makes_is_out_of_sight() -> None:
    made = Circle()
    gc.disable()
    try:
        Garbage().begin()
    finally:
        gc.enable()
    assert not looked_through(made)
