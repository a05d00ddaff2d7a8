"""Runs that are followed now, remembered on disk: an app that ends goes, its runs stay, and the next start finds them.

One small file a run (address and ids, nothing of its content, and the process that follows it), so that two apps do not
get in each other's way, and an app that is killed has left it already. What can't be written is not remembered: it must
never stand in the way.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER_NAME = "runs"

MOST = 20
"""Runs that are looked for at a start; older ones are forgotten."""


@dataclass(frozen=True, slots=True)
class LeftRun:
    """A run by its address."""

    address: str
    thread_id: str
    run_id: str


class LeftRuns:
    """The runs that apps of this user follow, or followed when they ended.

    `folder` is made when it is needed; `pid` is this process.
    """

    def __init__(self, folder: Path, *, pid: int | None = None) -> None:
        self._folder = folder
        self._pid = os.getpid() if pid is None else pid

    def begun(self, run: LeftRun) -> None:
        """A run is followed from now on."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._file(run), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as out:
                json.dump(asdict(run) | {"pid": self._pid}, out)

    def ended(self, run: LeftRun) -> None:
        """A run is over, or not there any more."""
        with contextlib.suppress(OSError):
            self._file(run).unlink(missing_ok=True)

    def at(self, address: str) -> list[LeftRun]:
        """The runs of a server that nobody follows any more, the newest first."""
        try:
            files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
        except OSError:
            return []
        for old in files[MOST:]:
            with contextlib.suppress(OSError):
                old.unlink()
        found = (_read(file) for file in files[:MOST])
        return [run for run in found if run is not None and run.address == address]

    def _file(self, run: LeftRun) -> Path:
        # Ids are the server's words, and no names for files.
        name = hashlib.sha256(f"{run.address}\n{run.run_id}".encode("utf-8", "replace")).hexdigest()[:32]
        return self._folder / f"{name}.json"


def _read(file: Path) -> LeftRun | None:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        run = LeftRun(value["address"], value["thread_id"], value["run_id"])
        if _is_alive(int(value["pid"])):
            return None
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return run if all(isinstance(text, str) for text in (run.address, run.thread_id, run.run_id)) else None


def _is_alive(pid: int) -> bool:
    """Whether there is such a process, whoever's it is."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
