"""Installs a server into an environment of its own, in a cache outside the repository, once per set of packages."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.servers.catalogue import Server, find_python

LONGEST_SECONDS = 900
CACHE_VARIABLE = "FORKPOINT_SERVERS"


class CannotInstall(Exception):
    """A package client failed; the text is the end of what it said."""


def cache_folder() -> Path:
    """Where servers are installed: $FORKPOINT_SERVERS, or a folder in the user's cache (which tests set elsewhere)."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path.home() / ".cache" / "forkpoint-servers"


def installed(server: Server) -> Path:
    """Install the server unless that was done; returns the folder of its programs."""
    folder = cache_folder() / server.name
    programs = folder / ("venv/bin" if server.python else "node_modules/.bin")
    stamp = folder / "installed"
    wanted = hashlib.sha256("\n".join(server.packages).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return programs
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if server.python:
        python = find_python(tuple(server.python))
        _run([str(python), "-m", "venv", "venv"], folder)
        _run(["venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", *server.packages], folder)
    else:
        # --legacy-peer-deps: the packages' ranges for each other contradict the versions that work.
        _run(["npm", "install", "--no-audit", "--no-fund", "--legacy-peer-deps", *server.packages], folder)
    stamp.write_text(wanted)
    return programs


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise CannotInstall(f"{command[0]} did not end within {LONGEST_SECONDS} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CannotInstall(f"{Path(command[0]).name} failed: {' '.join(said[-3:])}")
