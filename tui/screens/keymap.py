"""All keys by context, for the help and the README; and what becomes of keys that the user's config changes."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from textual.binding import Binding, BindingError, InvalidBinding
from textual.dom import DOMNode
from textual.keys import Keys, key_to_character

from tui.screens.debugger import DebuggerScreen
from tui.screens.events_screen import EventsScreen
from tui.screens.help import HelpScreen, bindings_of
from tui.screens.panes import PanesScreen
from tui.screens.runs import RunsScreen
from tui.screens.value_screen import ValueScreen
from tui.widgets.args_editor import ArgsEditor
from tui.widgets.input_editor import InputEditor
from tui.widgets.inspector import Inspector
from tui.widgets.line_view import LineView
from tui.widgets.live_pane import LivePane
from tui.widgets.question_line import QuestionLine
from tui.widgets.row_view import RowView
from tui.widgets.threads_list import ThreadsList
from tui.widgets.timeline import Timeline

Contexts: TypeAlias = Sequence[tuple[str, Sequence[Binding]]]

EVERYWHERE, MOVING = "Everywhere outside a text field", "Moving"

ACT_TOGETHER: Mapping[str, tuple[str, ...]] = {
    "Threads": (EVERYWHERE, MOVING),
    "Timeline": (EVERYWHERE, MOVING),
    "Inspector": (EVERYWHERE, MOVING),
    "Live": (EVERYWHERE, MOVING),
    "Raw events": (MOVING,),
    "Runs": (MOVING,),
}
"""Contexts, and those whose keys act at the same time; the others stand alone."""

_TEXT_FIELDS = ("Editor",)
_NAMED_KEYS = frozenset(key.value for key in Keys)


def contexts(app: type[DOMNode]) -> list[tuple[str, list[Binding]]]:
    """(title, bindings) of every place where keys act, in the order of the help. `app` is the app's class."""
    return [
        (EVERYWHERE, bindings_of(app, PanesScreen, DebuggerScreen)),
        (MOVING, bindings_of(LineView)),
        ("Threads", bindings_of(ThreadsList)),
        ("Timeline", bindings_of(Timeline)),
        ("Inspector", bindings_of(Inspector, RowView)),
        ("A value full screen", bindings_of(ValueScreen)),
        ("Editor of tool arguments", bindings_of(ArgsEditor)),
        ("Editor of an input", bindings_of(InputEditor)),
        ("Live", bindings_of(LivePane)),
        ("Raw events", bindings_of(EventsScreen)),
        ("Runs", bindings_of(RunsScreen)),
        ("A question", bindings_of(QuestionLine)),
        ("Help", bindings_of(HelpScreen)),
    ]


def remapped(bindings: Iterable[Binding], keys: Mapping[str, str]) -> list[Binding]:
    """The bindings with the keys that the user gave them; each id once, with all its new keys."""
    changed: list[Binding] = []
    done: set[str] = set()
    for binding in bindings:
        name = binding.id or ""
        if name not in keys:
            changed.append(binding)
        elif name not in done:
            done.add(name)
            changed += Binding.make_bindings([dataclasses.replace(binding, key=keys[name], key_display=None)])
    return changed


def usable_keys(wanted: Mapping[str, str], groups: Contexts) -> tuple[dict[str, str], list[str]]:
    """The keys of the config that can be used, and a line for each that can't: unknown id, no key, or taken."""
    homes = {binding.id: title for title, bindings in groups for binding in bindings if binding.id}
    usable: dict[str, str] = {}
    problems: list[str] = []
    for name, keys in wanted.items():
        reason = _why_not(name, keys, homes)
        if reason:
            problems.append(f'[keys] "{name}" = "{keys}": {reason}')
        else:
            usable[name] = keys
    while clash := _first_clash(usable, groups):
        name, key, other = clash
        problems.append(f'[keys] "{name}" = "{usable.pop(name)}": {key} is {other} there. The old key stays.')
    return usable, problems


def _why_not(name: str, keys: str, homes: Mapping[str, str]) -> str:
    if name not in homes:
        return "there is no such command. The help (?) and the README list the names."
    try:
        parts = [binding.key for binding in Binding.make_bindings([Binding(keys, "x")])]
    except (BindingError, InvalidBinding):
        return "a key is missing."
    for part in parts:
        base = part.rsplit("+", 1)[-1]
        if part not in _NAMED_KEYS and base not in _NAMED_KEYS and key_to_character(base) is None:
            return f"{part} is no key. Keys are written like R, ctrl+g, f5, question_mark."
        if homes[name].startswith(_TEXT_FIELDS) and key_to_character(part) is not None:
            return "in a text field this key is typed. Use a ctrl or a function key."
    return ""


def _first_clash(keys: Mapping[str, str], groups: Contexts) -> tuple[str, str, str] | None:
    """(changed id, key, other id) of a key that means two things in one place because of what the user changed."""
    by_title = {title: remapped(bindings, keys) for title, bindings in groups}
    for title in by_title:
        claims: dict[str, list[str]] = defaultdict(list)
        for name in (title, *ACT_TOGETHER.get(title, ())):
            for binding in by_title[name]:
                if binding.id and binding.id not in claims[binding.key]:
                    claims[binding.key].append(binding.id)
        for key, names in claims.items():
            changed = [name for name in names if name in keys]
            if len(names) > 1 and changed:
                other = next(name for name in names if name != changed[-1])
                return changed[-1], key, other
    return None
