"""How well a colour is read on another, as WCAG 2 measures it."""

from __future__ import annotations

from textual.color import Color

ENOUGH = 4.5
"""The contrast from which on a text is read without strain."""


def contrast(text: Color, background: Color) -> float:
    """The contrast ratio: 1 (the same) to 21 (black on white)."""
    dark, light = sorted((_luminance(text), _luminance(background)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
