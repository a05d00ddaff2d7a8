"""The app in a real pty: what is on the screen is what the app drew, byte by byte saved or not, and it ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import pytest

from tests.benchmarks import layout
from tests.benchmarks.lab import Lab
from tests.benchmarks.measure import move_cursor
from tests.benchmarks.pty_terminal import PtyTerminal
from tests.benchmarks.screen import Region

APP = ("tests.benchmarks.programs.loaded_app", "60")
REDRAW = "\x0c"


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    yield lab
    lab.close()


@pytest.fixture
def terminal(lab: Lab) -> Iterator[PtyTerminal]:
    with lab.terminal(*APP) as terminal:
        terminal.wait_for(lambda screen: screen.contains("checkpoints"), what="a thread")
        terminal.settle()
        yield terminal


def everything(terminal: PtyTerminal) -> tuple[tuple[str, ...], ...]:
    return terminal.screen.cells(Region(0, 0, terminal.screen.columns, terminal.screen.rows))


def moves(terminal: PtyTerminal, keys: str) -> list[tuple[int, int]]:
    """Bytes and frames of each of these moves in the timeline."""
    timeline = layout.pane(terminal.screen, 1)
    terminal.write("2")
    terminal.wait_for(lambda screen: screen.cursor_row(timeline) is not None, what="a cursor in the timeline")
    terminal.settle(0.6)
    found: list[tuple[int, int]] = []
    for key in keys:
        before = terminal.seen()
        move_cursor(terminal, key, timeline)
        terminal.settle()
        after = terminal.seen()
        found.append((after.bytes - before.bytes, after.frames - before.frames))
    return found


def is_drawn_alike(terminal: PtyTerminal) -> bool:
    """Whether what is on the screen stays when everything is drawn again."""
    made_of_changes, before = everything(terminal), terminal.seen().bytes
    terminal.write(REDRAW)
    terminal.wait_for(lambda _screen: terminal.seen().bytes > before + 4000, what="everything again")
    terminal.settle()
    return everything(terminal) == made_of_changes


def test_a_screen_made_of_changes_is_the_screen_that_a_full_redraw_makes(terminal: PtyTerminal) -> None:
    for _ in range(3):  # on a busy machine something may still have come in between
        for keys in ("2", "jjj", "G", "3", "]", "?", "\x1b", "2", "g"):
            terminal.write(keys)
            terminal.settle(0.15)
        terminal.settle(0.6)
        if is_drawn_alike(terminal):
            return
    pytest.fail("another screen after a full redraw")


def test_the_first_frame_shows_the_panes_before_there_is_a_debugger(lab: Lab) -> None:
    with lab.terminal(*APP) as terminal:
        terminal.wait_for(layout.has_panes, what="the frame")
        empty = layout.panes(terminal.screen)
        assert not terminal.screen.contains("Threads")
        terminal.wait_for(lambda screen: screen.contains("Threads"), what="the debugger")
        assert layout.panes(terminal.screen) == empty


def test_a_move_of_the_cursor_writes_little(terminal: PtyTerminal) -> None:
    assert 100 < median([size for size, _ in moves(terminal, "jjkjk")]) < 2000


def test_after_a_change_of_size_everything_is_drawn_again(terminal: PtyTerminal) -> None:
    terminal.resize(100, 30)
    terminal.wait_for(layout.has_panes, what="three panes in another size")
    terminal.settle()
    drawn = everything(terminal)
    terminal.resize(100, 30)  # as if another program had cleared it
    terminal.wait_for(lambda _screen: everything(terminal) == drawn, what="the same again")


def test_the_app_ends_with_its_terminal(terminal: PtyTerminal) -> None:
    terminal.hang_up()
    terminal.wait(30)


def test_a_visited_checkpoint_is_shown_in_the_frame_of_its_key(terminal: PtyTerminal) -> None:
    frames = [frames for _, frames in moves(terminal, "jkjkjk")][2:]
    assert min(frames) == 1, frames  # on a busy machine one of them may be torn in two
