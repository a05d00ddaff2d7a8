"""Holds an ssh tunnel open for as long as its parent lives: a script of its own, `tunnel_keeper.py HOST TARGET`.

The parent holds the other end of this process's standard input. When that ends (the parent quits, crashes or is killed)
ssh is ended and the folder with the socket removed; nobody has to be asked.

It stays in the parent's session and process group, so that ssh can ask for a password or about a host key on the
terminal, before anything else uses that. The Ctrl+C of that terminal is not for the tunnel: it is ignored here and by
ssh, which inherits that, so that whoever is interrupted can still say goodbye to the server.

Only the standard library, so that it starts at once. On standard output it says one JSON object: `{"event": "ready",
"socket"}` or `{"event": "failed", "code", "log"}`. What ssh says on standard error is handed on until the tunnel
stands, and kept from the screen afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

STOP_SECONDS = 3.0
"""How long ssh may take to end by itself before it is killed."""
POLL_SECONDS = 0.05
LOG_BYTES = 20_000

_OBEYED = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]"
)
"""In UTF-8 what a terminal obeys or does not show: what ssh says may be the words of another machine."""


def ssh_command(host: str, near: Path, target: str, *, may_ask: bool) -> list[str]:
    """The command that forwards the socket `near` to `target` (HOST:PORT as seen from `host`) and does nothing else."""
    command = ["ssh", "-N", "-T", "-a", "-x", "-S", "none"]
    options = ["ExitOnForwardFailure=yes", "ServerAliveInterval=15", "StreamLocalBindMask=0177"]
    if not may_ask:
        options.append("BatchMode=yes")
    for option in options:
        command += ["-o", option]
    return [*command, "-L", f"{near}:{target}", "--", host]


class Keeper:
    """Watches the parent and ssh; every wait is a wait for either of them."""

    def __init__(self, host: str, target: str, *, may_ask: bool) -> None:
        self._host = host
        self._target = target
        self._may_ask = may_ask
        self._parent = os.getppid()
        self._signalled = _signal_pipe()
        self._log = b""

    def run(self) -> int:
        """Open the tunnel, report, wait for the end of the parent or of ssh, clean up. The exit code."""
        folder = Path(tempfile.mkdtemp(prefix="forkpoint-ssh-"))
        try:
            near = folder / "s"
            command = ssh_command(self._host, near, self._target, may_ask=self._may_ask)
            try:
                ssh = subprocess.Popen(  # noqa: S603 - a list of words, no shell reads them
                    command, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=subprocess.PIPE
                )
            except OSError as error:
                _say("failed", code=127, log=error.strerror or str(error))
                return 1
            try:
                return self._watch(ssh, near)
            finally:
                _end(ssh)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _watch(self, ssh: subprocess.Popen[bytes], near: Path) -> int:
        stands = False
        parent, errors = sys.stdin.fileno(), ssh.stderr.fileno() if ssh.stderr is not None else -1
        watched = [parent, self._signalled, errors]
        while True:
            ready, _, _ = select.select(watched, [], [], 1.0 if stands else POLL_SECONDS)
            if self._signalled in ready or (parent in ready and not os.read(parent, 4096)):
                return 0
            if os.getppid() != self._parent:
                return 0  # some other process still holds the pipe, but whoever started this is gone
            if errors in ready and not self._hand_on(errors, aloud=not stands):
                watched.remove(errors)
            if ssh.poll() is not None:
                if not stands:
                    _say("failed", code=ssh.returncode, log=self._log.decode("utf-8", "replace"))
                return 1
            if not stands and _listens(near):
                stands = True
                _say("ready", socket=str(near))

    def _hand_on(self, errors: int, *, aloud: bool) -> bool:
        """Keep what ssh says, and say it while somebody may read it; whether there may be more."""
        said = os.read(errors, 4096)
        self._log = (self._log + said)[-LOG_BYTES:]
        if aloud:
            with contextlib.suppress(OSError):
                os.write(sys.stderr.fileno(), _OBEYED.sub(b"?", said))
        return bool(said)


def _listens(near: Path) -> bool:
    """Whether the near end takes connections: only when ssh has been let in."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(near))
        except OSError:
            return False
    return True


def _end(ssh: subprocess.Popen[bytes]) -> None:
    if ssh.poll() is None:
        ssh.terminate()
        try:
            ssh.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            ssh.kill()
    ssh.wait()


def _say(event: str, **fields: object) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
        sys.stdout.flush()


def _signal_pipe() -> int:
    """A file descriptor that becomes readable when a signal asks this process to stop."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _note_signal)
    return reading


def _note_signal(_number: int, _frame: FrameType | None) -> None:
    """Nothing here: that there is a handler makes the signal arrive at the pipe."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: the machine to tunnel to, and what to reach from there."""
    parser = argparse.ArgumentParser(description="Hold an ssh tunnel open.")
    parser.add_argument("--may-ask", action="store_true")
    parser.add_argument("host")
    parser.add_argument("target")
    options = parser.parse_args(arguments)
    return Keeper(options.host, options.target, may_ask=options.may_ask).run()


if __name__ == "__main__":
    sys.exit(main())
