"""A planted key stands in no output: every verb, `--json`, the app's screens, errors that echo it, the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.app_terminal import AppTerminal
from tests.e2e.forkpoint import Done, forkpoint
from tests.e2e.recorder import Asked, Recorder, recording
from tui.cli.main import cli

KEY = "planted-key-0123456789"
AUTH = "planted-auth-0123456789"
CALLER = "planted-caller-0123456789"
"""Of somebody else: known by the name that it stands under."""
PLATFORM = "lsv2_pt_planted0123456789"
"""Known by its look."""
BETTER = json.dumps({"query": f"weather for {KEY}"})


@dataclass
class Planted:
    """A server that repeats keys wherever it can, and a user whose keys they are."""

    recorder: Recorder
    home: Path
    thread: str

    @property
    def environ(self) -> dict[str, Any]:
        return {
            "FORKPOINT_API_KEY": KEY,
            "PLANTED_AUTH": f"Bearer {AUTH}",
            "PLANTED_FOO": "planted-foo-0123456789",
            "PLANTED_SPARE": "planted-spare-0123456789",
            "PLANTED_HEADER": "planted-header-0123456789",
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
        }

    def does(self, *words: str) -> Done:
        options = ("--url", self.recorder.url, "--header", "Authorization=env:PLANTED_AUTH")
        return forkpoint(*words, *(() if words[0] == "audit" else options), **self.environ)

    def assert_nothing_kept(self) -> None:
        """No file of this user holds a key."""
        for path in self.home.rglob("*"):
            assert path.is_dir() or b"planted" not in path.read_bytes(), path


def with_callers(asked: Asked, value: Any) -> Any:
    """The answer as a server gives it that keeps its callers' headers with their runs."""
    if "/runs" in asked.path:
        for run in value if isinstance(value, list) else [value]:
            run.setdefault("metadata", {})["x-api-key"] = CALLER
            kept = run.setdefault("kwargs", {}).setdefault("config", {}).setdefault("configurable", {})
            kept |= {"langgraph_auth_user": {"identity": CALLER, "token": KEY}, "langgraph_auth_permissions": [CALLER]}
            kept |= {"authorization": f"Bearer {CALLER}", "x-api-key": CALLER}
            run["kwargs"]["context"] = {"tier": "gold", "caller": {"x-api-key": CALLER, "authorization": CALLER}}
    if "/history" in asked.path or "/state" in asked.path:
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row.get("metadata"), dict):
                row["metadata"] |= {"langgraph_auth_user_id": CALLER, "x-api-key": CALLER}
    return value


def with_caller_in_events(piece: bytes) -> bytes:
    """What comes with a run and with each message, as a server gives it that knows its callers."""
    caller = json.dumps({"langgraph_auth_user": {"identity": CALLER}, "langgraph_auth_user_id": CALLER})[1:-1]
    piece = piece.replace(b'data: {"run_id":', f'data: {{{caller},"run_id":'.encode())
    return piece.replace(b'"langgraph_node":', f'{caller},"langgraph_node":'.encode())


@pytest.fixture
def planted(server_url: str, tmp_path: Path) -> Iterator[Planted]:
    sdk = get_sync_client(url=server_url)
    title = f"mind {KEY}"
    thread = sdk.threads.create(metadata={"title": title})["thread_id"]
    text = f"weather in sf? {KEY}, {PLATFORM}, Authorization: Bearer {AUTH}"
    sdk.runs.wait(thread, "agent", input={"messages": [{"role": "user", "content": text}]})
    with recording(server_url) as recorder:
        recorder.change = with_callers
        recorder.change_stream = with_caller_in_events
        yield Planted(recorder, tmp_path, thread)


def commands(thread: str) -> dict[str, list[tuple[str, ...]]]:
    """Every verb, in some of its forms; those that write come last."""
    at = f"{thread}@head~2"
    return {
        "threads": [("threads",), ("threads", "--json")],
        "history": [("history", thread), ("history", thread, "--json")],
        "show": [("show", thread), ("show", at, "--json")],
        "runs": [
            *(("runs", thread), ("runs", thread, "--json")),
            *(("runs", thread, "latest"), ("runs", thread, "latest", "--json")),
        ],
        "join": [("join", thread, "latest", "--json")],
        "doctor": [("doctor",), ("doctor", "--json")],
        "cancel": [("cancel", thread, "latest")],
        "replay": [("replay", at, "--dry-run")],
        "fork": [
            ("fork", at, "--tool-args", BETTER, "--dry-run", "--json"),
            ("fork", at, "--tool-args", BETTER),
        ],
        "new": [("new", "--metadata", json.dumps({"authorization": KEY}), "--json")],
        "run": [("run", thread, "--assistant", "agent", "--input", json.dumps({"messages": [KEY]}))],
        "audit": [("audit",), ("audit", "--json")],
        "delete": [("delete", thread, "--yes")],
        "open": [("open",)],
        "demo": [],  # its server is its own, and gets no key
    }


def assert_clean(done: Done, words: object) -> None:
    for text in (done.out, done.err):
        assert "planted" not in text, (words, [line for line in text.splitlines() if "planted" in line][:3])


def test_no_verb_prints_a_key(planted: Planted) -> None:
    table = commands(planted.thread)
    table |= {
        name: [(name, planted.thread), (name, planted.thread, "--json")] for name in set(cli.commands) - set(table)
    }
    reading = [words for name in ("threads", "history", "show", "runs", "join", "doctor") for words in table.pop(name)]
    deleting = table.pop("delete")
    with ThreadPoolExecutor(3) as pool:
        done = dict(zip(reading, pool.map(lambda words: planted.does(*words), reading), strict=True))
    for words, result in done.items():
        assert result.code == 0, (words, result.err)
        assert_clean(result, words)
    assert json.loads(done["runs", planted.thread, "--json"].out), "JSON stays JSON"
    for words in [words for several in table.values() for words in several] + deleting:
        assert_clean(planted.does(*words), words)
    seen = {asked.headers.get("x-api-key") for asked in planted.recorder.asked}
    assert KEY in seen, "it was really sent"
    planted.assert_nothing_kept()
    assert (planted.home / "state" / "forkpoint" / "audit.jsonl").stat().st_size > 0


@pytest.mark.parametrize("status", [401, 500])
def test_no_error_repeats_a_key(planted: Planted, status: int) -> None:
    def echo(asked: Asked) -> tuple[int, Any] | None:
        if asked.path == "/info":
            return None
        said = f"no: x-api-key: {asked.headers['x-api-key']}, {asked.headers['authorization']}; {PLATFORM}"
        return status, {"detail": said, "key": asked.headers["x-api-key"]}

    planted.recorder.answer = echo
    for words in (("threads",), ("new", "--json"), ("doctor", "--json")):
        done = planted.does(*words)
        assert done.code != 0
        assert_clean(done, words)
        assert "hidden" in done.out + done.err
    planted.assert_nothing_kept()


def test_no_crash_shows_a_key(planted: Planted, tmp_path: Path) -> None:
    """Not even a mistake of ours, whose traceback would show what a request was made of."""
    folder = tmp_path / "broken"
    folder.mkdir()
    folder.joinpath("sitecustomize.py").write_text(
        "import json\nfrom tui.backends.agent_server import http\n"
        "def broken(self, *_):\n"
        "    raise RuntimeError(f'{self._credentials._headers}')\n"
        "http.Http._read = broken\n"
    )
    done = forkpoint(*("threads", "--url", planted.recorder.url), **planted.environ, PYTHONPATH=str(folder))
    assert "RuntimeError" in done.err
    assert_clean(done, "a crash")
    with AppTerminal("open", planted.recorder.url, state=tmp_path, **planted.environ, PYTHONPATH=str(folder)) as app:
        app.see("x-api-key")
        assert "planted" not in "\n".join(app.screen.lines())


def test_no_screen_shows_a_key(planted: Planted, tmp_path: Path) -> None:
    config = planted.home / "config" / "forkpoint" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        '[profiles.spare]\nurl = "https://spare.example"\napi_key_env = "PLANTED_SPARE"\n'
        'headers = { X-Spare = "env:PLANTED_HEADER" }\n'
    )
    headers = ("--header", "Authorization=env:PLANTED_AUTH", "--header", "X-Foo=env:PLANTED_FOO")
    words = ("open", planted.recorder.url, *headers, "--thread", planted.thread)
    seen: list[str] = []
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nenv > '{planted.home}/editor.env'\n")
    editor.chmod(0o700)
    log: dict[str, Any] = {"TEXTUAL_LOG": str(planted.home / "textual.log"), "EDITOR": str(editor), "VISUAL": ""}
    with AppTerminal(*words, state=tmp_path / "state", **planted.environ, **log) as app:

        def look(keys: str, wait_for: str) -> None:
            app.write(keys)
            app.see(wait_for)
            seen.append("\n".join(app.screen.lines()))

        def leave(what: str) -> None:
            app.write("q")
            app.wait_for(lambda screen: not screen.contains(what), what=f"the end of {what}")

        look("", "search(")
        look("3", "human")
        look("]", "▸ messages")
        look("]", "nothing is left to run")
        look("G ", "graph_id")
        look("G", "langgraph_auth_user_id")
        look("]", '"content"')
        look("2R", "● success")
        look("\r", "multitask")
        look("G", '"x-api-key": "[hidden]"')
        leave("esc back  j k")
        leave("enter details")
        look("2gjje", "^s fork and run")
        app.write("\x05")
        app.wait_for(lambda _: (planted.home / "editor.env").exists(), what="the editor")
        look("\x1b", "e edit")
        look("2gjjr", "Replay from")
        look("y", "success")
        look("4R", '"langgraph_auth_user": [hidden] …')
        look("G\r", "frame ")
        look("G", "}")
        leave("frame ")
        look("gj\r", "frame 2")
        look("G", '"langgraph_auth_user": "[hidden]"')
        leave("frame 2")
        look("s", "events as")
        app.write("\x15")
        app.wait_for(lambda screen: not screen.contains("forkpoint-events"), what="an empty line")
        look(f"{planted.home / 'events.jsonl'}", "events.jsonl")
        look("\r", "Saved")
        assert (planted.home / "events.jsonl").stat().st_size > 1000
        leave("Raw events")
        app.write("\x11")
        app.ended()
    assert "EDITOR=" in (planted.home / "editor.env").read_text()
    assert (planted.home / "textual.log").stat().st_size > 1000
    whole = "\n".join(seen)
    assert "•" * len(KEY) in whole, "it was really there"
    assert "planted" not in whole, [line for line in whole.splitlines() if "planted" in line]
    planted.assert_nothing_kept()
