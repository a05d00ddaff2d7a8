"""What a typed name means in a thread and at a server, and what is said of one that means nothing or too much."""

from __future__ import annotations

import pytest

from tests.fakes import FakeBackend
from tui.backends.base import ThreadPage, ThreadQuery
from tui.backends.errors import NotFound, Rejected
from tui.domain.addresses import parse_checkpoint
from tui.session.open_thread import AmbiguousName
from tui.session.session import Session


class WithoutIds(FakeBackend):
    """A server that does not search by ids."""

    async def search_threads(self, query: ThreadQuery) -> ThreadPage:
        """Refuse ids."""
        if query.ids is not None:
            raise Rejected("No ids here.")
        return await super().search_threads(query)


async def test_going_up_further_than_the_thread_goes_names_its_first_checkpoint() -> None:
    backend = FakeBackend()
    session = Session(backend)
    opened = await session.open(await session.resolve_thread(backend.add_weather_thread()))
    assert (await opened.resolve(parse_checkpoint("head~4"))).checkpoint_id == "c00"
    with pytest.raises(NotFound, match=r"head~9 goes up too far: the first checkpoint above head is head~4 \(…c00\)"):
        await opened.resolve(parse_checkpoint("head~9"))


async def test_a_part_that_fits_several_checkpoints_says_what_they_are() -> None:
    backend = FakeBackend()
    session = Session(backend)
    opened = await session.open(await session.resolve_thread(backend.add_weather_thread()))
    with pytest.raises(AmbiguousName, match=r"fits 5 checkpoints: …c04, …c03, .* Name one by its end\.") as told:
        await opened.resolve(parse_checkpoint("c"))
    assert told.value.about["c02"] == 'step 1 · agent · search(query="weather in Santa Fe")'


async def test_a_part_that_fits_several_threads_names_their_titles() -> None:
    backend = FakeBackend()
    backend.add_weather_thread()
    await backend.create_thread()
    session = Session(backend)
    with pytest.raises(AmbiguousName, match="fits 2 threads") as told:
        await session.resolve_thread("t")
    assert told.value.about == {"t-1": "idle · weather in SF", "t-2": "idle · (no messages)"}


async def test_an_ambiguous_thread_is_told_where_their_titles_cannot_be_read() -> None:
    backend = WithoutIds()
    backend.add_weather_thread()
    backend.add_weather_thread()
    with pytest.raises(AmbiguousName, match="fits 2 threads") as told:
        await Session(backend).resolve_thread("t")
    assert told.value.about == {}


async def test_the_latest_of_nothing_is_said_to_be_missing() -> None:
    backend = FakeBackend()
    session = Session(backend)
    with pytest.raises(NotFound, match=r"There are no threads at .* Make one: forkpoint new"):
        await session.resolve_thread("latest")
    thread = await backend.create_thread()
    with pytest.raises(NotFound, match="has no runs yet"):
        await session.resolve_run(thread.thread_id, "latest")
    opened = await session.open(thread)
    with pytest.raises(NotFound, match=r"has no checkpoints yet\. Start a run with an input first: forkpoint run t-1"):
        await opened.resolve(parse_checkpoint("head"))
