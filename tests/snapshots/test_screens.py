"""Pictures of the screens, made from recorded answers of a real server. `pytest --snapshot-update` accepts new ones."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from textual.pilot import Pilot

from tests.fakes import FakeBackend
from tests.snapshots.recorded import recorded_backend, shortly_after
from tests.ui.driving import Driver
from tui.app import ForkpointApp
from tui.backends.errors import CannotConnect
from tui.domain.addresses import Address
from tui.domain.transcript import StreamEvent
from tui.domain.transcript_builder import transcript_of
from tui.session.session import Session

Act: TypeAlias = Callable[[Driver], Awaitable[None]]
Compare: TypeAlias = Callable[..., bool]

WIDE, NARROW = (120, 36), (80, 24)
STREAM = Path(__file__).parent.parent / "unit" / "streams" / "research.jsonl"


def thread_named(backend: FakeBackend, title: str) -> str:
    return next(i for i, thread in backend.threads.items() if thread.metadata.get("title") == title)


@pytest.fixture
def picture(snap_compare: Compare) -> Callable[..., bool]:
    """Compares a picture of the app after `act`, with the thread of a title open."""

    def compare(
        title: str, act: Act | None = None, *, size: tuple[int, int], theme: str = "forkpoint-dark", **options: Any
    ) -> bool:
        backend = options.pop("backend", None) or recorded_backend()
        app = ForkpointApp(
            Session(backend),
            open_address=Address(thread_named(backend, title)) if title else None,
            theme=theme,
            profile="demo",
            now=lambda: shortly_after(recorded_backend()),
            **options,
        )

        async def prepare(pilot: Pilot[None]) -> None:
            driver = Driver(app, pilot)
            await driver.until(lambda: driver.screen.is_ready, "the thread")
            if act is not None:
                await act(driver)
            await pilot.pause()

        return snap_compare(app, terminal_size=size, run_before=prepare)

    return compare


FORKED = "weather in SF, forked twice"


@pytest.mark.parametrize("theme", ["forkpoint-dark", "forkpoint-light"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_forked_thread(picture: Compare, size: tuple[int, int], theme: str) -> None:
    async def select_the_older_branch(driver: Driver) -> None:
        await driver.press("g", *"jjj")

    assert picture(FORKED, select_the_older_branch, size=size, theme=theme)


def test_threads_in_a_narrow_terminal(picture: Compare) -> None:
    async def go_to_threads(driver: Driver) -> None:
        await driver.press("1", "j", "j")

    assert picture("weather in SF", go_to_threads, size=NARROW, theme="forkpoint-light")


def test_korean_and_emoji_in_the_inspector(picture: Compare) -> None:
    async def inspect(driver: Driver) -> None:
        await driver.press("3")

    assert picture("샌프란시스코 날씨 🙂", inspect, size=NARROW)


async def edit(driver: Driver) -> None:
    await driver.press("j", "j", "e")
    await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
    driver.screen.inspector.editor.area.cursor_blink = False
    await driver.press(*["backspace"] * len("Santa Fe"))
    await driver.write("San Francisco")


def test_editing_a_tool_call(picture: Compare) -> None:
    assert picture("weather in SF", edit, size=WIDE)


def test_broken_json_in_the_editor(picture: Compare) -> None:
    async def break_it(driver: Driver) -> None:
        await edit(driver)
        await driver.press("end", "backspace")

    assert picture("weather in SF", break_it, size=NARROW, theme="forkpoint-light")


def test_the_question_before_a_fork(picture: Compare) -> None:
    async def send(driver: Driver) -> None:
        await edit(driver)
        await driver.press("ctrl+s")
        await driver.asked()

    assert picture("weather in SF", send, size=NARROW)


def test_a_run_as_it_happens(picture: Compare) -> None:
    async def stream(driver: Driver) -> None:
        pane = driver.screen.live_pane
        pane.clock = lambda: 65.0
        events = [StreamEvent(**json.loads(line)) for line in STREAM.read_text(encoding="utf-8").splitlines()]
        pane.run_begins("replay of step 1")
        pane.run_started("01a1fd8a-0000-0000-0000-000000abcdef")
        pane.show_transcript(transcript_of(events[: len(events) // 2]))

    assert picture("report on solar power", stream, size=WIDE)


def test_a_state_without_messages(picture: Compare) -> None:
    async def unfold(driver: Driver) -> None:
        await driver.press("3", "down", "enter")

    assert picture("inventory (no messages)", unfold, size=WIDE, theme="forkpoint-light")


def test_the_facts_of_a_failed_checkpoint(picture: Compare) -> None:
    async def facts(driver: Driver) -> None:
        await driver.press("3", "right_square_bracket")

    assert picture("flaky import", facts, size=WIDE)


def test_the_runs_of_a_thread(picture: Compare) -> None:
    async def runs(driver: Driver) -> None:
        await driver.press("R")
        await driver.until(lambda: driver.app.screen.query("RunsList").first().row_count == 3, "the runs")  # type: ignore[attr-defined]

    assert picture(FORKED, runs, size=WIDE)


def test_the_help(picture: Compare) -> None:
    async def help_(driver: Driver) -> None:
        await driver.press("question_mark")

    assert picture("weather in SF", help_, size=NARROW)


def test_nothing_listens_there(picture: Compare) -> None:
    what = "Nothing listens at http://127.0.0.1:2024 (connection refused)."
    backend = FakeBackend(
        address="http://127.0.0.1:2024",
        fail={"connect": CannotConnect(what, hint="Start the server, or name another one with --url.")},
    )
    assert picture("", size=NARROW, backend=backend)


def test_without_colours(picture: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(FORKED, size=NARROW)


def test_forty_by_ten(picture: Compare) -> None:
    assert picture(FORKED, size=(40, 10))
