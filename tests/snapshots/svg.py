"""A screen as a small SVG: one line for each run of cells that look alike, so that a diff of two files can be read.

Textual's own export repeats a clip path and a length for every piece; a repository full of those would be five times
as big. `test_as_textual_exports_it` compares the two. Whole pixels, no fonts from elsewhere, nothing that changes by
itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape

from rich.cells import cell_len, split_graphemes
from rich.color import Color, ColorSystem, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME
from textual._compositor import LayoutUpdate
from textual.app import App

CELL, LINE, FONT = 8, 17, 13.3
"""Pixels: width of a cell, height of a line, size of the letters (0.6 em wide, as in most monospaced fonts)."""

BAR = "│"

Paint = Callable[[Color], ColorTriplet]


@dataclass(frozen=True, slots=True)
class Ink:
    """How letters look: their colour, and what is added to it."""

    color: str
    extras: frozenset[str] = frozenset()

    @property
    def css(self) -> str:
        """As a rule of a style sheet."""
        rules = [f"fill:{self.color}"]
        rules += ["font-weight:bold"] * ("bold" in self.extras) + ["font-style:italic"] * ("italic" in self.extras)
        lines = [word for word in ("underline", "line-through") if word in self.extras]
        return ";".join([*rules, *([f"text-decoration:{' '.join(lines)}"] if lines else [])])


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; the second half of a wide character has no text."""

    text: str
    ink: Ink
    paper: str


def true_colour(color: Color) -> ColorTriplet:
    """A colour as it is meant."""
    return color.get_truecolor(SVG_EXPORT_THEME)


def in_palette(system: ColorSystem) -> Paint:
    """A colour as a terminal of fewer colours is told to show it."""
    return lambda color: color.downgrade(system).get_truecolor(SVG_EXPORT_THEME)


def screen_lines(app: App[None]) -> list[list[Segment]]:
    """What is on the screen, with the screens that show through."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(update, LayoutUpdate)
    return [[segment for strip in line for segment in strip if not segment.control] for line in update.strips]


def screen_cells(lines: Sequence[Sequence[Segment]], paint: Paint = true_colour) -> list[list[Cell]]:
    """The screen cell by cell."""
    looks: dict[Style | None, tuple[Ink, str]] = {}
    rows = []
    for line in lines:
        row: list[Cell] = []
        for text, style, _ in line:
            if style not in looks:
                looks[style] = _look(style, paint)
            ink, paper = looks[style]
            for character in _characters(text):
                row.append(Cell(character, ink, paper))
                row += [Cell("", ink, paper)] * (cell_len(character) - 1)
        rows.append(row)
    return rows


def _characters(text: str) -> Iterable[str]:
    if text.isascii():
        return text
    spans, _ = split_graphemes(text)
    return [text[start:end] for start, end, _ in spans]


def _look(style: Style | None, paint: Paint) -> tuple[Ink, str]:
    style = style or Style()
    plain = SVG_EXPORT_THEME
    front = plain.foreground_color if style.color is None or style.color.is_default else paint(style.color)
    back = plain.background_color if style.bgcolor is None or style.bgcolor.is_default else paint(style.bgcolor)
    if style.reverse:
        front, back = back, front
    if style.dim:
        front = blend_rgb(front, back, 0.4)
    extras = {"bold": style.bold, "italic": style.italic, "underline": style.underline, "line-through": style.strike}
    return Ink(front.hex, frozenset(name for name, is_set in extras.items() if is_set)), back.hex


def svg_of(cells: Sequence[Sequence[Cell]]) -> str:
    """The picture."""
    width, height = max(map(len, cells)), len(cells)
    papers = Counter(cell.paper for row in cells for cell in row)
    paper = max(sorted(papers), key=papers.__getitem__)
    bars = list(_bars(cells))
    rects, lines, texts, inks = [], [], [], dict[Ink, str]()
    for x, y, count, ink in bars:
        name = inks.setdefault(ink, _name(len(inks)))
        middle = x * CELL + CELL // 2
        lines.append(f'<path class="{name}" d="M{middle} {y * LINE}V{(y + count) * LINE}"/>')
    barred = {(x, below) for x, y, count, _ in bars for below in range(y, y + count)}
    for y, full in enumerate(cells):
        row = [replace(cell, text=" ") if (x, y) in barred else cell for x, cell in enumerate(full)]
        rects += [
            f'<rect x="{x * CELL}" y="{y * LINE}" width="{count * CELL}" height="{LINE}" fill="{color}"/>'
            for x, count, color in _papers(row, paper)
        ]
        runs = [
            f'<tspan x="{x * CELL}" class="{name}">{escape(text, quote=False)}</tspan>'
            for x, text, ink in _runs(row)
            for name in [inks.setdefault(ink, _name(len(inks)))]
        ]
        if runs:
            texts.append(f'<text y="{y * LINE + 13}">' + "\n".join(runs) + "</text>")
    box = f"0 0 {width * CELL} {height * LINE}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="{box}">',
            f"<style>text{{font:{FONT}px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}}",
            *(f".{name}{{{ink.css}}}" for ink, name in inks.items()),
            *(f"path.{inks[ink]}{{stroke:{ink.color}}}" for ink in dict.fromkeys(ink for *_, ink in bars)),
            "</style>",
            f'<rect width="{width * CELL}" height="{height * LINE}" fill="{paper}"/>',
            *rects,
            *lines,
            *texts,
            "</svg>",
            "",
        ]
    )


def _name(number: int) -> str:
    """A short name of a class: a to z, then aa and so on."""
    return (_name(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)


def _bars(cells: Sequence[Sequence[Cell]]) -> Iterable[tuple[int, int, int, Ink]]:
    """Upright lines of at least three cells, as (column, first row, rows, ink): the borders of the panes."""
    for x in range(min(map(len, cells))):
        start = 0
        for y in range(1, len(cells) + 1):
            first = cells[start][x]
            if y == len(cells) or cells[y][x].text != first.text or cells[y][x].ink != first.ink:
                if first.text == BAR and y - start >= 3:
                    yield x, start, y - start, first.ink
                start = y


def _papers(row: Sequence[Cell], paper: str) -> Iterable[tuple[int, int, str]]:
    start = 0
    for x in range(1, len(row) + 1):
        if x == len(row) or row[x].paper != row[start].paper:
            if row[start].paper != paper:
                yield start, x - start, row[start].paper
            start = x


def _runs(row: Sequence[Cell]) -> Iterable[tuple[int, str, Ink]]:
    """Pieces of letters that look alike: (first cell, text, ink). What is not one cell wide stands alone."""
    x = 0
    while x < len(row):
        cell = row[x]
        if cell.text in ("", " ") and "underline" not in cell.ink.extras:
            x += 1
            continue
        end = x + 1
        if _is_plain(row, x):
            while end < len(row) and _goes_on(row, end, cell.ink):
                end += 1
        else:
            while end < len(row) and not row[end].text:
                end += 1
        text = "".join(cell.text for cell in row[x:end])
        yield x, text if "underline" in cell.ink.extras else text.rstrip(" "), cell.ink
        x = end


def _is_plain(row: Sequence[Cell], x: int) -> bool:
    return len(row[x].text) == 1 and (x + 1 == len(row) or row[x + 1].text != "")


def _goes_on(row: Sequence[Cell], x: int, ink: Ink) -> bool:
    """A run goes on over one or two spaces of any look; in wider gaps it would drift away from its column."""
    if not _is_plain(row, x):
        return False
    if row[x].text != " " or "underline" in ink.extras or "underline" in row[x].ink.extras:
        return row[x].ink == ink
    following = "".join(cell.text for cell in row[x : x + 3])
    return following.strip(" ") != "" or not following


TEXT = re.compile(r'<text y="(\d+)">(.*?)</text>', re.DOTALL)
SPAN = re.compile(r'<tspan x="(\d+)" class="(\w+)">(.*?)</tspan>', re.DOTALL)


def text_in(svg: str) -> list[str]:
    """What can be read in such a picture, line by line."""
    lines: list[str] = []
    for text in TEXT.finditer(svg):
        number = (int(text[1]) - 13) // LINE
        lines += [""] * (number + 1 - len(lines))
        for span in SPAN.finditer(text[2]):
            lines[number] += " " * (int(span[1]) // CELL - cell_len(lines[number])) + unescape(span[3])
    return lines
