"""Shell completion: the lines that the README gives make shells complete verbs and options."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.forkpoint import FORKPOINT

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
_LINE = re.compile(r"^(.*_FORKPOINT_COMPLETE=(\w+)_source.*?) +# \2", re.MULTILINE)
LINES = {shell: line for line, shell in _LINE.findall(README)}


@pytest.fixture
def in_bash(tmp_path: Path) -> Callable[..., str]:
    """Runs a script in a bash that finds our `forkpoint` on its PATH, as a program: its script starts it by `env`."""
    program = tmp_path / "forkpoint"
    program.write_text(f'#!/bin/sh\nexec "{FORKPOINT[0]}" -m tui "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    def run(script: str, **environ: str) -> str:
        return _bash(script, os.environ | {"PATH": path} | environ)

    return run


def _bash(script: str, environ: dict[str, str]) -> str:
    done = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, timeout=60, env=environ)
    assert done.stderr == ""
    return done.stdout


def test_the_readme_has_a_line_for_each_shell() -> None:
    assert LINES == {
        "bash": 'eval "$(_FORKPOINT_COMPLETE=bash_source forkpoint)"',
        "zsh": 'eval "$(_FORKPOINT_COMPLETE=zsh_source forkpoint)"',
        "fish": "_FORKPOINT_COMPLETE=fish_source forkpoint | source",
    }


def test_bash_takes_its_line_and_completes(in_bash: Callable[..., str]) -> None:
    # What bash does when tab is pressed behind `forkpoint his`.
    pressed = "COMP_WORDS=(forkpoint his); COMP_CWORD=1; _forkpoint_completion forkpoint; echo ${COMPREPLY[@]}"
    said = in_bash(f"{LINES['bash']}; complete -p forkpoint; {pressed}").splitlines()
    assert "_forkpoint_completion" in said[0]
    assert said[-1] == "history"


@pytest.mark.parametrize(("shell", "words"), [("zsh", "#compdef forkpoint"), ("fish", "complete --no-files --command")])
def test_other_shells_get_their_script(in_bash: Callable[..., str], shell: str, words: str) -> None:
    assert words in in_bash(f"_FORKPOINT_COMPLETE={shell}_source forkpoint")


@pytest.mark.parametrize(
    ("shell", "environ"),
    [
        ("bash", {"COMP_WORDS": "forkpoint fork --tool", "COMP_CWORD": "2"}),
        ("zsh", {"COMP_WORDS": "forkpoint fork --tool", "COMP_CWORD": "2"}),
        ("fish", {"COMP_WORDS": "forkpoint fork --tool", "COMP_CWORD": "--tool"}),
    ],
)
def test_options_are_completed(in_bash: Callable[..., str], shell: str, environ: dict[str, str]) -> None:
    said = in_bash(f"_FORKPOINT_COMPLETE={shell}_complete forkpoint", **environ)
    assert "--tool-args" in said
    assert "--tool-call" in said
