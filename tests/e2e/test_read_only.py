"""A read-only connection: every key and every command of the palette, and the server sees nothing but reads.

Once as it is, and once as if the screens had forgotten about it: then only the lock in the transport holds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from langgraph_sdk import get_sync_client
from textual.actions import SkipAction
from textual.binding import Binding
from textual.widgets import OptionList
from textual.worker import WorkerState

from tests.e2e.forkpoint import forkpoint
from tests.e2e.recorder import Asked, Recorder, recording
from tests.ui.driving import Driver, opened_app
from tui.app import ForkpointApp
from tui.backends._httpx import httpx
from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.agent_server.guard import ReadOnlyTransport, is_read
from tui.backends.base import Capabilities
from tui.backends.errors import ReadOnly
from tui.cli.main import cli
from tui.screens.commands import BindingCommands
from tui.screens.keymap import EVERYWHERE, MOVING, contexts
from tui.screens.runs import RunsList
from tui.widgets.args_editor import ArgsEditor
from tui.widgets.input_editor import InputEditor

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
ENDS = {"app.quit", "app.quit_now"}
"""Commands after which there is nothing left to press."""
OUTSIDE = {"editor.outside", "app.suspend"}
"""Commands that hand the terminal to another program, which a test does not have."""


PANES = {"Timeline": "2", "Inspector": "3", "Live": "4", "Threads": "1"}
OVER = {"A value full screen": ("3", "o"), "Raw events": ("4", "R"), "Help": ("2", "question_mark")}
"""What lies over the panes, and how to get there."""
ELSEWHERE = {"Editor of tool arguments": "e", "Editor of an input": "i", "A question": "r", "Runs": "R"}
"""The rest of all places where keys act: opened by these keys, and pressed there."""
READING_VERBS = {"open", "demo", "threads", "history", "show", "runs", "join", "doctor", "audit"}

KINDS = {"POST ", "DELETE /threads", "cancel", "stream", "state"}
EDITORS = (ArgsEditor, InputEditor)
GO_ON = {"live", "watch", "statuses", "join"}
"""Groups of work that does not end by itself, beside following a run."""


class Forgetful(AgentServerBackend):
    """A locked connection that does not say so, as if nothing above had thought of it."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()


def writes(asked: list[Asked]) -> list[str]:
    """The requests that are no reads."""
    found = []
    for request in asked:
        parts = urlsplit(request.path)
        if not is_read(request.method, parts.path, tuple(name for name, _ in parse_qsl(parts.query))):
            found.append(str(request))
    return found


def kinds_of(refused: list[str]) -> set[str]:
    """The kinds of writes, by the ends of their paths."""
    return {path.rpartition("/")[2] if path.count("/") > 2 else path.rpartition("/")[0] for path in refused}


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the lock kept back."""
    kept: list[str] = []
    real = ReadOnlyTransport.handle_async_request

    async def watched(self: ReadOnlyTransport, request: httpx.Request) -> httpx.Response:
        try:
            return await real(self, request)
        except ReadOnly:
            kept.append(f"{request.method} {request.url.path}")
            raise

    monkeypatch.setattr(ReadOnlyTransport, "handle_async_request", watched)
    return kept


@asynccontextmanager
async def threads_of(server_url: str) -> AsyncIterator[tuple[str, str]]:
    """A thread that ended, and one whose run goes on."""
    sdk = get_sync_client(url=server_url)
    ended = sdk.threads.create(metadata={"title": "ended"})["thread_id"]
    sdk.runs.wait(ended, "agent", input=ASKED)
    going = sdk.threads.create(metadata={"title": "going on"})["thread_id"]
    run = sdk.runs.create(going, "slow", input={})
    try:
        yield ended, going
    finally:
        sdk.runs.cancel(going, run["run_id"], wait=True)
        assert len(sdk.threads.get_history(ended, limit=100)) == 5, "nothing was added"
        for thread in (ended, going):
            sdk.threads.delete(thread)


def open_thread(driver: Driver) -> str:
    """The thread that is open."""
    opened = driver.screen.history.opened
    return opened.thread_id if opened is not None else ""


def is_writing(driver: Driver) -> bool:
    """Whether an editor has the focus."""
    focused = driver.app.focused
    return focused is not None and any(isinstance(node, EDITORS) for node in focused.ancestors_with_self)


def chooses(driver: Driver) -> bool:
    """Whether a list waits for a choice."""
    focused = driver.app.focused
    return isinstance(focused, OptionList) and focused.highlighted is not None


class Presser:
    """Presses keys and says yes to everything."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def press(self, *keys: str) -> None:
        """Press keys, say yes, and leave whatever was opened."""
        for key in keys:
            await self._driver.press(key)
            await self.yes_and_back()

    def _has_come(self) -> bool:
        """Whether what a key began is done, or waits for an answer."""
        app = self._driver.app
        groups = {worker.group for worker in app.workers if worker.state is WorkerState.RUNNING} - GO_ON
        going = [group for group in groups if not group.startswith("run-")]
        asks = self._driver.screen.query_one("#question").has_class("-open")
        return not going or asks or is_writing(self._driver) or len(app.screen_stack) > 1

    async def yes_and_back(self) -> None:
        """Answer a question with yes, send what an editor holds, and come back to the panes."""
        driver = self._driver
        await driver.until(self._has_come, "what the key began")
        if driver.screen.query_one("#question").has_class("-open"):
            await driver.press("y")
        if is_writing(driver):
            await driver.press("ctrl+s")
            if driver.screen.query_one("#question").has_class("-open"):
                await driver.press("y")
            await driver.press("escape")
        for _ in range(4):
            if len(driver.app.screen_stack) > 1:
                await driver.press("escape")

    async def keys_of(self, bindings: list[Binding]) -> None:
        """Every key of a context."""
        for binding in bindings:
            if binding.id not in ENDS | OUTSIDE:
                await self.press(binding.key)


@pytest.mark.parametrize("forgetful", [False, True], ids=["as it is", "screens forget"])
async def test_no_key_and_no_command_sends_anything_but_reads(
    server_url: str, refused: list[str], forgetful: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # where screenshots go
    pages = dict(contexts(ForkpointApp))
    assert set(pages) == {*PANES, *OVER, *ELSEWHERE, EVERYWHERE, MOVING}, "no place is left out"
    with recording(server_url) as recorder:
        async with threads_of(server_url) as (ended, going):
            kind = Forgetful if forgetful else AgentServerBackend
            backend = kind(recorder.url, read_only=True)
            async with opened_app(backend, read_only=not forgetful) as driver:
                presser = Presser(driver)
                await press_runs(driver, presser, going, list(pages["Runs"]))
                assert driver.screen.threads_list.select(ended)
                await driver.press("1", "enter")
                await driver.until(lambda: open_thread(driver) == ended, "the thread")
                await driver.select_step(1)
                for title, pane in PANES.items():
                    await driver.press(pane)
                    await presser.keys_of(list(pages[title]))
                if forgetful:
                    for title in OVER:
                        await press_over(driver, presser, title, list(pages[title]))
                    await send_from_editors(driver, pages)
                else:
                    for title in (EVERYWHERE, MOVING):
                        await driver.press("2")
                        await presser.keys_of(list(pages[title]))
                await press_palette(driver, presser)
                if forgetful:
                    await driver.press("1", "a")
                    await driver.yes()
                    await driver.until(lambda: chooses(driver), "the choice of who runs it")
                    await driver.press("home", "enter")
                    await driver.until(lambda: not chooses(driver), "what was chosen")
                    # The keys were worth pressing: without the lock they would have written.
                    await driver.until(lambda: kinds_of(refused) >= KINDS, f"{KINDS} in {refused}")
        assert writes(recorder.asked) == []
        assert len(recorder.asked) > 20
    if not forgetful:
        assert refused == [], "nobody even tries"


async def press_over(driver: Driver, presser: Presser, title: str, bindings: list[Binding]) -> None:
    """Every key of a screen that lies over the panes."""
    for binding in bindings:
        if len(driver.app.screen_stack) == 1:
            await driver.press(*OVER[title])
            await driver.until(lambda: len(driver.app.screen_stack) > 1, title)
        await driver.press(binding.key)
    await presser.yes_and_back()


async def send_from_editors(driver: Driver, pages: Mapping[str, Sequence[Binding]]) -> None:
    """A fork and a new input, written and sent, after every other key of the editors."""
    for title in ("Editor of tool arguments", "Editor of an input"):
        await driver.select_step(1)
        await driver.press(ELSEWHERE[title])
        await driver.until(lambda: is_writing(driver), title)
        await driver.write("more")
        for binding in pages[title]:
            if binding.id not in OUTSIDE and binding.key not in ("escape", "ctrl+s"):
                await driver.press(binding.key)
                while len(driver.app.screen_stack) > 1:
                    await driver.press("escape")
        await driver.write("more")
        await driver.press("ctrl+s")
        await driver.yes()
        await driver.until(lambda: not driver.screen.query_one("#question").has_class("-open"), "the answer")
        await driver.pilot.pause()
        await driver.press("escape")


async def press_palette(driver: Driver, presser: Presser) -> None:
    """Run every command that the palette offers; those of all panes are among them."""
    await driver.press("2")
    for command in list(BindingCommands(driver.screen).commands()):
        if "quit" in command.words:
            continue
        with suppress(SkipAction):
            done = command.run()
            if done is not None:
                await done
        await driver.pilot.pause()
        await presser.yes_and_back()


async def press_runs(driver: Driver, presser: Presser, thread: str, bindings: list[Binding]) -> None:
    """Every key of the list of runs, on a run that is active."""
    await driver.press("1")
    assert driver.screen.threads_list.select(thread)
    await driver.press("enter")
    await driver.until(lambda: open_thread(driver) == thread, "the other thread")
    for key in [binding.key for binding in bindings]:
        await driver.press("2", "R")
        await driver.until(lambda: len(driver.app.screen_stack) > 1, "the runs")
        await driver.until(lambda: driver.app.screen.query_one(RunsList).runs, "the runs")
        await presser.press(key)


def test_no_verb_sends_anything_but_reads(server_url: str, tmp_path: Path) -> None:
    sdk = get_sync_client(url=server_url)
    thread = sdk.threads.create()["thread_id"]
    sdk.runs.wait(thread, "agent", input=ASKED)
    with recording(server_url) as recorder:
        config = tmp_path / "forkpoint" / "config.toml"
        config.parent.mkdir()
        config.write_text(f'[profiles.p]\nurl = "{recorder.url}"\nread_only = true\n')
        for words in writing_verbs(thread):
            done = forkpoint(*words, url=recorder.url, FORKPOINT_READ_ONLY="1")
            assert done.code == (1 if words[0] == "cancel" else 4), (words, done.out, done.err)
            assert "read-only" in done.err or words[0] == "cancel", "a run that has ended is not cancelled anyway"
            assert "FORKPOINT_READ_ONLY" in done.err or words[0] == "cancel", "what made it so"
            assert "--read-only" not in done.err
        for options in (("--url", recorder.url, "--read-only"), ("--profile", "p")):
            done = forkpoint("new", *options, XDG_CONFIG_HOME=str(tmp_path))
            assert (done.code, "read-only" in done.err) == (4, True)
            assert "FORKPOINT_READ_ONLY" not in done.err
        planned = forkpoint("replay", f"{thread}@head~2", "--dry-run", url=recorder.url, FORKPOINT_READ_ONLY="1")
        assert planned.code == 0
        assert "Without --dry-run it would be refused: read-only because of FORKPOINT_READ_ONLY." in planned.err
        assert writes(recorder.asked) == []
        assert len(recorder.asked) > 5
    assert len(sdk.threads.get_history(thread, limit=100)) == 5


def test_every_verb_is_known_to_read_or_is_tried() -> None:
    assert {words[0] for words in writing_verbs("t")} == set(cli.commands) - READING_VERBS


def writing_verbs(thread: str) -> list[tuple[str, ...]]:
    return [
        ("new",),
        ("run", thread, "--assistant", "agent", "--input", "{}"),
        ("run", thread, "--assistant", "agent", "--input", "{}", "--background"),
        ("replay", f"{thread}@head~2"),
        ("fork", f"{thread}@head~2", "--tool-args", '{"query": "x"}'),
        ("cancel", thread, "latest"),
        ("delete", thread, "--yes"),
    ]


def test_the_recorder_tells_writes_from_reads() -> None:
    asked = [Asked("GET", "/threads/t"), Asked("POST", "/threads"), Asked("GET", "/x?cancel_on_disconnect=1")]
    assert writes(asked) == ["POST /threads", "GET /x?cancel_on_disconnect=1"]
    assert Recorder("http://h:1").asked == []
