"""Markup is switched off everywhere: a text of a server must never be read as one, and no widget is left to decide."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui

TAKES_MARKUP = {"Static", "Label", "OptionList", "SelectionList", "RadioButton", "Checkbox", "Button", "Collapsible"}
"""Textual's widgets (and what can be made with them) that read a `str` as markup unless they are told not to."""

NOTIFIES = {"notify", "panic"}
READS_MARKUP = {"from_markup", "to_content", "render_markup", "highlight"}
"""Functions that read markup whatever they are told; the matcher's `highlight` is one, `textual.highlight` too."""

TITLES = {"border_title", "border_subtitle", "tooltip", "title", "sub_title"}
"""Attributes that read a `str` as markup: they get a `Content`."""

SAFE = {"Content", "assemble"}

SOURCES = sorted(Path(tui.__file__).parent.rglob("*.py"))


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def off(call: ast.Call) -> bool:
    """Whether a call says markup=False."""
    return any(
        word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in call.keywords
    )


def _is_content(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "Content"


def _makes_content(value: ast.expr | None, contents: set[str]) -> bool:
    if isinstance(value, ast.Call):
        return name_of(value.func) in SAFE
    return isinstance(value, ast.Name) and value.id in contents


def problems(tree: ast.AST) -> Iterator[str]:
    contents = {arg.arg for arg in ast.walk(tree) if isinstance(arg, ast.arg) and _is_content(arg.annotation)}
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            if name in TAKES_MARKUP | NOTIFIES and name not in classes and not off(node):
                yield f"line {line}: {name}(…) without markup=False"
            if name in READS_MARKUP:
                yield f"line {line}: {name}(…) reads markup"
            if any(w.arg == "markup" and not off(node) for w in node.keywords):
                yield f"line {line}: {name}(…) switches markup on"
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                is_title = isinstance(target, ast.Attribute) and target.attr in TITLES
                if is_title and not _makes_content(node.value, contents):
                    yield f"line {line}: {ast.unparse(target)} is no Content"
        elif isinstance(node, ast.ClassDef) and any(name_of(base) in TAKES_MARKUP for base in node.bases):
            inits = [call for call in ast.walk(node) if isinstance(call, ast.Call) and name_of(call.func) == "__init__"]
            if not any(map(off, inits)):
                yield f"line {line}: {node.name} does not tell its base markup=False"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(Path(tui.__file__).parent)))
def test_no_text_is_read_as_markup(source: Path) -> None:
    assert list(problems(ast.parse(source.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        'Static("x")',
        "yield Static(text, markup=True)",
        'self.notify(f"{error}")',
        "app.notify(text, markup=wanted)",
        "pane.border_title = title",
        'pane.border_subtitle = "[b]x"',
        "Content.from_markup(title)",
        "matcher.highlight(title)",
        "OptionList(Option(words))",
        "class Hint(Static):\n    def __init__(self):\n        super().__init__(text)",
        "class Hint(Static):\n    pass",
    ],
)
def test_what_would_be_found(wrong: str) -> None:
    assert list(problems(ast.parse(wrong if not wrong.startswith("yield") else f"def f():\n    {wrong}")))


@pytest.mark.parametrize(
    "right",
    [
        'Static("x", markup=False)',
        "self.notify(text, markup=False)",
        "pane.border_title = Content(title)",
        "pane.border_title = Content.assemble(title)",
        "class Hint(Static):\n    def __init__(self):\n        super().__init__(text, markup=False)",
    ],
)
def test_what_is_fine(right: str) -> None:
    assert list(problems(ast.parse(right))) == []
