"""Starts a server (and its database) on free ports of this machine, and stops all of it again."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.catalogue import BIN, PORT, Server, postgres_program
from tests.servers.install import cache_folder, installed
from tui.demo.supervisor import free_port, server_environment

START_SECONDS = 90.0
STOP_SECONDS = 8.0
GRAPHS = Path(__file__).parent / "graphs"


class CannotStart(Exception):
    """A server did not answer in time, or ended; the text is the end of what it printed."""


@contextmanager
def running(server: Server) -> Iterator[str]:
    """The server's URL, while it runs; installs it first if need be."""
    programs = installed(server)
    # Inside the cache, because a graph of Node.js finds its packages in the folders above it.
    with tempfile.TemporaryDirectory(prefix="run-", dir=cache_folder() / server.name) as name:
        folder = Path(name)
        shutil.copy(GRAPHS / server.graph, folder)
        (folder / server.config_file).write_text(json.dumps(server.config), encoding="utf-8")
        with contextlib.ExitStack() as stack:
            environment = server_environment(os.environ, uuid.uuid4().hex) | server.environment
            # What the Python that runs this was told is not meant for the server's own.
            environment = {key: value for key, value in environment.items() if not key.startswith("PYTHON")}
            environment["PATH"] = f"{programs}{os.pathsep}{environment.get('PATH', '')}"
            if server.database:
                environment["DATABASE_URL"] = stack.enter_context(_postgres())
            port = free_port()
            command = [word.replace(BIN, str(programs)).replace(PORT, str(port)) for word in server.start]
            url = f"http://127.0.0.1:{port}"
            stack.enter_context(_process(command, folder, environment, lambda: _answers(url)))
            yield url


@contextmanager
def _process(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    is_ready: Callable[[], bool],
    *,
    stop_with: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """A process in a group of its own until the end of the context; waits until it is ready."""
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
                raise CannotStart(f"{Path(command[0]).name} did not start: " + "\n".join(said))
            time.sleep(0.2)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, stop_with)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        # Also what the leader of the group left behind, such as the server behind a launcher.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        f"{url}/assistants/search", data=b'{"limit": 1}', headers={"content-type": "application/json"}
    )
    try:
        with opener.open(request, timeout=2) as answer:
            return bool(json.loads(answer.read(100_000)))
    except (OSError, ValueError):
        return False


@contextmanager
def _postgres() -> Iterator[str]:
    """The URL of an empty database of a PostgreSQL cluster made for it, reachable from this machine only."""
    initdb, postgres = postgres_program("initdb"), postgres_program("postgres")
    # Its server refuses to run as root; the package has made a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    as_user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if user else []
    with tempfile.TemporaryDirectory(prefix="forkpoint-postgres-") as name:
        folder, port = Path(name), free_port()
        if user:
            entry = pwd.getpwnam(user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        data = folder / "data"
        made = subprocess.run(
            [*as_user, str(initdb), "-D", str(data), "-A", "trust", "-U", "postgres"],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        if made.returncode:
            raise CannotStart(f"initdb failed: {made.stderr.strip()[-300:]}")
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off"]
        command = [*as_user, str(postgres), "-D", str(data), *(word for option in options for word in ("-c", option))]
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        is_ready = postgres_program("pg_isready")
        with _process(
            command,
            folder,
            os.environ,
            lambda: (
                subprocess.run([str(is_ready), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode == 0
            ),
            stop_with=signal.SIGINT,
        ):
            yield url
