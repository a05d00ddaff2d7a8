"""The screen as a file: where the app was started, for its owner only, and trouble is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.driving import app_on_fake


def look_at(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0, "only its owner reads it"
    svg = path.read_text(encoding="utf-8")
    assert "Threads" in svg
    assert "url(" not in svg.replace("url(#", ""), "whoever opens it asks no other host for fonts"


async def test_the_screen_is_saved_where_the_app_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app_on_fake() as (driver, _):
        await driver.press("ctrl+p")
        await driver.write("screenshot")
        await driver.until(lambda: driver.app.screen.query("CommandList").first().has_class("--visible"), "the command")
        await driver.press("enter")
        await driver.until(lambda: driver.heard, "the message")
        path = Path(driver.heard[0].removeprefix("Saved the screen: "))
        assert path.parent == tmp_path
        look_at(path)


async def test_a_screen_that_cannot_be_saved_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "taken.svg").write_text("mine")
    async with app_on_fake() as (driver, _):
        driver.app.action_screenshot("taken.svg", str(tmp_path))
        await driver.until(lambda: driver.heard, "the message")
        assert driver.heard == [f"Nothing was saved: File exists: {tmp_path / 'taken.svg'}"]
        assert (tmp_path / "taken.svg").read_text() == "mine"
