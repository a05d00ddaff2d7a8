"""Keys that the config changes: used where they can be, told in one line where they can't."""

from __future__ import annotations

import pytest
from textual.binding import Binding

from tui.app import ForkpointApp
from tui.screens.keymap import contexts, remapped, usable_keys

GROUPS = contexts(ForkpointApp)


def test_a_free_key_is_used() -> None:
    assert usable_keys({"timeline.replay": "ctrl+g", "app.help": "f1,?"}, GROUPS) == (
        {"timeline.replay": "ctrl+g", "app.help": "f1,?"},
        [],
    )


@pytest.mark.parametrize(
    ("name", "key", "says"),
    [
        ("timeline.relpay", "ctrl+g", "no such command"),
        ("timeline.replay", "e", "e is timeline.edit there"),
        ("timeline.replay", "j", "j is view.down there"),
        ("timeline.replay", "q", "q is app.quit there"),
        ("timeline.replay", "retrun", "retrun is no key"),
        ("timeline.replay", "", "a key is missing"),
        ("input.send", "s", "in a text field this key is typed"),
    ],
)
def test_what_cannot_be_used_is_one_line(name: str, key: str, says: str) -> None:
    usable, problems = usable_keys({name: key}, GROUPS)
    assert usable == {}
    (problem,) = problems
    assert problem.startswith(f'[keys] "{name}" = "{key}": ')
    assert says in problem
    assert "\n" not in problem


def test_two_commands_can_change_places() -> None:
    wanted = {"timeline.replay": "e", "timeline.edit": "r"}
    assert usable_keys(wanted, GROUPS) == (wanted, [])


def test_of_two_that_want_the_same_key_one_gets_it() -> None:
    usable, problems = usable_keys({"timeline.replay": "ctrl+g", "timeline.edit": "ctrl+g"}, GROUPS)
    assert len(usable) == len(problems) == 1


def test_the_same_key_in_panes_that_never_act_together_is_fine() -> None:
    wanted = {"timeline.replay": "D"}
    assert usable_keys(wanted, GROUPS) == (wanted, []), "D deletes in the threads pane only"


def test_a_changed_command_has_its_new_keys_only() -> None:
    bindings = [Binding("j,down", "move", "down", id="view.down"), Binding("k", "move", "up", id="view.up")]
    changed = remapped([b for pair in bindings for b in Binding.make_bindings([pair])], {"view.down": "ctrl+n,f5"})
    assert [(b.key, b.id) for b in changed] == [("ctrl+n", "view.down"), ("f5", "view.down"), ("k", "view.up")]
