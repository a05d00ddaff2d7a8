"""What the server can do, asked from the palette."""

from __future__ import annotations

from tests.e2e.faulty_proxy import Answer, faulty_proxy
from tests.ui.driving import Driver, app_on_fake, app_on_server
from tui.screens.dialogs import TextScreen
from tui.widgets.text_view import TextView


async def page(driver: Driver) -> str:
    """Ask, as one would in the palette; returns what is shown."""
    await driver.press("ctrl+p")
    await driver.write("what it can")
    await driver.pilot.pause(0.2)
    await driver.until(lambda: driver.app.screen is not driver.screen, "the palette")
    await driver.press("enter")
    await driver.until(lambda: isinstance(driver.app.screen, TextScreen), "the page")
    return driver.text(TextView)


async def test_a_server_that_lacks_things_says_what_is_done_without(server_url: str) -> None:
    async with faulty_proxy(server_url) as (url, proxy):
        proxy.fault = lambda asked: Answer(404) if asked.path.endswith(("/count", "/schemas")) else None
        async with app_on_server(url) as driver:
            asked_before = len(proxy.asked)
            shown = await page(driver)
        writes = [asked for asked in proxy.asked[asked_before:] if not _is_read(str(asked))]
    assert "✓ previews of threads" in shown
    assert "– count of threads" in shown
    assert "totals are not shown" in shown
    assert "– schemas" in shown
    assert writes == [], "nothing is changed to find out"


async def test_a_backend_of_another_kind_says_what_it_is() -> None:
    async with app_on_fake() as (driver, _):
        assert "✓ server" in await page(driver)


def _is_read(asked: str) -> bool:
    method, path = asked.split(" ")
    return method == "GET" or path.endswith(("/search", "/count", "/history", "/state/checkpoint"))
