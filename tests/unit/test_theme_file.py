"""Keeping a theme: nothing else of the user's file is ever lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tui.theme_file import NotKeptError, keep_theme, with_theme

FULL = """# mine
default_profile = "prod"
theme = 'forkpoint-dark'  # at night

[keys]
"timeline.replay" = "ctrl+g"

[profiles.prod]
url = "https://agents.example.com"
theme = "forkpoint-light"

[profiles."my own"]
url = "http://127.0.0.1:2024"
"""


def test_one_line_changes() -> None:
    after = with_theme(FULL, "forkpoint-contrast")
    assert after == FULL.replace("'forkpoint-dark'", '"forkpoint-contrast"')


def test_a_profile_with_a_theme_of_its_own_gets_it_there() -> None:
    assert with_theme(FULL, "mine", "prod") == FULL.replace('"forkpoint-light"', '"mine"')
    assert with_theme(FULL, "mine", "my own") == FULL.replace("'forkpoint-dark'", '"mine"')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet\n",
        "[profiles.a]\nurl = 'http://a'\ntheme = 'x'\n",
        'default_profile = "a"\n[profiles.a]\nurl = "b"',
    ],
)
def test_a_file_without_a_theme_gets_a_first_line(text: str) -> None:
    after = with_theme(text, 'o"dd')
    assert after.endswith(text)
    assert tomllib.loads(after) == {**tomllib.loads(text), "theme": 'o"dd'}


def test_the_same_theme_changes_nothing() -> None:
    assert with_theme(FULL, "forkpoint-dark") == FULL


def test_a_form_of_its_own_is_left_alone() -> None:
    text = 'profiles = { a = { url = "http://a", theme = "x" } }\n'
    with pytest.raises(NotKeptError, match="yourself"):
        with_theme(text, "y", "a")
    text = '"theme" = "x"\n'
    with pytest.raises(NotKeptError, match="yourself"):
        with_theme(text, "y")


def test_the_file_is_made_with_its_folder_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "config" / "config.toml"
    keep_theme(path, "mine")
    assert path.read_text(encoding="utf-8") == 'theme = "mine"\n'
    path.chmod(0o600)
    keep_theme(path, "other")
    assert path.read_text(encoding="utf-8") == 'theme = "other"\n'
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("# mine\n", encoding="utf-8")
    link.symlink_to(real)
    keep_theme(link, "mine")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == 'theme = "mine"\n# mine\n'


def test_a_broken_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("theme = ", encoding="utf-8")
    with pytest.raises(NotKeptError, match="not in order"):
        keep_theme(path, "mine")
    assert path.read_text(encoding="utf-8") == "theme = "


def test_where_nothing_can_be_written_the_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "forkpoint").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(NotKeptError, match="can't be"):
        keep_theme(tmp_path / "forkpoint" / "config.toml", "mine")
