"""The live pane with keys: it opens, grows, keeps its place, folds to one line; several runs at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests import fakes
from tests.fakes import FakeBackend, answer
from tests.ui.driving import Driver, app_on_fake
from tui.backends.errors import ConnectionLost, ServerFailed
from tui.domain.transcript import StreamEvent
from tui.session import line


def token(text: str, message: str = "a9", node: str = "agent") -> StreamEvent:
    about = {"langgraph_node": node, "langgraph_checkpoint_ns": f"{node}:{message}"}
    return StreamEvent("messages", [{"type": "AIMessageChunk", "id": message, "content": text}, about])


class Tap:
    """Lets the events of a fake run through one by one."""

    def __init__(self, backend: FakeBackend, *events: StreamEvent) -> None:
        self.gates = [asyncio.Event() for _ in range(len(events) + 1)]
        script: list[Any] = []
        for gate, event in zip(self.gates, events, strict=False):
            script += [gate, event]
        backend.extra_events = [*script, self.gates[-1]]
        self._opened = 0

    def next(self) -> None:
        """The next event, or at last the end."""
        self.gates[self._opened].set()
        self._opened += 1

    def run_out(self) -> None:
        """All that is left."""
        for gate in self.gates:
            gate.set()


@asynccontextmanager
async def running(
    *events: StreamEvent, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Driver, FakeBackend, Tap]]:
    """The app while a replay runs."""
    async with app_on_fake(size=size) as (driver, backend):
        tap = Tap(backend, *events)
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: driver.screen.live.run_id, "the run")
        await driver.until(lambda: "weather in Santa Fe" in driver.text("#live"), "its first node")
        yield driver, backend, tap
        tap.run_out()


def live(driver: Driver) -> list[str]:
    return driver.text("#live").splitlines()


async def test_it_opens_by_itself_and_folds_to_one_line() -> None:
    async with running() as (driver, _, tap):
        pane = driver.screen.live_pane
        assert not pane.is_folded
        assert "x cancel" in str(pane.border_title)
        assert driver.screen.current_pane == "timeline", "the focus stays where it was"
        tap.next()
        await driver.run_over()
        await driver.until(lambda: pane.region.height == 1, "the pane to be one line")
        (line,) = live(driver)
        assert line.startswith(" ✓ success · run …r-2 · replay of step 1 · ")
        assert re.search(r" nodes · 7 pieces · [\d.]+m?s   4 shows it$", line)
        assert "cancel" not in line
        await driver.press("4")
        await driver.until(lambda: pane.region.height > 4, "the pane to open again")
        assert any("It is fine" in row for row in live(driver))
        await driver.press("escape")
        await driver.until(lambda: pane.region.height == 1, "the pane to fold again")


async def test_pieces_are_called_pieces_until_the_server_has_counted_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(query: str, number: int) -> list[Any]:
        tool, said = answer(query, number)
        return [tool, {**said, "usage_metadata": {"input_tokens": 5, "output_tokens": 1234}}]

    monkeypatch.setattr(fakes, "answer", counted)
    async with running() as (driver, _, tap):
        pane = driver.screen.live_pane
        await driver.until(lambda: "7 pieces · " in str(pane.border_title), "what was said so far")
        assert "tokens" not in str(pane.border_title)
        tap.run_out()
        await driver.run_over()
        await driver.until(lambda: pane.region.height == 1, "the pane to be one line")
        assert re.search(r" · [\d,]{3,} tokens · ", live(driver)[0])
        assert "pieces" not in live(driver)[0]


async def test_in_a_narrow_terminal_it_is_pane_4() -> None:
    async with running(token("more "), size=(80, 24)) as (driver, _, tap):
        assert driver.screen.current_pane == "live"
        await driver.press("2")
        assert driver.screen.live_pane.region.height == 1
        assert live(driver)[0].startswith(" ▸ ")
        assert "run …r-2 · replay of step 1" in live(driver)[0]
        await driver.press("4")
        await driver.until(lambda: driver.screen.live_pane.region.height > 10, "all of the screen")
        tap.run_out()
        await driver.run_over()
        assert driver.screen.current_pane == "timeline"
        assert driver.screen.focused is driver.screen.timeline
        assert live(driver)[0].startswith(" ✓ success")


async def test_looking_back_keeps_the_place_until_f() -> None:
    lines = [token("".join(f"line {number}\n" for number in range(start, start + 60))) for start in (0, 60, 120)]
    async with running(*lines) as (driver, _, tap):
        pane = driver.screen.live_pane
        tap.next()
        await driver.until(lambda: "line 59" in driver.text("#live"), "the first lines")
        await driver.press("4", "k", "k", "k", "k", "k")
        kept = live(driver)
        assert "f follows the tail" in str(pane.border_title)
        tap.next()
        await driver.until(lambda: pane.line_count > 120, "more lines")
        assert live(driver) == kept
        await driver.press("f")
        await driver.until(lambda: "line 119" in driver.text("#live"), "the tail")
        tap.next()
        await driver.until(lambda: "line 179" in driver.text("#live"), "the tail to be followed")
        await driver.press("k", "k", "G")
        assert "f follows" not in str(pane.border_title), "the end is where one follows"


async def test_long_results_unfold_with_space() -> None:
    tool = {"type": "tool", "id": "t", "name": "dump", "tool_call_id": "x", "content": "\n".join(map(str, range(40)))}
    event = StreamEvent("updates", {"dump": {"messages": [tool]}})
    async with running(event) as (driver, _, tap):
        tap.next()
        await driver.until(lambda: "28 more lines" in driver.text("#live"), "the result")
        await driver.press("4", "space")
        assert "39" in driver.text("#live")
        assert "more lines" not in driver.text("#live")
        await driver.press("space")
        assert "28 more lines" in driver.text("#live")


async def test_a_traceback_folds_and_the_one_line_says_why() -> None:
    trace = "Traceback (most recent call last):\n" + "  File x\n" * 9 + "KeyError: 'rows'"
    async with running(StreamEvent("error", {"error": "KeyError", "message": trace})) as (driver, backend, tap):
        backend.ends = "error"
        await driver.press("4")
        tap.next()
        await driver.until(lambda: "KeyError: 'rows'" in driver.text("#live"), "the error")
        assert "File x" not in driver.text("#live")
        await driver.press("space")
        await driver.until(lambda: "File x" in driver.text("#live"), "the traceback")
        tap.run_out()
        await driver.run_over()
        await driver.press("2")
        assert live(driver)[0].startswith(" ✗ error")
        assert "KeyError: 'rows'" in live(driver)[0]
        assert "Traceback" not in live(driver)[0]


async def test_progress_is_a_bar() -> None:
    events = [StreamEvent("custom", {"progress": percent, "source": "costs"}) for percent in (0, 50, 100)]
    async with running(*events) as (driver, _, tap):
        for percent in (0, 50, 100):
            tap.next()
            await driver.until(lambda p=percent: f"{p}%  costs" in driver.text("#live"), f"{percent} %")  # type: ignore[misc]
        assert driver.text("#live").count("costs") == 1


async def test_cancelling_says_what_stays() -> None:
    async with running() as (driver, backend, tap):
        backend.ends = "interrupted"
        await driver.press("x")
        assert "checkpoints that it made stay" in await driver.yes()
        await driver.until(lambda: any("is cancelled" in words for words in driver.heard), "the message")
        tap.run_out()
        await driver.run_over()
        assert live(driver)[0].startswith(" ⊘ cancelled")
        await driver.press("4")
        assert "r goes on from any of them" in driver.text("#live")


async def test_a_lost_line_is_said_where_the_run_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as (driver, backend, tap):
        monkeypatch.setattr(line, "PAUSES", (3600.0, 3600.0))
        backend.extra_events.append(ConnectionLost("The line is cut."))
        tap.run_out()
        pane = driver.screen.live_pane
        await driver.until(lambda: "line lost, reconnecting 1/2" in str(pane.border_title), "the words")


@pytest.mark.parametrize(
    ("ends", "told"), [("success", "weather in SF has ended: success"), ("error", "weather in SF: error")]
)
async def test_a_second_run_takes_the_pane_and_the_end_of_the_first_is_told(ends: str, told: str) -> None:
    backend = FakeBackend(ends=ends)
    first, second = backend.add_weather_thread(), backend.add_weather_thread()
    async with app_on_fake(backend=backend) as (driver, _):
        taps = {}
        for thread_id in (first, second):
            await driver.press("1")
            driver.screen.threads_list.select(thread_id)
            await driver.press("enter")
            await driver.until(
                lambda t=thread_id: driver.screen.history.opened and driver.screen.history.opened.thread_id == t  # type: ignore[misc]
            )
            taps[thread_id] = Tap(backend)
            await driver.select_step(1)
            await driver.press("r")
            await driver.yes()
            await driver.until(
                lambda t=thread_id: (
                    driver.screen.live.run_id == backend.run_list[t][-1].run_id  # type: ignore[misc]
                    and len(backend.run_list[t]) == 2
                    and "7 pieces" in str(driver.screen.live_pane.border_title)
                )
            )
        assert driver.screen.live.streaming == 2
        assert any("goes on in the background" in words for words in driver.heard)
        await driver.press("q")
        assert "2 runs go on" in await driver.asked()
        await driver.press("n")
        taps[first].run_out()
        await driver.until(lambda: driver.screen.live.streaming == 1, "the end of the first")
        await driver.until(lambda: any(told in words for words in driver.heard), "it told")
        assert not driver.screen.live_pane.is_over, "the pane shows the second"
        taps[second].run_out()
        await driver.run_over()
        assert not any("r-2 has ended" in words and "weather" not in words for words in driver.heard)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_what_came_of_a_run_is_seen_on_its_thread_only(size: tuple[int, int]) -> None:
    backend = FakeBackend()
    first, second = backend.add_weather_thread(), backend.add_weather_thread()

    async def open_thread(thread_id: str) -> None:
        await driver.press("1")
        driver.screen.threads_list.select(thread_id)
        await driver.press("enter")
        await driver.until(
            lambda: driver.screen.history.opened and driver.screen.history.opened.thread_id == thread_id, "the thread"
        )

    async with app_on_fake(size=size, backend=backend) as (driver, _):
        pane = driver.screen.live_pane
        await open_thread(first)
        tap = Tap(backend)
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: driver.screen.live.run_id, "the run")
        await open_thread(second)
        whose = f"of {driver.screen.history.title[:12]}"
        await driver.until(lambda: whose in str(pane.border_title) + live(driver)[0], "whose it is")
        await open_thread(first)
        tap.run_out()
        await driver.run_over()
        assert live(driver)[0].startswith(" ✓ success")
        await driver.press("4")
        await open_thread(second)
        await driver.until(lambda: not pane.display, "no line of the other thread")
        await driver.press("4")
        assert driver.screen.current_pane == "timeline"
        assert driver.heard[-1].startswith("No run is followed")
        await open_thread(first)
        await driver.until(lambda: live(driver)[0].startswith(" ✓ success"), "its own line again")


async def test_a_run_in_the_background_comes_to_the_front() -> None:
    backend = FakeBackend()
    first, second = backend.add_weather_thread(), backend.add_weather_thread()

    async def open_thread(driver: Driver, thread_id: str) -> None:
        await driver.press("1")
        driver.screen.threads_list.select(thread_id)
        await driver.press("enter")
        await driver.until(
            lambda: driver.screen.history.opened and driver.screen.history.opened.thread_id == thread_id, "the thread"
        )

    async with app_on_fake(backend=backend) as (driver, _):
        taps = []
        for thread_id in (first, second):
            await open_thread(driver, thread_id)
            taps.append(Tap(backend, token(f"said on {thread_id}")))
            await driver.select_step(1)
            await driver.press("r")
            await driver.yes()
            await driver.until(lambda: "7 pieces" in str(driver.screen.live_pane.border_title), "its tokens")
        taps[0].next()
        await driver.until(lambda: driver.screen.live.streaming == 2)
        await open_thread(driver, first)
        await driver.press("J")
        await driver.until(lambda: f"said on {first}" in driver.text("#live"), "what the first has said meanwhile")
        assert driver.screen.current_pane == "live"
        for tap in taps:
            tap.run_out()
        await driver.until(lambda: driver.screen.live.streaming == 0, "both ends")


async def test_a_run_in_the_background_whose_line_was_given_up_is_joined_again_and_its_end_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "PAUSES", ())
    backend = FakeBackend()
    first, second = backend.add_weather_thread(), backend.add_weather_thread()
    async with app_on_fake(backend=backend) as (driver, _):
        taps = []
        cut = asyncio.Event()
        for thread_id in (first, second):
            await driver.press("1")
            driver.screen.threads_list.select(thread_id)
            await driver.press("enter")
            await driver.until(
                lambda t=thread_id: driver.screen.history.opened and driver.screen.history.opened.thread_id == t  # type: ignore[misc]
            )
            taps.append(Tap(backend))
            if thread_id == first:
                backend.extra_events = [cut, ConnectionLost("The line is cut.")]
            await driver.select_step(1)
            await driver.press("r")
            await driver.yes()
            await driver.until(lambda: "7 pieces" in str(driver.screen.live_pane.border_title), "its tokens")
        cut.set()
        await driver.until(lambda: any("the stream ended; the run may go on" in words for words in driver.heard))
        assert driver.screen.live.streaming == 1
        driver.screen.connection_is(alive=False)
        again = Tap(backend)
        driver.screen.connection_is(alive=True)
        await driver.until(lambda: driver.screen.live.streaming == 2, "it joined again")
        shown = driver.screen.live.shown
        assert shown is not None
        assert shown.opened.thread_id == second, "it leaves the pane to the other"
        backend._set_status(first, backend.run_list[first][-1].run_id, "success")
        again.run_out()
        await driver.until(
            lambda: any("weather in SF waits for an answer" in words for words in driver.heard), "it told"
        )
        assert driver.screen.live.streaming == 1
        taps[1].run_out()
        await driver.run_over()


async def test_a_run_that_was_refused_says_so_in_one_line() -> None:
    async with app_on_fake() as (driver, backend):
        backend.fail["stream_run"] = ServerFailed("The server broke.", status=500)
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.run_over()
        await driver.until(lambda: driver.screen.live_pane.region.height == 1)
        assert "✗ not done" in live(driver)[0]
        assert "The server broke." in live(driver)[0]


@pytest.mark.parametrize("size", [(40, 10), (20, 6), (200, 50), (80, 24)])
async def test_it_fits_any_screen(size: tuple[int, int]) -> None:
    events = [token("한국어 👨‍👩‍👧 " * 80), StreamEvent("custom", {"progress": 30, "what": "긴 이름 " * 20})]
    async with running(*events) as (driver, _, tap):
        await driver.pilot.resize_terminal(*size)
        tap.next()
        tap.next()
        await driver.pilot.pause()
        await driver.press("4", "k", "space", "f")
        await driver.pilot.resize_terminal(120, 36)
        await driver.until(lambda: driver.app.screen is driver.screen, "the screen to be large enough again")
        await driver.until(lambda: "30%" in driver.text("#live"), "the bar")
