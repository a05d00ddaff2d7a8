"""Mistakes in config.toml as a user meets them: the app starts where that is safe, and says all that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.app_terminal import AppTerminal
from tests.e2e.forkpoint import forkpoint

HARMLESS = 'theme = 3\nthmee = "x"\n[keys]\n"timeline.replay" = 7\n'
SERIOUS = 'theme = 3\n[profiles.prod]\nurl = "{url}"\nread_olny = true\nproduction = "yes"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "forkpoint" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def environ_of(config: Path) -> dict[str, Any]:
    return {"XDG_CONFIG_HOME": str(config.parents[1])}


def test_harmless_ones_are_told_and_left_out(config: Path, server_url: str) -> None:
    config.write_text(HARMLESS)
    done = forkpoint("threads", "--json", url=server_url, **environ_of(config))
    assert done.code == 0
    assert isinstance(done.json, list), "standard output is for programs"
    assert [line.partition(f"{config}:")[2].partition(":")[0] for line in done.err.splitlines()] == ["1", "2", "4"]


def test_the_app_starts_with_defaults_and_says_why(config: Path, server_url: str, tmp_path: Path) -> None:
    config.write_text(HARMLESS)
    with AppTerminal("open", server_url, state=tmp_path / "state", **environ_of(config)) as app:
        app.see("config.toml:1: theme must be a text")
        app.see("config.toml:4:")
        app.see("read-write")
        app.write("\x11")
        assert app.ended() == 0


def test_one_that_may_have_protected_is_never_passed_over(config: Path, server_url: str, tmp_path: Path) -> None:
    config.write_text(SERIOUS.format(url=server_url))
    for words in (("threads", "--profile", "prod"), ("new", "--url", "prod", "--yes"), ("doctor", "prod")):
        done = forkpoint(*words, **environ_of(config))
        assert (done.code, done.out) == (2, "")
        assert "'read_olny' (is 'read_only' meant?)" in done.err
        assert "production must be true or false" in done.err
        assert "theme must be a text" in done.err, "all of them"
    assert forkpoint("threads", url=server_url, **environ_of(config)).code == 0, "another address is another matter"
    with AppTerminal("open", "prod", state=tmp_path / "state", columns=300, **environ_of(config)) as app:
        assert app.ended() == 2
        assert "read_olny" in "".join(app.screen.lines())
        assert "1049" not in app.modes


@pytest.mark.parametrize("verb", ["doctor", "threads"])
def test_a_file_of_authorities_that_is_none_is_refused_on_plain_http_too(tmp_path: Path, verb: str) -> None:
    (tmp_path / "garbage.pem").write_text("garbage")
    for name, reason in (("none.pem", "there is no such file"), ("garbage.pem", "")):
        done = forkpoint(verb, "--ca", str(tmp_path / name), url="http://127.0.0.1:1")
        assert (done.code, done.out) == (2, "")
        assert f"{name} cannot be read: {reason}" in done.err
        assert "--ca" in done.err
