"""What the app looks like: every theme works, and what can't be used is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.driving import app_on_fake
from tui.themes import load_themes, theme_folder


@pytest.mark.parametrize("theme", sorted(load_themes([theme_folder()]).themes))
async def test_the_app_starts_with_every_theme(theme: str) -> None:
    async with app_on_fake(theme=theme) as (driver, _):
        assert driver.app.theme == theme
        assert "weather" in driver.text("#timeline")
        assert driver.heard == []


async def test_an_unknown_theme_is_one_line_and_the_default_is_used() -> None:
    async with app_on_fake(theme="no-such") as (driver, _):
        assert driver.app.theme == "forkpoint-dark"
        (said,) = driver.heard
        assert said.startswith("There is no theme 'no-such'.")
        assert "forkpoint-light" in said


async def test_a_users_theme_is_used_and_a_broken_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[colors]\nprimary = "#ff8800"\n', encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[colors", encoding="utf-8")
    async with app_on_fake(theme="mine", theme_folders=[tmp_path]) as (driver, _):
        assert driver.app.theme == "mine"
        (said,) = driver.heard
        assert said.startswith("Theme broken.toml:")
        assert "\n" not in said
