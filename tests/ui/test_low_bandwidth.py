"""A terminal that is far away: few frames, few bytes, half pages."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.ui.driving import app_on_fake
from tests.ui.test_inspector import backend_with
from tui.domain.live_messages import LiveMessage
from tui.domain.transcript import NodeSection, Transcript
from tui.terminal_app import Pace, TerminalApp
from tui.widgets.live_pane import LivePane


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_frames_a_second_and_no_more() -> None:
    clock = Clock()
    pace = Pace(frames=10, bytes_per_second=10_000, clock=clock)
    assert pace.wait() == 0
    pace.sent(100)
    assert pace.wait() == pytest.approx(0.1)
    clock.now += 0.1
    assert pace.wait() == 0


def test_a_big_frame_is_given_the_time_that_the_line_needs_for_it() -> None:
    clock = Clock()
    pace = Pace(frames=10, bytes_per_second=10_000, clock=clock)
    pace.sent(8_000)
    pace.sent(4_000)
    assert pace.wait() == pytest.approx(1.2)


def test_a_key_does_not_wait_for_the_bytes_before_it_but_they_are_made_up_for() -> None:
    clock = Clock()
    pace = Pace(frames=10, bytes_per_second=10_000, clock=clock)
    pace.sent(10_000)
    clock.now += 0.2
    pace.hurry()
    assert pace.wait() == 0
    pace.sent(1_000)
    assert pace.wait() == pytest.approx(0.9)


class Terminal:
    """Takes what is written; its line is always free."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.line = self

    def is_free(self, _then: object) -> bool:
        return True

    def write(self, words: str) -> None:
        self.written.append(words)


@pytest.mark.parametrize("low_bandwidth", [False, True])
async def test_only_a_terminal_that_is_far_away_waits_for_its_next_frame(
    low_bandwidth: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, numbers = Terminal(), iter("12345")
    monkeypatch.setattr(TerminalApp, "_terminal", terminal)
    app = TerminalApp(low_bandwidth=low_bandwidth)
    monkeypatch.setattr(app._cells, "changes", lambda: next(numbers))
    if app._pace is not None:
        app._pace.clock = Clock()  # it stands still
    for _ in range(3):
        app._paint()
    assert [words[0] for words in terminal.written] == (["1"] if low_bandwidth else ["1", "2", "3"])
    assert (app._due is not None) is low_bandwidth, "what is left comes later"
    if app._pace is not None:
        app._pace.hurry()
        app._pace.clock = lambda: Clock.now + 0.1
        app._paint()
        assert [words[0] for words in terminal.written] == ["1", "2"]
    if app._due is not None:
        app._due.cancel()


@pytest.mark.parametrize("low_bandwidth", [False, True])
async def test_a_cursor_that_leaves_the_view_brings_half_a_page(low_bandwidth: bool) -> None:
    state = {f"key {number}": number for number in range(200)}
    async with app_on_fake(backend=backend_with(state), low_bandwidth=low_bandwidth) as (driver, _):
        await driver.press("3")
        view = driver.screen.inspector.view
        height = view.scrollable_content_region.height
        await driver.press(*["j"] * height)
        assert view.scroll_offset.y == (1 + height // 2 if low_bandwidth else 1)


def said(lines: int) -> Transcript:
    text = "\n".join(f"line {number}" for number in range(lines))
    return Transcript(sections=(NodeSection("agent", messages=(LiveMessage("m", "ai", text=text),)),))


async def test_the_live_pane_moves_up_by_half_a_page() -> None:
    async with app_on_fake(low_bandwidth=True) as (driver, _):
        pane = driver.screen.query_one(LivePane)
        pane.run_begins("a run")
        await driver.until(lambda: pane.scrollable_content_region.height > 3, "the pane to open")
        height = pane.scrollable_content_region.height
        tops: list[int] = []
        for count in range(1, 4 * height):
            pane.show_transcript(said(count))
            await driver.pilot.pause()
            assert f"line {count - 1}" in driver.text("#live")
            tops.append(int(pane.scroll_offset.y))
        moves = [after - before for before, after in pairwise(tops) if after != before]
        assert len(moves) < 8
        assert min(moves) >= height // 2
