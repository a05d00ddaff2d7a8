"""What stands around the panes: the header, the keys, the words about a small terminal, and ASCII in their place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.segment import Segment
from textual.binding import Binding
from textual.color import Color

from tui.domain.marks import Mark
from tui.domain.safe_text import cell_len
from tui.screens.too_small import is_too_small
from tui.widgets.first_hint import LINES
from tui.widgets.header_line import HeaderFacts, header_line
from tui.widgets.key_bar import fitting
from tui.widgets.key_names import keyed
from tui.widgets.line_filters import AsciiMarks, NothingHidden
from tui.widgets.lines import plain, width_of

FACTS = HeaderFacts("demo", "langgraph 1.2.22 · api 0.16.7", "http://127.0.0.1:2024", "live", "agent")


def test_the_header_says_where_and_how_we_are_connected() -> None:
    words = plain(header_line(FACTS, 110))
    assert words.startswith(" forkpoint   demo   langgraph 1.2.22 · api 0.16.7 · http://127.0.0.1:2024   ")
    assert words.endswith("   ● live   agent   read-write ")


@pytest.mark.parametrize("width", [200, 120, 100, 80, 60, 40, 20, 8, 1])
@pytest.mark.parametrize(
    "facts", [FACTS, replace(FACTS, title="샌프란시스코 날씨 🙂", counts="8 checkpoints · 2 branches")]
)
def test_the_header_is_as_wide_as_the_screen(facts: HeaderFacts, width: int) -> None:
    assert width_of(header_line(facts, width)) == width


def test_what_matters_less_goes_first() -> None:
    assert "langgraph" not in plain(header_line(FACTS, 80))
    assert "127.0.0.1:2024" in plain(header_line(FACTS, 80))
    assert "agent" not in plain(header_line(FACTS, 60))
    production = replace(FACTS, production=True, read_only=True, state="offline")
    words = plain(header_line(production, 60))
    assert "   ✗ offline" in words
    assert words.endswith("   PRODUCTION   read-only ")


def test_a_narrow_header_says_where_it_is() -> None:
    narrow = replace(FACTS, title="weather in SF", counts="8 checkpoints · 2 branches")
    assert "127.0.0.1:2024   ● live" in plain(header_line(narrow, 80))
    assert "http://" not in plain(header_line(narrow, 80))
    long = replace(narrow, title="a title of fifty cells that leaves the address none")
    assert plain(header_line(long, 80)).startswith(f" {long.title} ")
    assert "127.0.0.1" not in plain(header_line(long, 80)), "the title comes first"


def test_a_narrow_header_says_what_the_pane_shows() -> None:
    narrow = replace(FACTS, title="weather in SF", counts="8 checkpoints · 2 branches")
    words = " weather in SF   8 checkpoints · 2 branches   127.0.0.1:2024   ● live   read-write "
    assert plain(header_line(narrow, len(words))) == words
    assert " weather in SF   8 checkpoints  " in plain(header_line(narrow, 80)), "a number that was cut says nothing"


@pytest.mark.parametrize("width", range(24, 130, 7))
@pytest.mark.parametrize("state", ["live", "offline", "reading the threads of a server that is slow · esc stops"])
@pytest.mark.parametrize("title", ["", "weather in SF", "a title that is longer than all of the others by far"])
def test_what_may_be_done_is_said_at_all_times(width: int, state: str, title: str) -> None:
    facts = replace(FACTS, state=state, title=title, counts="8 checkpoints")
    assert plain(header_line(facts, width)).endswith(" read-write ")
    assert plain(header_line(replace(facts, read_only=True), width)).endswith(" read-only ")
    production = plain(header_line(replace(facts, read_only=True, production=True), max(26, width)))
    assert production.endswith(" PRODUCTION   read-only ")


def binding(key: str, words: str, name: str) -> Binding:
    return Binding(key, "x", words, id=name)


def test_keys_that_do_not_fit_are_left_out_and_help_is_kept() -> None:
    keys = [binding("e", "edit", "t.edit"), binding("r", "replay", "t.replay"), binding("?", "help", "app.help")]
    left, right = fitting(keys, 20, ("app.help",))
    assert [b.description for b in left] == ["edit"]
    assert [b.description for b in right] == ["help"]
    assert fitting(keys, 3, ("app.help",)) == ([], [])


def test_five_lines_for_the_first_start() -> None:
    assert len(LINES) == 5
    assert all(len(keyed(line)) <= 76 for line in LINES), "they fit into 80 columns without a break"


@pytest.mark.parametrize(("size", "small"), [((40, 10), True), ((48, 12), False), ((80, 24), False), ((120, 8), True)])
def test_what_is_too_small(size: tuple[int, int], small: bool) -> None:
    assert is_too_small(*size) is small


def filtered(text: str) -> str:
    (segment,) = AsciiMarks().apply([Segment(text)], Color(0, 0, 0))
    return segment.text


def test_ascii_marks_keep_widths_and_shapes_apart() -> None:
    ours = "".join(mark.shape for mark in Mark) + "│├─╯╭╮╰┌┐└┘┄·…→←↑↓×↵▸▾█░▁⠋⟨⟩✓"
    assert filtered(ours).isascii()
    assert cell_len(filtered(ours)) == cell_len(ours)
    marks = [filtered(mark.shape) for mark in Mark]
    assert marks == [mark.ascii for mark in Mark]
    assert len(set(marks)) == len(marks), "each mark has a shape of its own"


def test_ascii_marks_leave_what_people_wrote() -> None:
    assert filtered("샌프란시스코 14 °C é") == "샌프란시스코 14 °C é"
    control = Segment("●", None, [(1,)])  # type: ignore[list-item]
    assert AsciiMarks().apply([control], Color(0, 0, 0)) == [control]


def test_no_control_character_reaches_the_terminal() -> None:
    (segment,) = NothingHidden().apply([Segment("a\x1b]52;c;x\x07b\x9bz")], Color(0, 0, 0))
    assert segment.text == "a]52;c;xbz"
