"""The benchmarks' own pure parts: statistics, limits, tables, plots, and the screen that they read the app from."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest

from tests.benchmarks import layout
from tests.benchmarks.__main__ import arguments
from tests.benchmarks.figures import FIGURES
from tests.benchmarks.graphs import tokens
from tests.benchmarks.loading import checkpoints_loaded, rows_shown, step_under_cursor
from tests.benchmarks.plot import svg, ticks
from tests.benchmarks.results import Finding, Limit, Plot, Series, median, number, percentile
from tests.benchmarks.screen import Region, Screen
from tests.benchmarks.table import markdown_table, text_table

MOVE = Finding("P4", "a move", "ms", [3.0, 1.0, 2.0], Limit(1.2), 2.0, "at 10 rows", note="in memory")
BYTES = Finding("P4", "bytes", "B", [2500.0], Limit(most=2000))
NOTE = Finding("P8", "requests", "", [0.0])


def test_median_and_percentile() -> None:
    assert median([3, 1, 2]) == 2
    assert percentile([10, 20, 30, 40, 50], 0.95) == pytest.approx(48)
    assert percentile([7], 0.95) == 7
    assert math.isnan(median([]))
    assert math.isnan(percentile([], 0.5))


@pytest.mark.parametrize(
    ("limit", "baseline", "bound"),
    [(Limit(1.5, plus=100), 10.0, 115.0), (Limit(2), 10.0, 20.0), (Limit(most=50), 10.0, 50.0), (Limit(), 1.0, None)],
)
def test_limits(limit: Limit, baseline: float, bound: float | None) -> None:
    assert limit.bound(baseline) == bound


def test_a_finding_is_the_median_of_its_samples_unless_told_otherwise() -> None:
    assert MOVE.value == 2.0
    assert Finding("P", "p95", "ms", [1.0, 2.0], value=1.95).value == 1.95


@pytest.mark.parametrize(("finding", "met"), [(MOVE, True), (BYTES, False), (NOTE, None)])
def test_whether_a_limit_is_kept(finding: Finding, met: bool | None) -> None:
    assert finding.met is met


def test_a_figure_that_was_not_measured_does_not_keep_its_limit() -> None:
    assert Finding("P", "nothing", "ms", [], Limit(most=50)).met is False


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.5431, "0.543"),
        (12.345, "12.3"),
        (99.96, "100"),
        (26505.4, "26,505"),
        (None, "-"),
        (math.nan, "-"),
    ],
)
def test_numbers_have_three_digits_that_count(value: float | None, text: str) -> None:
    assert number(value) == text


def test_the_table_shows_figure_baseline_ratio_target_and_whether_it_is_met() -> None:
    lines = text_table([MOVE, BYTES, NOTE]).splitlines()
    assert lines[2].split() == ["P4", "a", "move", "2", "ms", "2", "ms", "1x", "1.2x", "yes"]
    assert lines[3].split() == ["P4", "bytes", "2,500", "B", "2,000", "B", "NO"]
    assert lines[4].split() == ["P8", "requests", "0"]
    assert "P4 baseline: at 10 rows" in lines
    assert "P4 a move: in memory" in lines


def test_the_markdown_table_has_as_many_cells_in_every_row() -> None:
    rows = markdown_table([MOVE, BYTES, Finding("P", "a | b", "", [1.0])]).splitlines()
    assert {row.replace("\\|", "").count("|") for row in rows} == {8}


def test_findings_as_json_keep_their_samples() -> None:
    row = MOVE.as_json()
    assert (row["samples"], row["ratio"], row["met"], row["limit"]) == ([3.0, 1.0, 2.0], 1.0, True, "1.2x")


@pytest.mark.parametrize(
    ("values", "log", "expected"),
    [
        ([0, 97], False, [0, 20, 40, 60, 80, 100]),
        ([0, 0.3], False, [0, 0.1, 0.2, 0.3]),
        ([10, 100_000], True, [10, 100, 1000, 10_000, 100_000]),
        ([30, 700], True, [10, 100, 1000]),
        ([5], True, [1, 10]),
    ],
)
def test_ticks_are_round_and_enclose_the_values(values: list[float], log: bool, expected: list[float]) -> None:
    assert ticks(values, log=log) == pytest.approx(expected)


def test_a_plot_is_svg_with_labels_and_all_its_points_inside() -> None:
    series = [Series("app & co", [(10, 3.0), (1000, 4.0)]), Series("raw", [(10, 1.0), (1000, 2.0)])]
    root = ET.fromstring(svg(Plot("name", "A <title>", "rows", "ms", series)))
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{space}text")]
    assert {"A <title>", "rows", "ms", "app & co", "raw", "10", "1,000"} <= set(texts)
    dots = list(root.iter(f"{space}circle"))
    assert len(dots) == 4
    for dot in dots:
        assert 0 <= float(dot.attrib["cx"]) <= float(root.attrib["width"])
        assert 0 <= float(dot.attrib["cy"]) <= float(root.attrib["height"])


def test_a_plot_without_points_is_refused() -> None:
    with pytest.raises(ValueError, match="no points"):
        svg(Plot("empty", "", "", "", [Series("nothing", [])]))


def shown(*writes: bytes, columns: int = 12, rows: int = 3) -> Screen:
    screen = Screen(columns, rows)
    for write in writes:
        screen.feed(write)
    return screen


def test_the_screen_keeps_what_is_written_where() -> None:
    screen = shown(b"\x1b[2;3Hhello\x1b[1;1Hab\r\ncd")
    assert [line.rstrip() for line in screen.lines()] == ["ab", "cdhello", ""]
    assert screen.contains("hello")
    assert screen.contains("hello", Region(2, 1, 7, 2))
    assert not screen.contains("hello", Region(0, 0, 12, 1))


def test_the_screen_takes_sequences_and_characters_in_pieces() -> None:
    whole = "\x1b[1;2H\x1b[1;38;2;1;2;3;48;2;4;5;6mé日x\x1b[0m\x1b]52;c;aGk=\x07".encode()
    screen = shown(*(bytes([byte]) for byte in whole))
    assert screen.line(0) == " é日x" + " " * 7
    assert screen.clipboard == "aGk="
    assert screen.cells(Region(0, 0, 12, 1)) == shown(whole).cells(Region(0, 0, 12, 1))


def test_a_wide_character_takes_two_cells() -> None:
    screen = shown("日本".encode(), b"\x1b[1;5Hx")
    assert screen.line(0).startswith("日本x")


def test_the_screen_never_leaves_its_size() -> None:
    screen = shown(b"\x1b[99;99Hxyz" + b"a" * 100)
    assert screen.line(2) == " " * 11 + "x"


def test_frames_are_synchronised_updates_that_ended() -> None:
    screen = shown(b"\x1b[?2026hab\x1b[?2026l\x1b[?2026hc")
    assert (screen.frames, screen.drawing) == (1, True)


def test_the_cursor_of_a_list_is_the_row_with_another_background() -> None:
    row = b"\x1b[%d;1H\x1b[48;2;0;0;0mrow"
    screen = shown(row % 1, row % 2, row % 3, b"\x1b[2;1H\x1b[1;48;2;9;9;9mrow")
    assert screen.cursor_row(Region(0, 0, 3, 3)) == 1
    screen.feed(row % 2)
    assert screen.cursor_row(Region(0, 0, 3, 3)) is None


PANES = """
╭─ Threads ─ 1 ─╮╭─ a title ── 1,234+ checkpoints ─╮
│ ● one         ││ ◉  agent   "fine"        12  3ms│
│               ││ ◆  edit    query         11 fork│
╰───────────────╯╰─────────────────────────────────╯
"""


def test_panes_are_found_by_their_borders() -> None:
    lines = PANES.strip().splitlines()
    screen = shown("\r\n".join(lines).encode(), columns=len(lines[0]), rows=6)
    threads, timeline = layout.panes(screen)
    assert layout.title(screen, threads) == "─ Threads ─ 1 ─"
    assert rows_shown(screen, timeline) == 2
    assert checkpoints_loaded(screen, timeline) == 1234
    with_blank_row = Region(timeline.left, 1, timeline.right, 4)
    assert step_under_cursor(screen, with_blank_row) is None
    screen.feed(f"\x1b[3;{timeline.left + 1}H\x1b[48;2;9;9;9m ◆".encode())
    assert step_under_cursor(screen, with_blank_row) == 11


def test_the_model_says_every_number_once() -> None:
    said = tokens.words(100)
    assert said.split() == [f"w{number}" for number in range(100)]
    assert said.count("\n\n") == 2


def test_figures_are_chosen_by_name() -> None:
    assert list(FIGURES) == [f"P{number}" for number in range(1, 11)]
    assert arguments(["p4", "P10", "--quick"]).names == ["p4", "P10"]
    with pytest.raises(SystemExit):
        arguments(["P99"])
