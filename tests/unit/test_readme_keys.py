"""The keys in the README are those that work."""

from __future__ import annotations

from tests.readme import is_current
from tests.readme_keys import COMMAND, PART, table
from tui.app import ForkpointApp
from tui.screens.keymap import contexts


def test_the_readme_has_the_keys_that_work() -> None:
    assert is_current(PART, table()), f"run: {COMMAND}"


def test_every_place_has_a_row() -> None:
    assert table().count("\n") == len(contexts(ForkpointApp)) + 2
    assert "`r` replay !" in table()
