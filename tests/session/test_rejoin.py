"""Joining a broken line again where servers answer as they should not: what is lost is marked, nothing comes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.fakes import FakeBackend, FakeStream
from tui.backends.errors import BackendError, BadAnswer, ConnectionLost, StreamBroken
from tui.domain.checkpoint import Run
from tui.domain.transcript import GAP, StreamEvent
from tui.session.events import LineLost, RunEnd, RunEnded, Streamed, TravelEvent
from tui.session.session import Session
from tui.session.travel import join_run

CUT = ConnectionLost("The line is cut.")
Item = StreamEvent | BackendError | Callable[[], None]


def said(word: str, event_id: str | None = None) -> StreamEvent:
    return StreamEvent("custom", word, event_id)


@dataclass
class Server(FakeBackend):
    """Each time that its run is joined it says what `connections` has next; an error alone answers the request."""

    connections: list[list[Item] | BackendError] = field(default_factory=list)
    asked_after: list[str | None] = field(default_factory=list)
    run: Run | None = None

    @asynccontextmanager
    async def join_stream(
        self, thread_id: str, run_id: str, *, last_event_id: str | None = None
    ) -> AsyncIterator[FakeStream]:
        self._note("join_stream", thread_id)
        self.asked_after.append(last_event_id)
        next_one = self.connections.pop(0) if self.connections else []
        if isinstance(next_one, BackendError):
            raise next_one
        yield FakeStream(run_id, next_one)

    def over(self, status: str = "success") -> None:
        """The run ends."""
        assert self.run is not None
        self._set_status(self.run.thread_id, self.run.run_id, status)


async def follow(server: Server, *connections: list[Item] | BackendError) -> tuple[list[TravelEvent], RunEnded]:
    """Join a run of the server to its end."""
    session = Session(server)
    await session.connect()
    opened = await session.open(await session.resolve_thread(server.add_weather_thread()))
    server.run = server._new_run(opened.thread_id, None)
    server.connections = list(connections)
    heard: list[TravelEvent] = []
    return heard, await join_run(opened, server.run, heard.append)


def words(heard: Sequence[TravelEvent]) -> list[str]:
    """What was said, with a mark where the line was lost."""
    events = [event.event for event in heard if isinstance(event, Streamed)]
    return ["GAP" if event.event == GAP else str(event.data) for event in events]


def tries(heard: Sequence[TravelEvent]) -> list[int]:
    return [event.attempt for event in heard if isinstance(event, LineLost)]


async def test_a_server_that_goes_on_from_the_last_id_leaves_no_mark() -> None:
    server = Server()
    heard, ended = await follow(
        server,
        [said("a", "1"), said("b", "2"), said("c", "2"), CUT],
        [said("b", "2"), said("c", "2"), said("d", "2"), said("e", "3"), server.over],
    )
    assert words(heard) == list("abcde")
    assert server.asked_after == ["-1", "1"]
    assert ended.end is RunEnd.SUCCESS


async def test_an_id_that_the_server_does_not_know_leaves_a_marked_gap() -> None:
    server = Server()
    heard, ended = await follow(
        server, [said("a", "1"), said("b", "2"), CUT], [said("y", "8"), said("z", "9"), server.over]
    )
    assert words(heard) == ["a", "b", "GAP", "y", "z"]
    assert ended.end is RunEnd.SUCCESS


async def test_a_server_that_has_forgotten_a_run_which_ended_meanwhile_leaves_a_mark_at_the_end() -> None:
    server = Server()
    heard, ended = await follow(server, [said("a", "1"), server.over, CUT], [])
    assert words(heard) == ["a", "GAP"]
    assert ended.end is RunEnd.SUCCESS


async def test_a_server_without_ids_is_joined_where_it_is_and_the_gap_marked() -> None:
    server = Server()
    heard, _ = await follow(server, [said("a"), CUT], [said("c"), server.over])
    assert words(heard) == ["a", "GAP", "c"]
    assert server.asked_after == ["-1", None]


async def test_a_proxy_that_answers_for_its_server_is_asked_again() -> None:
    """With an empty stream, and with a page of its own."""
    server = Server()
    page = BadAnswer("It answered with text/html instead of an event stream.")
    heard, ended = await follow(
        server, [said("a", "1"), CUT], [], page, [], [said("a", "1"), said("b", "2"), server.over]
    )
    assert words(heard) == ["a", "b"]
    assert tries(heard) == [1, 2, 3, 4]
    assert ended.end is RunEnd.SUCCESS


async def test_a_run_that_somebody_cancels_while_the_line_is_lost_is_cancelled() -> None:
    server = Server()
    heard, ended = await follow(
        server, [said("a", "1"), lambda: server.over("interrupted"), CUT], [said("a", "1"), said("b", "2")]
    )
    assert words(heard) == ["a", "b"], "what was said until then"
    assert (ended.end, ended.error) == (RunEnd.CANCELLED, None)


async def test_a_broken_stream_is_not_asked_for_again() -> None:
    server = Server()
    heard, ended = await follow(server, [said("a", "1"), server.over, StreamBroken("It is too large.")])
    assert words(heard) == ["a", "GAP"]
    assert server.asked_after == ["-1"]
    assert ended.error == "It is too large."
