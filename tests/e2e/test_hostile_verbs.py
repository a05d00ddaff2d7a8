"""Every verb in a real terminal, on an agent and on a server that say hostile things: nothing of it is obeyed."""

from __future__ import annotations

import json
import logging
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import forkpoint, ok
from tests.hostile.corpus import an_id, everything, named, short
from tests.hostile.server import HostileServer, hostile_server
from tests.hostile.verbs import Shown, shown
from tui.cli.failures import exit_code_of, make_logs_safe
from tui.cli.options import join_command, run_command
from tui.cli.output import say_aside
from tui.domain.cells import cell_len
from tui.domain.safe_text import one_line, sanitise

ARGS = json.dumps({named("query"): everything()})
MARKED = one_line(named(""))
"""How every hostile name looks."""


def harmless(*words: str, code: int = 0) -> str:
    """Run a verb that obeys nothing; returns what it showed."""
    return checked(shown(*words), code, words)


def checked(done: Shown, code: int, words: object) -> str:
    assert done.violations == {}, words
    assert done.code == code, (words, done.text)
    assert "Traceback" not in done.text
    return done.text


class Agent:
    """A thread of the hostile graph on a real server, for each of the things that it does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.threads = {what: str(ok("new", "--json", url=url).json["thread_id"]) for what in ("all", "ask", "fail")}

    def run(self, what: str, code: int) -> str:
        asked = json.dumps({"messages": [{"role": "user", "content": what}]})
        return harmless(
            "run", self.threads[what], "--assistant", "hostile", "--input", asked, "--url", self.url, code=code
        )

    def delete(self) -> None:
        client = get_sync_client(url=self.url)
        for thread in self.threads.values():
            client.threads.delete(thread)


@pytest.fixture(scope="module")
def agent(server_url: str) -> Iterator[Agent]:
    made = Agent(server_url)
    try:
        yield made
    finally:
        made.delete()


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


def test_what_an_agent_says_does_and_asks(agent: Agent) -> None:
    said = agent.run("all", 0)
    for payload in short():
        assert payload.shown[:20] in said, payload.kind
    assert re.search(r"\(\d+ hidden characters\)", said)
    assert MARKED[:8] in agent.run("ask", 3)
    assert "✗ ValueError: OSC 0" in agent.run("fail", 6)

    thread, url = agent.threads["all"], ("--url", agent.url)
    rows = harmless("history", thread, *url).splitlines()
    assert len({cell_len(row) for row in rows}) == 1, rows
    state = harmless("show", thread, *url)
    for payload in short():
        assert payload.shown[:20] in state, payload.kind
    assert re.search(r"^tool  search.* \(\d+ hidden characters\)$", state, re.MULTILINE)
    assert MARKED[:8] in harmless("runs", agent.threads["ask"], *url) + harmless("show", agent.threads["ask"], *url)
    plan = harmless("fork", f"{thread}@head~2", "--tool-args", ARGS, "--dry-run", *url)
    assert one_line(named("query")) in plan
    harmless("replay", f"{thread}@head~2", "--dry-run", *url)


def test_json_is_exact_and_safe(agent: Agent) -> None:
    thread = str(ok("new", "--json", url=agent.url).json["thread_id"])
    text = everything()
    get_sync_client(url=agent.url).threads.update(thread, metadata={"title": text})
    done = shown("show", thread, "--json", "--url", agent.url)
    assert (done.code, done.violations) == (0, {})
    assert json.loads(done.text)["metadata"]["title"] == text
    get_sync_client(url=agent.url).threads.delete(thread)


VERBS: list[tuple[tuple[str, ...], int]] = [
    (("threads",), 0),
    (("history", "latest"), 0),
    (("show", "latest"), 0),
    (("show", "latest@0"), 2),
    (("runs", "latest"), 0),
    (("runs", "latest", "latest"), 0),
    (("run", "latest", "--input", "{}"), 6),
    (("run", "latest", "--input", ARGS, "--dry-run"), 0),
    (("join", "latest", "latest"), 6),
    (("fork", "latest@head", "--tool-args", ARGS, "--dry-run"), 0),
    (("replay", "latest@head", "--dry-run"), 0),
    (("replay", "latest@head"), 6),
    (("cancel", "latest", "latest"), 1),
    (("new",), 0),
    (("delete", "thread", "--yes"), 5),
    (("doctor",), 0),
]


@pytest.mark.parametrize(("words", "code"), VERBS, ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_what_a_server_says(server: HostileServer, words: tuple[str, ...], code: int) -> None:
    said = harmless(*words, "--url", server.url, code=code)
    assert MARKED[:8] in said or "␛]0;PWNED␇" in said


def test_columns_of_hostile_names_are_straight(server: HostileServer, tmp_path: Path) -> None:
    rows = harmless("history", "latest", "--url", server.url).splitlines()
    assert len({cell_len(row) for row in rows}) == 1, rows
    state = {"XDG_STATE_HOME": str(tmp_path)}
    for _ in range(2):
        checked(shown("new", "--url", server.url, **state), 0, "new")
    noted = checked(shown("audit", **state), 0, "audit")
    assert len({cell_len(row) for row in noted.splitlines()}) == 1, noted
    assert "009B⟩2J" in noted


@pytest.mark.parametrize(("status", "code"), [(500, 5), (401, 4), (302, 4)])
def test_what_a_server_refuses_with(status: int, code: int) -> None:
    headers = (b"location: http://evil\x9b.example/\x9d0;PWNED\x9c", b"retry-after: \x9b0")
    with hostile_server(status, headers) as refusing:
        harmless("threads", "--url", refusing.url, code=code)


def test_what_a_server_says_in_headers() -> None:
    headers = (b"x-pagination-total: \x9b2J", b"x-pagination-next: \xe2\x80\xae\x9d0;PWNED\x9c", b"date: \x9bc")
    with hostile_server(headers=headers) as server:
        harmless("threads", "--url", server.url)
    with hostile_server(headers=(b"x-pagination-next: \x1b]0;PWNED\x07",)) as server:
        harmless("threads", "--url", server.url, code=0)


def test_names_that_a_user_types() -> None:
    with hostile_server() as server:
        said = harmless("show", an_id("nothing"), "--url", server.url, code=7)
    assert repr(an_id("nothing")).replace("\u202e", "⟨U+202E⟩") in said
    assert repr(an_id("http://")) in harmless("threads", "--url", an_id("http://"), code=2)


def test_an_error_that_nobody_foresaw(capsys: pytest.CaptureFixture[str]) -> None:
    text = everything(sendable=False)
    assert exit_code_of(RuntimeError(text)) == 1
    said = capsys.readouterr().err
    assert said == f"RuntimeError: {sanitise(text)}\n"


def test_a_wrong_use_that_was_copied_from_somewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Some versions of click repeat what was typed as it is."""
    assert exit_code_of(click.UsageError(f"No such option: {named('--')}")) == 2
    assert capsys.readouterr().err == f"Error: No such option: {sanitise(named('--'))}\n"


def test_what_is_said_aside(capsys: pytest.CaptureFixture[str]) -> None:
    text = everything(sendable=False)
    say_aside(text)
    assert capsys.readouterr().err == f"{sanitise(text)}\n"


def test_a_command_to_be_copied_runs_nothing_but_itself() -> None:
    thread, run = "t; rm -rf ~", "$(reboot)"
    assert shlex.split(join_command(thread, run, " --url u")) == ["forkpoint", "join", thread, run, "--url", "u"]
    assert shlex.split(run_command(thread)) == ["forkpoint", "run", thread, "--input", "TEXT"]


def test_what_a_library_logs() -> None:
    make_logs_safe()
    text = everything(sendable=False)
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, "Task exception was never retrieved: %s", (text,), None)
    assert logging.lastResort is not None
    assert logging.lastResort.format(record) == f"Task exception was never retrieved: {sanitise(text)}"


def test_nothing_is_lost_on_the_way_to_programs(server: HostileServer) -> None:
    found = forkpoint("threads", "--json", url=server.url).json
    assert found[0]["metadata"]["title"] == f"title {named('')}"
    assert found[0]["error"] == everything(sendable=False)
