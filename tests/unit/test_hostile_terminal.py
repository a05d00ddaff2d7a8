"""The terminal that the tests of hostile text trust: it sees every payload, and no wrong in what Textual writes."""

from __future__ import annotations

import base64

import pytest
from rich.cells import cell_len

from tests.hostile.corpus import HARMFUL, HONEST, LONG, Payload, everything
from tests.hostile.terminal import StrictScreen, crooked_borders
from tui.domain.safe_text import hidden_count, sanitise

OBEYED = [payload for payload in HARMFUL if payload.hidden and payload.sendable]


def fed(text: str, *, plain: bool = False, size: int = 10_000) -> StrictScreen:
    """A screen that was fed byte by byte, as a slow line does."""
    screen = StrictScreen(120, 10, plain=plain)
    data = text.encode("utf-8", "surrogatepass")
    step = 1 if len(data) < size else len(data)
    for start in range(0, len(data), step):
        screen.feed(data[start : start + step])
    screen.finish()
    return screen


@pytest.mark.parametrize("payload", [p for p in HARMFUL if p.hidden], ids=lambda payload: payload.slug)
def test_every_payload_is_a_violation(payload: Payload) -> None:
    assert fed(f"before {payload.text} after").violations
    assert fed(f"before {payload.text} after", plain=True).violations


@pytest.mark.parametrize("payload", [*HARMFUL, *HONEST, LONG], ids=lambda payload: payload.slug)
def test_what_is_shown_instead_is_none(payload: Payload) -> None:
    shown = sanitise(payload.text)
    assert shown.startswith(payload.shown[:60])
    assert hidden_count(payload.text) == payload.hidden
    assert not fed(f"\x1b[1;1H{shown[:60]}").violations


def test_what_textual_writes_is_none() -> None:
    modes = "\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?25l\x1b[?1004h\x1b[>25u\x1b[?2026$p\x1b[?2004h\x1b[?7l"
    drawn = "\x1b[?2026h\x1b[1;2H\x1b[1;38;2;1;2;3;48;2;4;5;6mtext\x1b[0m\x1b[7;38;5;17mmore\x1b[0m\r\n\x1b[?2026l"
    end = "\x1b[?2004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b]22;default\x07"
    screen = fed(modes + drawn + end)
    assert not screen.violations
    assert screen.sequences["\x1b[?1049h"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[5mblinks\x1b[0m",
        "\x1b[38;2;1;2;3;8mhidden",
        "\x1b[2K",
        "\x1b[6n",
        "\x1b[?1049h\x1b[?1049h",
        "\x1b]22;default\x07\x1b]22;",
        "\rover",
        "\x07",
        "\x1b[?25",
        "e" + "\u0301" * 9,
    ],
)
def test_what_it_does_not_write_is_one(text: str) -> None:
    assert fed(text).violations


def test_a_plain_verb_writes_lines_and_nothing_else() -> None:
    assert not fed("샌프란시스코 👨‍👩‍👧‍👦\r\nmore\r\n", plain=True).violations
    assert fed("\x1b[1mbold\x1b[0m", plain=True).violations


def test_bytes_that_are_no_text_are_one() -> None:
    screen = StrictScreen(20, 2)
    screen.feed(b"\x9b2J\xff")
    assert screen.violations


def test_what_was_copied_is_known() -> None:
    copied = base64.b64encode(everything().encode()).decode()
    screen = fed(f"\x1b]52;c;{copied}\x07")
    assert (screen.copied, dict(screen.violations)) == ([copied], {})
    assert fed("\x1b]52;c;UFdORUQ=\x1b\\").violations, "Textual ends it otherwise"
    assert fed("\x1b]52;p;UFdORUQ=\x07").violations


@pytest.mark.parametrize("honest", ["한국어", "👨‍👩‍👧‍👦🇰🇷❤️👍🏽", "漢字ｱ", "שלום"])
def test_wide_characters_take_their_cells(honest: str) -> None:
    screen = fed(f"\x1b[1;1H{honest}│")
    assert screen.cell(0, cell_len(honest)) == "│"


def test_a_row_that_is_too_wide_is_one() -> None:
    assert fed("\x1b[1;1H" + "한" * 60).violations == {}
    assert fed("\x1b[1;2H" + "한" * 60).violations


STRAIGHT = "\x1b[1;1H╭─ Pane ─╮\r\n│한국  한│\r\n│ ╭──╮   │\r\n│ │ab│   │\r\n│ ╰──╯   │\r\n╰────────╯"


def test_straight_boxes() -> None:
    assert crooked_borders(fed(STRAIGHT)) == []


@pytest.mark.parametrize(("was", "pushed"), [("│한국  한│", "│한국   한│"), ("│ab│", "│한국│"), ("│ab│", "│b│")])
def test_crooked_boxes(was: str, pushed: str) -> None:
    assert crooked_borders(fed(STRAIGHT.replace(was, pushed)))


def test_what_lies_over_a_box_hides_its_side() -> None:
    message = "\x1b[2;8H▌ said   \x1b[3;8H▌ that   "
    menu = "\x1b[1;6H╭─ Menu ──────╮\x1b[2;6H│             │\x1b[3;6H╰─────────────╯"
    assert crooked_borders(fed(STRAIGHT + message)) == []
    assert crooked_borders(fed(STRAIGHT + menu)) == []
