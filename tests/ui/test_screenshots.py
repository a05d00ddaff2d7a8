"""The pictures in the README show the app as it is."""

from __future__ import annotations

import re

import pytest

from tests.benchmarks.measured import PLOTS
from tests.readme import README
from tests.screenshots import COMMAND, FOLDER, SHOTS, Shot, take


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
async def test_a_picture_is_current(shot: Shot) -> None:
    committed = FOLDER / f"{shot.name}.svg"
    assert committed.exists(), f"run: {COMMAND}"
    assert await take(shot) == committed.read_text(encoding="utf-8"), f"{committed.name} is stale; run: {COMMAND}"


def test_no_picture_is_left_over_and_none_asks_another_host() -> None:
    assert {path.stem for path in FOLDER.glob("*") if path != PLOTS} == {shot.name for shot in SHOTS}
    for path in FOLDER.rglob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        links = set(re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?(https?:[^"\')]+)', svg))
        assert links == set(), path.name


def test_the_readme_shows_pictures_that_exist() -> None:
    shown = re.findall(r"\(screenshots/(\w+)\.svg\)", README.read_text(encoding="utf-8"))
    assert shown
    assert set(shown) <= {shot.name for shot in SHOTS}
