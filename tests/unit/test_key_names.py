"""Texts that name keys name those that act."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui
from tui.app import ForkpointApp
from tui.screens.keymap import contexts
from tui.widgets.first_hint import LINES
from tui.widgets.key_names import DEFAULTS, key_of, keyed, keys_of, spelled, use_keys

HERE = Path(tui.__file__).parent
LITERAL = re.compile(
    r"(ctrl\+|\^)[a-z]\b|\besc\b|\b[Ee]nter (on|opens|shows)\b|\b[a-zA-Z/] (opens|starts|makes|joins|replays)\b"
)
"""How keys look in sentences and bars."""

NO_KEYS_OF_THE_USER = {"dialogs.py", "type_id.py", "help.py", "keymap.py", "key_names.py"}
"""Small windows whose keys are always the same, and examples of how keys are written."""


@pytest.fixture(autouse=True)
def _default_keys() -> Iterator[None]:
    yield
    use_keys({})


def test_the_keys_of_texts_are_those_of_the_bindings() -> None:
    bound: dict[str, list[str]] = {}
    for _, bindings in contexts(ForkpointApp):
        for binding in bindings:
            if binding.id and binding.key not in bound.setdefault(binding.id, []):
                bound[binding.id].append(binding.key)
    assert {name: list(keys_of(name)) for name in DEFAULTS} == {name: bound[name] for name in DEFAULTS}


def test_a_remapped_key_is_named_in_texts() -> None:
    assert keyed("{timeline.join} joins it.") == "J joins it."
    use_keys({"timeline.join": "ctrl+g,f2", "of.no.text": "x"})
    assert keyed("{timeline.join} joins it, {timeline.follow} follows.") == "ctrl+g joins it, f follows."
    assert keys_of("timeline.join") == ("ctrl+g", "f2")
    use_keys({})
    assert key_of("timeline.join") == "J"


@pytest.mark.parametrize(
    ("key", "words"), [("escape", "esc"), ("ctrl+s", "ctrl+s"), ("question_mark", "?"), ("R", "R"), ("f5", "f5")]
)
def test_keys_are_spelled_as_people_do(key: str, words: str) -> None:
    assert spelled(key) == words


def test_every_name_in_the_first_hint_is_known() -> None:
    assert "{" not in keyed("\n".join(LINES))


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string of a module that is no docstring and no part of a binding."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_binding = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Binding"
        if is_docstring or is_binding:
            skipped |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def test_no_text_of_the_app_has_a_key_written_into_it() -> None:
    files = [file for folder in ("screens", "widgets") for file in sorted((HERE / folder).glob("*.py"))]
    found = [
        f"{file.name}:{line}: {text}"
        for file in files
        if file.name not in NO_KEYS_OF_THE_USER
        for line, text in texts_of(file)
        if " " in text and LITERAL.search(text)
    ]
    assert not found
