"""What the app looks like: every theme works, and what can't be used is said in one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandList, CommandPalette
from textual.strip import Strip

from tests.fakes import FakeBackend
from tests.snapshots.svg import screen_cells, screen_lines
from tests.ui.driving import Driver, app_on_fake
from tui.screens.too_small import TooSmallScreen
from tui.themes import load_themes, theme_folder
from tui.widgets.first_hint import FirstHint
from tui.widgets.key_bar import KeyBar
from tui.widgets.text_view import TextView


@pytest.mark.parametrize("theme", sorted(load_themes([theme_folder()]).themes))
async def test_the_app_starts_with_every_theme(theme: str) -> None:
    async with app_on_fake(theme=theme) as (driver, _):
        assert driver.app.theme == theme
        assert "weather" in driver.text("#timeline")
        assert driver.heard == []


async def test_an_unknown_theme_is_one_line_and_the_default_is_used() -> None:
    async with app_on_fake(theme="no-such") as (driver, _):
        assert driver.app.theme == "forkpoint-dark"
        (said,) = driver.heard
        assert said.startswith("There is no theme 'no-such'.")
        assert "forkpoint-light" in said


async def test_a_users_theme_is_used_and_a_broken_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[colors]\nprimary = "#ff8800"\n', encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[colors", encoding="utf-8")
    async with app_on_fake(theme="mine", theme_folders=[tmp_path]) as (driver, _):
        assert driver.app.theme == "mine"
        (said,) = driver.heard
        assert said.startswith("Theme broken.toml:")
        assert "\n" not in said


async def test_a_terminal_of_few_colours_gets_what_it_can_show() -> None:
    async with app_on_fake() as (driver, _):
        app = driver.app
        meant = app.available_themes["forkpoint-dark"]
        app.fit_colours("truecolor")
        assert app.available_themes["forkpoint-dark"] == meant
        app.fit_colours("256")
        assert app.theme == "forkpoint-dark"
        assert app.available_themes["forkpoint-dark"].background == "#121212"
        app.fit_colours("standard", may_choose=False)
        assert app.theme == "forkpoint-dark", "what the user chose is used"
        app.fit_colours("standard")
        assert app.theme == "forkpoint-ansi"


async def choose_a_theme(driver: Driver) -> None:
    await driver.press("ctrl+p")
    await driver.write("app: theme")
    await driver.until(lambda: count_of_commands(driver) == 1)
    await driver.press("enter")
    await driver.until(lambda: count_of_commands(driver) == len(driver.app.own_themes), "the themes")


def count_of_commands(driver: Driver) -> int:
    found = driver.app.screen.query(CommandList)
    return found.first().option_count if found else 0


async def test_a_theme_is_tried_on_while_it_is_highlighted() -> None:
    async with app_on_fake() as (driver, _):
        app = driver.app
        await choose_a_theme(driver)
        assert app.theme == "forkpoint-dark", "the one in use comes first"
        await driver.press("down")
        await driver.until(lambda: app.theme == "forkpoint-ansi", "the next one is tried on")
        await driver.press("escape")
        await driver.until(lambda: app.theme == "forkpoint-dark", "esc takes it off")
        await choose_a_theme(driver)
        await driver.write("light")
        await driver.until(lambda: app.theme == "forkpoint-light")
        await driver.press("enter")
        await driver.until(lambda: not isinstance(app.screen, CommandPalette))
        assert app.theme == "forkpoint-light"


async def test_threads_and_checkpoints_are_found_by_their_words() -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("1", "ctrl+p")
        await driver.write("search santa")
        await driver.until(lambda: 0 < count_of_commands(driver) < 5)
        await driver.press("enter")
        await driver.until(lambda: driver.screen.current_pane == "timeline")
        selected = driver.screen.timeline.selected
        assert selected is not None
        opened = driver.screen.history.opened
        assert opened is not None
        assert "Santa Fe" in str(opened.tree[selected].values)


async def test_commands_of_other_panes_go_there_first() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("1", "ctrl+p")
        await driver.write("timeline: replay")
        await driver.until(lambda: 0 < count_of_commands(driver) < 5)
        await driver.press("enter")
        assert "Replay from step 1?" in await driver.asked()
        assert driver.screen.current_pane == "timeline"


async def test_the_first_start_shows_a_hint_until_a_key_is_pressed() -> None:
    async with app_on_fake(first_start=True) as (driver, _):
        assert driver.screen.query(FirstHint)
        before = driver.screen.timeline.selected
        await driver.press("2", "j")
        assert not driver.screen.query(FirstHint)
        assert driver.screen.timeline.selected != before, "the key was not eaten"
    async with app_on_fake() as (driver, _):
        assert not driver.screen.query(FirstHint)


async def test_wrong_keys_in_the_config_are_told_and_the_others_work() -> None:
    async with app_on_fake(keymap={"no.such": "x", "timeline.replay": "ctrl+g"}) as (driver, _):
        (said,) = driver.heard
        assert said.startswith('[keys] "no.such" = "x"')
        await driver.select_step(1)
        await driver.press("ctrl+g")
        assert "Replay" in await driver.asked()
        await driver.press("n", "question_mark", "slash")
        await driver.write("timeline.replay")
        await driver.press("enter", "n")
        assert any(strip.text.split() == ["^g", "replay", "!", "timeline.replay"] for strip in lines_of(driver))


def lines_of(driver: Driver) -> list[Strip]:
    view = driver.app.screen.query_one(TextView)
    return [view.render_line(y) for y in range(view.size.height)]


async def test_the_help_can_be_searched() -> None:
    async with app_on_fake() as (driver, _):
        await driver.press("question_mark", "slash")
        await driver.write("to the fork point")
        await driver.press("enter")
        assert any("to the fork point" in strip.text for strip in lines_of(driver))
        await driver.press("escape")
        assert driver.app.screen is driver.screen


async def test_a_theme_that_is_tried_on_is_seen_in_its_own_colours() -> None:
    async with app_on_fake() as (driver, _):

        def colours() -> set[str]:
            row = screen_cells(screen_lines(driver.app))[driver.app.size.height - 1]
            return {cell.paper for cell in row} | {cell.ink.color for cell in row if cell.text.strip()}

        driver.app.theme = "forkpoint-light"
        await driver.pilot.pause()
        light = colours()
        driver.app.theme = "forkpoint-dark"
        await choose_a_theme(driver)
        await driver.write("light")
        await driver.until(lambda: driver.app.theme == "forkpoint-light", "the theme is tried on")
        await driver.until(lambda: colours() <= light, "the keys in their own colours")


async def test_ascii_draws_no_other_marks() -> None:
    async with app_on_fake(ascii_only=True) as (driver, _):
        svg = driver.app.export_screenshot()
        assert not set("●◉│─╭╮╯╰…·") & set(svg)
        assert "@" in svg, "the head has its mark"
    async with app_on_fake() as (driver, _):
        assert "◉" in driver.app.export_screenshot()


async def test_a_small_terminal_says_so_and_nothing_is_lost() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("3")
        focused, selected = driver.screen.focused, driver.screen.timeline.selected
        await driver.pilot.resize_terminal(40, 10)
        await driver.until(lambda: isinstance(driver.app.screen, TooSmallScreen))
        await driver.press("j", "r")
        assert driver.screen.timeline.selected == selected, "keys do nothing that is not seen"
        await driver.pilot.resize_terminal(100, 30)
        await driver.until(lambda: driver.app.screen is driver.screen)
        assert (driver.screen.focused, driver.screen.timeline.selected) == (focused, selected)
        await driver.pilot.resize_terminal(40, 10)
        await driver.until(lambda: isinstance(driver.app.screen, TooSmallScreen))
        await driver.press("enter")
        assert driver.app.screen is driver.screen, "who wants to goes on"


async def test_a_narrow_terminal_names_its_panes_and_what_is_shown() -> None:
    async with app_on_fake(size=(80, 24)) as (driver, _):
        await driver.press("2")
        await driver.until(lambda: "5 checkpoints" in driver.text("#header"))
        assert driver.text("#keys").startswith(" 1 threads  2 timeline  3 state ")
        assert "4 live" not in driver.text("#keys"), "there was no run yet"
        assert driver.screen.timeline.size.height == 22, "a line above, a line below, no borders"
        await driver.press("1")
        await driver.until(lambda: driver.text("#header").startswith(" Threads"))
        await driver.pilot.click("#keys", offset=(14, 0))
        assert driver.screen.current_pane == "timeline", "its name can be clicked"


async def test_keys_can_be_clicked() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.until(lambda: "r replay" in driver.text("#keys"))
        await driver.pilot.click("#keys", offset=(driver.text("#keys").index("replay") + 1, 0))
        assert "Replay" in await driver.asked()


async def test_borders_can_be_dragged_and_shares_are_kept() -> None:
    async with app_on_fake() as (driver, _):
        threads, timeline = driver.screen.threads_list, driver.screen.timeline
        before = threads.region.width
        border = threads.region.right - 1
        await driver.pilot.mouse_down(offset=(border, 10))
        await driver.pilot.hover(offset=(border + 14, 10))
        await driver.pilot.mouse_up(offset=(border + 14, 10))
        assert threads.region.width == before + 14
        assert timeline.region.x == threads.region.right
        await driver.pilot.resize_terminal(240, 50)
        await driver.until(lambda: abs(threads.region.width - 2 * (before + 14)) <= 1, "the share is kept")
        await driver.pilot.resize_terminal(80, 24)
        await driver.press("2")
        await driver.until(lambda: timeline.region.width == 80, "in a narrow terminal a pane has all of it")
        await driver.pilot.resize_terminal(120, 36)
        await driver.until(lambda: threads.region.width == before + 14)
        border = threads.region.right - 1
        await driver.pilot.click(offset=(border, 10), times=2)
        await driver.until(lambda: threads.region.width == before, "a double click undoes it")


async def test_the_border_of_the_live_pane_can_be_dragged() -> None:
    async with app_on_fake() as (driver, _):
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.run_over()
        await driver.press("4")
        pane = driver.screen.live_pane
        await driver.until(lambda: not pane.is_folded and pane.region.height > 4)
        top = pane.region.y
        await driver.pilot.mouse_down(offset=(60, top))
        await driver.pilot.hover(offset=(60, top - 6))
        await driver.pilot.mouse_up(offset=(60, top - 6))
        await driver.until(lambda: pane.region.y == top - 6, "the border is where it was dropped")
        await driver.press("2")
        await driver.until(lambda: pane.region.height == 1, "it folds as before")
        await driver.press("4")
        await driver.until(lambda: pane.region.y == top - 6, "and opens as it was left")


async def test_no_color_means_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with app_on_fake(theme="forkpoint-light") as (driver, _):
        await driver.select_step(1)
        segments = [segment for line in screen_lines(driver.app) for segment in line]
        styles = [segment.style for segment in segments if segment.style is not None]
        colors = [color for style in styles for color in (style.color, style.bgcolor)]
        assert [color for color in colors if color is not None and not color.is_default] == []
        selected = [s.text for s in segments if s.style is not None and s.style.reverse and "search" in s.text]
        assert selected, "the selected row is told without a colour"


async def test_without_colours_the_pane_with_the_keys_has_a_border_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with app_on_fake() as (driver, _):

        def corners() -> list[str]:
            lines = ["".join(segment.text for segment in line) for line in screen_lines(driver.app)]
            panes = (driver.screen.query_one(f"#{name}").region for name in ("threads", "timeline", "inspector"))
            return [lines[pane.y][pane.x] for pane in panes]

        for key, expected in (("1", "┏╭╭"), ("2", "╭┏╭"), ("3", "╭╭┏")):
            await driver.press(key)
            await driver.until(lambda expected=expected: corners() == [*expected], expected)  # type: ignore[misc]
        await driver.pilot.resize_terminal(80, 24)
        await driver.until(lambda: "3 state" in driver.text("#keys"))
        strip = driver.screen.query_one(KeyBar).render_line(0)
        turned = [segment.text for segment in strip if segment.style is not None and segment.style.reverse]
        assert turned == [" 3 state "]


async def test_a_selected_row_that_is_turned_round_is_one_piece() -> None:
    async with app_on_fake(theme="forkpoint-ansi") as (driver, _):
        await driver.press("2", "j")
        timeline = driver.screen.timeline
        row = timeline.render_line(1)
        styles = {(segment.style.color, segment.style.bgcolor) for segment in row if segment.style is not None}
        assert all(segment.style is not None and segment.style.reverse for segment in row)
        assert len(styles) == 1


async def test_a_chosen_theme_is_kept_in_the_config(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('# mine\n[keys]\n"timeline.replay" = "ctrl+g"\n', encoding="utf-8")
    async with app_on_fake(config_file=config) as (driver, _):
        driver.app.action_change_theme()
        await driver.until(lambda: isinstance(driver.app.screen, CommandPalette), "the palette")
        await driver.write("light")
        await driver.until(lambda: driver.app.theme == "forkpoint-light", "the theme to be tried on")
        assert "theme" not in config.read_text(encoding="utf-8"), "trying on is not choosing"
        await driver.press("enter")
        await driver.until(lambda: any("Kept" in words for words in driver.heard), "the word that it is kept")
        text = config.read_text(encoding="utf-8")
        assert text == 'theme = "forkpoint-light"\n# mine\n[keys]\n"timeline.replay" = "ctrl+g"\n'
        config.write_text("theme = ", encoding="utf-8")
        driver.app.use_theme("forkpoint-contrast")
        await driver.until(lambda: "not in order" in driver.heard[-1], "the reason")
        assert driver.app.theme == "forkpoint-contrast"


async def test_a_screenshot_shows_no_secret() -> None:
    secret = "planted-key-0123456789"
    backend = FakeBackend()
    thread = backend.add_weather_thread()
    backend.threads[thread] = replace(backend.threads[thread], metadata={"title": f"mind {secret}"})
    for secrets, shown in (((), True), ((secret,), False)):
        async with app_on_fake(backend=backend, secrets=secrets) as (driver, _):
            await driver.until(lambda: "mind" in driver.text("#threads"), "the thread")
            assert (secret in driver.app.export_screenshot()) is shown
