"""A profile that is marked as production: what writes asks, with host and thread named, and deleting wants the id."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.app_terminal import AppTerminal
from tests.e2e.forkpoint import FORKPOINT, Done, forkpoint, ok

ASKED = json.dumps({"messages": [{"role": "user", "content": "what's the weather in sf"}]})
BETTER = json.dumps({"query": "weather in San Francisco"})


class Production:
    """A user whose profile "prod" is marked as production, and a thread of theirs."""

    def __init__(self, url: str, folder: Path, thread: str) -> None:
        self.url, self.folder, self.thread = url, folder, thread
        config = folder / "forkpoint" / "config.toml"
        config.parent.mkdir(exist_ok=True)
        config.write_text(f'[profiles.prod]\nurl = "{url}"\nproduction = true\n')

    def does(self, *words: str) -> Done:
        """Without a terminal."""
        return forkpoint(*words, "--profile", "prod", XDG_CONFIG_HOME=str(self.folder))

    def answers(self, answer: str, *words: str) -> Done:
        """On a terminal, where `answer` is typed."""
        terminal, stdin = pty.openpty()
        try:
            process = subprocess.Popen(
                [*FORKPOINT, *words, "--profile", "prod"],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=os.environ | {"XDG_CONFIG_HOME": str(self.folder), "NO_COLOR": "1"},
            )
            os.write(terminal, f"{answer}\n".encode())
            out, err = process.communicate(timeout=90)
        finally:
            os.close(terminal)
            os.close(stdin)
        return Done(process.returncode, out, err)

    @property
    def checkpoints(self) -> int:
        return len(get_sync_client(url=self.url).threads.get_history(self.thread, limit=100))


@pytest.fixture
def prod(server_url: str, tmp_path: Path) -> Production:
    thread = str(ok("new", "--json", url=server_url).json["thread_id"])
    ok("run", thread, "--assistant", "agent", "--input", ASKED, url=server_url)
    return Production(server_url, tmp_path, thread)


def writes(thread: str) -> list[tuple[str, ...]]:
    return [
        ("new",),
        ("run", thread, "--input", ASKED),
        ("run", thread, "--input", ASKED, "--background"),
        ("replay", f"{thread}@head~2"),
        ("fork", f"{thread}@head~2", "--tool-args", BETTER),
        ("cancel", thread, "latest"),
        ("delete", thread),
    ]


def test_nothing_is_written_where_nobody_can_be_asked(prod: Production) -> None:
    for words in writes(prod.thread):
        done = prod.does(*words)
        assert (done.code, done.out) == (2, ""), words
        assert "PRODUCTION" in done.err
        assert prod.url in done.err
        assert "--yes" in done.err
    assert prod.checkpoints == 5


def test_reading_and_planning_need_no_yes(prod: Production) -> None:
    assert prod.does("show", prod.thread).code == 0
    assert prod.does("replay", f"{prod.thread}@head~2", "--dry-run").code == 0
    assert prod.does("fork", f"{prod.thread}@head~2", "--tool-args", BETTER, "--dry-run").code == 0
    assert prod.does("doctor").code == 0
    assert prod.checkpoints == 5


def test_yes_says_yes(prod: Production) -> None:
    assert prod.does("replay", f"{prod.thread}@head~2", "--yes").code == 0
    assert prod.checkpoints == 8
    assert prod.does("new", "--yes").code == 0


@pytest.mark.parametrize("answer", ["n", ""])
def test_on_a_terminal_it_asks_and_no_is_no(prod: Production, answer: str) -> None:
    for words in writes(prod.thread):
        if words[0] in ("cancel", "delete"):
            continue
        done = prod.answers(answer, *words)
        assert (done.code, done.out) == (1, ""), (words, done)
        assert f"PRODUCTION {prod.url} (profile prod)" in done.err
        assert prod.thread in done.err or words[0] == "new"
        assert "Nothing was sent." in done.err
    assert prod.checkpoints == 5


def test_the_question_says_what_runs_and_yes_runs_it(prod: Production) -> None:
    done = prod.answers("y", "fork", f"{prod.thread}@head~2", "--tool-args", BETTER, "--json")
    assert done.code == 0
    assert "fork of thread" in done.err
    assert "runs action; the head moves. Go on?" in done.err
    assert done.events[-1]["status"] == "success", "standard output is for programs"
    assert prod.checkpoints == 8


def test_deleting_wants_the_id_typed(prod: Production) -> None:
    for typed in ("y", prod.thread[-12:], ""):
        done = prod.answers(typed, "delete", prod.thread[-12:])
        assert done.code == 1, typed
        assert "Nothing was deleted." in done.err
    partly = prod.does("delete", prod.thread[-12:], "--yes")
    assert partly.code == 2
    assert "whole id" in partly.err
    assert prod.checkpoints == 5
    assert prod.answers(prod.thread, "delete", prod.thread[-12:]).code == 0
    assert forkpoint("show", prod.thread, url=prod.url).code == 7


def wait_until_it_reads(pid: int) -> None:
    """Python only notes a signal that comes between the question and the reading of its answer."""
    asleep, end = 0, time.monotonic() + 30
    while asleep < 5:
        assert time.monotonic() < end, "it is busy"
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        asleep = asleep + 1 if state == "S" else 0
        time.sleep(0.02)


@pytest.mark.parametrize(("what", "on"), [("replay", "--profile"), ("delete", "--url")])
def test_ctrl_c_at_a_question_ends_at_once_and_nothing_is_done(
    prod: Production, tmp_path: Path, what: str, on: str
) -> None:
    words = {"replay": ("replay", f"{prod.thread}@head~2"), "delete": ("delete", prod.thread)}[what]
    where = (on, "prod") if on == "--profile" else (on, prod.url)
    config = str(prod.folder)
    with AppTerminal(*words, *where, state=tmp_path, columns=400, XDG_CONFIG_HOME=config, NO_COLOR="1") as verb:
        verb.see("PRODUCTION")  # also by the URL: care follows the server
        verb.see({"replay": "[y/N]", "delete": "Type it to delete it:"}[what])
        wait_until_it_reads(verb.pid)
        os.kill(verb.pid, signal.SIGINT)
        assert verb.ended() == 130
        assert verb.screen.contains("Nothing was sent.")
    assert prod.checkpoints == 5


def test_the_url_of_a_production_server_asks_too(prod: Production) -> None:
    for environ, words in (({}, ("--url", prod.url + "/")), ({"FORKPOINT_URL": prod.url}, ())):
        done = forkpoint("new", *words, XDG_CONFIG_HOME=str(prod.folder), **environ)
        assert (done.code, done.out) == (2, "")
        assert f"PRODUCTION {prod.url}. " in done.err


def test_deleting_by_the_whole_id_and_yes(prod: Production) -> None:
    assert prod.does("delete", prod.thread, "--yes").code == 0
    assert forkpoint("show", prod.thread, url=prod.url).code == 7


def test_off_production_a_terminal_is_asked_before_deleting_only(prod: Production) -> None:
    config = prod.folder / "forkpoint" / "config.toml"
    config.write_text(config.read_text().replace("production = true", ""))
    assert prod.answers("n", "replay", f"{prod.thread}@head~2").code == 0
    assert prod.answers("n", "delete", prod.thread).code == 1
    assert prod.answers("y", "delete", prod.thread).code == 0


def test_read_only_is_said_instead_of_asking(prod: Production) -> None:
    done = prod.does("replay", f"{prod.thread}@head~2", "--read-only")
    assert done.code == 4
    assert "read-only" in done.err
