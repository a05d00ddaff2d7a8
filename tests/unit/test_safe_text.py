"""Hostile text becomes visible; honest text of any script stays, and is measured as the screen measures it."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import cells as rich_cells

from tui.domain.cells import clusters, cut
from tui.domain.safe_text import cell_len, escape_hidden, hidden_count, one_line, sanitise, shorten

EMOJI = ["🙂", "👨‍👩‍👧‍👦", "👍🏽", "❤️", "☀️", "🏳️‍🌈", "🇰🇷", "1️⃣", "✅", "⚠️", "🧑🏿‍🚀", "⭐", "🫠", "🤷‍♂️", "⌚"]
SCRIPTS = [
    "샌프란",
    "씨",
    "각",
    "天気",
    "漢",
    "カナ",
    "ｱ",
    "Ａ",
    "é",
    "ạ̈",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "ไทย",
    "Ж",
    "—",
    "°",
]
PLAIN = ["a", "Z", " ", "0", "{", '"', "…", "●", "│", "◆", "‖"]
realistic = st.lists(st.sampled_from([*EMOJI, *SCRIPTS, *PLAIN]), max_size=12).map("".join)
anything = st.text(st.characters(exclude_categories=[]), max_size=40)

PAYLOADS = [
    "\x1b]52;c;cm0gLXJmIH4=\x1b\\",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\x1bP+q544e\x1b\\",
    "\x00\x07\x08\x0b\x0c\r\x7f",
    "\u202egnp.exe",
    "\u2066\u2069\u200e\u200f\u061c",
    "a\u200bb\u200cc\u200dd\ufeff",
    "\U000e0041\U000e0042",
    "so\u00adft",
    "\u2028\u2029",
    "\ud800",
    "x\ufe0f\ufe00\U000e0100",
    "\u3164\u115f",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_payload_becomes_visible(payload: str) -> None:
    shown = sanitise(f"before {payload} after")
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)
    assert hidden_count(payload) > 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\x00b\x7f", "a␀b␡"),
        ("\x9b", "⟨U+009B⟩"),
        ("x\u202ey", "x⟨U+202E⟩y"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\udc00", "\ufffd"),
        ("a\r\nb\rc\td", "a\nb␍c\td"),
        ("1\u200d2", "1⟨U+200D⟩2"),
        ("e" + "\u0301" * 20, "e" + "\u0301" * 8 + "⟨+12 marks⟩"),
    ],
)
def test_how_it_is_shown(text: str, shown: str) -> None:
    assert sanitise(text) == shown


@given(realistic)
def test_honest_text_stays(text: str) -> None:
    assert sanitise(text) == text
    assert hidden_count(text) == 0


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "葛󠄀", "tab\tand\nline", *EMOJI])
def test_joiners_and_selectors_stay_where_they_make_a_letter(text: str) -> None:
    assert sanitise(text) == text


@given(anything)
def test_nothing_that_a_terminal_obeys_remains(text: str) -> None:
    shown = sanitise(text)
    assert not any(c != "\n" and c != "\t" and unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    assert sanitise(shown) == shown
    assert (hidden_count(text) == 0) == (shown == text.replace("\r\n", "\n"))


@given(anything)
def test_escaped_json_is_the_same_value_without_hidden_characters(text: str) -> None:
    value = json.loads(json.dumps(text))
    written = escape_hidden(json.dumps(value, ensure_ascii=False))
    assert json.loads(written) == value
    assert hidden_count(written) == 0


@given(realistic)
def test_measures_as_rich_does(text: str) -> None:
    assert cell_len(text) == rich_cells.cell_len(text)


@given(anything.map(sanitise).map(lambda text: text.replace("\n", " ").replace("\t", " ")))
def test_clusters_cover_the_text(text: str) -> None:
    spans = list(clusters(text))
    assert "".join(text[start:end] for start, end, _ in spans) == text
    assert sum(cells for _, _, cells in spans) == cell_len(text)


@given(realistic, st.integers(-1, 30))
def test_shortened_text_fits_and_is_a_beginning(text: str, cells: int) -> None:
    short = shorten(text, cells)
    assert rich_cells.cell_len(short) <= max(cells, 0)
    if cells > 0:
        assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
        assert (short == text) or rich_cells.cell_len(text) > cells


@given(st.lists(st.sampled_from([*EMOJI, "샌", "天", "a", "각"]), max_size=8), st.integers(1, 12))
def test_never_cuts_inside_what_shows_as_one_character(parts: list[str], cells: int) -> None:
    short = shorten("".join(parts), cells).removesuffix("…")
    assert short in {"".join(parts[:n]) for n in range(len(parts) + 1)}


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("weather in SF", 13, "weather in SF"),
        ("weather in SF", 12, "weather in…"),
        ("샌프란시스코", 12, "샌프란시스코"),
        ("샌프란시스코", 11, "샌프란시스…"),
        ("샌프란시스코", 10, "샌프란시…"),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3, "👨‍👩‍👧‍👦…"),
        ("🇰🇷🇺🇸", 3, "🇰🇷…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
    ],
)
def test_shorten(text: str, cells: int, expected: str) -> None:
    assert shorten(text, cells) == expected


def test_no_control_or_format_character_of_unicode_is_forgotten() -> None:
    # Signs over or before numbers are drawn.
    seen = {*range(0x600, 0x606), 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in "\n\t":
            assert (sanitise(character) != character) is (code not in seen), hex(code)


def test_marks_without_end_are_cut() -> None:
    assert len(shorten("a" + "\u0e48" * 100_000, 10)) < 300
    assert len(cut("\u0301" * 100_000, 3)) < 300


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\n\n lines\t here ", "two ↵ lines here"),
        ("\n\n", ""),
        ("esc\x1b\u2028", "esc␛⟨U+2028⟩"),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


@given(anything, st.integers(0, 20))
def test_one_line_fits(text: str, cells: int) -> None:
    line = one_line(text, cells)
    assert "\n" not in line
    assert "\t" not in line
    assert cell_len(line) <= cells
    assert hidden_count(line) == 0


def test_one_line_of_a_long_text_says_that_it_goes_on() -> None:
    assert one_line("a" + " " * 10_000_000 + "b", 20) == "a…"
    assert one_line("word " * 1_000_000, 10) == "word word…"
