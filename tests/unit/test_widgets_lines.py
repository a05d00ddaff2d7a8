"""Lines: wrapping, cutting and padding by cells, for any script."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len as rich_cell_len

from tui.domain.safe_text import cell_len, sanitise
from tui.widgets.lines import STYLES, Line, clip, fit, plain, width_of, wrap_line, wrap_text

KOREAN = "샌프란시스코 기온은 14 °C이고, 안개가 껴 있어요 🌁. 겉옷을 챙기세요 🧥"
TEXTS = st.one_of(
    st.text(alphabet=st.sampled_from("ab  가나🙂👨\u200d👩\u200d👧é"), max_size=60),
    st.text(max_size=60),
).map(lambda text: sanitise(text).replace("\n", " ").replace("\t", " "))
STYLED = st.lists(st.tuples(TEXTS, st.sampled_from(["", *STYLES])), max_size=5).map(tuple)
WIDTHS = st.integers(2, 40)


@given(TEXTS, WIDTHS)
def test_no_wrapped_line_is_wider_than_asked(text: str, cells: int) -> None:
    assert all(cell_len(line) <= cells for line in wrap_text(text, cells))


@given(TEXTS, WIDTHS)
def test_wrapping_loses_nothing_but_spaces_at_the_breaks(text: str, cells: int) -> None:
    assert "".join(wrap_text(text, cells)).replace(" ", "") == text.replace(" ", "")


@given(STYLED, WIDTHS, st.integers(0, 10))
def test_a_styled_line_wraps_like_its_text_and_keeps_its_styles(line: Line, cells: int, indent: int) -> None:
    wrapped = wrap_line(line, cells, indent)
    assert all(width_of(part) <= cells for part in wrapped)
    characters = [(c, style) for text, style in line for c in text if c != " "]
    assert [(c, style) for row in wrapped for text, style in row for c in text if c != " "] == characters


@given(STYLED, st.integers(0, 40))
def test_clipping_never_makes_a_line_too_wide(line: Line, cells: int) -> None:
    clipped = clip(line, cells)
    assert width_of(clipped) <= cells
    if width_of(line) <= cells:
        assert clipped == line
    elif cells:
        assert plain(clipped).endswith("…")


@given(TEXTS, st.integers(0, 40))
def test_fitting_gives_exactly_the_width(text: str, cells: int) -> None:
    assert cell_len(fit(text, cells)) == cells


def test_korean_and_emoji_line_up_as_rich_measures_them() -> None:
    for cells in range(4, 50):
        for line in wrap_text(KOREAN, cells):
            assert rich_cell_len(line) <= cells
        assert rich_cell_len(fit(KOREAN, cells)) == cells


def test_words_stay_whole_where_there_is_room() -> None:
    assert wrap_text("the wind comes from the west", 12) == ["the wind", "comes from", "the west"]


def test_a_long_word_is_broken_inside() -> None:
    assert wrap_text("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def test_following_lines_are_indented() -> None:
    line: Line = (("query ", "json-key"), ("weather in San Francisco", "json-string"))
    assert [plain(row) for row in wrap_line(line, 16, 2)] == ["query weather in", "  San Francisco"]


def test_empty_lines_stay() -> None:
    assert wrap_text("a\n\nb", 10) == ["a", "", "b"]
    assert wrap_line((), 10) == [()]


def test_a_wide_character_in_one_cell_ends() -> None:
    assert "".join(wrap_text("가나", 1)) == "가나"
