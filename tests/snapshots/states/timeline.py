"""The timeline: few and many checkpoints, forks of all kinds, rows of all kinds, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tests.snapshots.record_shapes import BREAKPOINT, CALLS, FANNED, FIXTURE, NESTED, STAR, WIDE
from tests.snapshots.recorded import RecordedBackend, recorded_backend
from tests.snapshots.stage import State
from tests.ui.driving import Driver
from tui.backends.errors import ServerFailed
from tui.demo.seed import BRANCHED, FLAKY, INVENTORY, KOREAN, REFUND, REPORT, SF
from tui.domain.checkpoint import Checkpoint


def shapes() -> RecordedBackend:
    """The threads of odd shapes."""
    return recorded_backend(FIXTURE)


def with_rows(title: str, rows: Sequence[Checkpoint], backend: RecordedBackend | None = None) -> RecordedBackend:
    """A recorded thread with other rows, oldest first."""
    backend = backend or recorded_backend()
    backend.rows[backend.titled(title)] = list(rows)
    return backend


def rows_of(title: str, backend: RecordedBackend | None = None) -> list[Checkpoint]:
    """The recorded rows of a thread, oldest first."""
    backend = backend or recorded_backend()
    return backend.rows[backend.titled(title)]


def grown(count: int) -> RecordedBackend:
    """The thread of two Korean turns, its turns repeated until there are so many checkpoints."""
    turn = rows_of(KOREAN)[5:]
    rows = rows_of(KOREAN)[:5]
    while len(rows) < count:
        row, before = turn[len(rows) % 5], rows[-1]
        number = len(rows)
        rows.append(
            replace(
                row,
                checkpoint_id=f"1fffffff-0000-6000-8000-{number:012x}",
                parent_id=before.checkpoint_id,
                step=number - 1,
                created_at=row.created_at and row.created_at - timedelta(seconds=2 * (count - number)),
            )
        )
    return with_rows(KOREAN, rows)


def without(title: str, *numbers: int) -> RecordedBackend:
    """A thread without some of its rows, counted from the oldest."""
    return with_rows(title, [row for number, row in enumerate(rows_of(title)) if number not in numbers])


def nothing_comes() -> RecordedBackend:
    """The history of a thread does not come."""
    backend = recorded_backend()
    backend.holds = {"history"}
    return backend


def large_rows() -> RecordedBackend:
    """A thread of states so large that not all of it is read without being asked."""
    backend = grown(300)
    backend.row_bytes = 2_000_000
    return backend


def nothing_can_be_read() -> RecordedBackend:
    """The server fails at the history."""
    backend = recorded_backend()
    backend.fail["history"] = ServerFailed("The server answered 500: internal error.", hint="Look at its log.")
    return backend


def with_a_broken_row() -> RecordedBackend:
    """One row that could not be read."""
    rows = rows_of(SF)
    rows[3] = replace(rows[3], values={}, broken="its `values` are not JSON (line 1, column 812).")
    return with_rows(SF, rows)


def with_one_row() -> RecordedBackend:
    """An input, and nothing yet."""
    return with_rows(SF, rows_of(SF)[:1])


async def timeline(driver: Driver) -> None:
    """At the newest."""
    await driver.press("2", "g")


async def at_the_end(driver: Driver) -> None:
    """At the oldest that is loaded."""
    await driver.press("2", "G")


async def everything_read(driver: Driver) -> None:
    """All pages, and the cursor in the middle."""
    await driver.press("2")
    opened = driver.screen.history.opened
    assert opened is not None
    while not opened.tree.complete:
        await opened.load_older()
    driver.screen.history.tree_grew(opened, follow=False)
    middle = sorted(checkpoint.checkpoint_id for checkpoint in opened.tree)[len(opened.tree) // 2]
    driver.screen.timeline.select(middle)
    await driver.pilot.pause()


async def older_not_loaded(driver: Driver) -> None:
    """The last row that was read, and the one that says that there are more: reading on was stopped."""
    backend = driver.screen.session.backend
    assert isinstance(backend, RecordedBackend)
    backend.holds = {"history"}
    await driver.press("2")
    driver.screen.timeline.action_page(1000)
    await driver.until(lambda: driver.screen.history.older.is_shown, "the words that it takes long")
    await driver.press("escape")
    driver.screen.timeline.action_page(1000)
    await driver.pilot.pause()


async def older_branch(driver: Driver) -> None:
    """A branch that is not the newest."""
    await driver.press("2", "G", "l", "greater_than_sign")


async def open_the_rest(driver: Driver) -> None:
    """The branches that are folded because there are many."""
    view = driver.screen.timeline.view
    assert view is not None
    await driver.press("2", "g")
    while (row := driver.screen.timeline._row(driver.screen.timeline._cursor)) and not row.kind.is_fold:
        await driver.press("j")
    await driver.press("enter")


async def fold_a_branch(driver: Driver) -> None:
    """One branch is a line."""
    await driver.press("2", "g", "j", "j", "j", "z")


async def fold_the_runs(driver: Driver) -> None:
    """Every run is a line."""
    await driver.press("2", "g")
    driver.screen.timeline.fold_runs()
    await driver.pilot.pause()


async def find(driver: Driver) -> None:
    """Search, at the second match."""
    await driver.press("2", "g", "slash")
    await driver.write("santa")
    await driver.press("enter", "n")


async def search_without_a_match(driver: Driver) -> None:
    """What is typed is nowhere."""
    await driver.press("2", "slash")
    await driver.write("zanzibar")
    await driver.press("enter")


async def empty(driver: Driver) -> None:
    """A thread that has not run."""
    await choose_assistant(driver)
    await driver.press("escape", "2")


async def choose_assistant(driver: Driver) -> None:
    """A new thread, and who is to run it."""
    await driver.press("1", "a")
    await driver.yes()
    await driver.until(lambda: driver.app.screen is not driver.screen, "the assistants")


STATES = (
    State("timeline-1", timeline, SF, with_one_row),
    State("timeline-8", older_branch, BRANCHED, lambda: with_rows(BRANCHED, rows_of(BRANCHED)[:8])),
    State("timeline-300", everything_read, KOREAN, lambda: grown(300)),
    State("timeline-older-not-loaded", older_not_loaded, KOREAN, large_rows),
    State("timeline-10000", everything_read, KOREAN, lambda: grown(10_000)),
    State("timeline-twenty-forks", timeline, STAR, shapes),
    State("timeline-twenty-forks-open", open_the_rest, STAR, shapes),
    State("timeline-nested-forks", timeline, NESTED, shapes),
    State("timeline-nested-older-branch", older_branch, NESTED, shapes),
    State("timeline-missing-parent", timeline, BRANCHED, lambda: without(BRANCHED, 3, 6)),
    State("timeline-pruned", at_the_end, BRANCHED, lambda: without(BRANCHED, 0, 1)),
    State("timeline-broken-row", timeline, SF, with_a_broken_row),
    State("timeline-interrupt", timeline, REFUND),
    State("timeline-error", timeline, FLAKY),
    State("timeline-running", timeline, REPORT),
    State("timeline-parallel-nodes", timeline, FANNED, shapes),
    State("timeline-other-state", timeline, INVENTORY),
    State("timeline-several-calls", timeline, CALLS, shapes),
    State("timeline-breakpoint", timeline, BREAKPOINT, shapes),
    State("timeline-wide-characters", timeline, WIDE, shapes),
    State("timeline-branch-folded", fold_a_branch, BRANCHED),
    State("timeline-runs-folded", fold_the_runs, KOREAN),
    State("timeline-find", find, BRANCHED),
    State("timeline-nothing-found", search_without_a_match, BRANCHED, messages=True),
    State("timeline-empty", empty),
    State("timeline-loading", None, backend=nothing_comes),
    State("timeline-not-readable", None, backend=nothing_can_be_read, messages=True),
)
