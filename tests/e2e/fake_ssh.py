"""A stand-in for `ssh -N -L SOCKET:HOST:PORT`: forwards as ssh does, or fails as ssh fails. Run as `ssh` on the PATH.

FAKE_SSH says how it behaves, FAKE_SSH_LOG where it notes its arguments, its number, and which variables hold something
that was planted.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from pathlib import Path

FAILURES = {
    "refuses": "me@far: Permission denied (publickey,password).",
    "host-key": "No ED25519 host key is known for far and you have requested strict checking.\n"
    "Host key verification failed.",
    "hostile": "\x1b]52;c;QQ==\x07a banner \u202e\x9b2J\nsomething else",
}


def copy(source: socket.socket, target: socket.socket) -> None:
    """Hand on bytes until the source ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def serve(near: socket.socket, host: str, port: int) -> None:
    """One connection, as ssh makes it: closed at once when the far end reaches nothing."""
    try:
        far = socket.create_connection((host, port))
    except OSError:
        near.close()
        return
    threading.Thread(target=copy, args=(near, far), daemon=True).start()
    copy(far, near)


def main() -> int:
    words = sys.argv[1:]
    with Path(os.environ["FAKE_SSH_LOG"]).open("a", encoding="utf-8") as log:
        got = sorted(name for name, value in os.environ.items() if "planted" in value)
        log.write(json.dumps({"argv": words, "pid": os.getpid(), "secrets": got}) + "\n")
    mode = os.environ.get("FAKE_SSH", "")
    if mode in FAILURES:
        sys.stderr.write(FAILURES[mode] + "\n")
        return 255
    if mode == "asks":
        with Path("/dev/tty").open("r+b", buffering=0) as terminal:
            terminal.write(b"me@far's password: ")
            if terminal.readline().strip() != b"sesame":
                sys.stderr.write("me@far: Permission denied (password).\n")
                return 255
    near, host, port = words[words.index("-L") + 1].rsplit(":", 2)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(near)
        listener.listen()
        if mode == "ends":
            listener.accept()[0].close()
            listener.accept()[0].close()
            return 255
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, host.strip("[]"), int(port)), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
