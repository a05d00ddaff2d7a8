"""Apps that tests of one screen share the way to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.ui.driving import Driver, app_on_fake
from tui.session import line


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests count tries of a broken line, not seconds."""
    monkeypatch.setattr(line, "PAUSES", (0.01,) * len(line.PAUSES))
    monkeypatch.setattr(line, "POLL_SECONDS", 0.01)


@pytest.fixture
async def driver_on_weather() -> AsyncIterator[Driver]:
    """The app on the fake backend with the weather thread open."""
    async with app_on_fake() as (driver, _):
        yield driver
