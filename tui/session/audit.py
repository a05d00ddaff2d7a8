"""The audit log: what was written to which server, in a file that only its owner can read.

A write is noted before it leaves and again when its outcome is known. The log must never stand in the way: a full disk
or a folder that can't be written costs the lines, not the write, and is said once, before the write leaves. It is
bounded: at `MAX_BYTES` the file is put aside as `audit.jsonl.1`, and the one before that is gone.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.domain.audit import Write, entry_of, is_at, whole_writes
from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, dumps, loads

try:
    import fcntl
except ImportError:  # there is none on Windows; two programs may then cross while the file is put aside
    fcntl = None  # type: ignore[assignment]

FILE_NAME = "audit.jsonl"
MAX_BYTES = 4 * 1024 * 1024
"""Of one file, about 10,000 writes; there are at most two files."""


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

    def record(self, write: Write) -> None:
        """Append the line of a write, at either stage; never raises because of the file."""
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
        file = self._opened()
        try:
            size = os.fstat(file).st_size
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            # One write a line, so that two programs do not mix theirs.
            whole = b"\n" + line if torn else line
            if os.write(file, whole) < len(whole):
                raise OSError(None, "there was only room for a part of the line")
        finally:
            os.close(file)

    def _opened(self) -> int:
        """The file, locked, with room for a line."""
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if stat.S_ISREG(os.fstat(file).st_mode):  # not of a device that somebody linked here
                    os.fchmod(file, 0o600)
                _lock(file)
                if os.fstat(file).st_size < MAX_BYTES:
                    return file
                if _is(file, self.path):  # else another program has put it aside meanwhile
                    self.path.replace(older_file(self.path))
            except BaseException:
                os.close(file)
                raise
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


def older_file(path: Path) -> Path:
    """Where the log's older half is."""
    return path.with_name(f"{path.name}.1")


def read_audit(path: Path, *, limit: int, host: str | None = None) -> AuditEntries:
    """The newest `limit` writes, those to `host` if given; none where there is no file. Raises `OSError`."""
    unreadable = 0

    def entries() -> Iterator[dict[str, JSON]]:
        nonlocal unreadable
        for file in (older_file(path), path):
            with contextlib.suppress(FileNotFoundError), file.open("rb") as lines:
                for line in lines:
                    entry = _entry(line)
                    if entry is not None:
                        yield entry
                    elif line.strip():
                        unreadable += 1

    wanted = [entry for entry in whole_writes(entries()) if host is None or is_at(entry, host)]
    return AuditEntries(wanted[-limit:], unreadable)


def _lock(file: int) -> None:
    """Until the file is closed. A file system without locks does without."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)


def _is(file: int, path: Path) -> bool:
    """Whether an open file is still the one at `path`."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _entry(line: bytes) -> dict[str, JSON] | None:
    try:
        value = loads(line)
    except JSONError:
        return None
    return value if isinstance(value, dict) else None
