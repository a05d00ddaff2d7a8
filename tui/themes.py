"""Colour themes: read from TOML files, and handed to Textual with the variables that only this app knows.

The files live in the top-level folder `themes/`; in an installed wheel they are `tui/themes/`. A broken file never
keeps the app from starting: it is left out, and the reason is one line for the user.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

DEFAULT_THEME = "forkpoint-dark"
SIXTEEN_COLOURS_THEME = "forkpoint-ansi"

VARIABLES: Mapping[str, str] = {
    "calm": "#8d96b4",
    "rule": "#343a4f",
    "on-accent": "#12141c",
    "row-selected": "#262d49",
    "row-selected-blur": "#1e2334",
    "lane-1": "#7aa2f7",
    "lane-2": "#bb9af7",
    "lane-3": "#7dcfff",
    "lane-4": "#9ece6a",
    "lane-5": "#ff9e64",
    "mark-head": "#9ece6a",
    "mark-edit": "#e0af68",
    "mark-replay": "#7dcfff",
    "mark-waiting": "#e0af68",
    "mark-error": "#f7768e",
    "mark-running": "#7aa2f7",
    "role-human": "#9ece6a",
    "role-ai": "#7aa2f7",
    "role-tool": "#bb9af7",
    "role-system": "#e0af68",
    "json-key": "#7dcfff",
    "json-string": "#9ece6a",
    "json-number": "#ff9e64",
    "json-word": "#bb9af7",
    "match": "#e0af68",
}
"""The colours that our style sheets use beyond Textual's, and what they are in a theme that does not say."""

STYLE_VARIABLES: Mapping[str, str] = {"row-selected-style": "bold", "row-selected-blur-style": "none"}
"""Text styles that a theme may set, for those that cannot mark a row by its background."""

_STYLES = frozenset({"none", "bold", "reverse", "underline", "italic", "dim"})

_COLORS = frozenset(
    {
        "primary",
        "secondary",
        "accent",
        "foreground",
        "background",
        "surface",
        "panel",
        "boost",
        "success",
        "warning",
        "error",
    }
)


_FOR_TEXTUAL: Mapping[str, str] = {
    "scrollbar": "rule",
    "scrollbar-hover": "calm",
    "scrollbar-active": "primary",
    "scrollbar-background": "background",
    "scrollbar-background-hover": "background",
    "scrollbar-background-active": "background",
    "scrollbar-corner-color": "background",
    "block-cursor-background": "row-selected",
    "block-cursor-foreground": "foreground",
    "block-cursor-text-style": "row-selected-style",
    "block-cursor-blurred-background": "row-selected",
    "block-cursor-blurred-text-style": "row-selected-blur-style",
    "border": "primary",
    "border-blurred": "rule",
}
"""What Textual's own widgets take from ours, so that lists and scrollbars look like the rest."""


_ANSI: Mapping[str, str] = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_cyan",
    "input-selection-foreground": "ansi_black",
    "screen-selection-background": "ansi_cyan",
    "screen-selection-foreground": "ansi_black",
}
"""What Textual's widgets need in a theme of the terminal's colours, and does not give them by itself."""


class ThemeError(ValueError):
    """A theme file can't be used: which, and why, in one line."""


@dataclass(frozen=True, slots=True)
class ThemeFiles:
    """What was found: the usable themes by name, and a line for each file that is not usable."""

    themes: Mapping[str, Theme] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def theme_folder() -> Path:
    """Where our own themes are: inside the package when installed, beside it in a checkout."""
    inside = Path(__file__).with_name("themes")
    return inside if inside.is_dir() else Path(__file__).parent.parent / "themes"


def load_themes(folders: Iterable[Path]) -> ThemeFiles:
    """Read every `*.toml` of the folders; a later folder's theme replaces an earlier one of the same name."""
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except ThemeError as error:
                problems.append(str(error))
            else:
                themes[theme.name] = theme
    return ThemeFiles(themes, tuple(problems))


def in_256_colours(theme: Theme) -> Theme:
    """The theme in the colours of a 256-colour terminal, each the nearest to what was meant.

    Without this the terminal's library rounds dark bluish backgrounds to a bright navy or teal.
    """
    variables = {name: value if name.endswith("-style") else _nearest(value) for name, value in theme.variables.items()}
    converted = replace(theme, variables=variables)
    for role in _COLORS:
        value = getattr(theme, role)
        if value is not None:
            setattr(converted, role, _nearest(value))
    return converted


@cache
def _nearest(color: str) -> str:
    wanted = Color.parse(color)
    if wanted.ansi is not None or wanted.a < 1:
        return color
    return min(_palette(), key=lambda known: math.dist(known.rgb, wanted.rgb)).hex6.lower()


@cache
def _palette() -> list[Color]:
    """The colour cube and the greys of xterm; the first sixteen are the user's own."""
    steps = (0, 95, 135, 175, 215, 255)
    cube = [Color(red, green, blue) for red in steps for green in steps for blue in steps]
    return cube + [Color(grey, grey, grey) for grey in range(8, 239, 10)]


def read_theme(path: Path) -> Theme:
    """Read one theme file; raises `ThemeError`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"Theme {path.name}: {error}") from error
    colors = _table(path, data, "colors", _COLORS)
    variables = _table(path, data, "variables", frozenset({*VARIABLES, *STYLE_VARIABLES}))
    if "primary" not in colors:
        raise ThemeError(f"Theme {path.name}: [colors] must name at least `primary`.")
    name, dark, ansi = data.get("name", path.stem), data.get("dark", True), data.get("ansi", False)
    if not isinstance(name, str) or not name or not isinstance(dark, bool) or not isinstance(ansi, bool):
        raise ThemeError(f"Theme {path.name}: `name` is a text, `dark` and `ansi` are true or false.")
    theme = Theme(name=name, primary=colors["primary"], dark=dark, ansi=ansi)
    for role, color in colors.items():
        setattr(theme, role, color)
    ours = {**defaults(dark=dark), **variables}
    known = {**ours, **colors}
    theme.variables = {
        **ours,
        **(_ANSI if ansi else {}),
        **{textual: known[our] for textual, our in _FOR_TEXTUAL.items() if our in known},
    }
    return theme


@cache
def defaults(*, dark: bool) -> Mapping[str, str]:
    """Our variables for a theme that does not name them: those of our dark theme, or of our light one."""
    if dark:
        return {**VARIABLES, **STYLE_VARIABLES}
    light = tomllib.loads((theme_folder() / "forkpoint-light.toml").read_text(encoding="utf-8"))
    return {**VARIABLES, **STYLE_VARIABLES, **light["variables"]}


def _table(path: Path, data: Mapping[str, object], title: str, known: frozenset[str]) -> dict[str, str]:
    table = data.get(title, {})
    if not isinstance(table, dict):
        raise ThemeError(f"Theme {path.name}: [{title}] is not a table.")
    for key, value in table.items():
        if key not in known:
            raise ThemeError(f"Theme {path.name}: [{title}] has no colour called {key!r}.")
        if key in STYLE_VARIABLES:
            if not isinstance(value, str) or not value.split() or not set(value.split()) <= _STYLES:
                raise ThemeError(
                    f"Theme {path.name}: {title}.{key} = {value!r} is not of {', '.join(sorted(_STYLES))}."
                )
            continue
        try:
            Color.parse(value if isinstance(value, str) else "")
        except ColorParseError as error:
            raise ThemeError(f"Theme {path.name}: {title}.{key} = {value!r} is no colour.") from error
    return table
