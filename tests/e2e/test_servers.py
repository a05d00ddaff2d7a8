"""The walkthroughs through the session: on the current Python server, and on the independent one of LangGraph.js."""

from __future__ import annotations

import pytest

from tests.servers.catalogue import SERVERS
from tests.servers.install import CannotInstall, installed
from tests.servers.running import running
from tests.servers.table import lacking
from tests.servers.walkthroughs import WALKTHROUGHS, play

ALL_WELL = dict.fromkeys(WALKTHROUGHS, "")


async def test_the_current_server(server_url: str) -> None:
    played = await play(server_url)
    assert played.walkthroughs == ALL_WELL
    assert played.info.kind == "langgraph-py"
    assert lacking(played) == []


@pytest.mark.servers
async def test_langgraph_js() -> None:
    (server,) = [server for server in SERVERS if server.name == "js"]
    if missing := server.missing():
        pytest.skip(f"{server.title} needs {missing}")
    try:
        installed(server)
    except CannotInstall as error:
        pytest.skip(f"{server.title} can't be installed here: {error}")
    with running(server) as url:
        played = await play(url)
    assert played.walkthroughs == ALL_WELL
    assert played.info.kind == "langgraph-js"
    assert "watch a thread" in lacking(played)
