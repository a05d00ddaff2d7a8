"""Settings: which connection is meant, where its secrets come from, and what a mistake is told."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from tests.readme import part
from tui.config import (
    DEFAULT_URL,
    Config,
    ConfigError,
    Connection,
    Profile,
    first_time,
    load_config,
    look_of,
    resolve_connection,
)

PROD = Profile("prod", "https://agents.example.com", api_key_env="PROD_KEY", production=True, read_only=True)
LOCAL = Profile("local", "http://127.0.0.1:8123", assistant="agent", theme="forkpoint-light")
BOTH = Config({"prod": PROD, "local": LOCAL})


def resolve(config: Config = BOTH, environ: dict[str, str] | None = None, **options: object) -> Connection:
    return resolve_connection(config, environ=environ or {}, **options)  # type: ignore[arg-type]


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_missing_file_is_an_empty_config(tmp_path: Path) -> None:
    assert load_config(tmp_path / "none.toml") == Config()


def test_profiles_are_read(tmp_path: Path) -> None:
    config = load_config(
        write(
            tmp_path,
            """
            default_profile = "prod"
            [profiles.prod]
            url = "https://agents.example.com"
            api_key_env = "PROD_KEY"
            headers = { Authorization = "env:PROD_AUTH" }
            production = true
            read_only = true
            assistant = "agent"
            theme = "forkpoint-light"
            """,
        )
    )
    profile = config.profiles["prod"]
    assert config.default_profile == "prod"
    assert profile.headers == {"Authorization": "env:PROD_AUTH"}
    assert (profile.production, profile.read_only) == (True, True)
    assert (profile.api_key_env, profile.assistant, profile.theme) == ("PROD_KEY", "agent", "forkpoint-light")


def test_the_order_of_places() -> None:
    with_default = Config(BOTH.profiles, default_profile="local")
    assert resolve(Config()).url == DEFAULT_URL
    assert resolve(with_default).url == LOCAL.url
    assert resolve(with_default, {"FORKPOINT_URL": "http://env:1"}).url == "http://env:1"
    assert resolve(with_default, {"FORKPOINT_URL": "http://env:1"}, backend="http://flag:2").url == "http://flag:2"
    assert resolve(with_default, {}, backend="local").profile == "local"


def test_the_key_belongs_to_the_url_and_never_to_a_profile() -> None:
    environ = {"FORKPOINT_API_KEY": "k", "PROD_KEY": "p"}
    assert resolve(environ=environ, backend="https://a.example").api_key == "k"
    assert resolve(environ=environ | {"FORKPOINT_URL": "https://a.example"}).api_key == "k"
    assert resolve(environ=environ, profile="prod").api_key == "p"
    assert resolve(environ=environ, profile="local").api_key is None
    assert resolve(Config(), environ=environ).api_key is None, "the default URL is nobody's"


def test_a_profile_whose_key_is_not_set_is_an_error() -> None:
    with pytest.raises(ConfigError, match="PROD_KEY, which is not set"):
        resolve(profile="prod")


def precedence() -> list[tuple[bool, str | None, bool, bool]]:
    """Every case that the README's table promises: flag, variable, profile, and whether it is read-only then."""
    rows = re.findall(r"^\| (.+) \|$", part("read-only"), re.MULTILINE)[1:]
    words: dict[str, list[str | None]] = {
        "not set": [None],
        "empty": ["", " "],
        "any other word": ["maybe"],
        "anything": [None, "0", "1"],
    }
    cases = []
    for flag, variable, profile, then in (row.split(" | ") for row in rows):
        variables = [value for word in variable.split(", ") for value in words.get(word, [word.strip("`")])]
        profiles = {"anything": [True, False], "`true`": [True], "`false`, not set": [False]}[profile]
        for value, in_profile in product(variables, profiles):
            cases.append((flag == "given", value, in_profile, {"read-only": True, "read-write": False}[then]))
    return cases


@pytest.mark.parametrize(("flag", "variable", "in_profile", "read_only"), precedence())
def test_the_most_restrictive_read_only_wins(
    flag: bool, variable: str | None, in_profile: bool, read_only: bool
) -> None:
    config = Config({"p": Profile("p", "http://127.0.0.1:1", read_only=in_profile)})
    environ = {} if variable is None else {"FORKPOINT_READ_ONLY": variable}
    assert resolve(config, environ, profile="p", read_only=flag).read_only is read_only
    assert resolve(config, environ, backend="http://127.0.0.1:1", read_only=flag).read_only is read_only
    assert resolve(config, environ | {"FORKPOINT_URL": "http://127.0.0.1:1/"}, read_only=flag).read_only is read_only


def test_the_table_of_read_only_covers_every_combination() -> None:
    covered = {(flag, variable, profile) for flag, variable, profile, _ in precedence()}
    assert {
        (flag, variable, profile)
        for flag in (True, False)
        for variable in (None, "0", "1")
        for profile in (True, False)
    } <= covered


@pytest.mark.parametrize(
    ("profile", "url"),
    [
        ("https://agents.example.com", "HTTPS://Agents.Example.com.:443/"),
        ("https://agents.example.com/prod/", "https://agents.example.com//prod/x/../"),
        ("https://agents.example.com/a b", "https://agents.example.com/a%20b"),
        ("http://127.0.0.1:8123", "http://localhost:8123"),
        ("http://[::1]:8123", "http://127.0.0.1:8123"),
        ("http://b\u00fccher.example:80", "http://xn--bcher-kva.example"),
    ],
)
def test_how_careful_to_be_follows_the_server_and_nothing_else_does(profile: str, url: str) -> None:
    prod = replace(PROD, url=profile, headers={"X": "env:NONE"}, assistant="agent", ca_file="ca", insecure_http=True)
    config = Config({"prod": prod, "local": LOCAL})
    for found in (resolve(config, backend=url), resolve(config, {"FORKPOINT_URL": url})):
        assert (found.read_only, found.production) == (True, True)
        assert found.read_only_by == ("read_only in profile prod, the same server",)
        nothing_else = Connection(found.url, read_only=True, read_only_by=found.read_only_by, production=True)
        assert found == nothing_else


@pytest.mark.parametrize(
    ("profile", "url"),
    [
        ("https://agents.example.com", "http://agents.example.com"),
        ("https://agents.example.com", "https://agents.example.com:8443"),
        ("https://agents.example.com/prod", "https://agents.example.com/test"),
        ("https://agents.example.com", "https://agents.example.com.evil.example"),
        ("http://127.0.0.1:8123", "http://127.0.0.1.example:8123"),
    ],
)
def test_another_server_is_not_what_a_profile_says_of_one(profile: str, url: str) -> None:
    config = Config({"prod": replace(PROD, url=profile)})
    found = resolve(config, backend=url)
    assert (found.read_only, found.production) == (False, False)


def test_the_most_restrictive_of_a_servers_profiles_wins_unless_one_is_named() -> None:
    several = {
        "look": Profile("look", "https://h", read_only=True),
        "write": Profile("write", "https://h", production=True),
        "far": Profile("far", "http://127.0.0.1:2024", production=True, ssh="bastion"),
    }
    config = Config(several)
    by_url = resolve(config, backend="https://h")
    assert (by_url.read_only, by_url.production) == (True, True)
    named = resolve(config, profile="write")
    assert (named.read_only, named.production) == (False, True)
    assert not resolve(config).production, "behind an ssh host that is another machine"
    assert resolve(config, ssh="bastion").production
    assert resolve(Config({"p": Profile("p", DEFAULT_URL, production=True)})).production


def test_headers_are_references() -> None:
    connection = resolve(environ={"TOKEN": "t"}, backend="http://127.0.0.1:1", headers=["Authorization=env:TOKEN"])
    assert connection.headers == {"Authorization": "t"}
    for wrong in ("Authorization", "Authorization=secret", "=env:X", "A=env:"):
        with pytest.raises(ConfigError):
            resolve(backend="http://127.0.0.1:1", headers=[wrong])
    with pytest.raises(ConfigError, match="TOKEN, which is not set"):
        resolve(backend="http://127.0.0.1:1", headers=["A=env:TOKEN"])


@pytest.mark.parametrize("host", ["-oProxyCommand=reboot", "-oProxyCommand=touch x", "", " ", "a b"])
def test_a_host_that_is_none_is_never_given_to_ssh(host: str) -> None:
    with pytest.raises(ConfigError, match="USER@HOST"):
        resolve(backend="http://127.0.0.1:1", ssh=host)
    assert resolve(backend="http://127.0.0.1:1", ssh="me@far").ssh == "me@far"


def test_a_proxy_is_a_url_and_holds_no_password() -> None:
    def through(proxy: str, **environ: str) -> str | None:
        return resolve(environ=environ, backend="http://127.0.0.1:1", proxy=proxy).proxy

    assert through("http://proxy:3128") == "http://proxy:3128"
    assert through("env:P", P="https://me:s3cret@proxy:3128") == "https://me:s3cret@proxy:3128"
    for wrong in ("proxy:3128", "socks5://proxy:1", "http://me:s3cret@proxy:1", "http://x:99999", "env:NONE"):
        with pytest.raises(ConfigError) as raised:
            through(wrong)
        assert "s3cret" not in str(raised.value)
    with pytest.raises(ConfigError, match="do not go together"):
        resolve(backend="http://127.0.0.1:1", ssh="far", proxy="http://proxy:1")


def test_ways_and_certificates_come_from_options_before_the_profile() -> None:
    profile = Profile(
        "p", "https://h", ca_file="ca", cert_file="c", cert_key_file="k", proxy="http://a:1", insecure_http=True
    )
    config = Config({"p": profile})
    found = resolve(config, profile="p")
    assert (found.ca_file, found.cert_file, found.cert_key_file) == (Path("ca"), Path("c"), Path("k"))
    assert (found.proxy, found.insecure_http) == ("http://a:1", True)
    asked = resolve(config, profile="p", cert="mine.pem", proxy="http://b:1", ca_file="other")
    assert (asked.ca_file, asked.cert_file, asked.cert_key_file) == (Path("other"), Path("mine.pem"), None)
    assert asked.proxy == "http://b:1"
    assert resolve(backend="https://h", cert="a,b").cert_key_file == Path("b")


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://x:99999", "http://u:p@host"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        resolve(backend=url)


def test_a_word_that_is_no_profile_is_refused() -> None:
    with pytest.raises(ConfigError, match="neither a URL"):
        resolve(backend="staging")
    with pytest.raises(ConfigError, match="no profile 'staging'"):
        resolve(profile="staging")
    with pytest.raises(ConfigError, match="not both"):
        resolve(backend="http://x", profile="prod")


def test_secrets_do_not_show() -> None:
    connection = resolve(
        environ={"FORKPOINT_API_KEY": "s3cret", "T": "s3cret"}, backend="https://a", headers=["A=env:T"]
    )
    assert "s3cret" not in repr(connection)


def test_keys_and_ascii_are_read(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, 'ascii = true\nlow_bandwidth = false\n[keys]\n"timeline.replay" = "ctrl+g"\n'))
    assert config.ascii
    assert config.low_bandwidth is False
    assert config.keys == {"timeline.replay": "ctrl+g"}


def test_the_look_comes_from_options_environment_and_config() -> None:
    environ = {"HOME": "/home/me"}
    assert not look_of(Config(), environ=environ).ascii
    assert look_of(Config(), ascii=True, environ=environ).ascii
    assert look_of(Config(ascii=True), environ=environ).ascii
    assert look_of(Config(), environ={**environ, "FORKPOINT_ASCII": "1"}).ascii
    assert not look_of(Config(ascii=True), environ={**environ, "FORKPOINT_ASCII": "0"}).ascii
    assert not look_of(Config(), environ=environ).low_bandwidth
    ssh = {**environ, "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
    assert look_of(Config(), environ=ssh).low_bandwidth
    assert not look_of(Config(low_bandwidth=False), environ=ssh).low_bandwidth
    assert look_of(Config(low_bandwidth=False), low_bandwidth=True, environ=ssh).low_bandwidth
    assert look_of(Config(low_bandwidth=True), environ=environ).low_bandwidth
    look = look_of(Config(theme="mine", keys={"a": "b"}), mouse=False, environ=environ)
    assert (look.theme, look.mouse, look.keys) == ("mine", False, {"a": "b"})
    assert look.theme_folder == Path("/home/me/.config/forkpoint/themes")
    assert look_of(Config(theme="mine"), theme="of-the-profile", environ=environ).theme == "of-the-profile"


def test_something_happens_for_the_first_time_once(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "forkpoint"
    assert first_time("hint", folder)
    assert not first_time("hint", folder)


def test_a_state_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    assert not first_time("hint", in_the_way / "forkpoint")


@pytest.mark.parametrize(
    ("encoding", "plain"), [("utf-8", False), ("UTF8", False), ("iso8859-1", True), ("ascii", True)]
)
def test_a_terminal_that_is_not_unicode_gets_ascii_marks(
    encoding: str, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.__stderr__", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    environ = {"HOME": "/home/me"}
    assert look_of(Config(), environ=environ).ascii is plain
    assert not look_of(Config(), environ={**environ, "FORKPOINT_ASCII": "0"}).ascii
