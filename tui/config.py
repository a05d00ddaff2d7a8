"""Settings: where to connect and how, from the command line, the environment and `config.toml`, in that order.

The file is `$XDG_CONFIG_HOME/forkpoint/config.toml` (normally `~/.config/forkpoint/config.toml`):

    default_profile = "local"
    theme = "forkpoint-dark"

    [profiles.local]
    url = "http://127.0.0.1:2024"

    [profiles.prod]
    url = "https://agents.example.com"
    api_key_env = "PROD_AGENTS_KEY"          # the NAME of the variable that holds the key
    headers = { Authorization = "env:PROD_AUTH" }
    production = true
    read_only = true
    assistant = "agent"

    [keys]                                   # any command's key can be another; the help lists the names
    "timeline.replay" = "ctrl+g"

Other colour themes are `*.toml` files in the folder `themes` beside it. API keys are never in the file. Only the
standard library is used here: this runs before the first frame.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

DEFAULT_URL = "http://127.0.0.1:2024"
URL_VARIABLE = "FORKPOINT_URL"
KEY_VARIABLE = "FORKPOINT_API_KEY"
READ_ONLY_VARIABLE = "FORKPOINT_READ_ONLY"
ASCII_VARIABLE = "FORKPOINT_ASCII"

_PROFILE_KEYS = {"url", "api_key_env", "headers", "production", "read_only", "assistant", "theme", "ca_file"}


class ConfigError(ValueError):
    """Something in the settings can't be used; the message names the file or option and what to write instead."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A named connection. `headers` values are references such as `env:NAME`, never the secret itself."""

    name: str
    url: str
    api_key_env: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    production: bool = False
    read_only: bool = False
    assistant: str | None = None
    theme: str | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What `config.toml` says."""

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default_profile: str | None = None
    theme: str | None = None
    ascii: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys of commands, by the command's name."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the app looks and listens, wherever it is connected."""

    theme: str | None = None
    ascii: bool = False
    """Nothing but ASCII for marks, lines and borders."""
    mouse: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)
    theme_folder: Path | None = None
    """Where the user's own themes are."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything needed to connect, secrets resolved; `repr` shows none of them."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None
    read_only: bool = False
    production: bool = False
    assistant: str | None = None
    theme: str | None = None
    profile: str | None = None
    audited: bool = True
    """Whether what is written there is logged; the demo's own server is nobody's business."""


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of config.toml and of the user's themes."""
    base = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or Path.home()) / ".config"
    return Path(base) / "forkpoint"


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the app remembers what is not a setting, such as that the first hint was shown."""
    base = environ.get("XDG_STATE_HOME") or Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return Path(base) / "forkpoint"


def first_time(what: str, folder: Path) -> bool:
    """Whether something happens for the first time, as remembered in `folder`.

    A folder that can't be written remembers nothing: then it is never the first time, so that nobody is told the same
    thing at every start.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{what}-shown").touch(exist_ok=False)
    except OSError:
        return False
    return True


def look_of(
    config: Config,
    *,
    theme: str | None = None,
    ascii: bool = False,  # noqa: A002
    mouse: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> Look:
    """The look that the config, the environment and the options ask for; `theme` is the profile's."""
    asked = environ.get(ASCII_VARIABLE, "").strip()
    return Look(
        theme=theme or config.theme,
        ascii=ascii or (_flag(asked) if asked else config.ascii or not _draws_unicode(sys.__stderr__)),
        mouse=mouse,
        keys=config.keys,
        theme_folder=config_folder(environ) / "themes",
    )


def _draws_unicode(terminal: TextIO | None) -> bool:
    """Whether what is drawn can be written; the app draws on standard error."""
    return (getattr(terminal, "encoding", None) or "utf-8").lower().startswith("utf")


def load_config(path: Path | None = None) -> Config:
    """Read the file; a missing one is an empty config. Raises `ConfigError` with the reason and the place."""
    path = path or config_folder() / "config.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error
    unknown = set(data) - {"profiles", "default_profile", "theme", "ascii", "keys"}
    if unknown:
        raise ConfigError(f"{path}: unknown setting {min(unknown)!r}.")
    profiles_table = _typed(path, data, "profiles", dict) or {}
    profiles = {name: _profile(path, name, table) for name, table in profiles_table.items()}
    default = _typed(path, data, "default_profile", str)
    if default is not None and default not in profiles:
        raise ConfigError(f"{path}: default_profile is {default!r}, but there is no [profiles.{default}].")
    keys = _typed(path, data, "keys", dict) or {}
    for name, key in keys.items():
        if not isinstance(key, str):
            raise ConfigError(f'{path}: [keys] "{name}" must be a text such as "ctrl+g".')
    return Config(
        profiles,
        default,
        theme=_typed(path, data, "theme", str),
        ascii=_typed(path, data, "ascii", bool) or False,
        keys=keys,
    )


def resolve_connection(
    config: Config,
    *,
    backend: str | None = None,
    profile: str | None = None,
    assistant: str | None = None,
    read_only: bool = False,
    headers: Sequence[str] = (),
    ca_file: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Connection:
    """Settle on one connection. `backend` is a URL or a profile's name; the most restrictive read-only wins.

    The key in FORKPOINT_API_KEY belongs to FORKPOINT_URL or to an explicit URL, never to a profile.
    """
    if backend is not None and profile is not None:
        raise ConfigError("Give a URL or a profile, not both.")
    explicit_url = backend if backend is not None and "://" in backend else None
    if explicit_url is None and (named := backend or profile) is not None:
        chosen = _named(config, named, as_backend=backend is not None)
    elif explicit_url is None and URL_VARIABLE not in environ and config.default_profile is not None:
        chosen = config.profiles[config.default_profile]
    else:
        chosen = None
    url = chosen.url if chosen else explicit_url or environ.get(URL_VARIABLE) or DEFAULT_URL
    owns_key = chosen is None and (explicit_url is not None or URL_VARIABLE in environ)
    references = dict(chosen.headers) if chosen else {}
    references.update(_header_option(text) for text in headers)
    base = chosen or Profile("", url)
    return Connection(
        url=_checked_url(url),
        api_key=environ.get(KEY_VARIABLE) if owns_key else _key_of(base, environ),
        headers={name: _resolve(name, reference, environ) for name, reference in references.items()},
        ca_file=Path(ca).expanduser() if (ca := ca_file or base.ca_file) else None,
        read_only=read_only or base.read_only or _flag(environ.get(READ_ONLY_VARIABLE, "")),
        production=base.production,
        assistant=assistant or base.assistant,
        theme=base.theme or config.theme,
        profile=base.name or None,
    )


def _profile(path: Path, name: str, table: Any) -> Profile:
    where = f"{path}: [profiles.{name}]"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table.")
    unknown = set(table) - _PROFILE_KEYS
    if unknown:
        raise ConfigError(f"{where}: unknown setting {min(unknown)!r}. Known: {', '.join(sorted(_PROFILE_KEYS))}.")
    url = _typed(where, table, "url", str)
    if not url:
        raise ConfigError(f"{where}: url is missing.")
    headers = _typed(where, table, "headers", dict) or {}
    for header, reference in headers.items():
        _check_reference(f"{where}: headers.{header}", reference)
    return Profile(
        name=name,
        url=url,
        api_key_env=_typed(where, table, "api_key_env", str),
        headers=headers,
        production=_typed(where, table, "production", bool) or False,
        read_only=_typed(where, table, "read_only", bool) or False,
        assistant=_typed(where, table, "assistant", str),
        theme=_typed(where, table, "theme", str),
        ca_file=_typed(where, table, "ca_file", str),
    )


def _typed(where: object, table: Mapping[str, Any], key: str, kind: type) -> Any:
    value = table.get(key)
    if value is not None and not isinstance(value, kind):
        raise ConfigError(f"{where}: {key} must be a {kind.__name__}, not {type(value).__name__}.")
    return value


def _named(config: Config, name: str, *, as_backend: bool) -> Profile:
    if name in config.profiles:
        return config.profiles[name]
    known = ", ".join(config.profiles) or "none"
    if as_backend:
        raise ConfigError(
            f"{name!r} is neither a URL (http://… or https://…) nor a profile in {config_folder() / 'config.toml'} "
            f"(profiles there: {known})."
        )
    raise ConfigError(f"There is no profile {name!r} in {config_folder() / 'config.toml'} (there: {known}).")


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        port_is_fine = False
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise ConfigError(f"{url!r} is not the URL of a server: write http://HOST:PORT or https://HOST.")
    if parts.username or parts.password:
        raise ConfigError("The URL holds a password. Use --header Authorization=env:VARIABLE instead.")
    return url.rstrip("/")


def _key_of(profile: Profile, environ: Mapping[str, str]) -> str | None:
    if profile.api_key_env is None:
        return None
    key = environ.get(profile.api_key_env)
    if not key:
        raise ConfigError(f"Profile {profile.name!r} takes its key from {profile.api_key_env}, which is not set.")
    return key


def _header_option(text: str) -> tuple[str, str]:
    name, equals, reference = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError(f"--header {text!r}: write NAME=env:VARIABLE.")
    _check_reference(f"--header {name}", reference)
    return name.strip(), reference


def _check_reference(where: str, reference: Any) -> None:
    if not isinstance(reference, str) or not reference.startswith("env:") or len(reference) == len("env:"):
        raise ConfigError(f"{where}: a header is a reference such as env:VARIABLE, so that no secret stands here.")


def _resolve(name: str, reference: str, environ: Mapping[str, str]) -> str:
    variable = reference.removeprefix("env:")
    value = environ.get(variable)
    if value is None:
        raise ConfigError(f"The header {name} is taken from the variable {variable}, which is not set.")
    return value


def _flag(text: str) -> bool:
    return text.strip().lower() not in ("", "0", "false", "no", "off")
