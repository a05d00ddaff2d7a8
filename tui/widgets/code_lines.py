"""Source code as coloured lines, through pygments: what an answer quotes, or a tool takes and gives. Pure."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tui.domain.safe_text import sanitise
from tui.widgets.lines import Line, Part

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MOST_CODE = 20_000
"""Characters up to which code is coloured; beyond it is shown as it is."""

_TAB = 4


def code_lines(text: str, language: str) -> list[Line]:
    """Raw code as safe lines, coloured if the language is known; nothing is wrapped."""
    text = sanitise(text).expandtabs(_TAB)
    lexer = _lexer(language.strip().split(" ", 1)[0].lower()) if len(text) <= MOST_CODE else None
    if lexer is None:
        return [((line, "md-code"),) if line else () for line in text.split("\n")]
    lines: list[Line] = []
    parts: list[Part] = []
    for kind, value in lexer.get_tokens(text):
        style = _style(str(kind))
        for number, piece in enumerate(value.split("\n")):
            if number:
                lines.append(tuple(parts))
                parts = []
            if piece:
                parts.append((piece, style))
    return [*lines, tuple(parts)] if parts else lines


@cache
def _lexer(language: str) -> Lexer | None:
    if not language:
        return None
    # Its list of languages takes 25 ms to load: nothing that a first paint should wait for.
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


_STYLES = (
    ("Token.Comment", "calm"),
    ("Token.Keyword", "json-word"),
    ("Token.Literal.String", "json-string"),
    ("Token.Literal.Number", "json-number"),
    ("Token.Name.Function", "json-key"),
    ("Token.Name.Class", "json-key"),
    ("Token.Name.Tag", "json-key"),
    ("Token.Name.Attribute", "json-key"),
    ("Token.Name.Decorator", "accent"),
    ("Token.Name.Builtin", "json-key"),
    ("Token.Operator.Word", "json-word"),
    ("Token.Generic.Deleted", "error"),
    ("Token.Generic.Inserted", "ok"),
    ("Token.Punctuation", "calm"),
)


@cache
def _style(kind: str) -> str:
    return next((style for prefix, style in _STYLES if kind.startswith(prefix)), "")
