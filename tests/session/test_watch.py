"""The watch converges: whatever broke off or came late, in the end the tree holds what the server has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import EPOCH, FakeBackend
from tui.backends.errors import ConnectionLost, ServerFailed
from tui.domain.checkpoint import Thread
from tui.session import watch
from tui.session.events import HistoryGrew, TravelEvent, WatchLost, WatchOn
from tui.session.open_thread import OpenThread
from tui.session.watch import ThreadWatch

PATIENCE = 30.0


class Watched:
    """A watched thread of a fake backend whose last checkpoint is not there yet."""

    def __init__(self) -> None:
        self.backend = FakeBackend()
        self.thread_id = self.backend.add_weather_thread()
        self.late = self.backend.rows[self.thread_id].pop()
        self.heard: list[TravelEvent] = []
        self.opened = OpenThread(self.backend, self.backend.threads[self.thread_id])
        self._more = asyncio.Event()

    def hear(self, event: TravelEvent) -> None:
        self.heard.append(event)
        self._more.set()

    def run_ends(self) -> None:
        """What the server says of the thread when a run has ended."""
        thread = self.backend.threads[self.thread_id]
        self.backend.threads[self.thread_id] = replace(thread, updated_at=EPOCH + timedelta(hours=1))

    def last_checkpoint_is_written(self) -> None:
        self.backend.rows[self.thread_id].append(self.late)

    async def until(self, kind: type[TravelEvent], count: int = 1) -> None:
        async with asyncio.timeout(PATIENCE):
            while sum(isinstance(event, kind) for event in self.heard) < count:
                await self._more.wait()
                self._more.clear()

    @property
    def is_complete(self) -> bool:
        return self.late.checkpoint_id in self.opened.tree


@pytest.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    monkeypatch.setattr(watch, "GLANCE_SECONDS", 0.01)
    subject = Watched()
    await subject.opened.load_older()
    watching = asyncio.create_task(ThreadWatch(subject.opened, subject.hear).run())
    await subject.until(WatchOn)
    yield subject
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.parametrize("broken", ["runs", "history"])
async def test_a_reading_that_breaks_off_is_done_again(watched: Watched, broken: str) -> None:
    watched.backend.fail[broken] = ConnectionLost("The connection broke.")
    watched.last_checkpoint_is_written()
    watched.run_ends()
    await watched.until(WatchLost)
    await watched.until(HistoryGrew)
    assert watched.is_complete
    await watched.until(WatchOn, 2)


async def test_a_checkpoint_behind_the_end_of_the_run_is_seen(watched: Watched) -> None:
    watched.run_ends()
    await watched.until(HistoryGrew)
    assert not watched.is_complete
    watched.last_checkpoint_is_written()
    await watched.until(HistoryGrew, 2)
    assert watched.is_complete


async def test_nothing_is_read_while_nothing_changes(watched: Watched) -> None:
    watched.run_ends()
    await watched.until(HistoryGrew)
    glances = len(watched.backend.sent("glance"))
    async with asyncio.timeout(PATIENCE):
        while len(watched.backend.sent("glance")) < glances + 10:  # noqa: ASYNC110 - turns of the loop are counted
            await asyncio.sleep(0)
    assert len(watched.backend.sent("history")) == 1 + 2, "when it was opened, at the change, and once more"


async def test_somebody_else_who_noted_the_change_does_not_hide_it(watched: Watched) -> None:
    """A refresh by hand that broke off behind the thread's new state."""
    watched.last_checkpoint_is_written()
    watched.run_ends()
    watched.opened.thread = watched.backend.threads[watched.thread_id]
    await watched.until(HistoryGrew)
    assert watched.is_complete


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited between two looks; it takes no time here."""
    taken: list[float] = []

    async def take(_self: ThreadWatch, seconds: float) -> None:
        taken.append(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr(ThreadWatch, "_wait", take)
    return taken


async def test_a_server_that_is_away_is_asked_less_and_less_often(pauses: list[float]) -> None:
    subject = Watched()
    answers = iter([*[False] * 8, True, True])

    async def glance(thread_id: str) -> Thread:
        if not next(answers, True):
            raise ConnectionLost("It is away.")
        return replace(subject.backend.threads[thread_id], status="idle" if len(pauses) == 8 else "busy")

    subject.backend.glance = glance  # type: ignore[method-assign]
    watching = asyncio.create_task(ThreadWatch(subject.opened, subject.hear).run())
    async with asyncio.timeout(PATIENCE):
        while len(pauses) < 10:  # noqa: ASYNC110 - turns of the loop are counted
            await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert pauses[:10] == [5, 10, 15, 20, 25, 30, 30, 30, watch.GLANCE_SECONDS, watch.BUSY_SECONDS]


@pytest.mark.parametrize(("wanted", "pause"), [(None, 5), (2.0, 5), (17.0, 17), (86400.0, 30)])
async def test_a_server_that_asks_for_a_pause_gets_it_within_reason(
    pauses: list[float], wanted: float | None, pause: float
) -> None:
    subject = Watched()
    subject.backend.fail["glance"] = ServerFailed("Busy.", status=429, retry_after=wanted)
    watching = asyncio.create_task(ThreadWatch(subject.opened, subject.hear).run())
    await subject.until(WatchOn)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert pauses[0] == pause


async def test_a_stream_of_the_thread_that_ends_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LISTEN_AGAIN_SECONDS", 0.01)
    subject = Watched()
    subject.backend.can_watch = True
    watching = asyncio.create_task(ThreadWatch(subject.opened, subject.hear).run())
    async with asyncio.timeout(PATIENCE):
        while len(subject.backend.sent("watch")) < 3:  # noqa: ASYNC110 - turns of the loop are counted
            await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
