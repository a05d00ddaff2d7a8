"""`forkpoint doctor` on a real Agent Server."""

from __future__ import annotations

import json
import re
import ssl
from pathlib import Path

import pytest
import trustme
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import forkpoint, ok
from tests.e2e.recorder import Answer, recording

ASKED = json.dumps({"messages": [{"role": "user", "content": "what's the weather in sf"}]})


def test_a_real_server_is_well_and_nothing_is_written(server_url: str, tmp_path: Path) -> None:
    thread = ok("new", "--json", url=server_url).json["thread_id"]
    ok("run", thread, "--assistant", "agent", "--input", ASKED, url=server_url)
    sdk = get_sync_client(url=server_url)
    before = (sdk.threads.get(thread), sdk.threads.get_history(thread, limit=100))

    done = forkpoint("doctor", server_url, "--json", XDG_STATE_HOME=str(tmp_path))
    assert (done.code, done.json["exit_code"]) == (0, 0)
    by_name = {finding["name"]: finding for finding in done.json["findings"]}
    assert by_name["server"]["value"]["kind"] == "langgraph-py"
    assert by_name["threads"]["value"] >= 1
    assert by_name["latency"]["value"] > 0
    assert by_name["clock"]["value"] == 0.0
    tried = [finding for finding in done.json["findings"] if finding["section"] == "capabilities"]
    assert len(tried) == 14
    assert {finding["state"] for finding in tried} == {"ok"}

    assert (sdk.threads.get(thread), sdk.threads.get_history(thread, limit=100)) == before
    assert list(tmp_path.iterdir()) == [], "no write, no log"


def test_in_words(server_url: str) -> None:
    told = ok("doctor", server_url).out
    assert "langgraph" in told
    assert "What this server can do" in told
    assert told.rstrip().endswith("Nothing to do.")


def test_every_fact_of_an_encrypted_server_with_a_key(server_url: str, tmp_path: Path) -> None:
    authority, trusted = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with recording(server_url, context) as recorder:
        url = recorder.url
        done = forkpoint("doctor", url, "--ca", str(trusted), FORKPOINT_API_KEY="planted-0123456789")
        assert all(asked.headers.get("x-api-key") == "planted-0123456789" for asked in recorder.asked)
    assert done.code == 0, done.out
    assert "planted" not in done.out + done.err
    facts = dict(re.findall(r"^ok    (\S[\S ]{0,21}?) {2,}(.+)$", done.out, re.MULTILINE))
    assert facts["address"] == url
    assert f"{url.removeprefix('https://')} takes connections" in facts["port"]
    assert facts["encryption"].startswith("TLSv1.")
    assert "is trusted and ends on" in facts["certificate"]
    assert facts["key"] == "sent, and not refused: x-api-key"
    assert re.search(r"langgraph .*0\.\d+", facts["server"])
    assert re.search(r"[\d.]+ ms \(median of \d\)", facts["latency"])
    assert facts["clock"] == "agrees with this machine's"
    assert {"threads", "lists without states", "history page by page", "fork", "watch a thread"} <= set(facts)
    assert done.out.rstrip().endswith("Nothing to do.")


def missing(path: str) -> Answer:
    return lambda asked: (404, {"detail": "Not Found"}) if asked.path.partition("?")[0].endswith(path) else None


@pytest.mark.parametrize(
    ("answer", "ahead", "line", "advice", "code"),
    [
        (lambda _: (401, {"detail": "no key"}), 0, r"^FAIL  key .*401", "Give an API key", 4),
        (lambda _: (200, {"hello": "world"}), 0, r"^FAIL  (connection|server) ", "API address", 4),
        (lambda _: (500, {"detail": "broken"}), 0, r"^FAIL  server .*500", "log", 4),
        (lambda _: None, 3600, r"^warn  clock +3\d{3} s ahead of", "Set either clock", 1),
        (lambda _: None, -3600, r"^warn  clock +3\d{3} s behind", "Set either clock", 1),
        (missing("/threads/count"), 0, r"^note  count of threads", "Nothing to do", 0),
        (missing("/runs"), 0, r"^note  runs of a thread", "Nothing to do", 0),
    ],
    ids=["401", "something else", "500", "ahead", "behind", "no count", "no runs"],
)
def test_what_is_wrong_is_said_with_what_to_do(
    server_url: str, answer: Answer, ahead: float, line: str, advice: str, code: int
) -> None:
    with recording(server_url) as recorder:
        recorder.answer, recorder.ahead = answer, ahead
        done = forkpoint("doctor", recorder.url)
    assert done.code == code, done.out
    assert re.search(line, done.out, re.MULTILINE), done.out
    assert re.search(advice, done.out), done.out
    assert "Traceback" not in done.err


def test_mistakes_of_the_config_are_among_the_findings(server_url: str, tmp_path: Path) -> None:
    config = tmp_path / "forkpoint" / "config.toml"
    config.parent.mkdir()
    config.write_text("theme = 3\n")
    done = forkpoint("doctor", server_url, XDG_CONFIG_HOME=str(tmp_path))
    assert done.code == 0
    assert "config.toml:1: theme must be a text, not a number" in done.out


def test_nothing_there() -> None:
    done = forkpoint("doctor", "http://127.0.0.1:9")
    assert done.code == 4
    assert "FAIL" in done.out
    assert "Is the server running" in done.out
    assert "Traceback" not in done.err
