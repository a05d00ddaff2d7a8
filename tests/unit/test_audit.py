"""The audit log: what counts as a write, what is said of it, what is kept out, and that it never stands in the way."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeBackend
from tests.unit.agent_server_fakes import Script, answer, backend, events, raw
from tui.backends._httpx import httpx
from tui.backends.errors import BackendError
from tui.config import Connection
from tui.domain.audit import NO_ANSWER, Stage, Write, entry_of, is_at, what_of, whole_writes
from tui.domain.checkpoint import CheckpointRef
from tui.domain.plans import plan_fork
from tui.domain.requests import COPY_NODE, RunRequest, RunSetup, StateUpdate
from tui.domain.secrets import hide, secrets_in
from tui.session.audit import AuditLog, older_file, read_audit
from tui.session.connect import make_session
from tui.session.events import Note, RunEnd
from tui.session.session import Session
from tui.session.travel import carry_out

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
HOST = "http://127.0.0.1:2024"
KEY = "lsv2_pt_planted0123456789"
REQUEST = RunRequest(RunSetup("agent"), checkpoint=CheckpointRef("c1"))
THREAD = {"thread_id": "t2", "status": "idle"}


def write(method: str, path: str, **fields: Any) -> Write:
    return Write(HOST, method, path, **fields)


# What is said


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("POST", "/threads", {}, "create"),
        ("POST", "/threads/t/copy", None, "copy"),
        ("DELETE", "/threads/t", None, "delete"),
        ("PATCH", "/threads/t", {"metadata": {}}, "change metadata"),
        ("POST", "/threads/t/state", {"values": None}, "update"),
        ("POST", "/threads/t/state", {"values": None, "as_node": COPY_NODE}, "clone"),
        ("POST", "/threads/t/runs", {}, "run"),
        ("POST", "/threads/t/runs/stream", {}, "run"),
        ("POST", "/threads/t/runs/wait", {}, "run"),
        ("POST", "/threads/t/runs/r/cancel?wait=1&action=interrupt", None, "cancel"),
        ("POST", "/threads/t/runs/r/cancel?wait=1&action=rollback", None, "rollback"),
        ("DELETE", "/threads/t/runs/r", None, "delete run"),
        ("PUT", "/store/items", {}, "put"),
    ],
)
def test_every_write_has_a_word(method: str, path: str, body: Any, word: str) -> None:
    assert what_of(write(method, path, body=body)) == word


def test_an_update_says_where_it_started_and_what_it_made() -> None:
    sent = write(
        "POST",
        "/threads/t%201/state",
        body={"values": {"secret": "text"}, "checkpoint": {"checkpoint_id": "c1", "checkpoint_ns": ""}},
        status=200,
        answer={"checkpoint": {"checkpoint_id": "c2"}},
    )
    assert entry_of(sent, NOON) == {
        "id": None,
        "stage": "answered",
        "time": "2026-11-21T12:00:00.123Z",
        "host": HOST,
        "method": "POST",
        "path": "/threads/t%201/state",
        "what": "update",
        "thread": "t 1",
        "checkpoint": "c1",
        "run": None,
        "made": "c2",
        "result": 200,
    }


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (write("POST", "/threads", body={}, status=200, answer=THREAD), {"thread": "t2", "made": "t2", "run": None}),
        (write("POST", "/threads", body={"thread_id": "t9"}, error="409: exists"), {"thread": "t9", "made": None}),
        (write("POST", "/threads/t1/copy", status=200, answer=THREAD), {"thread": "t1", "made": "t2"}),
        (write("POST", "/threads/t1/runs", status=200, answer={"run_id": "r1", "thread_id": "t1"}), {"run": "r1"}),
        (write("POST", "/threads/t1/runs/stream", status=200, run_id="r2"), {"run": "r2", "made": None}),
        (write("POST", "/threads/t1/runs/wait", status=200, answer=[1]), {"run": None}),
        (write("POST", "/threads/t1/runs/r3/cancel?wait=1", status=204), {"run": "r3", "result": 204}),
        (write("POST", "/threads/t/state", body={"checkpoint_id": "c7"}, error="x\ny"), {"checkpoint": "c7"}),
    ],
)
def test_threads_runs_and_what_was_made(sent: Write, expected: dict[str, Any]) -> None:
    assert entry_of(sent, NOON).items() >= expected.items()


def test_an_error_is_one_safe_line() -> None:
    entry = entry_of(write("POST", "/threads", error="500: \x1b]52;c;QQ==\x07\n" + "x" * 1000), NOON)
    assert "\x1b" not in entry["result"]
    assert "\n" not in entry["result"]
    assert len(entry["result"]) <= 400


@pytest.mark.parametrize(
    "text",
    [
        f"401: the key {KEY} is unknown",
        "Authorization: Bearer abc.def.ghi",
        "{'x-api-key': 'abc.def.ghi'}",
        "Basic abc.def.ghi",
        "sk-abc.def.ghi is not yours",
    ],
)
def test_what_looks_like_a_key_is_hidden(text: str) -> None:
    hidden = hide(text)
    assert "[hidden]" in hidden
    assert KEY not in hidden
    assert "abc.def.ghi" not in hidden


def test_secrets_of_the_connection_are_hidden_whatever_they_look_like() -> None:
    secrets = secrets_in(["correct-horse", "Bearer battery-staple", "prod", "", None])
    sent = write(
        "POST", "/threads/correct-horse", error="no correct-horse, no battery-staple, Bearer battery-staple; prod"
    )
    text = json.dumps(entry_of(sent, NOON, secrets))
    assert "horse" not in text
    assert "staple" not in text
    assert "prod" in text, "so short a text protects nothing"


@pytest.mark.parametrize(
    ("host", "there"),
    [
        (HOST, True),
        (f"{HOST}/", True),
        ("127.0.0.1", True),
        ("127.0.0.1:2024", True),
        ("127.0.0.2", False),
        ("", False),
    ],
)
def test_hosts_are_found_by_any_of_their_names(host: str, there: bool) -> None:
    assert is_at({"host": HOST}, host) is there
    assert not is_at({}, host)


# What counts as a write


async def heard_from(script: Script, *steps: str, **options: Any) -> list[Write]:
    """What `on_write` heard of the outcome of what left, while the named methods were called."""
    return [write for write in await all_heard(script, *steps, **options) if write.stage is Stage.ANSWERED]


async def all_heard(script: Script, *steps: str, **options: Any) -> list[Write]:
    """All that `on_write` heard while the named methods were called."""
    heard: list[Write] = []
    client = backend(script, on_write=heard.append, **options)
    calls: dict[str, Any] = {
        "create": client.create_thread,
        "update": lambda: client.update_state("t", StateUpdate(CheckpointRef("c1"), {"x": 1})),
        "start": lambda: client.start_run("t", REQUEST),
        "cancel": lambda: client.cancel_run("t", "r"),
        "delete": lambda: client.delete_thread("t"),
        "read": lambda: client.get_thread("t"),
        "history": lambda: client.history("t", limit=1),
        "nan": lambda: client.update_state("t", StateUpdate(None, {"x": float("nan")})),
    }
    for step in steps:
        try:
            if step == "stream":
                async with client.stream_run("t", REQUEST):
                    pass
            else:
                await calls[step]()
        except BackendError:
            pass
    return heard


async def test_reads_are_no_writes() -> None:
    assert await heard_from(Script(answer(THREAD), answer([])), "read", "history") == []


async def test_a_write_is_told_once_with_its_status_and_answer() -> None:
    (told,) = await heard_from(Script(answer(THREAD, 201)), "create")
    assert (told.host, told.method, told.path, told.status, told.answer) == (HOST, "POST", "/threads", 201, THREAD)
    (told,) = await heard_from(Script(httpx.Response(204)), "cancel")
    assert told.path == "/threads/t/runs/r/cancel?wait=1&action=interrupt"
    assert (told.status, told.error) == (204, None)


async def test_a_stream_is_told_when_the_server_took_the_run() -> None:
    (told,) = await heard_from(Script(events(b"", content_location="/threads/t/runs/r-7")), "stream")
    assert (told.status, told.run_id, told.error) == (200, "r-7", None)


@pytest.mark.parametrize(
    ("step", "status", "said"),
    [
        (answer({"detail": "no such graph"}, 422), 422, "422: no such graph"),
        (raw(b"Internal Server Error", "text/plain", 500), 500, "500: Internal Server Error"),
        (httpx.ReadError("reset"), None, "broke during"),
        (httpx.ReadTimeout("late"), None, "did not answer"),
        (raw(b"<html>", "text/html"), None, "HTML"),
    ],
)
@pytest.mark.parametrize("what", ["start", "stream"])
async def test_a_write_that_failed_is_told_with_why(what: str, step: Any, status: int | None, said: str) -> None:
    (told,) = await heard_from(Script(step), what)
    assert told.status == status
    assert told.error is not None
    assert said in told.error or (what == "stream" and "instead of an event stream" in told.error)


@pytest.mark.parametrize("what", ["start", "stream", "delete"])
@pytest.mark.parametrize("step", [httpx.ConnectError("refused"), httpx.ConnectTimeout("late")])
async def test_what_never_arrived_is_no_write(what: str, step: Any) -> None:
    assert await heard_from(Script(step), what) == []


async def test_what_was_refused_before_it_left_is_no_write() -> None:
    assert await heard_from(Script(answer({})), "nan") == []
    assert await heard_from(Script(answer({})), "create", "update", "stream", "delete", read_only=True) == []


async def test_a_write_whose_answer_nobody_awaited_is_told() -> None:
    reached, heard = asyncio.Event(), list[Write]()

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError

    client = backend(Hanging(), on_write=heard.append)
    task = asyncio.create_task(client.delete_thread("t"))
    await reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    before, told = heard
    assert (before.stage, before.number) == (Stage.SENT, told.number)
    assert (told.method, told.status, told.error) == ("DELETE", None, "nobody waited for the answer")


async def test_a_write_is_told_before_it_leaves() -> None:
    heard: list[Write] = []

    def answered(_request: httpx.Request) -> httpx.Response:
        assert [write.stage for write in heard] == [Stage.SENT]
        return httpx.Response(204)

    await backend(Script(answered), on_write=heard.append).delete_thread("t")
    assert [write.stage for write in heard] == [Stage.SENT, Stage.ANSWERED]
    assert heard[0].number == heard[1].number != ""


async def test_what_did_not_leave_is_taken_back() -> None:
    heard = await all_heard(Script(httpx.ConnectError("refused")), "delete", "stream", "nan")
    assert [write.stage for write in heard] == [Stage.SENT, Stage.NOT_SENT] * 3
    entries = [entry_of(write, NOON) for write in heard]
    assert list(whole_writes(entries)) == []


async def test_a_locked_connection_announces_nothing() -> None:
    assert await all_heard(Script(answer({})), "create", "update", "stream", "delete", read_only=True) == []


# The file


def test_lines_are_appended_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "state" / "forkpoint" / "audit.jsonl"
    old = os.umask(0)
    try:
        for number in range(3):
            AuditLog(path).record(write("DELETE", f"/threads/t{number}", status=204))
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [json.loads(line)["thread"] for line in path.read_text().splitlines()] == ["t0", "t1", "t2"]


def test_a_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("")
    path.chmod(0o644)
    AuditLog(path).record(write("DELETE", "/threads/t", status=204))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said: list[str] = []
    log = AuditLog(tmp_path / "file" / "audit.jsonl", on_trouble=said.append)
    log.record(write("DELETE", "/threads/t", status=204))
    log.record(write("DELETE", "/threads/t", status=204))
    (text,) = said
    assert "can't be written" in text
    assert log.take_trouble() is None


def test_a_full_disk_costs_lines_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / "audit.jsonl", os.write
    log = AuditLog(path)

    def write_a_part(file: int, data: bytes) -> int:
        return real(file, data[:20])

    def write_nothing(_file: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    for failing in (write_nothing, write_a_part):
        monkeypatch.setattr(os, "write", failing)
        log.record(write("DELETE", "/threads/lost", status=204))
    monkeypatch.setattr(os, "write", real)
    log.record(write("DELETE", "/threads/kept", status=204))
    trouble = log.take_trouble()
    assert trouble is not None
    assert "No space left" in trouble
    assert log.take_trouble() is None
    found = read_audit(path, limit=10)
    assert [entry["thread"] for entry in found.entries] == ["kept"]
    assert found.unreadable == 1


def test_reading_takes_the_newest_of_a_host_and_leaves_out_what_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path)
    for number in range(5):
        log.record(Write(f"http://h{number % 2}", "DELETE", f"/threads/t{number}", status=204))
    with path.open("ab") as file:
        file.write(b'{"half": \n[1]\n\xff\xfe\n\n')
    found = read_audit(path, limit=2, host="h0")
    assert [entry["thread"] for entry in found.entries] == ["t2", "t4"]
    assert found.unreadable == 3
    assert read_audit(tmp_path / "none", limit=2).entries == []


def test_both_stages_are_one_write_and_one_without_an_answer_stays(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    for number in ("a", "b"):
        log.record(write("DELETE", f"/threads/{number}", number=number, stage=Stage.SENT))
    log.record(write("DELETE", "/threads/a", number="a", status=204))
    first, second = read_audit(log.path, limit=10).entries
    assert (first["thread"], first["stage"], first["result"]) == ("a", "answered", 204)
    assert (second["thread"], second["stage"], second["result"]) == ("b", "sent", NO_ANSWER)
    assert len(log.path.read_text().splitlines()) == 3, "nothing that was noted is changed"


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.session.audit.MAX_BYTES", 2000)
    log = AuditLog(tmp_path / "audit.jsonl")
    for number in range(100):
        log.record(write("DELETE", f"/threads/t{number}", number=f"{number}", stage=Stage.SENT))
        log.record(write("DELETE", f"/threads/t{number}", number=f"{number}", status=204))
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["audit.jsonl", "audit.jsonl.1"]
    assert all(file.stat().st_size < 2500 for file in files)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    found = [entry["thread"] for entry in read_audit(log.path, limit=100).entries]
    assert found == [f"t{number}" for number in range(100 - len(found), 100)], "the newest, without a gap"
    assert len(found) > 3


def test_many_programs_put_it_aside_without_losing_lines(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    code = (
        "import sys; from pathlib import Path; import tui.session.audit as a; from tui.domain.audit import Write\n"
        "a.MAX_BYTES = 30_000\n"
        "log = a.AuditLog(Path(sys.argv[1]))\n"
        "for n in range(40): log.record(Write('http://h', 'DELETE', f'/threads/{sys.argv[2]}-{n}', status=204))\n"
    )
    programs = [subprocess.Popen([sys.executable, "-c", code, str(path), str(name)]) for name in range(4)]
    assert [program.wait(60) for program in programs] == [0] * 4
    found = read_audit(path, limit=1000)
    assert found.unreadable == 0
    assert len(found.entries) == 160, "160 lines are more than one file, and less than two"
    assert older_file(path).exists()


# The wiring


async def test_the_app_is_told_once_when_nothing_can_be_logged(tmp_path: Path) -> None:
    fake = FakeBackend()
    log = AuditLog(tmp_path / "x")
    (tmp_path / "x").mkdir()
    log.record(write("POST", "/threads", status=200))
    session = Session(fake, audit=log)
    opened = await session.open(await session.resolve_thread(fake.add_weather_thread()))
    heard: list[object] = []
    for query in ("A", "B"):
        at = next(row for row in opened.tree if row.step == 1)
        plan = plan_fork(opened.tree, at, {"call_1": {"query": query}}, await session.setup_for_replay(opened, at))
        assert (await carry_out(opened, plan, heard.append)).end is RunEnd.SUCCESS
    (note,) = [event for event in heard if isinstance(event, Note)]
    assert "audit log" in note.text


async def test_a_session_logs_in_the_users_state_folder_unless_it_is_the_demos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    session = make_session(Connection(HOST, api_key="correct-horse"))
    assert session.audit is not None
    assert session.audit.path == tmp_path / "forkpoint" / "audit.jsonl"
    session.audit.record(write("POST", "/threads", error="no correct-horse"))
    assert "[hidden]" in session.audit.path.read_text(), "it knows the keys of its connection, whatever they look like"
    assert "correct-horse" not in session.audit.path.read_text()
    assert make_session(Connection(HOST, audited=False)).audit is None
