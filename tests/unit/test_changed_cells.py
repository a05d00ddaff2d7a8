"""Only changed cells are written, and they are enough: a terminal that got them shows what a full redraw shows."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from tests.benchmarks.screen import Region as ScreenRegion
from tests.benchmarks.screen import Screen
from tui.widgets.changed_cells import ChangedCells

BLOCK, COLUMNS, ROWS = 8, 3, 3
WIDTH = BLOCK * COLUMNS
WHOLE = ScreenRegion(0, 0, WIDTH, ROWS)

PLAIN = ("a", "b", " ", "─", "│", "●", "가", "日", "é")
ODD = ("e\u0301", "👨\u200d👩\u200d👧", "❤\ufe0f", "👍\U0001f3fd", "🇰🇷")
STYLES = (
    "",
    "bold",
    "red",
    "#ff8000 on #102030",
    "on #102030",
    "bold reverse",
    "color(7) on color(200)",
    "link http://x.y",
)

texts = st.lists(st.sampled_from(PLAIN + ODD), min_size=0, max_size=5).map("".join)
plain_texts = st.lists(st.sampled_from(PLAIN), min_size=0, max_size=5).map("".join)
styles = st.sampled_from(STYLES).map(Style.parse)


def blocks(content: st.SearchStrategy[str]) -> st.SearchStrategy[Strip]:
    """Pieces of a row, all of one width, as a compositor makes them."""
    segments = st.lists(st.tuples(content, styles).map(lambda part: Segment(*part)), min_size=1, max_size=3)
    return segments.map(lambda parts: Strip([part for part in parts if part.text]).adjust_cell_length(BLOCK, Style()))


def frames(content: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[tuple[int, int], Strip]]]:
    """Frames: which blocks (row, column) are new in each."""
    places = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
    return st.lists(st.dictionaries(places, blocks(content), min_size=1, max_size=5), min_size=1, max_size=6)


class Pictures:
    """What a compositor has: all blocks, and updates of some."""

    def __init__(self) -> None:
        self.blocks = [[Strip.blank(BLOCK) for _ in range(COLUMNS)] for _ in range(ROWS)]

    def whole(self) -> LayoutUpdate:
        return LayoutUpdate([list(row) for row in self.blocks], Region(0, 0, WIDTH, ROWS))

    def put(self, news: dict[tuple[int, int], Strip]) -> ChopsUpdate:
        for (row, column), strip in news.items():
            self.blocks[row][column] = strip
        chops = [{BLOCK * column: strip for column, strip in enumerate(row)} for row in self.blocks]
        spans = [(row, BLOCK * column, BLOCK * (column + 1)) for row, column in sorted(news)]
        return ChopsUpdate(chops, spans, [[BLOCK * (at + 1) for at in range(COLUMNS)]] * ROWS)


def show(screen: Screen, words: str) -> None:
    screen.feed(words.encode())


def as_textual_draws(pictures: Pictures) -> Screen:
    screen = Screen(WIDTH, ROWS)
    show(screen, pictures.whole().render_segments(Console(color_system="truecolor", force_terminal=True)))
    return screen


def drawn_anew(pictures: Pictures, width_of: Callable[[str], int]) -> Screen:
    screen, cells = Screen(WIDTH, ROWS, width_of), ChangedCells()
    cells.resize(Size(WIDTH, ROWS))
    cells.take(pictures.whole(), ColorSystem.TRUECOLOR)
    show(screen, cells.changes())
    return screen


def after(news: list[dict[tuple[int, int], Strip]], screen: Screen, *, dropped: int = 0) -> Pictures:
    """Bring a terminal from frame to frame, writing only changes; every `dropped`th frame is not written at all."""
    cells, pictures = ChangedCells(), Pictures()
    cells.resize(Size(WIDTH, ROWS))
    cells.take(pictures.whole(), ColorSystem.TRUECOLOR)
    for number, new in enumerate(news):
        cells.take(pictures.put(new), ColorSystem.TRUECOLOR)
        if not dropped or number % dropped:
            show(screen, cells.changes())
    show(screen, cells.changes())
    assert cells.changes() == ""
    return pictures


@settings(max_examples=100)
@given(frames(plain_texts), st.integers(0, 2))
def test_a_terminal_that_gets_only_changes_shows_what_textual_would_draw(
    news: list[dict[tuple[int, int], Strip]], dropped: int
) -> None:
    screen = Screen(WIDTH, ROWS)
    pictures = after(news, screen, dropped=dropped)
    assert screen.cells(WHOLE) == as_textual_draws(pictures).cells(WHOLE)


@settings(max_examples=100)
@given(frames(texts), st.sampled_from([1, 2, 4]))
def test_so_it_does_where_it_measures_odd_characters_in_its_own_way(
    news: list[dict[tuple[int, int], Strip]], odd_width: int
) -> None:
    def width_of(text: str) -> int:
        return odd_width if len(text) > 1 else cell_len(text)

    screen = Screen(WIDTH, ROWS, width_of)
    pictures = after(news, screen)
    assert screen.cells(WHOLE) == drawn_anew(pictures, width_of).cells(WHOLE)


def one_row(*parts: tuple[str, str]) -> LayoutUpdate:
    strip = Strip([Segment(text, Style.parse(style)) for text, style in parts])
    return LayoutUpdate([[strip.adjust_cell_length(WIDTH, Style())]], Region(0, 0, WIDTH, 1))


def cells_showing(*parts: tuple[str, str]) -> ChangedCells:
    cells = ChangedCells()
    cells.resize(Size(WIDTH, 1))
    cells.take(one_row(*parts), ColorSystem.TRUECOLOR)
    cells.changes()
    return cells


def changes_to(cells: ChangedCells, *parts: tuple[str, str]) -> str:
    cells.take(one_row(*parts), ColorSystem.TRUECOLOR)
    return cells.changes()


def test_what_is_shown_already_is_not_written() -> None:
    cells = cells_showing(("the same", "red"))
    assert changes_to(cells, ("the", "red"), (" same", "red")) == ""


def test_a_changed_letter_is_a_move_a_style_and_the_letter() -> None:
    assert changes_to(cells_showing(("cat", "red")), ("car", "red")) == "\x1b[1;3H\x1b[31mr\x1b[m"


def test_only_the_colour_that_differs_is_told() -> None:
    written = changes_to(cells_showing(), ("ab", "red on blue"), ("cd", "green on blue"))
    assert written == "\x1b[1;1H\x1b[31;44mab\x1b[32mcd\x1b[m"


def test_half_of_a_wide_character_is_never_left() -> None:
    screen, cells = Screen(WIDTH, 1), ChangedCells()
    cells.resize(Size(WIDTH, 1))
    for words in ("가나다", " 가나다", "x나다", "가x다"):
        show(screen, changes_to(cells, (words, "")))
        assert screen.line(0).rstrip() == words


def test_what_was_forgotten_is_written_again() -> None:
    cells = cells_showing(("here", ""))
    cells.forget()
    assert "here" in cells.changes()


def test_nothing_that_a_terminal_obeys_and_no_link_gets_through() -> None:
    assert changes_to(cells_showing(), ("a\x1b]52;c;eA==\x07b", "link https://evil.example")).startswith(
        "\x1b[1;1Ha]52"
    )
    assert "evil" not in changes_to(cells_showing(), ("x", "link https://evil.example"))
