"""`--ssh HOST`: a tunnel opened by the system's ssh and closed with us, however we end. With a stand-in for ssh, and
with the real one where there is an sshd."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.forkpoint import FORKPOINT, Done, forkpoint
from tui.session import tunnel_keeper

PATIENCE = 30.0
SSHD = Path("/usr/sbin/sshd")


class Machine:
    """A user whose `ssh` is `script`, with a folder for temporary files of their own."""

    def __init__(self, folder: Path, script: str) -> None:
        self.folder = folder
        self.log = folder / "ssh.log"
        self.temporary = Path(tempfile.mkdtemp(prefix="fp-"))  # short: a socket's path has 100 characters
        (folder / "bin").mkdir()
        ssh = folder / "bin" / "ssh"
        ssh.write_text(script)
        ssh.chmod(0o700)

    def environ(self, **more: str) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "TMPDIR": str(self.temporary),
            "FAKE_SSH_LOG": str(self.log),
            **more,
        }

    def does(self, *words: str, **more: str) -> Done:
        return forkpoint(*words, **self.environ(**more))

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What the stand-in was called with."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def assert_closed(self) -> None:
        """No ssh is left, and no socket."""
        until(lambda: not any(is_alive(call["pid"]) for call in self.calls), "ssh to end")
        until(lambda: not list(self.temporary.glob("forkpoint-ssh-*")), "the socket's folder to go")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    fake = Path(__file__).with_name("fake_ssh.py")
    made = Machine(tmp_path, f"#!/bin/sh\nexec '{sys.executable}' '{fake}' \"$@\"\n")
    yield made
    shutil.rmtree(made.temporary)


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@contextmanager
def on_terminal(*words: str, **environ: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A verb or the app with a controlling terminal of its own; yields the process and our end of the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, b"\x24\x00\x78\x00\x00\x00\x00\x00")
    process = subprocess.Popen(
        [*FORKPOINT, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color"} | environ,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)


def read_until(terminal: int, wanted: bytes) -> bytes:
    """What comes from the terminal until `wanted` is there, or until it ends."""
    seen, end = b"", time.monotonic() + PATIENCE
    while wanted not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            seen += data
    assert wanted in seen, seen[-2000:]
    return seen


def test_a_verb_goes_through_the_tunnel_and_closes_it(machine: Machine, server_url: str) -> None:
    keys = {"FORKPOINT_API_KEY": "planted-key", "PLANTED": "Bearer planted-header", "PLANTED_USER": "planted-user"}
    headers = ("--header", "Authorization=env:PLANTED", "--header", "X-User=env:PLANTED_USER")
    done = machine.does("threads", "--url", server_url, "--ssh", "me@far", "--json", *headers, **keys)
    assert done.code == 0, done.err
    assert isinstance(done.json, list)
    (call,) = machine.calls
    assert call["secrets"] == [], "no variable that a header is made of is for ssh"
    words = call["argv"]
    near, target = words[words.index("-L") + 1].split(":", 1)
    assert target == urlsplit(server_url).netloc
    assert Path(near).parent.parent == machine.temporary
    assert words[-2:] == ["--", "me@far"]
    assert words[:7] == ["-N", "-T", "-a", "-x", "-S", "none", "-o"]
    assert {"ExitOnForwardFailure=yes", "BatchMode=yes"} <= set(words), "there is no terminal to ask on"
    machine.assert_closed()


def test_the_address_is_the_one_that_the_far_end_sees(machine: Machine) -> None:
    done = machine.does("threads", "--url", "https://agents.internal/team", "--ssh", "far", FAKE_SSH="")
    words = machine.calls[0]["argv"]
    assert words[words.index("-L") + 1].endswith(":agents.internal:443")
    assert done.code == 4
    assert "through the ssh tunnel to far" in done.err
    machine.assert_closed()


def test_a_far_end_that_reaches_nothing(machine: Machine) -> None:
    done = machine.does("threads", "--url", "http://127.0.0.1:9", "--ssh", "far")
    assert done.code == 4
    assert "as seen from there" in done.err
    assert "Traceback" not in done.err
    machine.assert_closed()


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("refuses", "It does not let you in"),
        ("host-key", "Its host key is not known"),
        ("hostile", "ssh says: something else. Try `ssh far`"),
        ("ends", "through the ssh tunnel to far"),
    ],
)
def test_what_goes_wrong_is_said(machine: Machine, mode: str, said: str) -> None:
    done = machine.does("threads", "--url", "http://127.0.0.1:9", "--ssh", "far", FAKE_SSH=mode)
    assert done.code == 4
    assert said in done.err
    assert "Traceback" not in done.err
    assert not set(done.err) & set("\x1b\x07\x9b\u202e"), "what ssh says may be another machine's words"
    machine.assert_closed()


def test_without_ssh(machine: Machine) -> None:
    done = machine.does("threads", "--url", "http://127.0.0.1:9", "--ssh", "far", PATH="/nowhere")
    assert (done.code, "no ssh on this machine" in done.err) == (4, True)


def test_an_option_of_ssh_is_no_host(machine: Machine) -> None:
    done = machine.does("threads", "--url", "http://127.0.0.1:9", "--ssh=-oProxyCommand=touch x")
    assert done.code == 2, done.err
    assert machine.calls == []


def test_a_profile_may_name_the_host(machine: Machine, server_url: str) -> None:
    config = machine.folder / "forkpoint" / "config.toml"
    config.parent.mkdir()
    config.write_text(f'[profiles.far]\nurl = "{server_url}"\nssh = "far"\n')
    done = machine.does("doctor", "far", "--json", XDG_CONFIG_HOME=str(machine.folder))
    assert done.code == 0, done.out + done.err
    found = {finding["name"]: finding["words"] for finding in done.json["findings"]}
    assert found["way"] == "through the ssh tunnel to far"
    assert found["encryption"] == "none: plain http, and stays on that machine"
    assert len(machine.calls) == 1


def test_ssh_may_ask_on_the_terminal_before_the_app_takes_it(machine: Machine, server_url: str) -> None:
    words = ("--ssh", "far", "--url", server_url)  # the verb that opens the app need not be said
    with on_terminal(*words, **machine.environ(FAKE_SSH="asks")) as (process, terminal):
        before = read_until(terminal, b"password: ")
        assert b"\x1b[?1049h" not in before, "the app has not begun"
        os.write(terminal, b"sesame\n")
        read_until(terminal, b"\x1b[?1049h")
        read_until(terminal, b"read-write")
        assert "BatchMode=yes" not in machine.calls[0]["argv"]
        os.write(terminal, b"\x11")  # ctrl+q
        read_until(terminal, b"\x1b[?1049l")
        assert process.wait(PATIENCE) == 0
    machine.assert_closed()


def test_a_wrong_password_ends_it_before_the_app_begins(machine: Machine, server_url: str) -> None:
    with on_terminal("open", server_url, "--ssh", "far", **machine.environ(FAKE_SSH="asks")) as (process, terminal):
        read_until(terminal, b"password: ")
        os.write(terminal, b"wrong\n")
        seen = read_until(terminal, b"does not let you in")
        assert b"\x1b[?1049h" not in seen
        assert process.wait(PATIENCE) == 4
    machine.assert_closed()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_the_tunnel_is_closed_however_we_end(machine: Machine, server_url: str, number: signal.Signals) -> None:
    with on_terminal("open", server_url, "--ssh", "far", **machine.environ()) as (process, terminal):
        read_until(terminal, b"\x1b[?1049h")
        assert is_alive(machine.calls[0]["pid"])
        process.send_signal(number)
        process.wait(PATIENCE)
        machine.assert_closed()


def test_the_tunnel_outlives_ctrl_c_for_as_long_as_it_is_needed(machine: Machine, server_url: str) -> None:
    thread = forkpoint("new", "--json", url=server_url).json["thread_id"]
    words = ("run", thread, "--assistant", "slow", "--input", "{}", "--url", server_url, "--ssh", "far")
    with on_terminal(*words, **machine.environ()) as (process, terminal):
        read_until(terminal, b"started")
        os.write(terminal, b"\x03")
        seen = read_until(terminal, b"forkpoint join")
        assert b"--ssh far" in seen
        assert process.wait(PATIENCE) == 130
    machine.assert_closed()
    assert forkpoint("cancel", thread, "latest", url=server_url).code == 0


# The real thing


PARENT = """
import subprocess, sys
keeper, stdin = sys.argv[1], int(sys.argv[2])
subprocess.Popen([sys.executable, keeper, "far", "127.0.0.1:9"], stdin=stdin).wait()
"""


def test_a_tunnel_ends_with_who_opened_it_also_when_another_process_holds_its_pipe(machine: Machine) -> None:
    """As one does that was forked off meanwhile: the end of the pipe would never be told."""
    theirs, held = os.pipe()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(Path(tunnel_keeper.__file__)), str(theirs)],
        pass_fds=(theirs,),
        stdout=subprocess.PIPE,
        env=os.environ | machine.environ(),
    )
    try:
        os.close(theirs)
        assert parent.stdout is not None
        assert json.loads(parent.stdout.readline())["event"] == "ready"
        (call,) = machine.calls
        assert is_alive(call["pid"])
        parent.kill()
        machine.assert_closed()
    finally:
        parent.kill()
        parent.wait()
        os.close(held)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Machine]:
    """A real sshd on a free port, and a real ssh that knows it."""
    if not SSHD.exists():
        pytest.skip("no sshd here; the stand-in walks the same ways")
    keygen = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f")
    for name in ("host", "me"):
        subprocess.run([*keygen, str(tmp_path / name)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    host_key = (tmp_path / "host.pub").read_text()
    (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {host_key}")
    shutil.copy(tmp_path / "me.pub", tmp_path / "authorized")
    (tmp_path / "sshd").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path / 'host'}\nPidFile none\nStrictModes no\n"
        f"AuthorizedKeysFile {tmp_path / 'authorized'}\nUsePAM no\nPasswordAuthentication no\n"
    )
    (tmp_path / "config").write_text(
        f"Host far\n  HostName 127.0.0.1\n  Port {port}\n  User {getpass.getuser()}\n  IdentityFile {tmp_path / 'me'}\n"
        f"  IdentitiesOnly yes\n  UserKnownHostsFile {tmp_path / 'known'}\n  GlobalKnownHostsFile none\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with (tmp_path / "sshd.log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", tmp_path / "sshd"], stderr=log)
    machine = Machine(tmp_path, f"#!/bin/sh\nexec {shutil.which('ssh')} -F '{tmp_path / 'config'}' \"$@\"\n")
    try:
        until(lambda: "listening" in (tmp_path / "sshd.log").read_text(), "sshd")
        yield machine
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(machine.temporary)


def test_with_a_real_ssh(real: Machine, server_url: str) -> None:
    done = real.does("threads", "--url", server_url, "--ssh", "far", "--json")
    assert done.code == 0, done.err
    assert isinstance(done.json, list)
    real.assert_closed()

    nothing = real.does("threads", "--url", "http://127.0.0.1:9", "--ssh", "far")
    assert (nothing.code, "as seen from there" in nothing.err) == (4, True)

    with on_terminal("open", server_url, "--ssh", "far", **real.environ()) as (process, terminal):
        read_until(terminal, b"\x1b[?1049h")
        process.kill()
        process.wait()
    real.assert_closed()

    (real.folder / "known").write_text("")
    unknown = real.does("threads", "--url", server_url, "--ssh", "far")
    assert (unknown.code, "Its host key is not known" in unknown.err) == (4, True)

    (real.folder / "authorized").write_text("")
    (real.folder / "config").write_text((real.folder / "config").read_text() + "  StrictHostKeyChecking no\n")
    refused = real.does("threads", "--url", server_url, "--ssh", "far")
    assert (refused.code, "It does not let you in" in refused.err) == (4, True)
    real.assert_closed()
