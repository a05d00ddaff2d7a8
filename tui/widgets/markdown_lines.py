"""Markdown as lines, for answers that are complete: parsed by markdown-it, laid out by cells for any script. Pure.

No widget for each block: a conversation of a thousand answers stays a list of lines. Nothing is trusted: HTML is shown
as text, links are never followed, and every text passes the gate after parsing, because entities can spell anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from tui.domain.safe_text import sanitise
from tui.widgets.code_lines import code_lines
from tui.widgets.lines import Line, Part, plain, wrap_line, wrap_text
from tui.widgets.table_lines import table_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

MOST_MARKDOWN = 60_000
"""Characters up to which a text is parsed (2 µs each); a longer one is shown as it is written."""

STYLES: tuple[str, ...] = ("md-heading", "md-em", "md-both", "md-code", "md-link", "md-strike")
"""Style names that only these lines use."""

_HAS_MARKS = re.compile(
    r"[*_`#|~\[<>&\\]|^\s*(?:[-+]|\d{1,9}[.)])\s|^\s*(?:={3,}|-{3,})\s*$|^(?: {4}|\t)", re.MULTILINE
)
"""Most texts have nothing to parse."""

_TASK = re.compile(r"\[([ xX])\] ")
_NARROWEST = 8
_MARKERS = " \t>-+*"
_MOST_OPENED = 15


def markdown_lines(text: str, width: int) -> list[Line]:
    """A raw text as safe lines of at most `width` cells."""
    width = max(1, width)
    if len(text) > MOST_MARKDOWN or not _HAS_MARKS.search(text) or _is_too_deep(text):
        return plain_lines(text, width)
    # What it would drop or take for a line break is made visible before; what it makes of entities, after.
    text = sanitise(text)
    # The parser takes 50 ms to import: nothing that a first paint should wait for.
    from markdown_it.tree import SyntaxTreeNode  # noqa: PLC0415

    return _blocks(SyntaxTreeNode(_parser().parse(text)).children, width)


def _is_too_deep(text: str) -> bool:
    """Whether a line opens so many quotes and lists that the parser would drop what stands in them."""
    for line in text.split("\n"):
        marks = line[: len(line) - len(line.lstrip(_MARKERS))]
        if marks.count(">") + sum(marks.count(f"{mark} ") for mark in "-+*") > _MOST_OPENED:
            return True
    return False


def plain_lines(text: str, width: int, style: str = "") -> list[Line]:
    """A raw text as it is written, in safe lines of at most `width` cells."""
    return [((line, style),) if line else () for line in wrap_text(sanitise(text), width)]


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415

    return MarkdownIt("commonmark", {"html": False, "maxNesting": 80}).enable(["table", "strikethrough"])


def _blocks(nodes: Iterable[SyntaxTreeNode], width: int, *, tight: bool = False) -> list[Line]:
    lines: list[Line] = []
    for node in nodes:
        made = _block(node, width)
        if lines and made and not tight:
            lines.append(())
        lines.extend(made)
    return lines


def _block(node: SyntaxTreeNode, width: int) -> list[Line]:
    kind = node.type
    if kind == "heading":
        return _wrapped(_inline(node, heading=True), width)
    if kind in ("fence", "code_block"):
        return _code(node.content, node.info, width)
    if kind == "blockquote":
        inner = _blocks(node.children, max(1, width - 2))
        return [(("▏ ", "rule"), *((text, style or "calm") for text, style in line)) for line in inner]
    if kind in ("bullet_list", "ordered_list"):
        return _list(node, width)
    if kind == "table":
        return _table(node, width)
    if kind == "hr":
        return [(("─" * min(width, 24), "rule"),)]
    if node.children and kind not in ("paragraph", "inline"):
        return _blocks(node.children, width)
    return _wrapped(_inline(node), width)


def _wrapped(lines: Iterable[Line], width: int) -> list[Line]:
    return [row for line in lines for row in wrap_line(line, width)]


def _code(text: str, language: str, width: int) -> list[Line]:
    bar: Part = ("▏ ", "rule")
    lines = code_lines(text.rstrip("\n"), language)
    return [(bar, *row) for line in lines for row in wrap_line(line, max(1, width - 2), 2)]


def _list(node: SyntaxTreeNode, width: int) -> list[Line]:
    start = node.attrs.get("start", 1)
    number = start if isinstance(start, int) else 1
    items = node.children
    tight = all(child.hidden for item in items for child in item.children if child.type == "paragraph")
    lines: list[Line] = []
    for index, item in enumerate(items):
        mark = (
            "• " if node.type == "bullet_list" else f"{number + index}. ".rjust(len(str(number + len(items) - 1)) + 2)
        )
        if width - len(mark) < _NARROWEST:
            mark = ""
        inner = _blocks(item.children, width - len(mark), tight=tight) or [()]
        mark, inner[0] = _task(mark, inner[0])
        if lines and not tight:
            lines.append(())
        lines.append(((mark, "calm"), *inner[0]))
        lines.extend(((" " * len(mark), ""), *line) if line else () for line in inner[1:])
    return lines


def _task(mark: str, line: Line) -> tuple[str, Line]:
    """A box instead of "[x] "."""
    found = _TASK.match(plain(line))
    if found is None or not line or len(line[0][0]) < found.end():
        return mark, line
    text, style = line[0]
    box: Part = ("☐ ", "calm") if found[1] == " " else ("☑ ", "ok")
    return mark, (box, (text[found.end() :], style), *line[1:])


def _table(node: SyntaxTreeNode, width: int) -> list[Line]:
    rows: list[list[Line]] = []
    rights: list[bool] = []
    for part in node.children:
        for row in part.children:
            heading = part.type == "thead"
            rows.append([_one(_inline(cell, heading=heading)) for cell in row.children])
            if heading:
                rights = ["right" in str(cell.attrs.get("style", "")) for cell in row.children]
    return table_lines(rows, rights, width)


def _one(lines: Sequence[Line]) -> Line:
    return tuple(part for number, line in enumerate(lines) for part in (((" ", ""),) if number else ()) + line)


def _inline(node: SyntaxTreeNode, *, heading: bool = False) -> list[Line]:
    """The lines as they were written: models break lines where they mean it."""
    source = node if node.type == "inline" else next((child for child in node.children if child.type == "inline"), None)
    if source is None:
        return [((sanitise(node.content), ""),)] if not node.children and node.content else []
    tokens = (source.token.children or []) if source.token is not None else []
    return _Inline(heading=heading).lines(tokens)


class _Inline:
    """Goes through the tokens of one block's text, knowing what is open."""

    def __init__(self, *, heading: bool) -> None:
        self._heading = heading
        self._open: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lines: list[list[Part]] = [[]]

    def lines(self, tokens: Iterable[Token]) -> list[Line]:
        for token in tokens:
            self._take(token)
        return [tuple(parts) for parts in self._lines]

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind in ("softbreak", "hardbreak"):
            self._lines.append([])
        elif kind == "code_inline":
            self._add(token.content, "md-code")
        elif kind == "image":
            self._add(f"▣ {token.content or 'image'}", "md-link")
        elif kind == "link_open":
            self._open.append("link")
            self._links.append((str(token.attrs.get("href", "")), len(self._lines[-1])))
        elif kind == "link_close":
            self._end_link()
        elif kind.endswith("_open"):
            self._open.append(kind.removesuffix("_open"))
        elif kind.endswith("_close"):
            self._close(kind.removesuffix("_close"))
        else:
            self._add(token.content, self._style())

    def _add(self, text: str, style: str) -> None:
        safe = sanitise(text).replace("\n", " ").replace("\t", " ")
        if safe:
            self._lines[-1].append((safe, style))

    def _close(self, name: str) -> None:
        if name in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(name)]

    def _end_link(self) -> None:
        """Where a link goes is part of what was said: it stands behind, unless it is the text itself."""
        self._close("link")
        if not self._links:
            return
        target, start = self._links.pop()
        said = "".join(text for text, _ in self._lines[-1][start:])
        if target and target.removeprefix("mailto:") != said:
            self._add(f" ({target})", "calm")

    def _style(self) -> str:
        if "link" in self._open:
            return "md-link"
        strong, em = "strong" in self._open, "em" in self._open
        if "s" in self._open:
            return "md-strike"
        if self._heading:
            return "md-heading"
        return "md-both" if strong and em else "strong" if strong else "md-em" if em else ""
