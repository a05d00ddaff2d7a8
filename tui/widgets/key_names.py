"""Keys as people write them: ^s, esc, ?, G, pgdn."""

from __future__ import annotations

from textual.binding import Binding
from textual.keys import format_key

_SHORT = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "enter": "enter", "home": "home", "end": "end"}


def key_words(binding: Binding) -> str:
    """The key of one binding."""
    if binding.key_display:
        return binding.key_display
    modifiers, key = binding.parse_key()
    key = _SHORT.get(key) or format_key(key)
    if "ctrl" in modifiers:
        modifiers = [modifier for modifier in modifiers if modifier != "ctrl"]
        key = f"^{key}"
    return "+".join([*modifiers, key])
