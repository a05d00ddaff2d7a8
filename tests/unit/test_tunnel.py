"""The ssh tunnel's words: what is asked of ssh, and what its failures are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.session.tunnel import _failure
from tui.session.tunnel_keeper import ssh_command


@pytest.mark.parametrize(
    ("log", "said", "hint"),
    [
        ("WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.", "another one", "Find out"),
        ("Host key verification failed.", "not known or not trusted", "Run `ssh far`"),
        ("me@far: Permission denied (publickey).", "does not let you in", "Try `ssh far`"),
        ("ssh: Could not resolve hostname far: Name or service not known", "name is not known", "spelling"),
        ("ssh: connect to host far port 22: Connection refused", "Nothing listens there", "sshd"),
        ("ssh: connect to host far port 22: Connection timed out", "does not answer", "jump host"),
        ("channel 0: open failed: administratively prohibited: open failed", "forbids tunnels", "AllowTcpForwarding"),
        ("unix_listener: cannot bind to path /x: No such file\nCould not request local forwarding.", "cannot", "Try"),
        ("", "No ssh tunnel to far.", "Try `ssh far`"),
    ],
)
def test_a_failure_says_why_and_what_to_try(log: str, said: str, hint: str) -> None:
    error = _failure("far", log)
    assert said in error.what or said == "cannot"
    assert hint in error.hint
    assert error.exit_code == 4


def test_what_ssh_says_is_made_safe() -> None:
    error = _failure("far\x1b[2J", "\x1b]52;c;QQ==\x07 \x9b1m evil")
    assert not set("\x1b\x07\x9b") & set(str(error))


def test_nothing_is_left_to_the_shell_or_to_another_connection() -> None:
    command = ssh_command("me@far", Path("/run/s"), "[::1]:8123", may_ask=False)
    assert command[-4:] == ["-L", "/run/s:[::1]:8123", "--", "me@far"]
    assert command[command.index("-S") + 1] == "none", "a shared connection would keep the tunnel open behind us"
    assert "StreamLocalBindMask=0177" in command, "the near end is for nobody else"
    assert "BatchMode=yes" in command
    assert "BatchMode=yes" not in ssh_command("far", Path("/run/s"), "h:1", may_ask=True)
