"""The editors of a tool call and of an input, and what is asked before something is sent."""

from __future__ import annotations

from tests.snapshots.record_shapes import CALLS, WIDE
from tests.snapshots.recorded import RecordedBackend
from tests.snapshots.stage import State
from tests.snapshots.states.timeline import rows_of, shapes, with_rows
from tests.ui.driving import Driver
from tui.demo.seed import SF


async def edit(driver: Driver) -> None:
    """The editor, as it opens."""
    await driver.press("2", "g")
    await driver.press("e")
    await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
    driver.screen.inspector.editor.area.cursor_blink = False


async def edit_sf(driver: Driver) -> None:
    """The call of the newcomer's thread."""
    await driver.select_step(1)
    await driver.press("e")
    await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")


async def change(driver: Driver) -> None:
    """Another query."""
    await edit_sf(driver)
    await driver.press(*["backspace"] * len("Santa Fe"))
    await driver.write("San Francisco")


async def as_json(driver: Driver) -> None:
    """The arguments as JSON."""
    await change(driver)
    await driver.press("ctrl+t")


async def broken_json(driver: Driver) -> None:
    """A text that can't be sent, and what is said about it."""
    await as_json(driver)
    await driver.press("end", "backspace")


async def refused(driver: Driver) -> None:
    """ctrl+s on a broken text."""
    await broken_json(driver)
    await driver.press("ctrl+s")


async def question(driver: Driver) -> None:
    """Before a fork."""
    await change(driver)
    await driver.press("ctrl+s")
    await driver.asked()


async def preview(driver: Driver) -> None:
    """What would be sent."""
    await change(driver)
    await driver.press("ctrl+o")
    await driver.until(lambda: driver.app.screen is not driver.screen, "the requests")


async def draft(driver: Driver) -> None:
    """Left, with a draft on its row."""
    await change(driver)
    await driver.press("escape")


async def nested_call(driver: Driver) -> None:
    """The second of three calls, whose arguments are not simple."""
    await edit(driver)
    await driver.press("ctrl+n")


async def wide_call(driver: Driver) -> None:
    """Names and values that are hard to line up."""
    await driver.press("2", "g", "e")
    await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")


def before_the_tool() -> RecordedBackend:
    """The thread of wide characters at its tool call."""
    backend = shapes()
    last = rows_of(WIDE, backend)[-1]
    asked = [message for message in last.values["messages"] if message["type"] in ("human", "ai")][:2]
    calls = rows_of(CALLS, backend)[-1]
    at_call = [
        type(last)(
            last.thread_id,
            last.checkpoint_id,
            values={"messages": asked},
            next=("action",),
            tasks=calls.tasks,
            source="loop",
            step=1,
            run_id=last.run_id,
            created_at=last.created_at,
        )
    ]
    return with_rows(WIDE, at_call, backend)


async def new_input(driver: Driver) -> None:
    """An input that is a message."""
    await driver.press("2", "g", "i")
    await driver.until(lambda: driver.screen.input_editor.is_open, "the input editor")
    await driver.write("and tomorrow in Seoul?")


async def broken_input(driver: Driver) -> None:
    """An input that is no JSON."""
    await driver.press("2", "g", "i")
    await driver.until(lambda: driver.screen.input_editor.is_open, "the input editor")
    await driver.write('{"messages": [')


async def input_question(driver: Driver) -> None:
    """Before an input runs."""
    await new_input(driver)
    await driver.press("ctrl+s")
    await driver.asked()


async def replay_question(driver: Driver) -> None:
    """Before a replay."""
    await driver.select_step(1)
    await driver.press("r")
    await driver.asked()


STATES = (
    State("editor-fields", edit_sf, SF),
    State("editor-changed", change, SF),
    State("editor-json", as_json, SF),
    State("editor-broken-json", broken_json, SF),
    State("editor-refused", refused, SF, messages=True),
    State("editor-question", question, SF),
    State("editor-preview", preview, SF),
    State("editor-draft-kept", draft, SF),
    State("editor-several-calls", edit, CALLS, shapes),
    State("editor-second-call", nested_call, CALLS, shapes),
    State("editor-wide-characters", wide_call, WIDE, before_the_tool),
    State("input-editor", new_input, SF),
    State("input-broken", broken_input, SF),
    State("input-question", input_question, SF),
    State("replay-question", replay_question, SF),
)
