"""The tabs State, JSON and Checkpoint, and a value full screen."""

from __future__ import annotations

from tests.snapshots.record_shapes import BREAKPOINT, CALLS, CONTENT, FANNED, NESTED, WIDE
from tests.snapshots.stage import Act, State, settle
from tests.snapshots.states.timeline import shapes, with_a_broken_row
from tests.ui.driving import Driver
from tui.demo.seed import BRANCHED, FLAKY, INVENTORY, REFUND, REPORT, SF

TABS = {"Messages": 0, "State": 1, "Checkpoint": 2, "JSON": 3}


def tab(name: str, *keys: str) -> Act:
    """A tab, and keys in it."""

    async def act(driver: Driver) -> None:
        await driver.press("3")
        while driver.screen.inspector.tab != name:
            await driver.press("right_square_bracket")
        await driver.press(*keys)

    return act


def tab_at(step: int, name: str, *keys: str) -> Act:
    """A tab at a step."""

    async def act(driver: Driver) -> None:
        await driver.select_step(step)
        await tab(name, *keys)(driver)

    return act


def searched(name: str, words: str, *keys: str) -> Act:
    """A search in a tab."""

    async def act(driver: Driver) -> None:
        await tab(name, "slash")(driver)
        await driver.write(words)
        await driver.press("enter")
        await settle(driver)
        await driver.press(*keys)

    return act


async def long_value(driver: Driver) -> None:
    """A long answer, full screen."""
    await searched("Messages", "moon", "o")(driver)


async def json_value(driver: Driver) -> None:
    """A part of the state, full screen."""
    await tab("State", "g", "o")(driver)


async def value_found(driver: Driver) -> None:
    """A search in a long text."""
    await long_value(driver)
    await driver.press("slash")
    await driver.write("moon")
    await driver.press("enter", "n")


async def failure_unfolded(driver: Driver) -> None:
    """The traceback."""
    await tab("Checkpoint", "g", "j", "j", "j", "j", "enter")(driver)


STATES = (
    State("state-folded", tab("State"), INVENTORY),
    State("state-unfolded", tab("State", "g", "l", "G", "k", "l"), INVENTORY),
    State("state-of-messages", tab("State", "g", "l", "j", "l", "j", "j", "l"), SF),
    State("state-strings-wrap", tab("State", "g", "l", "G", "l"), CONTENT, shapes),
    State("state-wide-characters", tab("State", "g", "l", "j", "l"), WIDE, shapes),
    State("state-find", searched("State", "san"), SF),
    State("state-error", tab("State"), FLAKY),
    State("state-interrupt", tab("State"), REFUND),
    State("state-broken", tab_at(2, "State"), SF, with_a_broken_row),
    State("json", tab("JSON", "g"), SF),
    State("json-folded", tab("JSON", "g", "j", "j", "enter"), SF),
    State("json-find", searched("JSON", "sun", "n"), SF),
    State("json-wide-characters", tab("JSON", "g"), WIDE, shapes),
    State("checkpoint-head", tab("Checkpoint"), SF),
    State("checkpoint-error", tab("Checkpoint"), FLAKY),
    State("checkpoint-error-unfolded", failure_unfolded, FLAKY),
    State("checkpoint-interrupt", tab("Checkpoint"), REFUND),
    State("checkpoint-edit", tab_at(2, "Checkpoint"), BRANCHED),
    State("checkpoint-copy", tab("Checkpoint"), NESTED, shapes),
    State("checkpoint-parallel-tasks", tab_at(1, "Checkpoint"), FANNED, shapes),
    State("checkpoint-several-calls", tab("Checkpoint"), CALLS, shapes),
    State("checkpoint-breakpoint", tab("Checkpoint"), BREAKPOINT, shapes),
    State("checkpoint-running", tab("Checkpoint"), REPORT),
    State("value-text", long_value, CONTENT, shapes),
    State("value-found", value_found, CONTENT, shapes),
    State("value-json", json_value, INVENTORY),
)
