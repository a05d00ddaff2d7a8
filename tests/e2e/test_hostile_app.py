"""The app in a real terminal, on an agent and on a server that mean harm: every screen is seen, nothing is obeyed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from langgraph_sdk import get_sync_client

from tests.hostile.app import CTRL_O, CTRL_P, CTRL_Q, CTRL_S, ENTER, ESC, LEFT, StrictTerminal
from tests.hostile.corpus import named
from tests.hostile.server import HostileServer, hostile_server
from tui.domain.safe_text import one_line

MARKED = one_line(named(""))[:8]


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


def test_every_screen_on_a_hostile_server(server: HostileServer, tmp_path: Path) -> None:
    log = tmp_path / "textual.log"
    with StrictTerminal("open", server.url, state=tmp_path, TEXTUAL_LOG=str(log)) as app:
        app.see("title n", "4 checkpoints", "hidden characters", MARKED)
        _look_at_the_inspector(app)
        _look_at_the_menus(app)
        _fork_and_replay(app)
        _copy_the_title(app)
        app.write(CTRL_Q)
        assert app.ended() == 0
    written = log.read_text(encoding="utf-8")
    assert written
    assert not set(written) & set("\x1b\x07\x9b\x9d\u202e\u2066"), "the log of a developer is read in a terminal, too"


def _look_at_the_inspector(app: StrictTerminal) -> None:
    app.write("3")
    app.see("] next tab", "asks: OSC 0", "searchn␛]")
    for shows in ("array 3", "waits for", '"messages": ['):
        app.write("]")
        app.see(shows)
    app.write("o")
    app.see("esc back")
    app.write("/")
    app.wait_for(lambda screen: screen.line(35).startswith(" /"), what="the line to find with")
    app.write(f"robot{ENTER}")
    app.see('"type": "robotn\\u001b]', "esc ends it")
    app.write(ESC)
    app.gone("esc ends it")
    app.write("y")
    app.see("enter choose")
    app.write(ESC)
    app.gone("enter choose")
    app.write(ESC)
    app.see("] next tab")


def _look_at_the_menus(app: StrictTerminal) -> None:
    app.write(CTRL_P)
    app.see("inspector: next tab", straight=False)
    app.settle()  # it gathers its list, and takes keys when that is there
    app.write("title n")
    app.see("thread: title n", straight=False)
    app.write(ESC)
    app.gone("thread: title n")
    app.write(CTRL_P)
    app.see("inspector: next tab", straight=False)
    app.settle()
    app.write("server: what")
    app.gone("inspector: next tab")  # it has looked for what was typed
    app.settle()
    app.write(ENTER)
    app.see("copy a thread", "0.16n␛]0;PWNED")
    app.write(ESC)
    app.gone("copy a thread")
    app.write("?")
    app.see("Everywhere outside a text field")
    app.write(ESC)
    app.gone("Everywhere outside")
    app.write("2")
    app.see("i input")
    app.write("R")
    app.see("Runs of title n", "successn␛]")
    app.write(ENTER)
    app.see("multitask", "rejectn␛]")
    app.write(ESC)
    app.gone("multitask")
    app.write(ESC)
    app.gone("Runs of")


def _fork_and_replay(app: StrictTerminal) -> None:
    app.write("2")
    app.see("i input")
    app.write("e")
    app.see("^s fork and run", "hidden characters")
    _preview_the_fork(app)
    app.write(ESC)
    app.see("i input")
    app.write("r")
    app.see("y yes")
    app.write("y")
    app.see("✗ error", "hidden characters")
    app.write("4")
    app.see("R raw events")
    app.write(" G")
    app.write("R")
    app.see("Raw events", "unheardn␛]")
    app.write(ENTER)
    app.see("frame ")
    app.write(ESC)
    app.gone("frame ")
    app.write(ESC)
    app.gone("Raw events")


def _preview_the_fork(app: StrictTerminal) -> None:
    """What would be sent, the question before it, and what the server has to say to it."""
    app.write(f"{LEFT}zz")  # into the text, which stands in quotes
    app.see("original")
    app.write(CTRL_O)
    app.see("What would be sent", "To http://127.0.0.1", MARKED, '- "OSC 0 title, BEL: ␛]0;PWNED␇', '+ "OSC 0')
    app.write("G")
    app.see('"25 [@click=app.quit]click[/]":', '"17 \\u2066a', '"stream_subgraphs": true')
    app.write(ESC)
    app.gone("What would be sent")
    app.write(CTRL_S)
    app.see("Fork from step 2: searchn␛]0;PWNED", "Runs noden␛]0;PWNED", "y yes")
    app.write("y")
    app.see("PWNED␇ end.", "not done", "answered 422")


def _copy_the_title(app: StrictTerminal) -> None:
    app.write("1")
    app.see("a new thread")
    app.write("D")
    app.see("Delete", "y yes")
    app.write("n")
    app.gone("y yes")
    app.write("y")
    app.see("title of the thread")
    app.write(f"j{ENTER}")
    app.see("Copied: title of the thread")
    assert [base64.b64decode(copied).decode() for copied in app.strict.copied] == [f"title {named('')}"]


def test_a_hostile_agent_as_it_runs_fails_and_asks(server_url: str, tmp_path: Path) -> None:
    client = get_sync_client(url=server_url)
    thread = client.threads.create(metadata={"title": named("title-"), "graph_id": "hostile"})["thread_id"]
    try:
        with StrictTerminal("open", server_url, "--assistant", "hostile", "--thread", thread, state=tmp_path) as app:
            app.see("title-n", "No checkpoints yet")
            _run(app, "all", "✓ success", "5 checkpoints")
            app.see("hidden characters", MARKED)
            app.write("4")
            app.see("R raw events")
            app.write(" GR")
            app.see("Raw events")
            app.write(ESC)
            app.gone("Raw events")
            app.write("3")
            app.see("] next tab", "answer: OSC 0")
            app.write("G")
            app.see("carriage return: safe␍evil")
            app.write("]")
            app.see("AAAAAAAAAA", "string 1,000,000", "  9,992")
            app.write("2")
            app.see("i input")
            _run(app, "fail", "✗ error", "ValueError", "7 checkpoints")
            app.see("i input")
            _run(app, "ask", "interrupted, waits", "9 checkpoints")
            app.write("3]")
            app.see("asks", "OSC 0 title")
            app.write(CTRL_Q)
            assert app.ended() == 0
    finally:
        client.threads.delete(thread)


def _run(app: StrictTerminal, word: str, *shows: str) -> None:
    app.write("i")
    app.see("New input")
    app.write(f"{word}{CTRL_O}")
    app.see("What would be sent", "POST /threads/", "hostile")
    app.write(ESC)
    app.gone("What would be sent")
    app.write(CTRL_S)
    app.see("y yes")
    app.write("y")
    app.see(*shows)


@pytest.mark.parametrize("size", [(80, 24), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_other_sizes(server: HostileServer, tmp_path: Path, size: tuple[int, int]) -> None:
    with StrictTerminal("open", server.url, state=tmp_path, size=size) as app:
        if size[0] < 48:
            app.see("40 x 10")
            app.write(ENTER)
        app.see("title n")
        for keys, shows in (("2", "waits: "), ("3", "OSC"), ("]", "array 3"), ("]", "next"), ("]", "{")):
            app.write(keys)
            app.see(shows)
        app.write("o")
        app.see("esc back")
        app.write(ESC)
        app.gone("esc back")
        app.write("?")
        app.see("Keys")
        app.write(CTRL_Q)
        assert app.ended() == 0


def test_what_a_server_refuses_with_is_told(tmp_path: Path) -> None:
    with (
        hostile_server(500, (b"retry-after: \x9b0",)) as refusing,
        StrictTerminal("open", refusing.url, state=tmp_path) as app,
    ):
        app.see("answered 500", "␛]0;PWNED␇")
        app.write(CTRL_Q)
        assert app.ended() == 0


def test_a_crash_that_quotes_a_server(tmp_path: Path) -> None:
    with StrictTerminal(module="tests.hostile.crashing", state=tmp_path, size=(160, 70)) as app:
        app.see("Threads", "weather")
        app.write("?")
        app.strict.allowed_bells = 1
        assert app.ended() == 1
        assert app.strict.contains("ValueError: OSC 0 title, BEL: ␛]0;PWNED")
        assert app.strict.contains("␛[2J␛[H")
