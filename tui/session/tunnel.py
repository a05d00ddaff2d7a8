"""An ssh tunnel to where the server is, for as long as it is needed: opened by the system's ssh, closed with us.

The near end is a socket file in a folder that only this user can enter, not a port that everybody on this machine could
use. The server's URL stays as it is, so its certificate and its Host header are those that it expects.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tui.backends.agent_server.address import Address, parse_address
from tui.backends.errors import CannotConnect
from tui.config import Connection
from tui.domain.safe_text import one_line
from tui.session import keeper

_KEEPER = Path(__file__).with_name("tunnel_keeper.py")
_STOP_SECONDS = 10.0

_REASONS = (
    ("identification has changed", "Its host key is another one than before.", "Find out why before you connect."),
    (
        "host key verification failed",
        "Its host key is not known or not trusted.",
        "Run `ssh {host}` once, check the key, and try again.",
    ),
    (
        "permission denied",
        "It does not let you in.",
        "Try `ssh {host}`. Without a terminal a key without a passphrase, or an ssh agent, is needed.",
    ),
    ("could not resolve", "Its name is not known.", "Check its spelling, and your ssh config."),
    ("connection refused", "Nothing listens there.", "Does sshd run there, on this port?"),
    ("timed out", "It does not answer.", "Check the network, a VPN, and whether a jump host is needed."),
    ("no route to host", "There is no way to it.", "Check the network, a VPN, and whether a jump host is needed."),
    ("administratively prohibited", "It forbids tunnels.", "AllowTcpForwarding has to be on in its sshd_config."),
    ("cannot listen", "The near end of the tunnel could not be made.", "Is the folder for temporary files writable?"),
    ("too long", "The near end of the tunnel could not be made.", "Set TMPDIR to a folder with a shorter path."),
)


@contextmanager
def reached(connection: Connection) -> Iterator[Connection]:
    """The connection, through a tunnel if it wants one; the tunnel is closed behind it.

    Raises:
        CannotConnect: there is no ssh, or it does not get there; says why.
    """
    if connection.ssh is None:
        yield connection
        return
    with _tunnel(connection.ssh, parse_address(connection.url)) as near:
        yield replace(connection, socket=near)


@contextmanager
def _tunnel(host: str, address: Address) -> Iterator[Path]:
    if shutil.which("ssh") is None:
        raise CannotConnect("There is no ssh on this machine.", hint="Install OpenSSH, or forward a port otherwise.")
    process = subprocess.Popen(  # noqa: S603 - our own script; its words are passed as they are, no shell reads them
        # By its path and isolated (-I): it needs nothing but the standard library, whatever the current folder is.
        [sys.executable, "-I", str(_KEEPER), *(["--may-ask"] if _has_terminal() else []), "--", host, _target(address)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        yield _near_end(process, host)
    finally:
        keeper.end(process, _STOP_SECONDS)


def _target(address: Address) -> str:
    _, host, port = address.origin
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _near_end(process: subprocess.Popen[str], host: str) -> Path:
    """Wait until ssh was let in, which may take a password being typed."""
    line = process.stdout.readline() if process.stdout is not None else ""
    try:
        told = json.loads(line)
    except ValueError:
        told = {}
    if told.get("event") == "ready":
        return Path(told["socket"])
    raise _failure(host, str(told.get("log", "")))


def _failure(host: str, log: str) -> CannotConnect:
    lowered = log.lower()
    shown = one_line(host, 100)
    last = next((one_line(line, 300) for line in reversed(log.splitlines()) if line.strip()), "")
    said = f" ssh says: {last.rstrip('.')}." if last else ""
    for words, reason, hint in _REASONS:
        if words in lowered:
            return CannotConnect(f"No ssh tunnel to {shown}: {reason}{said}", hint=hint.format(host=shown))
    return CannotConnect(f"No ssh tunnel to {shown}.{said}", hint=f"Try `ssh {shown}`.")


def _has_terminal() -> bool:
    """Whether ssh could ask somebody: it asks on the controlling terminal, wherever our own input comes from."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
