"""What verbs print where it is not a terminal, not UTF-8, narrow, full or gone, and when they are interrupted."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import click
import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import FORKPOINT, forkpoint, ok
from tui.cli.failures import exit_code_of
from tui.domain.cells import cell_len

SEOUL = "서울 날씨 어때? 🙂 👨‍👩‍👧"


@pytest.fixture(scope="module")
def thread(server_url: str) -> str:
    """A finished thread in Korean, with a title to match."""
    sdk = get_sync_client(url=server_url)
    made = str(sdk.threads.create(metadata={"title": SEOUL})["thread_id"])
    sdk.runs.wait(made, "agent", input={"messages": [{"role": "user", "content": SEOUL}]})
    return made


def in_shell(line: str, url: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in which `forkpoint` is ours."""
    script = f'set -o pipefail; forkpoint() {{ "{FORKPOINT[0]}" -m tui "$@"; }}; {line}'
    environ = os.environ | {"FORKPOINT_URL": url, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    return subprocess.run(
        ["bash", "-c", script], check=False, capture_output=True, text=True, timeout=90, env=environ, encoding="utf-8"
    )


def test_a_reader_that_has_enough_ends_a_verb_quietly(server_url: str, thread: str) -> None:
    done = in_shell(f"forkpoint history {thread} | head -n 1", server_url)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    done = in_shell(f"forkpoint history {thread} --json | head -c 1", server_url)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "[")


def test_what_is_piped_has_no_colours_and_whole_lines(server_url: str, thread: str, tmp_path: Path) -> None:
    file = tmp_path / "threads"
    assert in_shell(f"forkpoint threads > {file}", server_url).returncode == 0
    piped = in_shell("forkpoint threads | cat", server_url).stdout
    (line,) = [line for line in file.read_text("utf-8").splitlines() if line.startswith(thread[-8:])]
    assert line.endswith(SEOUL)
    assert SEOUL in piped
    assert "\x1b" not in piped


def test_columns_is_obeyed_and_wide_characters_line_up(server_url: str, thread: str) -> None:
    lines = forkpoint("history", thread, url=server_url, COLUMNS="70").out.splitlines()
    assert len({cell_len(line) for line in lines}) == 1, "all end with the end of an id"
    assert max(map(cell_len, lines)) <= 70
    listed = forkpoint("threads", url=server_url, COLUMNS="40").out.splitlines()
    assert max(map(cell_len, listed)) <= 40
    narrow = forkpoint("show", thread, url=server_url, COLUMNS="50").out
    whole = forkpoint("show", thread, url=server_url).out
    assert narrow.split() == whole.split(), "wrapped, not cut"
    assert max(cell_len(line) for line in narrow.splitlines() if line.startswith("    ") and " -> " not in line) <= 60


def test_what_is_not_utf_8_gets_stand_ins(server_url: str, thread: str) -> None:
    drawn = forkpoint("history", thread, url=server_url, PYTHONIOENCODING="ascii")
    assert (drawn.code, drawn.err) == (0, "")
    assert drawn.out.startswith("@  agent")
    whole = forkpoint("show", thread, "--json", url=server_url, PYTHONIOENCODING="ascii")
    assert whole.out.isascii()
    assert whole.json["values"]["messages"][0]["content"] == SEOUL, "JSON loses nothing"


def test_ascii_is_for_verbs_too(server_url: str, thread: str) -> None:
    assert forkpoint("history", thread, url=server_url, FORKPOINT_ASCII="1").out.startswith("@  agent")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told(server_url: str) -> None:
    for words in ("threads --json", "threads"):
        done = in_shell(f"forkpoint {words} > /dev/full", server_url)
        assert done.returncode == 2
        assert done.stderr == "forkpoint: The output can't be written: No space left on device.\n"


@pytest.mark.parametrize("verb", ["threads", "new", "history latest", "doctor"])
def test_ctrl_c_while_a_server_is_silent(verb: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        environ = os.environ | {"FORKPOINT_URL": f"http://{host}:{port}"}
        command = [*FORKPOINT, *verb.split()]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        ) as process:
            silent.settimeout(30)
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip().endswith("Stopped.")
    assert "Traceback" not in said


def test_a_question_that_is_not_answered_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(click.Abort()) == 130
    assert capsys.readouterr().err == "\nNothing was sent.\n"


def test_ctrl_c_when_it_is_not_known_whether_the_run_has_begun(server_url: str) -> None:
    """The answer to starting a run never comes: nobody may say that nothing happened."""
    thread = json.loads(ok("new", "--json", url=server_url).out)["thread_id"]
    question = json.dumps({"messages": [{"role": "user", "content": "report"}]})
    command = [*FORKPOINT, "run", thread, "--assistant", "slow", "--input", question, "--url", server_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("input of thread"), "the plan is said before anything is sent"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"forkpoint join {thread} " in said
    forkpoint("cancel", thread, "latest", url=server_url)
