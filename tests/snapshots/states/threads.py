"""The threads pane: full, filtered, searched, empty, loading, and what it says when the server does not answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.snapshots.recorded import RecordedBackend, recorded_backend
from tests.snapshots.stage import State
from tests.snapshots.states.timeline import shapes
from tests.ui.driving import Driver
from tui.backends.errors import CannotConnect, NotAllowed, ServerFailed
from tui.demo.seed import BRANCHED, SF


def no_threads() -> RecordedBackend:
    """A server that nobody has used yet."""
    backend = recorded_backend()
    return replace(backend, threads={}, rows={}, run_list={})


def many_threads() -> RecordedBackend:
    """More than a page."""
    backend = recorded_backend()
    known = list(backend.threads.values())
    for number in range(200):
        like = known[number % len(known)]
        made = replace(
            like,
            thread_id=f"{number:08x}{like.thread_id[8:]}",
            updated_at=like.updated_at and like.updated_at - timedelta(minutes=7 * number),
        )
        backend.threads[made.thread_id] = made
        backend.rows[made.thread_id] = backend.rows[like.thread_id]
        backend.run_list[made.thread_id] = []
    return backend


def connecting() -> RecordedBackend:
    """A server that takes its time."""
    return replace(recorded_backend(), holds={"connect"})


def reading() -> RecordedBackend:
    """A server that takes its time for the list."""
    return replace(recorded_backend(), holds={"search_threads"})


def offline() -> RecordedBackend:
    """Nothing listens."""
    what = "Nothing listens at http://127.0.0.1:2024 (connection refused)."
    error = CannotConnect(what, hint="Start the server, or name another one with --url.")
    return replace(recorded_backend(), fail={"connect": error})


def refused() -> RecordedBackend:
    """The key is wrong."""
    error = NotAllowed("The server refused the key (401).", hint="Set FORKPOINT_API_KEY.")
    return replace(recorded_backend(), fail={"connect": error})


def unreadable() -> RecordedBackend:
    """The list can't be read."""
    error = ServerFailed("The server answered 500: internal error.", hint="Look at its log.")
    return replace(recorded_backend(), fail={"search_threads": error})


async def threads(driver: Driver) -> None:
    """The list."""
    await driver.press("1", "j")


async def find(driver: Driver) -> None:
    """A search."""
    await driver.press("1", "g", "slash")
    await driver.write("refund")
    await driver.press("enter")


async def finding(driver: Driver) -> None:
    """A search that is being typed."""
    await driver.press("1", "g", "slash")
    await driver.write("solar")


async def only_waiting(driver: Driver) -> None:
    """Those that wait for an answer."""
    await driver.press("1")
    while driver.screen.threads.status != "interrupted":
        await driver.press("s")
    await driver.until(lambda: len(driver.screen.threads_list.threads) == 1, "the filtered list")


async def none_fails(driver: Driver) -> None:
    """A filter that nothing passes."""
    backend = driver.screen.session.backend
    assert isinstance(backend, RecordedBackend)
    for thread_id, thread in list(backend.threads.items()):
        backend.threads[thread_id] = replace(thread, status="idle")
    await driver.press("1")
    while driver.screen.threads.status != "error":
        await driver.press("s")
    await driver.until(lambda: not driver.screen.threads_list.threads, "the filtered list")


async def waiting_first(driver: Driver) -> None:
    """Those that wait, then the others."""
    await driver.press("1", "i")
    await driver.until(lambda: driver.screen.threads_list.threads[0].status == "interrupted", "another order")
    await driver.press("g")


async def delete(driver: Driver) -> None:
    """Before a thread is deleted."""
    await driver.press("1", "D")
    await driver.asked()


async def new(driver: Driver) -> None:
    """Before a thread is made."""
    await driver.press("1", "a")
    await driver.asked()


async def lost(driver: Driver) -> None:
    """The server went away meanwhile."""
    await driver.press("1")
    driver.screen.connection_is(alive=False)


STATES = (
    State("threads", threads, BRANCHED),
    State("threads-many", threads, backend=many_threads),
    State("threads-wide-characters", threads, backend=shapes),
    State("threads-find", find, SF),
    State("threads-finding", finding, SF),
    State("threads-only-waiting", only_waiting, SF),
    State("threads-none-of-a-status", none_fails, SF),
    State("threads-waiting-first", waiting_first, SF),
    State("threads-empty", None, backend=no_threads),
    State("threads-empty-read-only", None, backend=no_threads, options={"read_only": True}),
    State("threads-connecting", None, backend=connecting),
    State("threads-reading", None, backend=reading),
    State("threads-offline", None, backend=offline, messages=True),
    State("threads-key-refused", None, backend=refused, messages=True),
    State("threads-not-readable", None, backend=unreadable, messages=True),
    State("threads-delete-question", delete, SF),
    State("threads-new-question", new, SF),
    State("connection-lost", lost, SF),
)
