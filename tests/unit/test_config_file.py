"""Mistakes in config.toml: all of them at once, each with its line; never one that makes a connection less careful."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tui.config import Config, ConfigError, load_config, resolve_connection

MANY = """\
theme = 3
thme = "x"
ascii = "yes"
default_profile = "good"

[profiles.good]
url = "http://127.0.0.1:8123"
theme = []

[profiles.bad]
url = "https://agents.example.com"
read_olny = true
production = "yes"
headers = { Authorization = "s3cret-in-the-file" }
api_key = "s3cret-in-the-file"

[keys]
"timeline.replay" = 3
"timeline.fork" = "ctrl+g"
"""


def load(folder: Path, text: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def connect(config: Config, environ: dict[str, str] | None = None, **options: Any) -> str:
    return resolve_connection(config, environ=environ or {}, **options).url


def test_all_mistakes_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    config = load(tmp_path, MANY)
    path = tmp_path / "config.toml"
    told = [str(mistake) for mistake in config.mistakes]
    assert [
        (line.rpartition(":")[0] and line.split(":")[1], line.split(": ", 1)[1].split(".")[0]) for line in told
    ] == [
        ("1", "theme must be a text, not a number"),
        ("2", "unknown setting 'thme' (is 'theme' meant?)"),
        ("3", "ascii must be true or false, not a text"),
        ("8", "[profiles"),
        ("12", "[profiles"),
        ("13", "[profiles"),
        ("14", "[profiles"),
        ("15", "[profiles"),
        ("18", '[keys] "timeline'),
    ]
    assert all(line.startswith(f"{path}:") for line in told)
    assert "read_olny' (is 'read_only' meant?)" in told[4]
    assert "s3cret" not in "".join(told)


def test_what_is_left_is_used(tmp_path: Path) -> None:
    config = load(tmp_path, MANY)
    assert (config.theme, config.ascii, config.keys) == (None, False, {"timeline.fork": "ctrl+g"})
    assert connect(config) == "http://127.0.0.1:8123"
    assert resolve_connection(config, environ={}).mistakes == config.mistakes


def test_a_profile_with_a_mistake_is_not_used_at_all(tmp_path: Path) -> None:
    config = load(tmp_path, MANY)
    ways: list[dict[str, Any]] = [{"profile": "bad"}, {"backend": "bad"}]
    for named in ways:
        with pytest.raises(ConfigError) as raised:
            connect(config, **named)
        text = str(raised.value)
        assert text.count("\n  ") == len(config.mistakes), "all of them, a line each"
        assert "profile 'bad' can't be used" in text
        assert "s3cret" not in text


HARMLESS = [
    "theme = 3",
    'thmee = "x"',
    "ascii = 1",
    "keys = []",
    '[keys]\n"a.b" = 1',
    '[profiles.a]\nurl = "http://h"\ntheme = 1',
]
SERIOUS = [
    "read_only = true",
    "read-only = true",
    'readonly = "yes"',
    "production = 1",
    "ro = true",
    'profiles = "x"',
    '[profile.prod]\nurl = "https://h"\nread_only = true',
    "[prod]\nread_only = true",
]


def test_a_setting_of_a_profile_at_the_top_is_told_its_place(tmp_path: Path) -> None:
    (mistake,) = load(tmp_path, "read_only = true").mistakes
    assert "it belongs in a profile, [profiles.NAME]" in mistake.words


NO_DEFAULT = ["default_profile = 3", 'default_profile = "nobody"', "nonsense", 'a = "\n', "[profiles.a\n"]


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_mistake_is_left_out(tmp_path: Path, text: str) -> None:
    config = load(tmp_path, text)
    assert len(config.mistakes) == 1
    assert connect(config) == "http://127.0.0.1:2024"


@pytest.mark.parametrize("text", SERIOUS)
def test_what_may_have_been_meant_to_protect_is_never_left_out(tmp_path: Path, text: str) -> None:
    config = load(tmp_path, text)
    ways: list[dict[str, Any]] = [{}, {"backend": "http://h:1"}]
    for options in ways:
        with pytest.raises(ConfigError, match="read_only or production"):
            connect(config, **options)
        with pytest.raises(ConfigError):
            connect(config, {"FORKPOINT_URL": "http://h:1"}, **options)
    assert connect(config, backend="http://h:1", read_only=True) == "http://h:1", "nothing can be less careful"


@pytest.mark.parametrize("text", NO_DEFAULT)
def test_without_a_known_default_a_backend_must_be_named(tmp_path: Path, text: str) -> None:
    config = load(tmp_path, text)
    assert [mistake.line for mistake in config.mistakes] == [1]
    with pytest.raises(ConfigError, match="name a URL"):
        connect(config)
    assert connect(config, backend="http://h:1") == "http://h:1"
    assert connect(config, {"FORKPOINT_URL": "http://e:1"}) == "http://e:1"


def test_a_profile_of_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    config = load(tmp_path, '[profiles.prod]\nurl = "https://h"\nread_only = yes\n')
    assert [mistake.line for mistake in config.mistakes] == [3]
    ways: list[dict[str, Any]] = [{"profile": "prod"}, {"backend": "prod"}]
    for named in ways:
        with pytest.raises(ConfigError, match=r"config\.toml:3: is not TOML"):
            connect(config, **named)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("[profiles.a]", "url is missing", 1),
        ('[profiles.a]\nurl = ""', "url is missing", 1),
        ("[profiles.a]\nurl = 3", "url must be a text, not a number", 2),
        ('[profiles.a]\nurl = "http://x"\n\nread_only = "yes"', "read_only must be true or false, not a text", 4),
        ('[profiles.a]\nurl = "http://x"\nheaders = { A = "secret" }', "headers.A must be a reference", 3),
        ('[profiles.a]\nurl = "http://x"\n[profiles.a.headers]\nA = "secret"', "headers.A must be a reference", 4),
        ('[profiles.a]\nurl = "http://x"\nheaders = "A: b"', "headers must be a table", 3),
        ('[profiles.a]\nurl = "http://x"\napi_key = "keyring:alone"', "api_key must be a reference", 3),
        ('profiles.a.url = "http://x"\nprofiles.a.ssh = true', "ssh must be a text, not true or false", 2),
        ('[profiles."a b"]\nurl = 2026-01-01', "url must be a text, not a date", 2),
        ("[profiles]\na = 3", "[profiles.a] must be a table", 2),
    ],
)
def test_mistakes_in_a_profile(tmp_path: Path, text: str, said: str, line: int) -> None:
    config = load(tmp_path, text)
    told = [mistake for mistake in config.mistakes if said in mistake.words]
    assert [mistake.line for mistake in told] == [line], config.mistakes
    assert len(config.mistakes) == 1
    assert config.profiles == {}
    assert len(config.spoilt) == 1


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"theme = '\xff'")
    assert "UTF-8" in str(load_config(tmp_path / "config.toml").mistakes[0])
    assert "directory" in str(load_config(tmp_path).mistakes[0])
