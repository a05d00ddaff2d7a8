"""Forkpoint talks to the given URL and to nobody else: every network call of real processes is written down.

An audit hook sees each of them, whatever library makes it: names that are looked up, connections, datagrams.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.app_terminal import AppTerminal
from tests.e2e.forkpoint import forkpoint

GUARD = """\
import os, sys, threading

FILE = os.environ["SOCKETS"]
busy = threading.local()

def note(event, arguments):
    if not event.startswith("socket.") or getattr(busy, "now", False):
        return
    if event == "socket.getaddrinfo":
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        where = f"{host}:{arguments[1]}"
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
        where = arguments[1]
        where = ":".join(map(str, where[:2])) if isinstance(where, tuple) else f"unix {where}"
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"):
        where = str(arguments[0])
    else:
        return
    busy.now = True
    with open(FILE, "a") as file:
        file.write(f"{event} {where}\\n")
    busy.now = False

sys.addaudithook(note)
"""


class Guarded:
    """Programs whose network calls are written down."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "sockets"
        (folder / "guard").mkdir()
        (folder / "guard" / "sitecustomize.py").write_text(GUARD)
        self.environ: dict[str, Any] = {
            "PYTHONPATH": str(folder / "guard"),
            "SOCKETS": str(self._file),
            "HTTP_PROXY": "http://127.0.0.1:9",
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "ALL_PROXY": "http://127.0.0.1:9",
            "LANGSMITH_API_KEY": "lsv2_pt_not_to_be_used_0123456789",
            "LANGSMITH_TRACING": "true",
        }

    @property
    def calls(self) -> set[str]:
        """What was asked of the network."""
        return set(self._file.read_text().splitlines()) if self._file.exists() else set()


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    return Guarded(tmp_path)


def allowed(url: str) -> set[str]:
    where = urlsplit(url).netloc
    return {f"socket.connect {where}", f"socket.getaddrinfo {where}"}


def test_the_guard_sees_what_is_asked(guarded: Guarded) -> None:
    """A guard that sees nothing would prove nothing."""
    done = forkpoint("threads", "--url", "http://nowhere.invalid:1", **guarded.environ)
    assert done.code == 4
    assert guarded.calls == {"socket.getaddrinfo nowhere.invalid:1"}


def test_verbs_talk_to_the_given_url_only(guarded: Guarded, server_url: str) -> None:
    asked = json.dumps({"messages": [{"role": "user", "content": "what's the weather in sf"}]})
    thread = forkpoint("new", "--json", url=server_url, **guarded.environ).json["thread_id"]
    for words in (
        ("run", thread, "--assistant", "agent", "--input", asked),
        ("fork", f"{thread}@head~2", "--tool-args", '{"query": "x"}'),
        ("history", thread),
        ("doctor",),
    ):
        done = forkpoint(*words, url=server_url, **guarded.environ)
        assert done.code == 0, done.err
    assert guarded.calls == allowed(server_url) & guarded.calls
    assert f"socket.connect {urlsplit(server_url).netloc}" in guarded.calls


def test_what_needs_no_server_talks_to_nobody(guarded: Guarded) -> None:
    for words in (("--help",), ("--version",), ("audit",), ("open", "http://127.0.0.1:9")):
        forkpoint(*words, **guarded.environ)
    assert guarded.calls == set()


def test_the_app_talks_to_the_given_url_only(guarded: Guarded, server_url: str, tmp_path: Path) -> None:
    with AppTerminal("open", server_url, state=tmp_path / "state", **guarded.environ) as app:
        app.see("read-write")
        app.see("live")
        app.write("\r")
        app.see("checkpoints")
        for keys in ("j", "3", "]", "]", "?", "\x1b", "\x10", "\x1b"):
            app.write(keys)
            app.settle()
        app.write("\x11")
        assert app.ended() == 0
    assert guarded.calls == allowed(server_url) & guarded.calls
    assert guarded.calls
