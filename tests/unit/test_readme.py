"""The README says what the code does: verbs, options, exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import click

from tests import readme_marks
from tests.readme import is_current
from tui.cli.main import cli
from tui.config import Config, first_time, load_config
from tui.screens.too_small import LEAST_COLUMNS, LEAST_ROWS
from tui.session.audit import FILE_NAME
from tui.session.left_runs import FOLDER_NAME

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_every_verb_is_in_the_table_and_every_row_is_a_verb() -> None:
    rows = re.findall(r"^\| `forkpoint (\w+)", README, re.MULTILINE)
    assert sorted(rows) == sorted(cli.commands)


def test_every_option_that_is_named_exists() -> None:
    known = {
        option
        for command in (cli, *cli.commands.values())
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    commands = [line for line in README.splitlines() if "forkpoint" in line and "pip install" not in line]
    named = {option for line in commands for option in re.findall(r"(?<=[ `])--[a-z-]+", line)}
    assert named - {"--extra", "--n-jobs-per-worker", "--help"} <= known


def test_every_verb_explains_itself() -> None:
    for name, command in cli.commands.items():
        assert command.get_short_help_str(limit=70), name
        assert not command.get_short_help_str(limit=70).endswith("..."), f"{name}: the first sentence is too long"


def test_options_that_verbs_share_come_in_one_order() -> None:
    verbs = [
        [option.opts[0] for option in command.params if isinstance(option, click.Option)]
        for command in cli.commands.values()
    ]
    longest = ["--dry-run", "--yes", "--json", *(opt for opt in verbs[0] if opt in verbs[-1])]
    for options in verbs:
        shared = [option for option in options if option in longest]
        assert shared == [option for option in longest if option in options]
        assert not shared or options[-len(shared) :] == shared, "own options come first"


def test_the_config_in_the_readme_is_one(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text(example, encoding="utf-8")
    config = load_config(path)
    assert isinstance(config, Config)
    assert set(config.profiles) == {"local", "prod"}


def test_the_readme_has_the_marks_that_are_drawn() -> None:
    assert is_current(readme_marks.PART, readme_marks.table()), f"run: {readme_marks.COMMAND}"


def test_the_least_terminal_is_the_one_that_the_app_asks_for() -> None:
    assert f"{LEAST_COLUMNS} x {LEAST_ROWS} the least" in README


def test_files_that_are_written_are_named(tmp_path: Path) -> None:
    assert first_time("hint", tmp_path)
    (hint,) = tmp_path.iterdir()
    state = "~/.local/state/forkpoint"
    for path in (f"{state}/{hint.name}", f"{state}/{FILE_NAME}", f"{state}/{FOLDER_NAME}/"):
        assert f"| `{path}`" in README
    assert not first_time("hint", tmp_path)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    ci = (Path(__file__).parents[2] / ".ci" / "run").read_text(encoding="utf-8")
    assert "pip install -e '.[demo,test]' && .venv/bin/pytest" in README
    assert "-e '.[demo,test]'" in ci
    assert '"$venv/bin/pytest"' in ci
