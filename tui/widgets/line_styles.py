"""What the names of `lines.STYLES` look like in the theme in use.

Asked of the theme itself, once, and not of the style sheets for every view: with some forty names and a dozen views
that was more than half of what there was to do before the first frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rich.style import Style
from textual.color import Color

_BOLD = "bold"
_MARKS = ("head", "edit", "replay", "waiting", "error", "running")

_LOOKS: Mapping[str, tuple[str, str, str]] = {
    "calm": ("calm", "", ""),
    "strong": ("", "", _BOLD),
    "rule": ("rule", "", ""),
    "accent": ("accent", "", ""),
    "ok": ("success", "", ""),
    "warning": ("warning", "", ""),
    "error": ("error", "", ""),
    "match": ("on-accent", "match", ""),
    **{f"lane-{number}": (f"lane-{number}", "", "") for number in range(1, 6)},
    **{f"mark-{mark}": (f"mark-{mark}", "", _BOLD) for mark in _MARKS},
    **{f"role-{role}": (f"role-{role}", "", _BOLD) for role in ("human", "ai", "tool", "system")},
    **{f"json-{kind}": (f"json-{kind}", "", "") for kind in ("key", "string", "number", "word")},
    "md-heading": ("primary", "", _BOLD),
    "md-em": ("", "", "italic"),
    "md-both": ("", "", "bold italic"),
    "md-code": ("json-key", "", ""),
    "md-link": ("primary", "", "underline"),
    "md-strike": ("", "", "strike"),
    "cursor": ("", "row-selected", "$row-selected-style"),
    "cursor-blur": ("", "row-selected-blur", "$row-selected-blur-style"),
}
"""Name -> (colour, background, text style): variables of the theme, the last one only with a $."""


def named_style(name: str, variables: Mapping[str, str]) -> Style:
    """The look of a name, to be laid over the style of a view. `variables` are a theme's.

    Raises:
        KeyError: there is no such name.
    """
    color, background, text_style = _LOOKS[name]
    if text_style.startswith("$"):
        text_style = variables[text_style[1:]]
    return _style(variables[color] if color else "", variables[background] if background else "", text_style)


@lru_cache(512)
def _style(color: str, background: str, text_style: str) -> Style:
    over = Style(
        color=Color.parse(color).rich_color if color else None,
        bgcolor=Color.parse(background).rich_color if background else None,
    )
    return over + Style.parse(text_style)
