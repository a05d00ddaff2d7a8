"""Hostile text in the app: what is hidden is counted, what is copied and edited is exact, markup is text, and the
backstop holds where somebody forgot to make a text safe."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.fuzzy import Matcher

import tui
from tests.fakes import FakeBackend
from tests.hostile.corpus import HARMFUL, LONG, NAME, Payload, everything, named
from tests.ui.driving import Driver, opened_app
from tui.domain.safe_text import hidden_count, one_line, sanitise
from tui.domain.thread_titles import thread_title
from tui.screens.commands import PlaceCommands
from tui.screens.palette_line import Command
from tui.widgets.line_filters import NothingHidden
from tui.widgets.pane_title import set_title

TITLE = f"title {NAME}"
TEXT = f"said {NAME}"
ARGS: dict[str, Any] = {"query": f"weather {NAME}", "days": 3}


def hostile_backend() -> FakeBackend:
    """The weather thread, with hostile words in its title, its messages and its call."""
    backend = FakeBackend()
    thread_id = backend.add_weather_thread()
    thread = backend.threads[thread_id]
    backend.threads[thread_id] = replace(thread, metadata={**thread.metadata, "title": TITLE})
    backend.rows[thread_id] = [replace(row, values=_hostile(row.values)) for row in backend.rows[thread_id]]
    return backend


def _hostile(value: Any) -> Any:
    if isinstance(value, list):
        return [_hostile(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _hostile(item) for key, item in value.items()}
    if isinstance(made.get("args"), dict):
        made["args"] = dict(ARGS)
    if isinstance(made.get("content"), str) and made["content"]:
        made["content"] = TEXT
    return made


@pytest.fixture
async def driver() -> AsyncIterator[Driver]:
    async with opened_app(hostile_backend()) as opened:
        yield opened


async def test_titles_say_how_much_they_hide(driver: Driver) -> None:
    count = hidden_count(TITLE)
    title = str(driver.screen.timeline.border_title)
    assert f"{count} hidden characters" in title
    assert "title n␛]0;" in driver.text("#threads")
    assert not hidden_count(title)


async def test_messages_and_arguments_say_how_much_they_hide(driver: Driver) -> None:
    await driver.select_step(1)
    messages = driver.text("#tab-messages")
    assert f"human  {hidden_count(TEXT)} hidden characters" in messages
    assert f"ai  {hidden_count(ARGS['query'])} hidden characters" in messages
    assert messages.count("n␛]0;PWNED␛\\") == 2


async def test_a_value_full_screen_says_how_much_it_hides(driver: Driver) -> None:
    await driver.select_step(1)
    await driver.press("3", "g", "o")
    await driver.until(lambda: len(driver.app.screen_stack) == 2, "the value")
    box = driver.app.screen.query_one("Vertical")
    await driver.until(lambda: "hidden characters" in str(box.border_title), "the count")


async def test_copies_are_exact(driver: Driver) -> None:
    await driver.press("1", "y")
    await driver.until(lambda: len(driver.app.screen_stack) == 2, "the menu")
    await driver.press("j", "enter")
    await driver.until(lambda: driver.app.clipboard, "a copy")
    assert driver.app.clipboard == TITLE
    await driver.select_step(1)
    await driver.press("3", "g", "y")
    await driver.until(lambda: len(driver.app.screen_stack) == 2, "the menu")
    await driver.press("enter")
    await driver.until(lambda: driver.app.clipboard != TITLE, "another copy")
    assert driver.app.clipboard == TEXT


async def test_lone_surrogates_are_said_to_be_lost_when_copied(driver: Driver) -> None:
    driver.app.copy_to_clipboard("a\ud800b")
    assert driver.app.clipboard == "a\ufffdb"
    await driver.until(lambda: any("surrogates" in words for words in driver.heard), "a word about it")
    driver.app.copy_to_clipboard("👨‍👩‍👧‍👦 exact \x1b]0;PWNED\x07")
    assert driver.app.clipboard == "👨‍👩‍👧‍👦 exact \x1b]0;PWNED\x07"


async def test_an_edit_of_hostile_arguments_changes_nothing_else(driver: Driver) -> None:
    await driver.select_step(1)
    await driver.press("e")
    await driver.until(lambda: driver.screen.inspector.has_class("-editing") or driver.screen.query("ArgsEditor"), "it")
    editor = driver.screen.query_one("ArgsEditor")
    await driver.until(lambda: "hidden characters" in str(editor.border_subtitle), "the count in the editor")
    area = editor.query("TextArea").first()
    assert not hidden_count(area.text)  # type: ignore[attr-defined]
    await driver.press("tab", "end", "4", "ctrl+s")
    await driver.yes()
    await driver.run_over()
    (update,) = [about for name, about in backend_of(driver).calls if name == "update_state"]
    (call,) = update.values["messages"][0]["tool_calls"]
    assert call["args"] == {**ARGS, "days": 34}


def backend_of(driver: Driver) -> FakeBackend:
    backend = driver.app.session.backend
    assert isinstance(backend, FakeBackend)
    return backend


async def test_no_notification_obeys(driver: Driver) -> None:
    says: tuple[Callable[[str], object], ...] = (
        driver.screen.tell,
        driver.screen.warn,
        lambda text: driver.screen.report(ValueError(text)),
    )
    for payload in HARMFUL:
        driver.app.clear_notifications()
        for number, say in enumerate(says):
            say(f"{number} before {payload.text} after")
        await driver.until(lambda: len(driver.heard) == len(says), payload.kind)
        assert all(sanitise(payload.text) in words for words in driver.heard), payload.kind
        assert all(payload.shown[:5] in words for words in driver.heard), payload.kind


async def test_the_palette_takes_titles_as_text(driver: Driver) -> None:
    thread = driver.screen.threads_list.threads[0]
    for payload in (*HARMFUL, LONG):
        title = f"weather {payload.text} in the city of San Francisco, {'o' * 500}"
        command = Command(f"thread: {thread_title(replace(thread, metadata={'title': title}))}", "", lambda: None)
        hit = command.hit_by_words(Matcher("thread weather"))
        assert hit is not None, payload.kind
        line = hit.prompt
        assert isinstance(line, Content)
        assert line.plain.startswith(f"thread: weather {one_line(payload.shown)[:3]}"), payload.kind
        assert not hidden_count(line.plain)
        styles = {str(span.style) for span in line.spans}
        assert styles <= {str(Matcher("").match_style), "$calm not bold"}, payload.kind


async def test_the_palette_finds_by_words(driver: Driver) -> None:
    provider = PlaceCommands(driver.screen)
    found = [hit.text async for hit in provider.search("title n␛")]
    assert found
    assert str(found[0]).startswith("thread: title n␛")
    assert [hit async for hit in provider.search("title nowhere")] == []


async def test_every_title_on_a_border_is_text(driver: Driver) -> None:
    for text in ("[/]", "[@click=app.quit]x[/]", TITLE, everything(sendable=False)):
        set_title(driver.screen.timeline, text, text[:10])
        await driver.pilot.pause()
        assert not hidden_count(str(driver.screen.timeline.border_title))


BYPASSES: dict[str, Callable[[str], str]] = {"as it is": str, "in a word": lambda text: f"safe{text}safe"}


@pytest.mark.parametrize("payload", [p for p in HARMFUL if p.hidden], ids=lambda payload: payload.slug)
@pytest.mark.parametrize("way", BYPASSES)
def test_the_backstop_holds_and_keeps_the_width(payload: Payload, way: str) -> None:
    raw = BYPASSES[way](payload.text)
    segments = [Segment(raw, Style(bold=True)), Segment("\x1b[?25h", None, [(0,)]), Segment("│")]  # type: ignore[list-item]
    drawn = NothingHidden().apply(segments, Color(0, 0, 0))
    assert drawn[1] is segments[1], "what the app itself writes stays"
    joiners = raw.replace("\u200c", "").replace("\u200d", "")
    assert hidden_count(drawn[0].text) == 0 or joiners != raw or "\U000e0100" in raw
    assert Segment.get_line_length([drawn[0]]) == Segment.get_line_length([segments[0]])


async def test_the_backstop_stands_before_everything_that_is_drawn(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody forgets to make titles safe: nothing of them reaches what is drawn."""
    from tui.widgets import threads_list

    def forgot(thread: object, *_: object, **__: object) -> tuple[tuple[str, str], ...]:
        del thread
        return ((f"RAW{TITLE}\u200b\U000e0041", ""),)

    monkeypatch.setattr(threads_list, "thread_line", forgot)
    driver.screen.threads_list.lines_changed()
    await driver.pilot.pause()
    assert "\x1b" in driver.text("#threads"), "the widget itself draws it"
    lines = driver.app.screen._compositor.render_strips()
    screen = "\n".join(strip.text for strip in lines)
    filtered = "\n".join("".join(s.text for s in _filtered(driver, list(strip))) for strip in lines)
    assert "RAWtitle n" in screen
    assert "RAWtitle n" in filtered
    assert not hidden_count(filtered.replace("\n", ""))


def _filtered(driver: Driver, segments: list[Segment]) -> list[Segment]:
    for line_filter in driver.app.get_line_filters():
        segments = line_filter.apply(segments, Color(0, 0, 0))
    return segments


def test_the_terminal_title_is_never_written() -> None:
    """Nothing of ours or of Textual's sets it; the strict terminal of the end-to-end tests would see OSC 0 and 2."""
    sources = [path.read_text(encoding="utf-8") for path in Path(tui.__file__).parent.rglob("*.py")]
    assert not [
        source for source in sources if "\\x1b]0" in source or "\\x1b]2;" in source or "set_title(title" in source
    ]
    assert named("") == NAME
