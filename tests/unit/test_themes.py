"""Themes: ours are complete and readable, a broken file costs one line and not the app."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
from rich._palettes import EIGHT_BIT_PALETTE
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme

from tui.themes import (
    DEFAULT_THEME,
    STYLE_VARIABLES,
    VARIABLES,
    ThemeError,
    in_256_colours,
    load_themes,
    read_theme,
    theme_folder,
)
from tui.widgets.contrast import ENOUGH
from tui.widgets.contrast import contrast as contrast_of
from tui.widgets.lines import STYLES

TEXTS = [name for name in VARIABLES if not name.startswith(("row-", "rule", "on-"))]


def contrast(text: str, background: str) -> float:
    """The contrast of two colours as a theme writes them."""
    return contrast_of(Color.parse(text), Color.parse(background))


def ours() -> dict[str, Theme]:
    return dict(load_themes([theme_folder()]).themes)


OWN = ["forkpoint-ansi", "forkpoint-colorblind", "forkpoint-contrast", "forkpoint-dark", "forkpoint-light"]
COLOURED = [name for name in OWN if name != "forkpoint-ansi"]
DEUTERANOPIA = ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969))
PROTANOPIA = ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052))
"""What is seen of red, green and blue (linear) without the one or the other cone, after Machado and others (2009)."""


def seen(color: str, eye: tuple[tuple[float, ...], ...] | None = None) -> tuple[float, float, float]:
    """A colour in CIE Lab as an eye sees it: distances in there are differences that people see."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in Color.parse(color).normalized]
    if eye is not None:
        linear = [min(1.0, max(0.0, sum(w * c for w, c in zip(row, linear, strict=True)))) for row in eye]
    xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        _cube_root(sum(w * c for w, c in zip(row, linear, strict=True)) / most)
        for row, most in zip(xyz, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _cube_root(part: float) -> float:
    return float(part ** (1 / 3)) if part > 0.008856 else 7.787 * part + 16 / 116


def least_difference(colors: list[str], eye: tuple[tuple[float, ...], ...] | None = None) -> float:
    """The smallest distance between two of the colours; above 10 they are plainly different."""
    return min(math.dist(seen(one, eye), seen(other, eye)) for one, other in itertools.combinations(set(colors), 2))


def test_our_themes_are_there_without_problems() -> None:
    found = load_themes([theme_folder()])
    assert sorted(found.themes) == OWN
    assert DEFAULT_THEME in found.themes
    assert found.problems == ()


@pytest.mark.parametrize("name", OWN)
def test_a_theme_names_every_variable_itself(name: str) -> None:
    text = (theme_folder() / f"{name}.toml").read_text(encoding="utf-8")
    assert [variable for variable in VARIABLES if f"{variable} =" not in text] == []


@pytest.mark.parametrize("name", COLOURED)
@pytest.mark.parametrize("variable", TEXTS)
def test_every_text_colour_can_be_read(name: str, variable: str) -> None:
    theme = ours()[name]
    wanted = 7.0 if name == "forkpoint-contrast" else 4.5
    assert contrast(theme.variables[variable], theme.background or "") >= wanted


@pytest.mark.parametrize("name", COLOURED)
def test_every_text_colour_can_be_read_on_whatever_it_stands(name: str) -> None:
    theme = ours()[name]
    texts = {variable: theme.variables[variable] for variable in TEXTS} | {
        role: getattr(theme, role) for role in ("foreground", "primary", "accent", "success", "warning", "error")
    }
    behind = {row: theme.variables[row] for row in ("row-selected", "row-selected-blur")} | {
        role: getattr(theme, role) for role in ("background", "surface", "panel")
    }
    assert not [
        f"{text} on {place}"
        for text, color in texts.items()
        for place, below in behind.items()
        if contrast(color, below) < ENOUGH
    ]


@pytest.mark.parametrize("name", COLOURED)
def test_what_stands_on_a_colour_can_be_read(name: str) -> None:
    theme = ours()[name]
    for below in (theme.primary, theme.accent, theme.error, theme.variables["match"]):
        assert contrast(theme.variables["on-accent"], below or "") >= ENOUGH


@pytest.mark.parametrize("name", COLOURED)
def test_lanes_are_told_apart(name: str) -> None:
    lanes = [ours()[name].variables[f"lane-{number}"] for number in range(1, 6)]
    assert least_difference(lanes) > 20


@pytest.mark.parametrize("eye", [DEUTERANOPIA, PROTANOPIA])
def test_the_colour_blind_see_lanes_and_good_and_bad(eye: tuple[tuple[float, ...], ...]) -> None:
    theme = ours()["forkpoint-colorblind"]
    lanes = [theme.variables[f"lane-{number}"] for number in range(1, 6)]
    assert least_difference(lanes, eye) > 15
    assert least_difference([theme.success or "", theme.warning or "", theme.error or ""], eye) > 25
    marks = [color for variable, color in theme.variables.items() if variable.startswith("mark-")]
    assert least_difference(marks, eye) > 12


def test_the_ansi_theme_uses_the_terminals_colours_only() -> None:
    theme = ours()["forkpoint-ansi"]
    assert theme.ansi
    used = {theme.primary, theme.secondary, theme.accent, theme.foreground, theme.background, theme.surface}
    used |= {theme.panel, theme.success, theme.warning, theme.error, *(theme.variables[name] for name in VARIABLES)}
    assert [color for color in used if color is None or not color.startswith("ansi_")] == []
    assert theme.variables["row-selected-style"] != theme.variables["row-selected-blur-style"]


def drawn_in_256(color: str) -> str:
    """What a 256-colour terminal shows of a colour."""
    number = RichColor.parse(color).downgrade(ColorSystem.EIGHT_BIT).number
    assert number is not None
    return EIGHT_BIT_PALETTE[number].hex


@pytest.mark.parametrize("name", COLOURED)
def test_rows_and_panels_look_alike_in_256_colours(name: str) -> None:
    meant, theme = ours()[name], in_256_colours(ours()[name])
    assert drawn_in_256(theme.background or "") == theme.background
    rows = [theme.variables["row-selected"], theme.variables["row-selected-blur"]]
    assert len({theme.background, *rows}) == 3
    for role in ("background", "panel", "surface"):
        assert math.dist(seen(getattr(meant, role)), seen(drawn_in_256(getattr(theme, role)))) < 13, role
    for variable in VARIABLES:
        drawn = drawn_in_256(theme.variables[variable])
        assert math.dist(seen(meant.variables[variable]), seen(drawn)) < 30, variable
    assert len({theme.variables[f"lane-{number}"] for number in range(1, 6)}) == 5


def test_the_terminals_own_colours_stay_in_256_colours() -> None:
    theme = ours()["forkpoint-ansi"]
    assert in_256_colours(theme) == theme


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
        ("ansi = 1\n[colors]\nprimary = '#fff'", "true or false"),
        ("[colors]\nprimary = '#fff'\n[variables]\nrow-selected-style = 'blink'", "row-selected-style"),
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
    assert {*VARIABLES, *STYLE_VARIABLES} <= set(theme.variables)


def test_a_bright_theme_of_few_words_takes_what_it_lacks_from_our_bright_one(tmp_path: Path) -> None:
    mine = tmp_path / "paper.toml"
    mine.write_text("dark = false\n[colors]\nprimary = '#123456'\nbackground = '#ffffff'\n", encoding="utf-8")
    theme = read_theme(mine)
    assert theme.name == "paper"
    assert theme.variables["calm"] == ours()["forkpoint-light"].variables["calm"]
    assert theme.variables["scrollbar-background"] == "#ffffff"
