"""The floors of the house, proved at run time: what a module drags in when it is imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    code = f"import sys, json; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        (
            "import tui.domain.plans, tui.domain.labels, tui.domain.lanes, tui.domain.verify",
            {"textual", "httpx", "rich"},
        ),
        ("import tui.session.connect, tui.session.travel", {"textual", "click", "rich"}),
        ("import tui.cli.main", {"textual", "httpx", "pydantic", "pydantic_core", "rich", "asyncio"}),
        ("import tui.config", {"textual", "httpx", "pydantic", "click"}),
        ("import tui.app", {"tui.screens.debugger", "httpx", "pydantic", "stamina", "textual.widgets._text_area"}),
        ("import tui.screens.debugger", {"httpx", "pydantic", "stamina"}),
    ],
)
def test_what_stays_out(statement: str, banned: set[str]) -> None:
    assert not banned & modules_after(statement)


def test_the_http_library_comes_without_its_command_line() -> None:
    loaded = modules_after("import tui.backends.agent_server.backend")
    assert "httpx" in loaded
    assert "click" not in loaded


def test_the_screen_asks_nothing_of_a_backend_before_it_connects() -> None:
    loaded = modules_after(
        "import asyncio; from tui.app import ForkpointApp; from tui.config import Connection; "
        "from tui.session.late import LateSession; app = ForkpointApp(LateSession(Connection('http://127.0.0.1:9'))); "
        "screen = app.get_default_screen(); screen.now()"
    )
    assert "tui.screens.debugger" in loaded
    assert "httpx" not in loaded
