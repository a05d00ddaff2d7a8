"""A clock that is hours off, or jumps: ages are measured with the server's, and nothing else with either."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from langgraph_sdk import get_client

from tests.ui.driving import Driver, app_on_server
from tui.backends.agent_server import clock
from tui.domain.addresses import Address

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}


NEARLY = timedelta(minutes=1)


class WrongClock:
    """This machine's clock, off by `error`."""

    def __init__(self) -> None:
        self.error = timedelta(hours=-5)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.error


def age_of_the_thread(driver: Driver) -> str:
    found = re.search(r"a clock of its own +(\w+)", driver.text("#threads"))
    assert found is not None
    return found[1]


async def test_ages_are_right_by_a_clock_that_is_hours_off_and_jumps(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = WrongClock()
    monkeypatch.setattr(clock, "local_time", wrong)
    client = get_client(url=server_url)
    thread_id = (await client.threads.create(metadata={"title": "a clock of its own"}))["thread_id"]
    await client.runs.wait(thread_id, "agent", input=ASKED)
    async with app_on_server(server_url, open_address=Address(thread_id), now=wrong, size=(200, 50)) as driver:
        await driver.until(lambda: driver.screen.timeline.row_count == 5, "the timeline")
        assert re.fullmatch("now|1m", age_of_the_thread(driver)), "seconds old, not minus five hours"
        backend = driver.screen.session.backend
        for error in (timedelta(days=2), timedelta(hours=-9)):
            wrong.error = error
            await driver.press("ctrl+r")
            await driver.until(lambda: abs(backend.clock_ahead + wrong.error) < NEARLY, "an answer with its time")
            await driver.until(lambda: re.fullmatch("now|1m", age_of_the_thread(driver)), "the right age")
        # A run that starts while the clock goes back takes as long as it takes.
        await driver.select_step(1)
        await driver.press("r")
        await driver.asked()
        wrong.error = timedelta(hours=-30)
        await driver.press("y")
        await driver.run_over()
        assert re.search(r"success.* \d?\d(\.\d)?s\b", driver.text("#live")), "seconds"
    await client.threads.delete(thread_id)


async def test_a_server_without_a_clock_is_taken_to_have_ours() -> None:
    server = clock.ServerClock()
    for header in ("", "soon", "Fri, 31 Feb 9999999 23:59:59 GMT"):
        server.heard(header)
        assert server.ahead == timedelta()
    server.heard("Fri, 31 Dec 1999 23:59:59 GMT")
    assert server.ahead < timedelta(days=-9000)
