"""What the demo checks and hands on before it starts anything."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

from tui.demo import supervisor
from tui.demo.server import DemoError, demo_graphs, start_demo_server


def test_every_graph_has_its_file() -> None:
    graphs = demo_graphs()
    assert list(graphs) == ["agent", "approval", "research", "flaky", "inventory"]
    assert all(path.is_file() for path in graphs.values())


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def without_server(name: str, package: str | None = None) -> Any:
        return None if name == "langgraph_api" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without_server)
    with pytest.raises(DemoError, match=r"langgraph_api missing.*pip install 'forkpoint\[demo\]'"):
        start_demo_server()


def test_the_server_gets_none_of_the_users_keys_and_settings() -> None:
    mine = {
        "PATH": os.environ["PATH"],
        "FORKPOINT_DEMO_DELAY": "0",
        "FORKPOINT_API_KEY": "secret",
        "LANGSMITH_API_KEY": "secret",
        "LANGCHAIN_API_KEY": "secret",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGGRAPH_AUTH": "{}",
        "LANGSERVE_GRAPHS": "{}",
        "MOUNT_PREFIX": "/x",
    }
    given = supervisor.server_environment(mine, "nonce")
    assert "secret" not in given.values()
    assert given["PATH"] == mine["PATH"]
    assert given["FORKPOINT_DEMO_DELAY"] == "0"
    assert given["LANGSMITH_TRACING"] == "false"
    assert not {"LANGCHAIN_TRACING_V2", "LANGGRAPH_AUTH", "LANGSERVE_GRAPHS", "MOUNT_PREFIX"} & set(given)


def test_nobody_listens_at_a_free_port_so_it_is_not_ours() -> None:
    assert not supervisor.is_ours(f"http://127.0.0.1:{supervisor.free_port()}", "nonce")
