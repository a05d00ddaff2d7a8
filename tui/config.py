"""Which connection is meant, and how things look: the command line, the environment and `config.toml`, in that order.

The file is `$XDG_CONFIG_HOME/forkpoint/config.toml` (normally `~/.config/forkpoint/config.toml`):

    default_profile = "local"
    theme = "forkpoint-dark"

    [profiles.local]
    url = "http://127.0.0.1:2024"

    [profiles.prod]
    url = "https://agents.example.com"
    api_key = "keyring:forkpoint/prod"       # or api_key_env, the NAME of the variable that holds the key
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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from tui.config_file import check_reference, load_config
from tui.config_secrets import resolve_secret
from tui.config_servers import protecting
from tui.config_values import (
    ASCII_VARIABLE,
    DEFAULT_URL,
    KEY_VARIABLE,
    READ_ONLY_VARIABLE,
    URL_VARIABLE,
    Config,
    ConfigError,
    Connection,
    Look,
    Mistake,
    Profile,
    config_folder,
    state_folder,
)

__all__ = [
    "DEFAULT_URL",
    "KEY_VARIABLE",
    "READ_ONLY_VARIABLE",
    "URL_VARIABLE",
    "Config",
    "ConfigError",
    "Connection",
    "Look",
    "Mistake",
    "Profile",
    "config_folder",
    "first_time",
    "load_config",
    "look_of",
    "resolve_connection",
    "state_folder",
]


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
    low_bandwidth: bool | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Look:
    """The look that the config, the environment and the options ask for; `theme` is the profile's.

    Over SSH the terminal is taken for a slow one, unless an option or the config says otherwise.
    """
    asked = environ.get(ASCII_VARIABLE, "").strip()
    return Look(
        theme=theme or config.theme,
        ascii=ascii or (_flag(asked) if asked else config.ascii or not _draws_unicode(sys.__stderr__)),
        mouse=mouse,
        low_bandwidth=next(
            (said for said in (low_bandwidth, config.low_bandwidth) if said is not None), "SSH_CONNECTION" in environ
        ),
        keys=config.keys,
        theme_folder=config_folder(environ) / "themes",
    )


def _draws_unicode(terminal: TextIO | None) -> bool:
    """Whether what is drawn can be written; the app draws on standard error."""
    return (getattr(terminal, "encoding", None) or "utf-8").lower().startswith("utf")


def resolve_connection(
    config: Config,
    *,
    backend: str | None = None,
    profile: str | None = None,
    assistant: str | None = None,
    read_only: bool = False,
    headers: Sequence[str] = (),
    ca_file: str | None = None,
    cert: str | None = None,
    proxy: str | None = None,
    ssh: str | None = None,
    insecure_http: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Connection:
    """Settle on one connection. `backend` is a URL or a profile's name; the most restrictive read-only wins.

    A URL is as read-only, and as much production, as the profiles of the same server; nothing else of them counts.
    The key in FORKPOINT_API_KEY belongs to FORKPOINT_URL or to an explicit URL, never to a profile.

    Raises:
        ConfigError: nothing sound can be settled on, or a mistake in the config might hide a read-only or production.
    """
    if backend is not None and profile is not None:
        raise ConfigError("Give a URL or a profile, not both.")
    by_option = ("--read-only",) if read_only else ()
    by_variable = (READ_ONLY_VARIABLE,) if _flag(environ.get(READ_ONLY_VARIABLE, "")) else ()
    read_only = bool(by_option or by_variable)
    if config.guards_unknown and not read_only:
        raise _refused(config, "One of them may have been meant as read_only or production.", "add --read-only")
    chosen, url = _chosen(config, backend, profile, environ)
    owns_key = chosen is None and (backend is not None or bool(environ.get(URL_VARIABLE)))
    base = chosen or Profile("", url)
    ssh = _ssh_host(base.ssh if ssh is None else ssh)
    # Who names a profile has chosen; a URL says nothing of how careful to be, but its server may be known.
    followed = [chosen] if chosen is not None else protecting(config.profiles.values(), base.url, ssh)
    by_profiles = tuple(
        "read_only in the profile" if profile is chosen else f"read_only in profile {profile.name}, the same server"
        for profile in followed
        if profile.read_only
    )
    cert_file, cert_key_file = _pair(cert) if cert else (base.cert_file, base.cert_key_file)
    references = dict(base.headers) | dict(_header_option(text) for text in headers)
    connection = Connection(
        url=_checked_url(base.url),
        api_key=environ.get(KEY_VARIABLE) if owns_key else _key_of(base, environ),
        headers={
            name: resolve_secret(f"The header {name}", reference, environ) for name, reference in references.items()
        },
        ca_file=_path(ca_file or base.ca_file),
        cert_file=_path(cert_file),
        cert_key_file=_path(cert_key_file),
        proxy=_proxy(proxy or base.proxy, environ),
        ssh=ssh,
        insecure_http=insecure_http or base.insecure_http,
        read_only=read_only or bool(by_profiles),
        read_only_by=(*by_option, *by_variable, *by_profiles),
        production=any(profile.production for profile in followed),
        ask=base.ask,
        assistant=assistant or base.assistant,
        theme=base.theme or config.theme,
        profile=base.name or None,
        secret_variables=config.secret_variables
        | {text.removeprefix("env:") for text in (*references.values(), proxy or "") if text.startswith("env:")},
        mistakes=config.mistakes,
    )
    if connection.proxy and connection.ssh:
        raise ConfigError("A proxy and an ssh tunnel do not go together: leave one of them out.")
    return connection


def _chosen(
    config: Config, backend: str | None, profile: str | None, environ: Mapping[str, str]
) -> tuple[Profile | None, str]:
    """The profile that is meant, if it is one, and the URL."""
    if backend is not None and "://" in backend:
        return None, backend
    if (named := backend or profile) is not None:
        chosen = _named(config, named, as_backend=backend is not None)
        return chosen, chosen.url
    if from_environment := environ.get(URL_VARIABLE):
        return None, from_environment
    if config.default_unknown:
        raise _refused(config, "So it is not known which profile is the default.", "name a URL or a profile")
    if config.default_profile is not None:
        chosen = _named(config, config.default_profile, as_backend=False)
        return chosen, chosen.url
    return None, DEFAULT_URL


def _refused(config: Config, why: str, instead: str) -> ConfigError:
    lines = "\n".join(f"  {mistake}" for mistake in config.mistakes)
    return ConfigError(f"Mistakes in the config:\n{lines}\n{why} Nothing is connected: mend it, or {instead}.")


def _named(config: Config, name: str, *, as_backend: bool) -> Profile:
    if name in config.profiles:
        return config.profiles[name]
    if name in config.spoilt:
        raise _refused(config, f"So profile {name!r} can't be used.", "name another one")
    if config.mistakes and config.default_unknown and not config.profiles:
        raise _refused(config, f"So nothing is known of a profile {name!r}.", "name a URL")
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
    if parts.username or parts.password:
        raise ConfigError("The URL holds a password. Use --header Authorization=env:VARIABLE instead.")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise ConfigError(f"{url!r} is not the URL of a server: write http://HOST:PORT or https://HOST.")
    return url.rstrip("/")


def _proxy(text: str | None, environ: Mapping[str, str]) -> str | None:
    """The proxy's URL; only one that comes from a reference may hold a password."""
    if not text:
        return None
    referred = not check_reference(text)
    url = resolve_secret("The proxy", text, environ) if referred else text
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, fine = urlsplit(""), False
    if not fine:
        raise ConfigError("The proxy must be http://HOST:PORT or https://HOST:PORT, or env:VARIABLE with such a URL.")
    if (parts.username or parts.password) and not referred:
        raise ConfigError("The proxy's URL holds a password. Put the URL into a variable: --proxy env:VARIABLE.")
    return url


def _ssh_host(host: str | None) -> str | None:
    # ssh would take it as an option, and some of those run commands.
    if host is not None and (host.startswith("-") or not host.strip() or any(c.isspace() for c in host)):
        raise ConfigError(f"--ssh {host!r}: write HOST, USER@HOST, or a Host of your ssh config.")
    return host


def _key_of(profile: Profile, environ: Mapping[str, str]) -> str | None:
    if profile.api_key is not None:
        return resolve_secret(f"The key of profile {profile.name!r}", profile.api_key, environ)
    if profile.api_key_env is None:
        return None
    key = environ.get(profile.api_key_env)
    if not key:
        raise ConfigError(f"Profile {profile.name!r} takes its key from {profile.api_key_env}, which is not set.")
    return key


def _header_option(text: str) -> tuple[str, str]:
    name, equals, reference = text.partition("=")
    if not equals or not name.strip():
        # Not the text: somebody may have written the secret itself.
        raise ConfigError("--header: write NAME=env:VARIABLE or NAME=keyring:SERVICE/USER.")
    if wrong := check_reference(reference):
        raise ConfigError(f"--header {name.strip()} {wrong}.")
    return name.strip(), reference


def _pair(text: str) -> tuple[str, str | None]:
    """FILE or FILE,KEY."""
    certificate, _, key = text.partition(",")
    return certificate, key or None


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None


def _flag(text: str) -> bool:
    return text.strip().lower() not in ("", "0", "false", "no", "off")
