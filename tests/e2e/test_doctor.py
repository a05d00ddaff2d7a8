"""`forkpoint doctor` on a real Agent Server."""

from __future__ import annotations

import json
from pathlib import Path

from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import forkpoint, ok

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


def test_nothing_there() -> None:
    done = forkpoint("doctor", "http://127.0.0.1:9")
    assert done.code == 4
    assert "FAIL" in done.out
    assert "Is the server running" in done.out
    assert "Traceback" not in done.err
