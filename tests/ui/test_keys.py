"""The contract of keys: stable ids, no clashes where keys act together, help and palette that can't be out of date."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable

import pytest
from textual.binding import Binding
from textual.command import CommandInput, CommandList, Hits

from tests.ui.driving import app_on_fake
from tui.app import ForkpointApp
from tui.domain.marks import Mark
from tui.domain.safe_text import cell_len
from tui.screens.commands import BindingCommands
from tui.screens.help import WRITES, HelpScreen, help_page
from tui.screens.keymap import ACT_TOGETHER, EVERYWHERE, MOVING, contexts
from tui.widgets.columns_view import ColumnsView, columns_in, in_columns
from tui.widgets.key_names import key_words
from tui.widgets.lines import Line, plain
from tui.widgets.question_line import QuestionLine


def styles(line: Line) -> set[str]:
    return {style for text, style in line if text.strip() or not style}


TITLES = [title for title, _ in contexts(ForkpointApp)]


def keys_of(bindings: Iterable[Binding]) -> dict[str, set[str]]:
    """The ids that claim each key."""
    claims: dict[str, set[str]] = defaultdict(set)
    for binding in bindings:
        claims[binding.key].add(binding.id or binding.action)
    return claims


@pytest.mark.parametrize("title", TITLES)
def test_no_key_means_two_things_in_one_context(title: str) -> None:
    by_title = dict(contexts(ForkpointApp))
    together = [binding for name in (title, *ACT_TOGETHER.get(title, ())) for binding in by_title[name]]
    clashes = {key: ids for key, ids in keys_of(together).items() if len(ids) > 1}
    assert clashes == {}


def test_contexts_that_act_together_exist() -> None:
    named = {*ACT_TOGETHER, *(other for others in ACT_TOGETHER.values() for other in others)}
    assert named <= set(TITLES)
    assert not {"Threads", "Timeline", "Inspector", "Live"} - set(ACT_TOGETHER)


def test_every_binding_has_an_id_of_its_own_context() -> None:
    owners: dict[str, str] = {}
    for title, bindings in contexts(ForkpointApp):
        for binding in bindings:
            assert binding.id, f"{binding} has no id to remap it by"
            assert "." in binding.id
            assert binding.description
            assert owners.setdefault(binding.id, title) == title, f"{binding.id} belongs to two contexts"


def test_inside_a_text_field_only_ctrl_keys_and_escape_act() -> None:
    by_title = dict(contexts(ForkpointApp))
    for title in ("Editor of tool arguments", "Editor of an input"):
        assert {b.key for b in by_title[title] if not b.key.startswith("ctrl+")} == {"escape"}


def test_the_keys_of_the_contract() -> None:
    by_title = dict(contexts(ForkpointApp))
    wanted = {
        EVERYWHERE: "? ctrl+p q escape tab shift+tab 1 2 3 4 / n N y ctrl+r",
        MOVING: "j k up down g G home end ctrl+d ctrl+u pagedown pageup",
        "Threads": "enter a D i s R",
        "Timeline": "h left l right < > enter e r i x R J",
        "Inspector": "[ ] e space",
        "Editor of tool arguments": "ctrl+s ctrl+o escape",
        "Live": "x f",
    }
    for title, keys in wanted.items():
        have = {binding.key for binding in by_title[title]}
        assert {b.key for key in keys.split() for b in Binding.make_bindings([Binding(key, "x")])} <= have, title


def test_later_issues_bring_their_keys_themselves() -> None:
    timeline = keys_of(dict(contexts(ForkpointApp))["Timeline"])
    assert not set("ctTbmdwWvpuo") & set(timeline)


def test_the_help_names_every_key_and_marks_what_writes() -> None:
    text = "\n".join(plain(paragraph.line) for paragraph in help_page(contexts(ForkpointApp)))
    known: set[str] = set()
    for title, bindings in contexts(ForkpointApp):
        assert title in text
        for binding in bindings:
            known.add(binding.id or "")
            assert (binding.tooltip or binding.description) in text
    assert known >= WRITES
    assert text.count(" !") == len(WRITES) + 1, "one more in the introduction"


def test_the_help_explains_every_mark() -> None:
    lines = [plain(paragraph.line) for paragraph in help_page(contexts(ForkpointApp))]
    short = next(line for line in lines if line.startswith("Marks "))
    for mark in Mark:
        assert f"{mark.shape}\N{NO-BREAK SPACE}{mark.title}" in short
        assert any(line.split() == [mark.shape, *mark.words.split()] for line in lines)


async def test_in_ascii_an_arrow_key_is_a_word() -> None:
    arrows = [Binding(key, "") for key in ("left", "right", "up", "down")]
    async with app_on_fake(ascii_only=True) as (driver, _):
        assert [key_words(arrow) for arrow in arrows] == ["left", "right", "up", "down"]
        await driver.press("question_mark", "slash")
        await driver.write("into the branch")
        await driver.until(lambda: "l right" in driver.app.export_screenshot().replace("&#160;", " "))
    assert [key_words(arrow) for arrow in arrows] == ["←", "→", "↑", "↓"]


async def test_help_opens_and_closes() -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("question_mark")
        assert [type(screen) for screen in driver.app.screen_stack[1:]] == [HelpScreen]
        assert "Replay runs nodes and tools again" in driver.text(type(driver.app.screen.query("TextView").first()))
        await driver.press("q")
        assert len(driver.app.screen_stack) == 1
        assert driver.app.is_running, "q went back, it did not quit"


@pytest.mark.parametrize(("size", "columns"), [((80, 24), 1), ((120, 36), 1), ((200, 50), 2), ((240, 60), 3)])
async def test_the_help_has_as_many_columns_as_fit(size: tuple[int, int], columns: int) -> None:
    async with app_on_fake(size=size) as (driver, _):
        await driver.press("question_mark")
        view = driver.app.screen.query_one(ColumnsView)
        await driver.until(lambda: columns_in(view.scrollable_content_region.width) == columns, "the columns")
        lines = [plain(view.line_at(number, 0)) for number in range(view.line_count)]
        assert max(map(cell_len, lines)) <= view.scrollable_content_region.width
        words = " ".join(" ".join(lines).split())
        for title, bindings in contexts(ForkpointApp):
            assert title in words
            for binding in bindings:
                assert (binding.id or "") in words, "nothing is lost between the columns"
        await driver.press("slash")
        await driver.write("join run")
        await driver.press("enter")
        (marked,) = [
            line for number in range(view.line_count) for line in [view.line_at(number, 0)] if "match" in styles(line)
        ]
        assert "join run" in "".join(text for text, style in marked if style == "match")
        assert ("" in styles(marked)) == (columns > 1), "only its column is marked"


def test_blocks_stay_whole_and_in_order_and_columns_are_low() -> None:
    blocks: list[list[Line]] = [
        [((f"{name}{number}", ""),) for number in range(length)]
        for name, length in zip("abcde", (3, 5, 2, 4, 1), strict=True)
    ]
    for count in range(1, 7):
        columns = in_columns(blocks, count)
        assert len(columns) <= count
        assert [line for column in columns for line in column if line] == [line for block in blocks for line in block]
        assert all(column[0] and column[-1] for column in columns)
    assert [len(column) for column in in_columns(blocks, 3)] == [3, 8, 6]
    assert in_columns([], 3) == []


async def test_the_palette_runs_a_key_by_its_name() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("ctrl+p")
        await driver.write("timeline: replay")
        await driver.pilot.pause()
        await driver.until(lambda: driver.app.screen.query_one("CommandList").option_count > 0)  # type: ignore[attr-defined]
        await driver.press("enter")
        await driver.until(lambda: driver.app.screen is driver.screen, "the palette to close")
        assert "Replay from step 1?" in await driver.asked()


async def test_an_enter_before_the_palette_has_looked_waits_for_what_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, search = asyncio.Event(), BindingCommands.search

    async def slow(self: BindingCommands, query: str) -> Hits:
        await looked.wait()
        async for hit in search(self, query):
            yield hit

    monkeypatch.setattr(BindingCommands, "search", slow)
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("ctrl+p")
        palette = driver.app.screen
        await driver.until(lambda: palette.query_one(CommandList).option_count > 0, "the commands before one types")
        await driver.write("timeline: replay")
        await driver.press("enter", "x", "y")
        assert driver.app.screen is palette, "nothing that was listed before is chosen"
        assert palette.query_one(CommandInput).value == "timeline: replay"
        looked.set()
        await driver.until(lambda: driver.app.screen is driver.screen, "the palette to close")
        assert "Replay from step 1?" in await driver.asked()
        await driver.press("n", "ctrl+p")
        await driver.write("zzzz")
        await driver.press("enter")
        palette = driver.app.screen
        await driver.until(lambda: palette.focused is palette.query_one(CommandInput), "the words to be mended")
        await driver.press(*["backspace"] * 4)
        await driver.write("timeline: replay")
        await driver.press("enter")
        assert "Replay from step 1?" in await driver.asked()


async def test_esc_takes_back_an_enter_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(self: BindingCommands, query: str) -> Hits:
        await asyncio.Event().wait()
        assert query
        async for hit in self.discover():
            yield hit

    monkeypatch.setattr(BindingCommands, "search", never)
    async with app_on_fake() as (driver, _):
        await driver.press("ctrl+p")
        await driver.write("help")
        await driver.press("enter", "escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "the palette to close")
        await driver.press("ctrl+p")
        await driver.until(lambda: driver.app.screen.query(CommandInput), "another one")


async def test_the_key_bar_shows_what_works_here() -> None:
    async with app_on_fake() as (driver, _):
        keys = driver.text("#keys")
        assert "a new thread" in keys
        assert "? help" in keys
        await driver.press("2")
        await driver.until(lambda: "e edit" in driver.text("#keys"))
        assert "r replay" not in driver.text("#keys"), "nothing is left to run at the end"
        await driver.press("j")
        await driver.until(lambda: "r replay" in driver.text("#keys"))
        assert "x cancel" not in driver.text("#keys"), "no run is active"
        await driver.press("j", "e")
        await driver.until(lambda: "^s fork and run" in driver.text("#keys"))
        assert "/ find" not in driver.text("#keys"), "in a text field a slash is typed"


async def test_keys_can_be_remapped() -> None:
    async with app_on_fake(keymap={"timeline.replay": "ctrl+g"}) as (driver, _):
        await driver.select_step(1)
        await driver.press("r")
        assert not driver.screen.query_one("#question").has_class("-open")
        await driver.press("ctrl+g")
        assert "Replay" in await driver.asked()


async def test_texts_follow_remapped_keys() -> None:
    keys = {"question.yes": "f2", "threads.open": "o", "timeline.input": "f3", "app.refresh": "f5"}
    async with app_on_fake(keymap=keys) as (driver, backend):
        await driver.press("1", "a")
        assert "f2 yes n no" in await driver.asked()
        await driver.press("y")
        assert not backend.sent("create_thread")
        await driver.press("f2")
        await driver.until(lambda: driver.screen.input_editor.has_class("-open"), "the input")
        await driver.press("escape")
        assert "f3 starts a run" in driver.text("#timeline")
        driver.screen.history.opened = None
        driver.screen.history.show_if_none()
        await driver.pilot.pause()
        assert "o on a row" in driver.text("#timeline")


async def test_the_answers_stand_in_the_question_only() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("r")
        assert "y yes n no" in await driver.asked()
        assert not driver.text("#keys").strip()


async def test_copy_gives_the_address_of_the_checkpoint() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("y", "enter")
        assert driver.app.clipboard == "t-1@c02"


async def test_ctrl_c_says_how_to_leave() -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("ctrl+c")
        assert driver.heard == ["q leaves, ctrl+q leaves at once."]


async def test_a_yes_to_a_question_that_did_not_come_opens_no_menu() -> None:
    async with app_on_fake() as (driver, _):
        question = driver.screen.query_one(QuestionLine)
        question.clock = lambda: 10.0
        await driver.select_step(1)
        await driver.press("x")
        await driver.until(lambda: any("No run is active" in words for words in driver.heard), "that there is none")
        await driver.press("y")
        assert driver.app.screen is driver.screen
        question.clock = lambda: 12.0
        await driver.press("y")
        await driver.until(lambda: driver.app.screen is not driver.screen, "the menu")
