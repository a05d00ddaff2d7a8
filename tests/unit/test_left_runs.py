"""The memory of followed runs: what it finds, what it forgets, and that it never stands in the way."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.fakes import FakeBackend
from tests.ui.driving import opened_app
from tui.backends.errors import NotAllowed
from tui.domain.addresses import Address
from tui.domain.checkpoint import Run
from tui.session.left_runs import MOST, LeftRun, LeftRuns
from tui.session.session import Session

URL = "http://one.example"
GONE = 2**22 + 1
"""No process has this number: it is above what Linux gives."""


def test_what_is_followed_is_found_again_newest_first(tmp_path: Path) -> None:
    left = LeftRuns(tmp_path / "runs", pid=GONE)
    first, second = LeftRun(URL, "t-1", "run-1"), LeftRun(URL, "t-2", "../../run-2\x1b")
    for time, run in enumerate((first, second, LeftRun("http://other.example", "t", "r"))):
        left.begun(run)
        os.utime(left._file(run), (time, time))
    assert LeftRuns(tmp_path / "runs").at(URL) == [second, first]
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "runs").iterdir()} == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs"], "no id leads out of the folder"
    left.ended(second)
    left.ended(second)
    assert left.at(URL) == [first]


def test_what_another_app_follows_still_is_not_left(tmp_path: Path) -> None:
    LeftRuns(tmp_path).begun(LeftRun(URL, "t", "run-1"))
    assert LeftRuns(tmp_path, pid=GONE).at(URL) == []
    LeftRuns(tmp_path, pid=GONE).begun(LeftRun(URL, "t", "run-2"))
    assert [run.run_id for run in LeftRuns(tmp_path).at(URL)] == ["run-2"]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    left = LeftRuns(tmp_path, pid=GONE)
    runs = [LeftRun(URL, "t", f"run-{number}") for number in range(MOST + 5)]
    for time, run in enumerate(runs):
        left.begun(run)
        os.utime(left._file(run), (time, time))
    assert left.at(URL) == runs[: -MOST - 1 : -1]
    assert len(list(tmp_path.iterdir())) == MOST


def test_what_cannot_be_read_or_written_is_not_remembered(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text('{"address": 1, "thread_id": "t", "run_id": "r"}')
    (tmp_path / "c.json").write_text("[]")
    assert LeftRuns(tmp_path).at(URL) == []
    (tmp_path / "file").write_text("")
    nowhere = LeftRuns(tmp_path / "file" / "runs")
    nowhere.begun(LeftRun(URL, "t", "r"))
    nowhere.ended(LeftRun(URL, "t", "r"))
    assert nowhere.at(URL) == []


async def test_a_run_that_is_over_or_gone_is_forgotten(tmp_path: Path) -> None:
    backend = FakeBackend()
    thread = backend.add_weather_thread()
    left = LeftRuns(tmp_path, pid=GONE)
    session = Session(backend, left=left)
    assert await session.left_run() is None
    for run_id in ("gone", "over", "active"):
        session.run_begun(thread, run_id)
    backend.run_list[thread] = [Run("over", thread, status="success"), Run("active", thread, status="running")]
    found = await session.left_run()
    assert found is not None
    assert found.run_id == "active"
    backend.fail["get_run"] = NotAllowed("Not yours.", status=403)
    assert await session.left_run() is None, "what can't be read keeps nobody from anything"
    assert len(left.at(backend.address)) == 1
    backend.run_list[thread] = []
    assert await session.left_run() is None
    assert left.at(backend.address) == []


async def test_runs_that_ended_are_forgotten_whichever_thread_is_opened_first(tmp_path: Path) -> None:
    backend = FakeBackend()
    thread = backend.add_weather_thread()
    left = LeftRuns(tmp_path, pid=GONE)
    for time, run_id in enumerate(("over", "gone", "active")):
        run = LeftRun(backend.address, thread, run_id)
        left.begun(run)
        os.utime(left._file(run), (time, time))
    backend.run_list[thread] = [Run("over", thread, status="success"), Run("active", thread, status="running")]
    async with opened_app(backend, open_address=Address("latest"), left=left) as driver:
        await driver.until(
            lambda: [run.run_id for run in left.at(backend.address)] == ["active"], "two to be forgotten"
        )
