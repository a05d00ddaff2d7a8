"""Themes: both of ours are complete and readable, a broken file costs one line and not the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from tui.themes import DEFAULT_THEME, VARIABLES, ThemeError, load_themes, read_theme, theme_folder
from tui.widgets.lines import STYLES

TEXTS = [name for name in VARIABLES if not name.startswith(("row-", "rule"))]


def contrast(text: str, background: str) -> float:
    """The contrast ratio of WCAG 2: 1 (the same) to 21 (black on white); 4.5 is enough for text."""

    def luminance(color: str) -> float:
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in Color.parse(color).normalized]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(text), luminance(background)))
    return (light + 0.05) / (dark + 0.05)


def ours() -> dict[str, Theme]:
    return dict(load_themes([theme_folder()]).themes)


def test_both_themes_are_there_without_problems() -> None:
    found = load_themes([theme_folder()])
    assert {"forkpoint-dark", "forkpoint-light"} <= set(found.themes)
    assert DEFAULT_THEME in found.themes
    assert found.problems == ()


@pytest.mark.parametrize("name", ["forkpoint-dark", "forkpoint-light"])
def test_a_theme_names_every_variable_itself(name: str) -> None:
    text = (theme_folder() / f"{name}.toml").read_text(encoding="utf-8")
    assert [variable for variable in VARIABLES if f"{variable} =" not in text] == []


@pytest.mark.parametrize("name", ["forkpoint-dark", "forkpoint-light"])
@pytest.mark.parametrize("variable", TEXTS)
def test_every_text_colour_can_be_read(name: str, variable: str) -> None:
    theme = ours()[name]
    assert contrast(theme.variables[variable], theme.background or "") >= 4.5


@pytest.mark.parametrize("name", ["forkpoint-dark", "forkpoint-light"])
def test_the_selected_row_can_be_read(name: str) -> None:
    theme = ours()[name]
    for row in ("row-selected", "row-selected-blur"):
        assert contrast(theme.foreground or "", theme.variables[row]) >= 4.5


def test_every_style_of_a_line_has_its_colour() -> None:
    plain = {"calm", "strong", "rule", "accent", "ok", "warning", "error", "match"}
    assert [style for style in STYLES if style not in plain and style not in VARIABLES] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not toml", "broken.toml"),
        ("[colors]\naccent = '#fff'", "at least `primary`"),
        ("[colors]\nprimary = 'nocolor'", "is no colour"),
        ("[colors]\nprimary = 3", "is no colour"),
        ("[colors]\nprimary = '#fff'\npink = '#f0f'", "'pink'"),
        ("[colors]\nprimary = '#fff'\n[variables]\nlane-99 = '#f0f'", "'lane-99'"),
        ("colors = 3", "not a table"),
        ("dark = 'yes'\n[colors]\nprimary = '#fff'", "true or false"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ThemeError) as caught:
        read_theme(path)
    found = load_themes([theme_folder(), tmp_path])
    assert says in found.problems[0]
    assert str(caught.value) == found.problems[0]
    assert "\n" not in found.problems[0]
    assert DEFAULT_THEME in found.themes


def test_a_users_theme_replaces_ours_and_lacks_nothing(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("name = 'forkpoint-dark'\n[colors]\nprimary = '#123456'\n", encoding="utf-8")
    theme = load_themes([theme_folder(), tmp_path]).themes["forkpoint-dark"]
    assert theme.primary == "#123456"
    assert set(theme.variables) == set(VARIABLES)
