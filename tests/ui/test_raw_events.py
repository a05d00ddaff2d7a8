"""The raw events with keys: every frame, filtered, in full, saved without keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input

from tests.fakes import FakeBackend
from tests.ui.driving import Driver, app_on_fake
from tui.domain.transcript import StreamEvent
from tui.screens.dialogs import TextScreen
from tui.screens.events_screen import EventsScreen, FramesList

SECRET = "lsv2_pt_0123456789abcdef"


async def opened(driver: Driver, backend: FakeBackend, *events: StreamEvent) -> FramesList:
    """The frames of a run that is over."""
    backend.extra_events = list(events)
    await driver.select_step(1)
    await driver.press("r")
    await driver.yes()
    await driver.run_over()
    await driver.press("4", "R")
    await driver.until(lambda: isinstance(driver.app.screen, EventsScreen), "the events")
    return driver.app.screen.query_one(FramesList)


def custom(**data: object) -> StreamEvent:
    return StreamEvent("custom|write:1", data, id="7-0", raw=json.dumps(data))


async def test_every_frame_is_listed_with_its_gap_and_can_be_read_in_full() -> None:
    async with app_on_fake() as (driver, backend):
        frames = await opened(driver, backend, custom(tick=1))
        count = len(frames.frames)
        assert count > 8
        rows = driver.text(FramesList).split("\n")
        assert "start" in rows[0]
        assert sum("+0.0" in row or "+0." in row for row in rows) == count - 1
        at = next(number for number, frame in enumerate(frames.frames) if frame.event == "custom|write:1")
        await driver.press("g", *["j"] * at, "enter")
        await driver.until(lambda: isinstance(driver.app.screen, TextScreen), "the frame in full")
        text = driver.text(type(driver.app.screen.query("TextView").first()))
        assert '"tick": 1' in text
        assert "7-0" in text
        await driver.press("escape", "escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "the main screen")


async def test_a_text_filters_and_esc_shows_all_again() -> None:
    async with app_on_fake() as (driver, backend):
        frames = await opened(driver, backend, custom(word="Needle"), custom(word="hay"))
        count = len(frames.frames)
        await driver.press("/")
        await driver.write("needle")
        await driver.until(lambda: len(frames.frames) == 1, "the filtered frames")
        assert "1 with this text" in str(driver.app.screen.query_one("Vertical").border_title)
        await driver.press("enter")
        assert len(frames.frames) == 1, "enter keeps the filter"
        await driver.press("/", "escape")
        await driver.until(lambda: len(frames.frames) == count, "all frames")


async def test_frames_are_saved_as_json_lines_without_keys(tmp_path: Path) -> None:
    async with app_on_fake(secrets=["the-key-of-this-connection"]) as (driver, backend):
        said = custom(a=f"{SECRET} and the-key-of-this-connection", langgraph_auth_user={"id": "me"}, b="한국")
        frames = await opened(driver, backend, said)
        path = tmp_path / "events.jsonl"
        await driver.press("s", *["backspace"] * 60)
        await driver.write(str(path))
        await driver.press("enter")
        await driver.until(lambda: any("Saved" in words for words in driver.heard), "the message")
        assert any(str(path) in words for words in driver.heard), "it says where"
        written = path.read_text(encoding="utf-8")
        rows = [json.loads(line) for line in written.splitlines()]
        assert len(rows) == len(frames.frames)
        assert [row["event"] for row in rows] == [frame.event for frame in frames.frames]
        assert all(row["gap"] >= 0 for row in rows)
        (found,) = [row["data"] for row in rows if row["event"] == "custom|write:1"]
        assert found == {"a": "[hidden] and [hidden]", "langgraph_auth_user": "[hidden]", "b": "한국"}
        assert path.stat().st_mode & 0o077 == 0, "only its owner reads it"


async def test_keys_of_a_burst_act_in_the_order_in_which_they_were_typed() -> None:
    async with app_on_fake() as (driver, backend):
        await opened(driver, backend)
        await driver.press("s")
        field = driver.app.screen.query_one(Input)
        for key in ("ctrl+u", "a", "b", "x", "backspace", "c", "left", "z", "end", "!"):
            driver.app.post_message(Key(key, key if len(key) == 1 else None))
        await driver.until(lambda: field.value.endswith("!"), "the last key")
        assert field.value == "abzc!"
        assert field.has_focus


@pytest.mark.parametrize("where", ["taken.jsonl", "no/such/folder/x.jsonl"])
async def test_a_file_is_never_written_over_and_trouble_is_told(tmp_path: Path, where: str) -> None:
    (tmp_path / "taken.jsonl").write_text("mine")
    async with app_on_fake() as (driver, backend):
        await opened(driver, backend)
        await driver.press("s", *["backspace"] * 60)
        await driver.write(str(tmp_path / where))
        await driver.press("enter")
        await driver.until(lambda: driver.heard, "the message")
        assert (tmp_path / "taken.jsonl").read_text() == "mine"
        assert "another name" in driver.heard[-1] or "Nothing was saved" in driver.heard[-1]
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "the main screen")


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 50)])
async def test_it_fits_any_screen(size: tuple[int, int]) -> None:
    async with app_on_fake() as (driver, backend):
        await opened(driver, backend, custom(word="긴 이름 👨‍👩‍👧 " * 40))
        await driver.pilot.resize_terminal(*size)
        await driver.pilot.pause()
        await driver.press("g", "G", "/", "x", "escape")
