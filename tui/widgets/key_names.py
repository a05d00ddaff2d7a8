"""Keys as people write them, and the key of a command as the user's config has it: every text that names a key asks.

Bars write ^s, sentences ctrl+s. Texts are made by pure functions that know no app, so the keys in use are kept here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from textual.binding import Binding
from textual.keys import format_key

_NAME = re.compile(r"\{([a-z]+\.[a-z_]+)\}")
_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}
_SHORT = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "enter": "enter", "home": "home", "end": "end"}

DEFAULTS: Mapping[str, str] = {
    "app.help": "?",
    "app.palette": "ctrl+p",
    "app.quit": "q",
    "app.quit_now": "ctrl+q",
    "app.refresh": "ctrl+r",
    "copy.open": "y",
    "editor.leave": "escape",
    "editor.next_call": "ctrl+n",
    "editor.outside": "ctrl+e",
    "editor.preview": "ctrl+o",
    "editor.send": "ctrl+s",
    "events.back": "escape,q",
    "events.details": "enter",
    "events.filter": "/",
    "events.save": "s",
    "find.next": "n",
    "find.open": "/",
    "find.previous": "N",
    "help.back": "escape,q,?",
    "help.find": "/",
    "help.next": "n",
    "help.previous": "N",
    "input.leave": "escape",
    "input.send": "ctrl+s",
    "inspector.fold": "enter,space",
    "inspector.open": "o",
    "live.cancel": "x",
    "live.follow": "f",
    "live.raw": "R",
    "live.unfold": "space",
    "panes.back": "escape",
    "panes.inspector": "3",
    "panes.live": "4",
    "panes.next": "tab",
    "panes.threads": "1",
    "panes.timeline": "2",
    "question.no": "n,escape",
    "question.yes": "y,enter",
    "runs.back": "escape,q",
    "runs.cancel": "x",
    "runs.details": "enter",
    "runs.input": "i",
    "runs.join": "J",
    "runs.refresh": "ctrl+r",
    "threads.new": "a",
    "threads.open": "enter",
    "threads.status": "s",
    "timeline.cancel": "x",
    "timeline.edit": "e",
    "timeline.follow": "f",
    "timeline.fork_point": "h,left",
    "timeline.input": "i",
    "timeline.into_branch": "l,right",
    "timeline.join": "J",
    "timeline.replay": "r",
    "value.back": "escape,q",
    "value.copy": "y",
    "value.find": "slash",
    "value.markdown": "m",
    "view.bottom": "G,end",
    "view.down": "j,down",
    "view.top": "g,home",
    "view.up": "k,up",
}
"""The keys of commands that texts name, as their bindings have them; a test holds the two together."""

_in_use: dict[str, str] = dict(DEFAULTS)
_arrows: dict[str, str] = dict(_ARROWS)


def use_keys(changed: Mapping[str, str], *, ascii_only: bool = False) -> None:
    """From now on texts name these keys where the user's config has others; {} goes back to the defaults.

    In ASCII an arrow would look like the keys < and >, and like the letter v: there it is a word.
    """
    _arrows.update({name: name for name in _ARROWS} if ascii_only else _ARROWS)
    _in_use.clear()
    _in_use.update(DEFAULTS)
    _in_use.update({name: keys for name, keys in changed.items() if name in DEFAULTS})


def keys_of(name: str) -> tuple[str, ...]:
    """All keys of a command in Textual's words: ("y", "enter")."""
    return tuple(binding.key for binding in Binding.make_bindings([Binding(_in_use[name], "")]))


def key_of(name: str) -> str:
    """The first key of a command for a sentence: enter, esc, ctrl+s, J."""
    return spelled(keys_of(name)[0])


def bar_key(name: str) -> str:
    """The (first) key of a command for the foot of a window, as bars write it: enter, esc, ^s, J."""
    return key_words(Binding(keys_of(name)[0], ""))


def keyed(words: str) -> str:
    """A sentence of ours with its keys: "{timeline.join} joins it." becomes "J joins it." Never for foreign text."""
    return _NAME.sub(lambda match: key_of(match[1]), words)


def spelled(key: str) -> str:
    """A key for a sentence."""
    return key_words(Binding(key, "")).replace("^", "ctrl+") if key.startswith("ctrl+") else key_words(Binding(key, ""))


def key_words(binding: Binding) -> str:
    """The key of one binding, as short as a bar needs it."""
    if binding.key_display:
        return binding.key_display
    modifiers, key = binding.parse_key()
    key = _SHORT.get(key) or _arrows.get(key) or format_key(key)
    if "ctrl" in modifiers:
        modifiers = [modifier for modifier in modifiers if modifier != "ctrl"]
        key = f"^{key}"
    return "+".join([*modifiers, key])
