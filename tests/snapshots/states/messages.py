"""The Messages tab: content of every kind, long and short, calls with their results."""

from __future__ import annotations

from tests.snapshots.record_shapes import CALLS, CONTENT, WIDE
from tests.snapshots.stage import State
from tests.snapshots.states.timeline import shapes
from tests.ui.driving import Driver
from tui.demo.seed import FLAKY, INVENTORY, KOREAN, REFUND, SF


async def newest(driver: Driver) -> None:
    """As it opens."""
    await driver.press("3")


async def from_the_top(driver: Driver) -> None:
    """The beginning of the conversation."""
    await driver.press("3", "g")


async def in_the_middle(driver: Driver) -> None:
    """Below the first page."""
    await driver.press("3", "g", "pagedown")


async def further_down(driver: Driver) -> None:
    """Markdown, with code and a table."""
    await driver.press("3", "g", "pagedown", "pagedown")


async def at_the_input(driver: Driver) -> None:
    """A state that holds nothing yet."""
    await driver.press("2", "G", "3")


async def messages_tab(driver: Driver) -> None:
    """Messages, also where there are none."""
    await driver.press("3", "left_square_bracket")


async def find(driver: Driver) -> None:
    """A word in the conversation."""
    await driver.press("3", "slash")
    await driver.write("moon")
    await driver.press("enter", "n")


async def tool_call(driver: Driver) -> None:
    """The answer asks for three tools."""
    await driver.press("2", "g", "3")


STATES = (
    State("messages-text", newest, SF),
    State("messages-korean", newest, KOREAN),
    State("messages-blocks-and-images", from_the_top, CONTENT, shapes),
    State("messages-failed-tool", in_the_middle, CONTENT, shapes),
    State("messages-markdown", further_down, CONTENT, shapes),
    State("messages-long", newest, CONTENT, shapes),
    State("messages-three-calls", tool_call, CALLS, shapes),
    State("messages-wide-characters", from_the_top, WIDE, shapes),
    State("messages-find", find, CONTENT, shapes),
    State("messages-interrupt", newest, REFUND),
    State("messages-error", messages_tab, FLAKY),
    State("messages-none", messages_tab, INVENTORY),
    State("messages-nothing-yet", at_the_input, SF),
)
