"""The editor of tool arguments with keys: fields, JSON, several calls, undo across visits, the user's own editor."""

from __future__ import annotations

import stat
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key

from tests.fakes import FakeBackend
from tests.snapshots.svg import screen_lines
from tests.ui.driving import Driver, app_on_fake
from tui.domain.args_fields import Kind
from tui.screens.dialogs import TextScreen

ARGS: dict[str, Any] = {
    "query": "weather in Santa Fe",
    "limit": 12345678901234567890,
    "score": 1.0,
    "exact": True,
    "near": None,
    "tags": ["a", "b"],
}
SECOND = {"query": "weather in Rome"}


def backend_with(*calls: Any) -> FakeBackend:
    """The weather thread with other tool calls."""
    backend = FakeBackend()
    thread_id = backend.add_weather_thread()
    made = [
        {"name": "search", "args": args, "id": f"call_{number}", "type": "tool_call"}
        for number, args in enumerate(calls, start=1)
    ]
    rows = backend.rows[thread_id]
    for at, row in enumerate(rows):
        messages = [
            {**message, "tool_calls": made} if message.get("tool_calls") else message
            for message in row.values["messages"]
        ]
        rows[at] = replace(row, values={"messages": messages})
    return backend


@asynccontextmanager
async def editing(*calls: Any, size: tuple[int, int] = (120, 36)) -> AsyncIterator[tuple[Driver, FakeBackend]]:
    """The app with the editor open on calls with these arguments."""
    backend = backend_with(*calls)
    async with app_on_fake(backend=backend, size=size) as (driver, _):
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        await driver.until(lambda: driver.screen.focused is driver.screen.inspector.editor.area, "the focus")
        yield driver, backend


def texts(driver: Driver) -> tuple[str, ...]:
    return driver.screen.inspector.editor.draft.version.texts


async def type_as_terminals_do(driver: Driver, text: str) -> None:
    """Character by character, also those that are no letters: an emoji may be made of several."""
    for character in text:
        driver.app.post_message(Key("space" if character == " " else f"u{ord(character)}", character))
        await driver.pilot.pause()


async def clear(driver: Driver) -> None:
    await driver.press(*["backspace"] * len(driver.screen.inspector.editor.area.text))


def sent_args(backend: FakeBackend) -> list[Any]:
    edited = next(row for row in backend.rows["t-1"] if row.source == "update")
    return [call["args"] for call in edited.values["messages"][1]["tool_calls"]]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (200, 50), (60, 18)])
async def test_every_argument_is_a_field_that_keeps_its_type(size: tuple[int, int]) -> None:
    async with editing(ARGS, size=size) as (driver, backend):
        editor = driver.screen.inspector.editor
        assert editor.area.text == ARGS["query"]
        assert editor.area.cursor_at_end_of_text, "one goes on typing behind the first value"
        await driver.write(" NM")
        await driver.press("down", "backspace", "9")
        await driver.press("down")
        await clear(driver)
        await driver.write("2")
        await driver.press("enter", "space")
        assert editor.area.kind is Kind.BOOLEAN
        assert editor.area.text == "false"
        await driver.press("tab")
        await clear(driver)
        await driver.write('"here"')
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        (args,) = sent_args(backend)
        wanted = {**ARGS, "query": "weather in Santa Fe NM", "limit": 12345678901234567899, "exact": False}
        assert repr(args) == repr({**wanted, "score": 2.0, "near": "here"})


async def test_a_wrong_field_is_said_below_it_and_keeps_everything_from_being_sent() -> None:
    async with editing(ARGS) as (driver, backend):
        await driver.press("down", "x", "up", "ctrl+s")
        await driver.until(lambda: "Not sent: mend limit of search first." in driver.heard, "where it is")
        editor = driver.screen.inspector.editor
        assert editor.area.text.endswith("x"), "the cursor goes where the problem is"
        assert "limit" in str(editor.border_subtitle)
        await driver.press("ctrl+o", "ctrl+t")
        assert not editor.draft.version.is_json, "nothing is switched before it is mended"
        assert len(driver.app.screen_stack) == 1
        assert backend.sent("get_run", "update_state") == []


async def test_the_key_for_fields_and_json_is_shown_while_it_does_something() -> None:
    async with editing(SECOND) as (driver, _):
        await driver.until(lambda: "^t fields/JSON" in driver.text("#keys"), "JSON is possible")
        await driver.press("ctrl+t")
        await driver.until(lambda: "^t fields/JSON" in driver.text("#keys"), "and fields again")
        await driver.press("ctrl+end", "backspace")
        await driver.until(lambda: "^t" not in driver.text("#keys"), "nothing is switched before it is mended")
        await driver.press("ctrl+s", "ctrl+t")
        await driver.until(lambda: len(driver.heard) == 2)
        assert not [words for words in driver.heard if "closed" in words], "that is said once, beside the text"
        lines = ["".join(segment.text for segment in line) for line in screen_lines(driver.app)]
        assert "\n".join(lines).count("✗ line 3:") == 1


async def test_fields_and_json_are_two_views_of_one_draft() -> None:
    async with editing(ARGS) as (driver, backend):
        await driver.write("!")
        await driver.press("ctrl+t")
        editor = driver.screen.inspector.editor
        assert '"query": "weather in Santa Fe!"' in editor.area.text
        editor.area.load_text(editor.area.text.replace('"near": null', '"near": {"a": [1]}'))
        await driver.pilot.pause()
        await driver.press("ctrl+t")
        assert len(texts(driver)) == len(ARGS)
        assert '"a": [' in texts(driver)[4]
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert repr(sent_args(backend)) == repr([{**ARGS, "query": "weather in Santa Fe!", "near": {"a": [1]}}])


async def test_undo_reaches_the_original_also_after_leaving() -> None:
    async with editing(SECOND) as (driver, _):
        await driver.write(" tomorrow")
        await driver.press("ctrl+t", "ctrl+t", "escape")
        assert len(driver.screen.drafts) == 1
        await driver.select_step(3)
        await driver.select_step(1)
        await driver.press("e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        for _ in range(4):
            await driver.press("ctrl+z")
        assert texts(driver) == ("weather in Rome",)
        assert not driver.screen.drafts
        assert "draft" not in driver.text("#timeline")
        await driver.press("ctrl+z")
        assert any("nothing to undo" in words for words in driver.heard)
        await driver.press("ctrl+y", "ctrl+y", "ctrl+y")
        assert driver.screen.inspector.editor.draft.parsed().value == {"query": "weather in Rome tomorrow"}
        assert driver.screen.drafts


async def test_back_to_the_original_drops_the_draft_and_can_be_undone() -> None:
    async with editing(SECOND) as (driver, _):
        await driver.write("!!")
        await driver.until(lambda: "draft" in driver.text("#timeline"), "the mark")
        await driver.press("ctrl+r")
        assert driver.screen.inspector.editor.area.text == "weather in Rome"
        await driver.until(lambda: "draft" not in driver.text("#timeline"), "the mark to go")
        await driver.press("ctrl+z")
        assert driver.screen.inspector.editor.area.text == "weather in Rome!!"


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_leaving_returns_to_where_e_was_pressed(size: tuple[int, int]) -> None:
    async with editing(SECOND, size=size) as (driver, _):
        await driver.write("!")
        await driver.press("escape")
        assert driver.screen.current_pane == "timeline"
        assert driver.screen.focused is driver.screen.timeline
        await driver.press("e")
        await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
        assert texts(driver) == ("weather in Rome!",)
        await driver.press("escape", "3", "e", "escape")
        assert driver.screen.current_pane == "inspector"


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_after_a_fork_the_timeline_has_the_focus_at_the_new_tip(size: tuple[int, int]) -> None:
    async with editing(SECOND, size=size) as (driver, backend):
        await driver.write("!")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert driver.screen.focused is driver.screen.timeline
        assert driver.screen.timeline.selected == backend.rows["t-1"][-1].checkpoint_id


async def test_several_calls_are_edited_together() -> None:
    async with editing(SECOND, ARGS, {}) as (driver, backend):
        editor = driver.screen.inspector.editor
        await driver.write("!")
        await driver.press("down")
        assert "2 of 3" in str(editor.border_title)
        assert editor.area.text == ARGS["query"]
        assert "◆ 1 · call_1 · search" in str(driver.screen.query_one("#editor-before").render())
        await driver.write("?")
        await driver.press("up")
        assert "1 of 3" in str(editor.border_title)
        await driver.press("tab", *["tab"] * len(ARGS))
        assert "3 of 3" in str(editor.border_title)
        assert editor.draft.version.is_json, "a call without arguments has no fields"
        await driver.press("tab")
        assert "1 of 3" in str(editor.border_title), "tab goes round"
        await driver.press("ctrl+s")
        words = await driver.yes()
        assert "Rome!" in words
        await driver.run_over()
        first, second, third = sent_args(backend)
        assert first == {"query": "weather in Rome!"}
        assert second == {**ARGS, "query": "weather in Santa Fe?"}
        assert third == {}


async def test_a_click_opens_another_call() -> None:
    async with editing(SECOND, ARGS) as (driver, _):
        await driver.pilot.click("#editor-after", offset=(3, 0))
        await driver.until(lambda: "2 of 2" in str(driver.screen.inspector.editor.border_title), "the other call")


async def test_the_preview_shows_the_difference_and_sends_nothing() -> None:
    async with editing(SECOND) as (driver, backend):
        await driver.write("!")
        await driver.press("ctrl+o")
        await driver.until(lambda: isinstance(driver.app.screen, TextScreen), "the preview")
        shown = driver.text(type(driver.app.screen.query("TextView").first()))
        assert '- "weather in Rome"' in shown
        assert '+ "weather in Rome!"' in shown
        await driver.press("escape")
        assert driver.screen.focused is driver.screen.inspector.editor.area
        assert backend.sent("update_state", "stream_run") == []


def program(folder: Path, body: str) -> str:
    """An editor: gets the file's path as `path`."""
    script = folder / "editor.py"
    script.write_text(f"import os, pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{body}\n", encoding="utf-8")
    return f"'{sys.executable}' '{script}'"


def note_of(folder: Path) -> tuple[int, str, bool]:
    """What the editor saw of the file: (its mode, its ending), and whether it is still there."""
    mode, suffix, path = (folder / "note").read_text().split(" ", 2)
    return stat.S_IMODE(int(mode)), suffix, Path(path).exists()


async def edit_with(driver: Driver, monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", program(folder, body))
    monkeypatch.setattr(driver.app, "suspend", nullcontext)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))  # for what is kept
    await driver.press("ctrl+e")
    await driver.pilot.pause()


async def test_a_text_in_the_users_own_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with editing(SECOND) as (driver, _):
        await edit_with(
            driver,
            monkeypatch,
            tmp_path,
            "note = pathlib.Path(sys.argv[0]).with_name('note')\n"
            "note.write_text(f'{path.stat().st_mode} {path.suffix} {path}')\n"
            "path.write_text(path.read_text() + ' 한국\\nand more\\n', encoding='utf-8')",
        )
        assert driver.screen.inspector.editor.area.text == "weather in Rome 한국\nand more"
        assert note_of(tmp_path) == (0o600, ".txt", False)
        await driver.press("ctrl+z")
        assert driver.screen.inspector.editor.area.text == "weather in Rome"


async def test_broken_json_comes_back_with_its_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with editing(SECOND) as (driver, _):
        await driver.press("ctrl+t")
        await edit_with(driver, monkeypatch, tmp_path, "path.write_text('{\"query\": 1')")
        assert driver.screen.inspector.editor.area.text == '{"query": 1'
        check = driver.screen.query_one(".field--check")
        await driver.until(lambda: check.display and "not closed" in str(check.render()), "the error")
        assert len(driver.screen.drafts) == 1


@pytest.mark.parametrize(
    ("editor", "says"),
    [("sys.exit(3)", "ended with code 3"), ("path.write_bytes(b'\\xff')", "not UTF-8")],
)
async def test_an_editor_that_fails_changes_nothing(
    editor: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editing(SECOND) as (driver, _):
        await edit_with(driver, monkeypatch, tmp_path, editor)
        assert any(says in words for words in driver.heard)
        assert driver.screen.inspector.editor.area.text == "weather in Rome"


async def test_without_an_editor_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with editing(SECOND) as (driver, _):
        monkeypatch.setenv("EDITOR", "/nowhere/editor")
        monkeypatch.delenv("VISUAL", raising=False)
        await driver.press("ctrl+e")
        assert any("can't be lent" in words for words in driver.heard), "a test has no terminal to lend"
        monkeypatch.setattr(driver.app, "suspend", nullcontext)
        await driver.press("ctrl+e")
        assert any("can't be started" in words for words in driver.heard)


async def test_what_is_too_long_to_type_is_edited_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "word " * 40_000
    async with editing({"text": long, "n": 1}) as (driver, backend):
        assert "200,000 characters" in str(driver.screen.inspector.editor.area.placeholder)
        await driver.press("x", "down", "backspace", "2")
        assert texts(driver) == (long, "2")
        await driver.press("up")
        await edit_with(driver, monkeypatch, tmp_path, "path.write_text(path.read_text() + 'end')")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.run_over()
        assert sent_args(backend) == [{"text": long + "end", "n": 2}]


async def test_hints_of_the_server_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def schemas(assistant_id: str) -> Any:
        assert assistant_id == "a-agent"
        about = {"type": "string", "description": "what to look for"}
        return {"tools": [{"name": "search", "parameters": {"properties": {"query": about}}}]}

    monkeypatch.setattr(FakeBackend, "schemas", staticmethod(schemas))
    async with editing(SECOND) as (driver, _):
        editor = driver.screen.inspector.editor
        await driver.until(lambda: "string · what to look for" in str(editor.border_subtitle), "the hint")


@pytest.mark.parametrize("size", [(40, 10), (20, 6), (80, 24), (200, 50)])
async def test_it_fits_any_screen_and_keeps_the_draft_when_resized(size: tuple[int, int]) -> None:
    async with editing(SECOND, ARGS) as (driver, _):
        await type_as_terminals_do(driver, " 한국어 👨‍👩‍👧")
        await driver.pilot.resize_terminal(*size)
        await driver.pilot.pause()
        await driver.press("down", "down", "x")
        await driver.pilot.resize_terminal(120, 36)
        await driver.pilot.pause()
        await driver.until(lambda: driver.app.screen is driver.screen, "the screen to be large enough again")
        if "2 of 2" in str(driver.screen.inspector.editor.border_title):
            await driver.press("ctrl+n")
        assert texts(driver) == ("weather in Rome 한국어 👨‍👩‍👧",)
