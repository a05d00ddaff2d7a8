"""Apps that tests of one screen share the way to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.ui.driving import Driver, app_on_fake


@pytest.fixture
async def driver_on_weather() -> AsyncIterator[Driver]:
    """The app on the fake backend with the weather thread open."""
    async with app_on_fake() as (driver, _):
        yield driver
