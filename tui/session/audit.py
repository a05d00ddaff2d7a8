"""The audit log: a line for every write that was sent, in a file that only its owner can read.

It must never stand in the way: a full disk or a folder that can't be written costs the line, not the write, and is said
once.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.domain.audit import Write, entry_of, is_at
from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, dumps, loads

FILE_NAME = "audit.jsonl"


class AuditLog:
    """Appends to the file at `path`. `secrets` are texts of this connection that must not stand in it.

    `on_trouble` hears once why nothing is written; without it `take_trouble` tells.
    """

    def __init__(
        self, path: Path, secrets: Sequence[str] = (), *, on_trouble: Callable[[str], None] | None = None
    ) -> None:
        self.path = path
        self._secrets = tuple(secrets)
        self._on_trouble = on_trouble
        self._trouble: str | None = None
        self._failed = False
        self._torn = False

    def record(self, write: Write) -> None:
        """Append the line of a write; never raises because of the file."""
        line = dumps(entry_of(write, datetime.now(UTC), self._secrets)) + b"\n"
        try:
            self._append(line)
        except OSError as error:
            self._complain(error)

    def take_trouble(self) -> str | None:
        """Why the log can't be written, the first time that it is asked for."""
        trouble, self._trouble = self._trouble, None
        return trouble

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.fchmod(file, 0o600)
            # One write a line, so that two programs do not mix theirs.
            whole = b"\n" + line if self._torn else line
            written = os.write(file, whole)
            self._torn = 0 < written < len(whole)
            if written < len(whole):
                raise OSError(None, "there was only room for a part of the line")
        finally:
            os.close(file)

    def _complain(self, error: OSError) -> None:
        if self._failed:
            return
        self._failed = True
        text = f"The audit log {self.path} can't be written: {error.strerror or error}. Writes go on without it."
        if self._on_trouble is not None:
            self._on_trouble(text)
        else:
            self._trouble = text


@dataclass(frozen=True, slots=True)
class AuditEntries:
    """What was read of a log, oldest first; `unreadable` lines were left out."""

    entries: list[dict[str, JSON]]
    unreadable: int = 0


def read_audit(path: Path, *, limit: int, host: str | None = None) -> AuditEntries:
    """The newest `limit` entries, those of `host` if given; none where there is no file. Raises `OSError`."""
    newest: deque[dict[str, JSON]] = deque(maxlen=limit)
    unreadable = 0
    try:
        with path.open("rb") as lines:
            for line in lines:
                entry = _entry(line)
                if entry is None:
                    unreadable += 1 if line.strip() else 0
                elif host is None or is_at(entry, host):
                    newest.append(entry)
    except FileNotFoundError:
        pass
    return AuditEntries(list(newest), unreadable)


def _entry(line: bytes) -> dict[str, JSON] | None:
    try:
        value = loads(line)
    except JSONError:
        return None
    return value if isinstance(value, dict) else None
