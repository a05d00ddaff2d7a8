"""The keys in the README are those that work."""

from __future__ import annotations

import pytest

from tests.readme_keys import BEGIN, COMMAND, END, README, table, with_table
from tui.app import ForkpointApp
from tui.screens.keymap import contexts


def test_the_readme_has_the_keys_that_work() -> None:
    readme = README.read_text(encoding="utf-8")
    assert with_table(readme) == readme, f"run: {COMMAND}"


def test_every_place_has_a_row() -> None:
    assert table().count("\n") == len(contexts(ForkpointApp)) + 2
    assert "`r` replay !" in table()


def test_what_stands_around_the_table_is_kept() -> None:
    assert with_table(f"before\n{BEGIN}old\n{END}after\n") == f"before\n{BEGIN}{table()}{END}after\n"
    with pytest.raises(ValueError, match="no <!-- keys -->"):
        with_table("no marks")
