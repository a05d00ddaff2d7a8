"""The app in a real pty: what is on the screen is what the app drew, byte by byte saved or not, and it ends with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.benchmarks import layout
from tests.benchmarks.lab import Lab
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


def bytes_of(terminal: PtyTerminal, keys: str) -> int:
    before = terminal.seen().bytes
    terminal.write(keys)
    terminal.settle()
    return terminal.seen().bytes - before


def test_a_screen_made_of_changes_is_the_screen_that_a_full_redraw_makes(terminal: PtyTerminal) -> None:
    for keys in ("2", "jjj", "G", "3", "]", "?", "\x1b", "2", "kk"):
        terminal.write(keys)
        terminal.settle(0.15)
    made_of_changes = everything(terminal)
    assert bytes_of(terminal, REDRAW) > 4000
    assert everything(terminal) == made_of_changes


def test_the_first_frame_shows_the_panes_before_there_is_a_debugger(lab: Lab) -> None:
    with lab.terminal(*APP) as terminal:
        terminal.wait_for(layout.has_panes, what="the frame")
        empty = layout.panes(terminal.screen)
        assert not terminal.screen.contains("Threads")
        terminal.wait_for(lambda screen: screen.contains("Threads"), what="the debugger")
        assert layout.panes(terminal.screen) == empty


def test_a_move_of_the_cursor_writes_little(terminal: PtyTerminal) -> None:
    bytes_of(terminal, "2")
    assert 100 < bytes_of(terminal, "j") < 2000


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
    terminal.write("2")
    terminal.settle()
    for key in "jk":
        bytes_of(terminal, key)
    frames: list[int] = []
    for key in "jkjk":
        before = terminal.seen().frames
        bytes_of(terminal, key)
        frames.append(terminal.seen().frames - before)
    assert min(frames) == 1, frames  # on a busy machine some may be torn in two
