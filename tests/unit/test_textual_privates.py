"""What we touch of Textual and Rich that is not theirs to keep: each name with its reason, and there as we know it.

A name of ours that hides one of theirs by chance is found here, too.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import textual.screen
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets._toast import Toast

import tui
from tui.typing_app import TypingApp
from tui.widgets.rows_compositor import RowsCompositor

IN_OUR_CLASSES = {
    ("DebuggerScreen", "_compositor"): "ours asks only the widgets in rows that changed",
    ("ForkpointApp", "_refresh_notifications"): "rows of messages that are gone go before the others are drawn",
    ("LineView", "_scroll_update"): "more lines, without the layout of the whole screen",
    ("Palette", "_gather_commands"): "which search an enter waits for",
    ("Palette", "_hit_count"): "whether that found something",
    ("Palette", "_select_or_command"): "what an enter does, when it did",
    ("RowsCompositor", "_get_renders"): "the one place where all widgets are asked",
    ("TerminalApp", "_batch_count"): "while changes are collected Textual draws, that is, nothing",
    ("TerminalApp", "_closed"): "nothing is written behind the end",
    ("TerminalApp", "_display"): "the one place where frames come through",
    ("TerminalApp", "_driver"): "whether it is ours",
    ("TerminalApp", "_handle_exception"): "as Textual's `_display` does",
    ("TerminalApp", "_previous_cursor_position"): "kept true for Textual's own sums",
    ("TerminalApp", "_running"): "nothing is written before the beginning",
    ("TerminalApp", "_sync_available"): "whether the terminal takes a frame at once",
    ("TerminalDriver", "_debug"): "for Textual's parser of keys",
    ("TerminalDriver", "_file"): "ours bears that the terminal is gone",
    ("TerminalDriver", "_get_terminal_size"): "for the first frame, before Textual asks",
    ("TerminalDriver", "_loop"): "what its threads tell goes there",
    ("TypingApp", "_check_bindings"): "the one place where a key overtakes the one before it",
}
OF_OTHERS = {
    (App, "_keymap"): "the palette names a pane's keys before it has the focus",
    (App, "_notifications"): "what stands is compared with what comes",
    (App, "_unnotify"): "and taken back",
    (DOMNode, "_bindings"): "the palette's rows of a pane; whether a field edits with a key",
    (Screen, "_compositor"): "the whole frame, where only a part was to be drawn",
    (Toast, "_notification"): "which message a row shows",
    (Style, "_ansi"): "a cell's codes without a call, thousands a frame",
}
DOES_THE_SAME = [
    (App._display, ["self", "screen", "renderable"]),
    (App._check_bindings, ["self", "key", "priority"]),
    (App._unnotify, ["self", "notification", "refresh"]),
    (CommandPalette._gather_commands, ["self", "search_value"]),
    (CommandPalette._select_or_command, ["self", "event"]),
    (Compositor._get_renders, ["self", "crop"]),
    (Compositor.render_full_update, ["self", "simplify"]),
    (Widget._scroll_update, ["self", "virtual_size"]),
    (LinuxDriver.run_input_thread, ["self"]),
    (XTermParser.__init__, ["self", "debug"]),
    (LayoutUpdate.__init__, ["self", "strips", "region"]),
    (ChopsUpdate.__init__, ["self", "chops", "spans", "chop_ends"]),
]


FILES = [path for path in Path(tui.__path__[0]).rglob("*.py") if path.parent.name != "graphs"]
"""Without the demo's graphs: they need the extra."""


def own_classes() -> Iterator[type]:
    root = Path(tui.__path__[0]).parent
    for path in FILES:
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        if path.stem != "__main__":
            module = importlib.import_module(name)
            yield from (each for each in vars(module).values() if isinstance(each, type) and each.__module__ == name)


@cache
def sources(module: str) -> dict[str, str]:
    """The text of each class of a module; `inspect` takes a tenth of a second to find one."""
    text = inspect.getsource(importlib.import_module(module))
    lines = text.splitlines()
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return {node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in classes}


def source(cls: type) -> str:
    return sources(cls.__module__).get(cls.__name__, "")


def made_by(cls: type) -> set[str]:
    """The private names that a class defines, or sets on itself."""
    names = re.findall(r"(?:\bdef |self\.|^    )(_[a-z]\w*)(?=\(|: | = |\s*,)", source(cls), re.MULTILINE)
    return {*names, *(name for name in vars(cls) if re.match(r"_[a-z]", name))}


def used_by(cls: type) -> set[str]:
    return set(re.findall(r"(?:\bdef |\bself\.|\bsuper\(\)\.|^    )(_[a-z]\w*)", source(cls), re.MULTILINE))


def test_our_classes_touch_what_is_named_and_hide_nothing() -> None:
    touched = set()
    for cls in own_classes():
        bases = [base for base in cls.__mro__ if base.__module__.startswith("textual.")]
        theirs = {name for base in bases for name in made_by(base)}
        touched |= {(cls.__name__, name) for name in used_by(cls) & theirs}
    assert touched == set(IN_OUR_CLASSES)


def test_what_belongs_to_others_is_named_and_there() -> None:
    used = {
        node.attr
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and re.match(r"_[a-z]", node.attr)
        and not re.match(r"(self|other|os)$|super\(", ast.unparse(node.value))
    }
    of_ours = {"_left"}  # a session that is made late takes over what the one that was made has
    assert used - of_ours == {name for _, name in OF_OTHERS}
    for owner, name in OF_OTHERS:
        assert name in made_by(owner), f"{owner.__name__}.{name}"


@pytest.mark.parametrize(("function", "parameters"), DOES_THE_SAME)
def test_they_are_called_as_we_know_them(function: object, parameters: list[str]) -> None:
    assert callable(function)
    assert list(inspect.signature(function).parameters) == parameters


def test_ours_stand_in_for_theirs() -> None:
    for ours, theirs in (
        (TypingApp._check_bindings, App._check_bindings),
        (RowsCompositor._get_renders, Compositor._get_renders),
    ):
        assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


def test_the_pace_of_frames_is_read_when_a_screen_needs_it() -> None:
    assert "UPDATE_PERIOD" in inspect.getsource(Screen), "no longer read there: our own would change nothing"
    assert pytest.approx(1 / 120) == textual.screen.UPDATE_PERIOD
