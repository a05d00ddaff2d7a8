"""`forkpoint audit` after real writes: what was sent is there, what was read is not, and no key is in the file."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.forkpoint import FORKPOINT, Done, forkpoint
from tests.e2e.recorder import Asked, recording

KEY = "planted-0123456789"
ASKED = json.dumps({"messages": [{"role": "user", "content": "what's the weather in sf"}]})
BETTER = json.dumps({"query": "weather in San Francisco"})


class Home:
    """A user with an own state folder and a key."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.file = folder / "forkpoint" / "audit.jsonl"

    def does(self, *words: str, url: str | None = "") -> Done:
        address = self.url if url == "" else url
        return forkpoint(*words, url=address, XDG_STATE_HOME=str(self.folder), FORKPOINT_API_KEY=KEY)

    def log(self, *words: str) -> list[dict[str, Any]]:
        done = self.does("audit", "--json", *words, url=None)
        assert done.code == 0, done.err
        assert isinstance(done.json, list)
        return done.json


@pytest.fixture
def home(tmp_path: Path, server_url: str) -> Home:
    return Home(tmp_path, server_url)


def test_writes_are_noted_and_reads_are_not(home: Home) -> None:
    nothing = home.does("audit", url=None)
    assert (nothing.code, nothing.out.startswith("No writes are noted")) == (0, True)

    thread = home.does("new", "--json").json["thread_id"]
    home.does("run", thread, "--assistant", "agent", "--input", ASKED)
    home.does("threads")
    at = next(row for row in home.does("history", thread, "--json").json if row["next"] == ["action"])
    home.does("show", thread)
    assert home.does("fork", f"{thread}@{at['checkpoint_id']}", "--tool-args", BETTER).code == 0
    head = home.does("show", thread, "--json").json
    home.does("delete", thread, "--yes")

    entries = home.log()
    assert [entry["what"] for entry in entries] == ["create", "run", "update", "run", "delete"]
    assert {entry["thread"] for entry in entries} == {thread}
    assert {entry["host"] for entry in entries} == {home.url}
    create, run, update, forked, delete = entries
    assert create["made"] == thread
    assert [entry["result"] for entry in (create, run, update, forked, delete)] == [200, 200, 200, 200, 204]
    assert (update["checkpoint"], update["made"]) == (at["checkpoint_id"], forked["checkpoint"])
    assert forked["run"] == head["run_id"]
    assert stat.S_IMODE(home.file.stat().st_mode) == 0o600
    assert KEY not in home.file.read_text()
    assert "San Francisco" not in home.file.read_text(), "what was written is nobody's business"

    assert [entry["what"] for entry in home.log("--limit", "2")] == ["run", "delete"]
    assert home.log("--host", "other.example") == []
    last = home.does("audit", "--limit", "1", url=None).out.split()
    assert last[2:5] == [home.url, "delete", thread[-8:]]


def test_what_was_not_sent_is_not_noted(home: Home) -> None:
    thread = home.does("new", "--json").json["thread_id"]
    made = home.log()
    assert home.does("run", thread, "--assistant", "agent", "--input", ASKED, "--read-only").code == 4
    assert home.log() == made, "nothing left"
    assert home.does("new", url="http://127.0.0.1:9").code == 4
    assert home.log() == made, "nothing arrived"


def test_a_write_goes_on_when_the_log_cannot_be_written(home: Home) -> None:
    home.folder.joinpath("forkpoint").write_text("not a folder")
    done = home.does("new", "--json")
    assert done.code == 0
    assert done.json["thread_id"]
    assert done.err.count("can't be written") == 1
    unread = home.does("audit", url=None)
    assert unread.code == 1
    assert "can't be read" in unread.err


def test_a_write_that_nobody_lived_to_see_answered_is_there(home: Home) -> None:
    """It was noted before it left: no crash can hide it."""
    asked = threading.Event()

    def never(request: Asked) -> None:
        if request.method == "POST" and request.path == "/threads":
            asked.set()
            threading.Event().wait(60)

    with recording(home.url) as recorder:
        recorder.answer = never
        environ = os.environ | {"XDG_STATE_HOME": str(home.folder), "FORKPOINT_API_KEY": KEY}
        process = subprocess.Popen([*FORKPOINT, "new", "--url", recorder.url], env=environ)
        assert asked.wait(30)
        process.kill()
        process.wait()
        (entry,) = home.log()
        assert (entry["what"], entry["host"], entry["result"]) == ("create", recorder.url, "sent, no answer yet")
        assert "sent, no answer yet" in home.does("audit", url=None).out


def test_a_file_that_takes_nothing_is_said_once_and_the_write_goes_on(home: Home) -> None:
    environ = os.environ | {"XDG_STATE_HOME": str(home.folder)}
    command = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *FORKPOINT, "new", "--json", "--url", home.url]
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0
    assert json.loads(done.stdout)["thread_id"]
    assert done.stderr.count("can't be written") == 1
    assert "too large" in done.stderr
    assert "go on without it" in done.stderr


def test_a_record_that_is_not_understood_is_shown_as_it_is(home: Home) -> None:
    home.file.parent.mkdir(parents=True)
    home.file.write_text('{"colour": "blue"}\n{"time": "2026-01-02T03:04:05Z", "host": "http://h", "what": "run"}\n')
    done = home.does("audit", url=None)
    unknown, known = done.out.splitlines()
    assert "not understood" in unknown
    assert unknown.endswith('{"colour": "blue"}')
    assert known.endswith("unknown"), "what came of it"
    assert "None" not in done.out
