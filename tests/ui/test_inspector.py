"""The inspector, with keys: what is new is in sight; folding, finding, opening, copying; runs read when looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.screen import Screen

from tests.fakes import HUMAN, FakeBackend
from tests.ui.driving import Driver, app_on_fake
from tui.backends.errors import CannotConnect, NotFound
from tui.domain.checkpoint import Checkpoint, Interrupt, Task
from tui.screens.debugger import DebuggerScreen
from tui.screens.dialogs import ChooseScreen
from tui.screens.value_screen import ValueScreen
from tui.widgets.inspector import EMPTY_STATE, Inspector
from tui.widgets.lines import width_of
from tui.widgets.long_text import LongText
from tui.widgets.messages_view import MessagesView
from tui.widgets.value_view import ValueView

TAB = "right_square_bracket"
LONG = "\n".join(f"line {number} of a long answer" for number in range(120))


def backend_with(*states: Any, **last: Any) -> FakeBackend:
    """A thread of checkpoints in a row with these states; `last` are fields of the newest."""
    backend = FakeBackend()
    thread_id = backend.add_weather_thread()
    rows = backend.rows[thread_id] = []
    for number, values in enumerate(states):
        parent = f"c{number - 1:02}" if number else None
        rows.append(Checkpoint(thread_id, f"c{number:02}", parent_id=parent, values=values, step=number, run_id="r-1"))
    rows[-1] = replace(rows[-1], **last)
    return backend


def talk(count: int, *more: Any) -> dict[str, Any]:
    return {"messages": [*({**HUMAN, "id": f"m{n}", "content": f"question {n}"} for n in range(count)), *more]}


WIDE = {"type": "human", "id": "w", "content": "w" * 500}
ANSWER = {"type": "ai", "id": "a", "content": LONG}


def is_on(driver: Driver, kind: type[Screen[Any]]) -> bool:
    return isinstance(driver.app.screen, kind)


def choices(driver: Driver) -> list[str]:
    screen = driver.app.screen
    assert isinstance(screen, ChooseScreen)
    return [words for _, words in screen.choices]


def cursor_text(driver: Driver) -> str:
    view = driver.screen.inspector.view
    index = view.cursor_line()
    assert index is not None
    return "".join(text for text, _ in view.line_at(index, view.size.width)).strip()


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 15)])
async def test_what_is_new_is_in_sight(size: tuple[int, int]) -> None:
    async with app_on_fake(size=size, backend=backend_with(talk(40, WIDE), talk(40, ANSWER))) as (driver, _):
        await driver.press("3")
        await driver.until(lambda: "▎ai" in driver.text("#tab-messages"), "the new message")
        await driver.until(lambda: "line 0 of" in driver.text("#tab-messages"))
        assert cursor_text(driver) == "▎ai"
        await driver.press("2", "j", "3")
        await driver.until(lambda: "▎human" in driver.text("#tab-messages"), "all of the first checkpoint is new")
        assert "question 0" in driver.text("#tab-messages")
        view = driver.screen.query_one(MessagesView)
        cells = view.scrollable_content_region.width
        assert max(width_of(view.row_at(number, cells)) for number in range(view.row_count)) == cells - 1, "air"


async def test_a_tab_that_was_never_seen_has_its_lines_before_its_first_picture() -> None:
    async with app_on_fake(backend=backend_with(talk(3))) as (driver, _):
        inspector = driver.screen.inspector
        width = inspector.view.scrollable_content_region.width
        for tab in ("JSON", "State"):
            while inspector.tab != tab:
                inspector.action_tab(-1)
            view = inspector.view
            assert isinstance(view, ValueView)
            assert not view.size, "it was laid out already"
            before = [view.row_at(index, width) for index in range(view.row_count)]
            assert before
            await driver.pilot.pause()
            assert view.scrollable_content_region.width == width
            assert [view.row_at(index, width) for index in range(view.row_count)] == before


async def test_folding_by_enter_and_by_arrows() -> None:
    async with app_on_fake(backend=backend_with(talk(1), talk(1, ANSWER))) as (driver, _):
        view = driver.screen.inspector.query_one(MessagesView)
        await driver.press("3")
        cut = view.row_count
        await driver.press("enter")
        assert view.row_count == cut + 120 - 40 - 1
        await driver.press("G")
        assert "line 119" in cursor_text(driver)
        await driver.press("left")
        assert view.row_count == cut
        assert cursor_text(driver) == "▎ai", "the cursor went where the folded text begins"
        await driver.press("right")
        assert view.row_count > cut
        await driver.press("2", "j", "k", "3")
        await driver.until(lambda: view.row_count > cut, "what was unfolded stays so")


async def test_earlier_messages_come_when_they_are_asked_for() -> None:
    async with app_on_fake(backend=backend_with(talk(1), talk(1000))) as (driver, _):
        view = driver.screen.inspector.query_one(MessagesView)
        await driver.press("3", "g")
        assert "earlier messages" in cursor_text(driver)
        before = view.row_count
        await driver.press("enter")
        assert view.row_count > before
        await driver.press("g", "enter", "g")
        assert "question 0" in driver.text("#tab-messages")


async def test_find_goes_into_what_is_folded_and_left_out() -> None:
    backend = backend_with(talk(1), talk(1000, ANSWER))
    async with app_on_fake(backend=backend) as (driver, _):
        await driver.press("3", "slash")
        await driver.write("line 111 of")
        await driver.press("enter")
        assert "line 111 of" in cursor_text(driver)
        await driver.press("slash")
        await driver.write("question 3")
        await driver.press("enter")
        assert cursor_text(driver).endswith("question 3")
        await driver.press("n")
        assert cursor_text(driver).endswith("question 30")
        await driver.press("N")
        assert cursor_text(driver).endswith("question 3")


async def test_a_match_that_is_wrapped_is_found() -> None:
    words = "word " * 12 + "the wind comes from the west " + "word " * 12
    backend = backend_with(talk(0, {**ANSWER, "content": words}))
    async with app_on_fake(backend=backend) as (driver, _):
        view = driver.screen.inspector.query_one(MessagesView)
        for width in range(90, 124):
            await driver.pilot.resize_terminal(width, 30)
            await driver.pilot.pause()
            assert view.find("wind comes from the west"), f"at {width} columns"


STATE = {
    "stock": {"apples": 3, "pears": [1, 2]},
    "note": "x" * 3000,
    "items": [{"id": n, "name": f"item {n}"} for n in range(1500)],
}


async def test_the_state_unfolds_where_one_asks_and_keeps_its_place() -> None:
    changed = {**STATE, "stock": {"apples": 5, "pears": [1, 2]}}
    async with app_on_fake(backend=backend_with(STATE, changed)) as (driver, _):
        await driver.press("3")
        assert driver.screen.inspector.tab == "State", "there are no messages"
        await driver.press("l")
        text = driver.text("#tab-state")
        assert "▎  ▾" not in text
        assert any(line.startswith("▎") and "apples" in line for line in text.split("\n")), "what changed has a bar"
        assert not any(line.startswith("▎") and "pears" in line for line in text.split("\n"))
        await driver.press("l", "j")
        assert "pears" in cursor_text(driver)
        await driver.press("2", "j", "3")
        await driver.until(lambda: driver.shown_id == "c00", "the older checkpoint")
        assert "pears" in cursor_text(driver)
        assert "apples  3" in driver.text("#tab-state")
        await driver.press("h", "h")
        assert "apples  3" not in driver.text("#tab-state")


async def test_a_long_list_comes_in_pages_and_find_goes_past_them() -> None:
    async with app_on_fake(backend=backend_with(STATE)) as (driver, _):
        view = driver.screen.inspector.query_one("#tab-state", ValueView)
        await driver.press("3", "G", "l", "G")
        assert "1,000 more" in cursor_text(driver)
        await driver.press("enter")
        assert cursor_text(driver).startswith("▸ [500]")
        await driver.press("slash")
        await driver.write("item 1234")
        await driver.press("enter")
        await driver.until(lambda: view.selected is not None and view.selected.path == "items[1234].name")
        assert "item 1234" in cursor_text(driver)
        await driver.press("slash")
        await driver.write("zzz")
        assert "no match" in driver.text("#find-count")


async def test_a_long_search_leaves_the_keys_free_and_says_when_nothing_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.widgets.value_view._FIRST_SLICE_SECONDS", 0.0)
    monkeypatch.setattr("tui.widgets.value_view.SLICE_SECONDS", 0.0)
    async with app_on_fake(backend=backend_with(STATE)) as (driver, _):
        inspector = driver.screen.inspector
        view = inspector.query_one("#tab-state", ValueView)
        await driver.press("3")
        assert view.find("item 1499")
        assert "finding" in str(inspector.border_title) or view.selected is not None
        await driver.until(lambda: view.selected is not None and view.selected.path == "items[1499].name")
        assert view.find("nowhere to be found")
        await driver.until(lambda: any("nowhere" in words for words in driver.heard))
        assert "finding" not in str(inspector.border_title)


async def test_json_folds_at_its_brackets() -> None:
    async with app_on_fake(backend=backend_with({"a": {"b": [1, 2]}, "c": 3})) as (driver, _):
        await driver.press("3", TAB, TAB)
        assert driver.screen.inspector.tab == "JSON"
        assert driver.text("#tab-json").strip().startswith('{\n  "a": {\n    "b": [\n      1,\n      2\n    ]\n  },')
        await driver.press("j", "enter")
        assert driver.text("#tab-json").strip() == '{\n  "a": { … 1 key },\n  "c": 3\n}'
        await driver.press("space")
        assert '"b": [' in driver.text("#tab-json")
        await driver.press("G", "enter")
        assert driver.text("#tab-json").strip().startswith("{ … 2 keys }")


async def test_a_value_opens_full_screen_with_find_and_copy() -> None:
    backend = backend_with({"text": "one\n**two**\n" + "filler\n" * 3000 + "the needle\nlast", "n": {"deep": [1]}})
    async with app_on_fake(backend=backend) as (driver, _):
        await driver.press("3", "enter")
        assert is_on(driver, ValueScreen)
        view = driver.app.screen.query_one(LongText)
        assert not view.is_complete
        assert "**two**" in driver.text(LongText)
        await driver.press("slash")
        await driver.write("needle")
        await driver.press("enter")
        await driver.until(lambda: "the needle" in driver.text(LongText), "the match far below")
        await driver.press("G")
        await driver.until(lambda: view.is_complete and "last" in driver.text(LongText))
        await driver.press("y")
        assert is_on(driver, ChooseScreen)
        assert choices(driver) == ["value of text", "path text"]
        await driver.press("j", "enter")
        assert driver.app.clipboard == "text"
        await driver.press("g", "m")
        await driver.until(lambda: "**two**" not in driver.text(LongText), "markdown")
        await driver.press("escape")
        assert is_on(driver, DebuggerScreen)
        await driver.press("G", "o")
        assert is_on(driver, ValueScreen)
        await driver.press("j", "j", "y")
        assert is_on(driver, ChooseScreen)
        assert "path n.deep[0]" in choices(driver)
        await driver.press("escape", "q")
        assert is_on(driver, DebuggerScreen)


async def test_what_the_cursor_is_on_is_copied_first() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("3", "G", "y")
        assert is_on(driver, ChooseScreen)
        words = choices(driver)
        assert words[:4] == [
            "arguments of search as JSON",
            "path messages[1].tool_calls[0].args",
            "the message as JSON",
            "path messages[1]",
        ]
        await driver.press("enter")
        assert '"query": "weather in Santa Fe"' in driver.app.clipboard
        await driver.press(TAB, TAB, "G")
        await driver.press("slash")
        await driver.write("parent")
        await driver.press("enter", "y")
        assert is_on(driver, ChooseScreen)
        assert choices(driver)[0] == "parent id"
        await driver.press("enter")
        assert driver.app.clipboard == "c01"


async def test_the_run_is_read_when_the_tab_is_looked_at() -> None:
    async with app_on_fake() as (driver, backend):
        await driver.press("2", "j", "k")
        assert backend.sent("get_run") == []
        await driver.press("3", TAB, TAB)
        await driver.until(lambda: "recursion_limit" in driver.text("#tab-checkpoint"), "the run")
        assert "agent" in driver.text("#tab-checkpoint")
        assert backend.sent("get_run") == ["get_run"]
        await driver.press("2", "j", "3")
        await driver.until(lambda: driver.shown_id == "c03")
        await driver.until(lambda: "recursion_limit" in driver.text("#tab-checkpoint"))
        assert backend.sent("get_run") == ["get_run"], "a run that is over is read once"


@pytest.mark.parametrize(
    ("error", "says"),
    [(NotFound("No run."), "it was deleted"), (CannotConnect("Nothing listens.", hint="Start it."), "Nothing listens")],
)
async def test_a_run_that_cannot_be_read_leaves_the_rest_of_the_page(error: Exception, says: str) -> None:
    async with app_on_fake() as (driver, backend):
        backend.fail["get_run"] = error
        await driver.press("3", TAB, TAB)
        await driver.until(lambda: says in " ".join(driver.text("#tab-checkpoint").split()), "why it is not there")
        assert "checkpoint" in driver.text("#tab-checkpoint")
        await driver.press("2", "j", "3")
        await driver.until(lambda: "recursion_limit" in driver.text("#tab-checkpoint"), "the next look tries again")


async def test_a_traceback_unfolds() -> None:
    error = "Traceback (most recent call last):\n" + "  at a place\n" * 10 + "ValueError: too much"
    tasks = (Task("t1", "pay", error=error), Task("t2", "ask", interrupts=(Interrupt({"question": "Pay?"}, "i"),)))
    async with app_on_fake(backend=backend_with({"a": 1}, tasks=tasks)) as (driver, _):
        await driver.press("3", TAB)
        text = driver.text("#tab-checkpoint")
        assert "ValueError: too much" in text
        assert "at a place" not in text
        assert "asks        Pay?" in text
        await driver.press("slash")
        await driver.write("more lines")
        await driver.press("enter", "enter")
        assert "at a place" in driver.text("#tab-checkpoint")
        await driver.press("h")
        assert "at a place" not in driver.text("#tab-checkpoint")


@pytest.mark.parametrize("tab", range(4))
async def test_every_tab_says_why_it_is_empty(tab: int) -> None:
    async with app_on_fake(backend=backend_with({})) as (driver, _):
        inspector = driver.screen.query_one(Inspector)
        await driver.press("3", *[TAB] * tab)
        if inspector.tab != "Checkpoint":
            assert EMPTY_STATE.split()[0] in driver.text(f"#tab-{inspector.tab.lower()}")
        await driver.press("j", "k", "g", "G", "enter", "o", "y", "h", "l", "n")


async def test_a_broken_checkpoint_says_so_in_every_tab() -> None:
    async with app_on_fake(backend=backend_with(talk(1), {}, broken="no object")) as (driver, _):
        await driver.press("3")
        for _tab in range(4):
            words = " ".join(driver.text(f"#tab-{driver.screen.inspector.tab.lower()}").split())
            assert "can't be read: no object" in words
            await driver.press(TAB)


async def test_no_thread_says_what_to_do() -> None:
    async with app_on_fake(backend=FakeBackend()) as (driver, _):
        assert "enter on a thread opens it" in " ".join(driver.text("#tab-messages").split())


async def test_a_visited_checkpoint_is_shown_again_as_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    original = MessagesView._build

    def counted(view: MessagesView) -> None:
        original(view)
        made.append(id(view.page))

    monkeypatch.setattr(MessagesView, "_build", counted)
    async with app_on_fake() as (driver, _):
        for step in (3, 2, 3, 2):
            await driver.select_step(step)
        view = driver.screen.inspector.query_one(MessagesView)
        first = view.page
        await driver.select_step(3)
        await driver.select_step(2)
        assert view.page is first


async def test_resizing_keeps_the_place() -> None:
    async with app_on_fake(backend=backend_with(talk(60), talk(60, ANSWER))) as (driver, _):
        await driver.press("3", "g", *"jjjjjjjjj")
        at = cursor_text(driver)
        assert "question" in at or "human" in at
        for size in ((80, 24), (160, 50), (100, 30)):
            await driver.pilot.resize_terminal(*size)
            await driver.pilot.pause()
            assert cursor_text(driver) == at
            await driver.until(lambda: at in driver.text("#tab-messages"), "the cursor in sight")


async def test_clicks_fold_where_it_shows_and_open_elsewhere() -> None:
    async with app_on_fake(backend=backend_with(talk(1), talk(1, ANSWER))) as (driver, _):
        view = driver.screen.inspector.query_one(MessagesView)
        await driver.press("3", "G")
        cut = view.row_count
        line = next(y for y in range(view.size.height) if "more lines" in view.render_line(y).text)
        await driver.pilot.click(view, offset=(8, line))
        assert view.row_count > cut
        await driver.press("g")
        line = next(y for y in range(view.size.height) if "question 0" in view.render_line(y).text)
        await driver.pilot.click(view, offset=(8, line))
        assert cursor_text(driver) == "question 0"
        assert is_on(driver, DebuggerScreen)
        await driver.pilot.double_click(view, offset=(8, line))
        assert is_on(driver, ValueScreen)
