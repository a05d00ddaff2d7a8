"""Keeps the theme that was chosen in the app: one line of `config.toml` changes, everything else stays as it was.

The file is the user's own, with comments and an order of its own, so it is never written anew from what was read. What
would come out is read again first: if it says anything else than before but the theme, nothing is written.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

_THEME = re.compile(r"""^(\s*theme\s*=\s*)("[^"\n]*"|'[^'\n]*')""", re.MULTILINE)


class NotKeptError(Exception):
    """The theme could not be written down; the message says why."""


def keep_theme(path: Path, name: str, profile: str | None = None) -> None:
    """Write the theme's name into the config file; a profile that has a theme of its own gets it there.

    Raises:
        NotKeptError: The file can't be read or written, or its form leaves no place that is surely right.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        _write(path.resolve(), with_theme(text, name, profile))
    except (OSError, UnicodeDecodeError) as error:
        raise NotKeptError(f"{path} can't be written: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise NotKeptError(f"{path} is not in order: {error}") from error


def with_theme(text: str, name: str, profile: str | None = None) -> str:
    """The text of a config file with another theme. Raises `NotKeptError` and `TOMLDecodeError`."""
    wanted = tomllib.loads(text)
    table: dict[str, Any] = wanted
    own = wanted.get("profiles", {}).get(profile) if isinstance(wanted.get("profiles"), dict) else None
    if isinstance(own, dict) and "theme" in own:
        table = own
    if table.get("theme") == name:
        return text
    table["theme"] = name
    value = json.dumps(name, ensure_ascii=False)
    candidates = [text[: found.start(2)] + value + text[found.end(2) :] for found in _THEME.finditer(text)]
    candidates.append(f"theme = {value}\n{text}")
    for candidate in candidates:
        with suppress(tomllib.TOMLDecodeError):
            if tomllib.loads(candidate) == wanted:
                return candidate
    raise NotKeptError(f'write theme = "{name}" into the config file yourself: it has a form of its own')


def _write(path: Path, text: str) -> None:
    """All of it or nothing: what can go wrong goes wrong beside the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".config-", suffix=".toml")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
