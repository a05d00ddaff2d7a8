"""Reading `config.toml`: every mistake is named at once, with its line, and what is left is used where that is safe.

A mistake is harmless when leaving it out can't make a connection less careful: a theme, a key, a look. Whatever might
have said `read_only` or `production` is not left out silently: its profile, or the whole file, is unusable then.
Nothing here repeats a value, because a value may be a secret that was put in the wrong place.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui.config_values import Config, Mistake, Profile, config_folder

FILE_NAME = "config.toml"
SOURCES = ("env:", "keyring:")
"""What a reference begins with."""

_PROTECTING = ("read_only", "production", "profiles", "default_profile")
_HARMLESS = ("theme", "ascii", "low_bandwidth", "keys")
_TOP = (*_PROTECTING[2:], *_HARMLESS)

_TEXT, _FLAG, _REFERENCE, _HEADERS = "a text", "true or false", "a reference", "headers"
_PROFILE_KINDS: Mapping[str, str] = {
    "url": _TEXT,
    "api_key_env": _TEXT,
    "api_key": _REFERENCE,
    "headers": _HEADERS,
    "production": _FLAG,
    "ask": _FLAG,
    "read_only": _FLAG,
    "assistant": _TEXT,
    "theme": _TEXT,
    "ca_file": _TEXT,
    "cert_file": _TEXT,
    "cert_key_file": _TEXT,
    "proxy": _TEXT,
    "ssh": _TEXT,
    "insecure_http": _FLAG,
}
_SYNTAX_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")

_VARIABLE = re.compile(r"""["']env:([^"'\n]+)|api_key_env["']?\s*=\s*["']([^"'\n]+)""")

Path_ = tuple[str, ...]


def load_config(path: Path | None = None) -> Config:
    """Read the file; a missing one is an empty config. Never raises: what is wrong is in `Config.mistakes`."""
    path = path or config_folder() / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return _unreadable(Mistake(path, None, f"can't be read: {words or error}."))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX_LINE.search(str(error))
        line = int(found[1]) if found and found[1] else len(text.splitlines())
        broken = _unreadable(Mistake(path, line, f"is not TOML from here on: {_SYNTAX_LINE.sub('', str(error))}."))
        return replace(broken, secret_variables=_secret_variables(text))
    return replace(_Reader(path, text).config(data), secret_variables=_secret_variables(text))


def check_reference(value: object) -> str:
    """Why `value` is no reference to a secret; "" when it is one."""
    if isinstance(value, str):
        if value.startswith("env:") and len(value) > len("env:"):
            return ""
        service, slash, user = value.removeprefix("keyring:").rpartition("/")
        if value.startswith("keyring:") and service and slash and user:
            return ""
    return "must be a reference, env:VARIABLE or keyring:SERVICE/USER, so that no secret stands here"


def _secret_variables(text: str) -> frozenset[str]:
    """Found in the text itself, so that no mistake in a profile, or in the whole file, lets one of them out."""
    return frozenset(name for found in _VARIABLE.findall(text) for name in found if name)


def _unreadable(mistake: Mistake) -> Config:
    return Config(mistakes=(mistake,), default_unknown=True)


class _Reader:
    """One pass over the parsed file, noting what is wrong on the way."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = dict(reversed(list(_lines_of(text))))
        self._mistakes: list[Mistake] = []
        self._spoilt: set[str] = set()

    def config(self, data: Mapping[str, Any]) -> Config:
        guards_unknown = self._unknown_settings(data)
        tables = data.get("profiles", {})
        if not isinstance(tables, dict):
            self._note(("profiles",), "profiles must be tables such as [profiles.local].")
            tables, guards_unknown = {}, True
        profiles = {name: found for name, table in tables.items() if (found := self._profile(name, table))}
        default = self._value(data, (), "default_profile", _TEXT)
        default_unknown = default is None and "default_profile" in data
        if default is not None and default not in tables:
            self._note(("default_profile",), f"default_profile is {default!r}, but there is no [profiles.{default}].")
            default_unknown = True
        return Config(
            profiles,
            None if default_unknown else default,
            theme=self._value(data, (), "theme", _TEXT),
            ascii=self._value(data, (), "ascii", _FLAG) or False,
            low_bandwidth=self._value(data, (), "low_bandwidth", _FLAG),
            keys=self._keys(data.get("keys", {})),
            mistakes=tuple(sorted(self._mistakes, key=lambda mistake: mistake.line or 0)),
            spoilt=frozenset(self._spoilt),
            guards_unknown=guards_unknown,
            default_unknown=default_unknown,
        )

    def _unknown_settings(self, data: Mapping[str, Any]) -> bool:
        """Note them; whether one of them may have been meant to protect."""
        serious = False
        for name, value in data.items():
            if name in _TOP:
                continue
            belongs = name.lower().replace("-", "_") in _PROFILE_KINDS and name not in _HARMLESS
            hint = ": it belongs in a profile, [profiles.NAME]" if belongs else _meant(name, _TOP)
            self._note((name,), f"unknown setting {name!r}{hint}.")
            serious = serious or _may_protect(name, value)
        return serious

    def _profile(self, name: str, table: Any) -> Profile | None:
        place: Path_ = ("profiles", name)
        before = len(self._mistakes)
        if not isinstance(table, dict):
            self._note(place, f"[profiles.{name}] must be a table.")
            self._spoilt.add(name)
            return None
        for key in table:
            if key not in _PROFILE_KINDS:
                self._note((*place, key), f"[profiles.{name}]: unknown setting {key!r}{_meant(key, _PROFILE_KINDS)}.")
        values = {
            key: self._value(table, place, key, kind) for key, kind in _PROFILE_KINDS.items() if key not in _HARMLESS
        }
        if table.get("url") in (None, ""):
            self._note(place, f"[profiles.{name}]: url is missing.")
        if len(self._mistakes) > before:
            # Whatever is wrong in a profile, it might connect with less care, or with another key, than was meant.
            self._spoilt.add(name)
            return None
        given = {key: value for key, value in values.items() if value is not None}
        return Profile(name=name, theme=self._value(table, place, "theme", _TEXT), **given)

    def _keys(self, table: Any) -> dict[str, str]:
        if not isinstance(table, dict):
            self._note(("keys",), "keys must be a table: [keys].")
            return {}
        for name, key in table.items():
            if not isinstance(key, str):
                self._note(("keys", name), f'[keys] "{name}" must be a text such as "ctrl+g".')
        return {name: key for name, key in table.items() if isinstance(key, str)}

    def _value(self, table: Mapping[str, Any], place: Path_, key: str, kind: str) -> Any:
        """The value of a setting; None when it is not there, or noted as wrong."""
        value = table.get(key)
        if value is None:
            return None
        shown = f"[{'.'.join(place)}]: {key}" if place else key
        if kind == _HEADERS:
            return self._headers(value, (*place, key), shown)
        wrong = check_reference(value) if kind == _REFERENCE else ""
        if kind != _REFERENCE and not isinstance(value, bool if kind == _FLAG else str):
            wrong = f"must be {kind}, not {_kind_of(value)}"
        if wrong:
            self._note((*place, key), f"{shown} {wrong}.")
            return None
        return value

    def _headers(self, value: Any, place: Path_, shown: str) -> Any:
        if not isinstance(value, dict):
            self._note(place, f'{shown} must be a table such as {{ Authorization = "env:VARIABLE" }}.')
            return None
        for header, reference in value.items():
            if wrong := check_reference(reference):
                self._note((*place, header), f"{shown}.{header} {wrong}.")
        return value

    def _note(self, place: Path_, words: str) -> None:
        line = next((self._lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self._lines), None)
        self._mistakes.append(Mistake(self._path, line, words))


def _may_protect(name: str, value: Any) -> bool:
    """Whether leaving an unknown setting out could make a connection less careful than was meant."""
    if difflib.get_close_matches(name, _HARMLESS):
        return False
    return isinstance(value, (bool, dict)) or bool(difflib.get_close_matches(name, _PROTECTING))


def _meant(name: str, known: Sequence[str] | Mapping[str, str]) -> str:
    close = difflib.get_close_matches(name.lower().replace("-", "_"), list(known), 1)
    return f" (is {close[0]!r} meant?)" if close else f" (there are: {', '.join(sorted(known))})"


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date")


def _lines_of(text: str) -> Iterator[tuple[Path_, int]]:
    """Where each table and setting of a valid file begins. tomllib does not say, but reads a line by itself."""
    table: Path_ = ()
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            if found := _only_path(bare):
                table = found
                yield table, number
        elif "=" in bare and (found := _only_path(bare.partition("=")[0] + "= 0")):
            yield (*table, *found), number


def _only_path(line: str) -> Path_:
    """The names in `[a.b]` or `a.b = 0`; () for a line that is neither."""
    try:
        value: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(value, dict) and len(value) == 1:
        name, value = next(iter(value.items()))
        path.append(name)
    return tuple(path)
