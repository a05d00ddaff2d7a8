"""Markdown, code and tables as lines: laid out by cells for any script, and nothing that a terminal would obey."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.code_lines import MOST_CODE, code_lines
from tui.widgets.lines import plain, width_of
from tui.widgets.markdown_lines import MOST_MARKDOWN, markdown_lines
from tui.widgets.table_lines import table_lines

PIECES = (
    "# ",
    "**",
    "*",
    "`",
    "```\n",
    "- ",
    "1. ",
    "> ",
    "| a | 가나 |\n|---|--:|\n",
    "[x](http://y)",
    "\n",
    "\n\n",
    "  ",
)
WORDS = ("word", "한국어", "👩‍👩‍👧", "é", "مرحبا", "&#x202e;", "\x1b[31m", "\t")
TEXTS = st.lists(st.sampled_from(PIECES + WORDS), max_size=30).map("".join)


def shown(text: str, width: int = 40) -> list[str]:
    return [plain(line) for line in markdown_lines(text, width)]


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(8, 60))
def test_no_line_is_wider_than_asked_and_nothing_is_obeyed(text: str, width: int) -> None:
    for line in markdown_lines(text, width):
        assert width_of(line) <= width
        assert not any(c < " " or c in "\x7f\u202e" for c in plain(line))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo", ["one", "two"]),
        ("# Title\ntext", ["Title", "", "text"]),
        ("- a\n- b\n  - c", ["• a", "• b", "  • c"]),
        ("9. a\n10. b", [" 9. a", "10. b"]),
        ("- [x] done\n- [ ] open", ["• ☑ done", "• ☐ open"]),
        ("> said\n> again", ["▏ said", "▏ again"]),
        ("```\na  b\n\nc\n```", ["▏ a  b", "▏ ", "▏ c"]),
        ("a [link](http://x) b", ["a link (http://x) b"]),
        ("<http://x.y>", ["http://x.y"]),
        ("![a picture](x.png)", ["▣ a picture"]),
        ("<script>x</script>", ["<script>x</script>"]),
        ("a &amp; b &#27;[31m", ["a & b \ufffd[31m"]),
        ("5 * 3 * 2 and snake_case_name", ["5 * 3 * 2 and snake_case_name"]),
    ],
)
def test_markdown_as_it_reads(text: str, lines: list[str]) -> None:
    assert shown(text) == lines


def test_emphasis_is_a_style_and_not_a_character() -> None:
    (line,) = markdown_lines("plain **bold** *soft* ***both*** `code` ~~gone~~", 80)
    assert [(text, style) for text, style in line if text.strip()] == [
        ("plain ", ""),
        ("bold", "strong"),
        ("soft", "md-em"),
        ("both", "md-both"),
        ("code", "md-code"),
        ("gone", "md-strike"),
    ]


def test_the_columns_of_a_table_line_up_for_every_script() -> None:
    text = "| city | °C |\n|---|--:|\n| 서울 | 14 |\n| 👩‍👩‍👧 family | 7 |\n| مدينة | 100 |"
    lines = markdown_lines(text, 40)
    bars = [width_of((("".join(part for part, _ in line).split("│")[0], ""),)) for line in lines if "│" in plain(line)]
    assert len(bars) == 4
    assert len(set(bars)) == 1
    assert plain(lines[2]).endswith(" 14")


def test_a_table_wraps_in_its_columns_and_becomes_records_where_it_cannot_fit() -> None:
    text = "| name | what it is |\n|---|---|\n| fog | low cloud that touches the ground |"
    assert shown(text, 24) == [
        "name │ what it is       ",
        "─────┼──────────────────",
        "fog  │ low cloud that   ",
        "     │ touches the      ",
        "     │ ground           ",
    ]
    assert shown(text, 8)[0].startswith("name fog")


def test_a_table_with_ragged_rows() -> None:
    rows = [[(("a", ""),), (("b", ""),)], [(("c", ""),)]]
    assert [plain(line) for line in table_lines(rows, [False, False], 20)] == ["a │ b", "──┼──", "c │  "]
    assert table_lines([], [], 20) == []


def test_code_is_coloured_where_its_language_is_known() -> None:
    (line,) = code_lines('def f(): return "x"', "python")
    assert ("def", "json-word") in line
    assert ('"', "json-string") in line or ('"x"', "json-string") in line
    assert code_lines("def f()", "no such language") == [(("def f()", "md-code"),)]
    assert code_lines("x" * (MOST_CODE + 1), "python")[0][0][1] == "md-code"


def test_very_long_texts_are_shown_as_they_are_written() -> None:
    lines = markdown_lines("**x** " * (MOST_MARKDOWN // 6 + 1), 80)
    assert plain(lines[0]).startswith("**x** **x**")


def test_deep_nesting_ends() -> None:
    assert shown("> " * 500 + "x", 20)
    assert shown("- " * 200 + "x", 20)
