"""The settings themselves: profiles, looks, connections; no reading and no deciding. Nothing heavy is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tui.domain.secrets import secrets_in

DEFAULT_URL = "http://127.0.0.1:2024"
URL_VARIABLE = "FORKPOINT_URL"
KEY_VARIABLE = "FORKPOINT_API_KEY"
READ_ONLY_VARIABLE = "FORKPOINT_READ_ONLY"
ASCII_VARIABLE = "FORKPOINT_ASCII"


class ConfigError(ValueError):
    """Something in the settings can't be used; the message names the file or option and what to write instead."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A named connection. `headers`, `api_key` and `proxy` may be references such as `env:NAME`, never the secret."""

    name: str
    url: str
    api_key_env: str | None = None
    api_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    production: bool = False
    ask: bool = True
    read_only: bool = False
    assistant: str | None = None
    theme: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    cert_key_file: str | None = None
    proxy: str | None = None
    ssh: str | None = None
    insecure_http: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something in the file that can't be used: where, and what is wrong. `line` counts from 1."""

    path: Path
    line: int | None
    words: str

    def __str__(self) -> str:
        return self._said_of(str(self.path))

    @property
    def short(self) -> str:
        """The same with the file's name only, where there is little room."""
        return self._said_of(self.path.name)

    def _said_of(self, file: str) -> str:
        return f"{file}:{self.line}: {self.words}" if self.line is not None else f"{file}: {self.words}"


@dataclass(frozen=True, slots=True)
class Config:
    """What `config.toml` says, as far as it can be used."""

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default_profile: str | None = None
    theme: str | None = None
    ascii: bool = False
    low_bandwidth: bool | None = None
    """Whether to write little to the terminal; None where it does not say."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys of commands, by the command's name."""
    secret_variables: frozenset[str] = frozenset()
    """Variables of the environment that the file names as the source of a secret, in whichever profile."""
    mistakes: tuple[Mistake, ...] = ()
    """All that is wrong, in the order of the lines."""
    spoilt: frozenset[str] = frozenset()
    """Profiles that can't be used because of their mistakes: they might have said read-only, or production."""
    guards_unknown: bool = False
    """Whether a mistake outside the profiles might hide a read-only or production, so that nothing may connect."""
    default_unknown: bool = False
    """Whether it can't be told which profile is the default, so that a backend must be named."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the app looks and listens, wherever it is connected."""

    theme: str | None = None
    ascii: bool = False
    """Nothing but ASCII for marks, lines and borders."""
    mouse: bool = True
    low_bandwidth: bool = False
    """Few frames, few bytes, no scrolling line by line: for terminals that are far away."""
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
    cert_file: Path | None = None
    """A client certificate, maybe with its key."""
    cert_key_file: Path | None = None
    proxy: str | None = field(default=None, repr=False)
    """The URL of a proxy, maybe with a password."""
    ssh: str | None = None
    """The machine that the URL is meant from, reached by a tunnel."""
    socket: Path | None = None
    """The near end of the tunnel, once it is open."""
    insecure_http: bool = False
    """Whether secrets may go unencrypted over a network."""
    read_only: bool = False
    read_only_by: tuple[str, ...] = ()
    """What made it read-only, as the user knows it."""
    production: bool = False
    ask: bool = True
    """Whether the app asks before it runs or changes something; on production it always does."""
    assistant: str | None = None
    theme: str | None = None
    profile: str | None = None
    audited: bool = True
    """Whether what is written there is logged; the demo's own server is nobody's business."""
    secret_variables: frozenset[str] = frozenset()
    """Variables of the environment that options or the config name as the source of a secret, used here or not."""
    mistakes: tuple[Mistake, ...] = ()
    """What is wrong in the config and could be left out without harm."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must stand nowhere: the key, values of headers, the proxy's password."""
        password = urlsplit(self.proxy).password if self.proxy else None
        return secrets_in((self.api_key, *self.headers.values(), password, unquote(password) if password else None))


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of config.toml and of the user's themes."""
    base = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or Path.home()) / ".config"
    return Path(base) / "forkpoint"


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the app remembers what is not a setting, such as that the first hint was shown."""
    base = environ.get("XDG_STATE_HOME") or Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return Path(base) / "forkpoint"
