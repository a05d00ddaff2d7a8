"""The table of servers: what it says of a server that was played, and of one that was not; and the README's copy."""

from __future__ import annotations

from tests.readme import part
from tests.servers.catalogue import SERVERS
from tests.servers.table import PART, Row, in_words, markdown
from tests.servers.walkthroughs import WALKTHROUGHS, Played
from tui.domain.checkpoint import ServerInfo
from tui.domain.diagnosis import Probe

SERVER = SERVERS[0]
PLAYED = Played(
    ServerInfo("langgraph-py", "0.2.125", "0.6.11"),
    dict.fromkeys(WALKTHROUGHS, "") | {"fork": "the edit did not stay"},
    [Probe("count of threads", False, "none"), Probe("graph", True, ""), Probe("copy a thread", None, "not tried")],
)


def test_a_played_server() -> None:
    row = Row(SERVER, PLAYED)
    last = markdown([row]).splitlines()[-1]
    assert last.split(" | ")[1:5] == ["yes", "yes", "**no**", "count of threads"]
    assert "cloned" in last
    assert not PLAYED.is_well
    assert "  fork             the edit did not stay" in in_words(row)


def test_a_server_that_was_not_run_says_why_and_what_it_needs() -> None:
    row = Row(SERVER, None, "missing here: node")
    assert "not run, missing here: node" in in_words(row)[0]
    last = markdown([row]).splitlines()[-1]
    assert last.count("not run") == len(WALKTHROUGHS)
    assert SERVER.needs in last


def test_the_readme_has_a_row_for_every_server() -> None:
    rows = [line.split(" | ") for line in part(PART).splitlines() if line.startswith("| ")]
    assert rows[0][1:4] == list(WALKTHROUGHS)
    assert len(rows) == 1 + len(SERVERS)
    for server, row in zip(SERVERS, rows[1:], strict=True):
        assert row[0].removeprefix("| ").startswith(server.title)
        assert row[-1].removesuffix(" |") == server.needs
