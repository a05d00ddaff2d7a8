"""Any text at all: what is made safe passes a terminal that trusts nobody, fits, and stays what it was for programs."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len as rich_cell_len
from rich.segment import Segment
from textual.color import Color

from tests.hostile.anything import texts, values
from tests.hostile.terminal import StrictScreen
from tui.domain.hidden import hidden_in
from tui.domain.json_values import dumps, loads, pretty
from tui.domain.safe_text import UNSEEN, escape_hidden, hidden_count, one_line, sanitise
from tui.widgets.growing_text import GrowingText
from tui.widgets.line_filters import NothingHidden
from tui.widgets.lines import plain, width_of
from tui.widgets.markdown_lines import markdown_lines

EXAMPLES = settings(max_examples=150, deadline=None)


def passes(text: str) -> bool:
    """Whether a terminal that trusts nobody takes it."""
    screen = StrictScreen(10_000, 1)
    screen.feed(f"\x1b[1;1H{text}\x1b[0m".encode())
    screen.finish()
    return not screen.violations


@EXAMPLES
@given(texts)
def test_what_is_made_safe_passes(text: str) -> None:
    shown = sanitise(text)
    assert passes(shown.replace("\n", " ").replace("\t", " "))
    assert sanitise(shown) == shown
    assert hidden_count(shown) == 0
    assert bool(hidden_count(text)) == (shown != text.replace("\r\n", "\n"))


@EXAMPLES
@given(texts, st.integers(0, 30))
def test_one_line_passes_and_fits(text: str, cells: int) -> None:
    line = one_line(text, cells)
    assert passes(line)
    assert rich_cell_len(line) <= cells


@EXAMPLES
@given(texts, texts)
def test_the_backstop_lets_nothing_through(first: str, second: str) -> None:
    drawn = [Segment(first), Segment(second)]
    filtered = NothingHidden().apply(drawn, Color(0, 0, 0))
    for before, after in zip(drawn, filtered, strict=True):
        assert not UNSEEN.search(after.text)
        assert not set(after.text) & set("\n\t")
        assert rich_cell_len(after.text) == rich_cell_len(before.text)


@EXAMPLES
@given(values)
def test_json_for_people_is_safe_and_the_same_value(value: object) -> None:
    text = pretty(value)
    assert all(passes(line) for line in text.split("\n"))
    assert json.loads(text) == value or "NaN" in text or "Infinity" in text


@EXAMPLES
@given(values.filter(lambda value: "nan" not in repr(value) and "inf" not in repr(value)))
def test_json_for_programs_is_the_same_value(value: object) -> None:
    text = escape_hidden(dumps(value).decode())
    assert passes(text)
    assert loads(text) == value


@EXAMPLES
@given(values)
def test_counting_never_fails(value: object) -> None:
    assert hidden_in(value) >= 0
    assert isinstance(value, (dict, list)) or hidden_in(value) == (hidden_count(value) if isinstance(value, str) else 0)


@EXAMPLES
@given(st.lists(texts, max_size=6), st.integers(2, 20))
def test_a_text_that_grows_is_as_safe_as_one_that_is_there(pieces: list[str], cells: int) -> None:
    growing = GrowingText(cells)
    lines = [growing.lines("".join(pieces[: count + 1])) for count in range(len(pieces))]
    for line in lines[-1] if lines else ():
        assert passes(plain(line))
        assert width_of(line) <= max(cells, 2)


@settings(max_examples=80, deadline=None)
@given(texts, st.integers(4, 40))
def test_markdown_is_as_safe(text: str, width: int) -> None:
    for line in markdown_lines(f"# {text}\n\n- **{text}**\n\n```{text}\n{text}\n```\n[{text}]({text})", width):
        assert passes(plain(line))
        assert width_of(line) <= width
