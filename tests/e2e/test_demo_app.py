"""`forkpoint demo` in a terminal: open as soon as its server answers, its threads come, and nothing stays behind."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from tests.e2e.app_terminal import MODES_AT_START, AppTerminal
from tests.e2e.test_demo_server import Watched, children_of, listens, session_of


class Demo(AppTerminal):
    """The demo, and the processes that it started."""

    def __init__(self, state: Path) -> None:
        super().__init__("demo", state=state, columns=200, rows=40)
        self.see("● live")
        found = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(self.screen.lines()))
        assert found is not None
        self.url = found[0]
        (supervisor,) = children_of(self.pid)
        (server,) = children_of(supervisor)
        self.server = Watched([supervisor, *session_of(server)])


def test_the_app_is_open_while_its_threads_are_made(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        assert not demo.screen.contains("forked twice"), "open before the threads are there"
        demo.see("31 °C")
        demo.wait_for(
            lambda screen: screen.contains("flaky import") and not screen.contains("making threads"),
            what="the last of the threads",
        )
        demo.wait_for(lambda screen: "● weather in SF  " in screen.line(2), what="the first thread on top")
        demo.write("\x11")
        assert demo.ended() == 0
        assert demo.modes == MODES_AT_START
        demo.server.wait()
        assert not listens(demo.url)
    left = [path.name for path in (tmp_path / "forkpoint").iterdir()]
    assert left == ["hint-shown"], "no audit log, no memory of runs"


def test_leaving_while_the_threads_are_made_leaves_nothing(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        demo.see("making threads")
        demo.write("\x11")
        assert demo.ended() == 0
        assert demo.modes == MODES_AT_START
        assert not any("Traceback" in line or "Error" in line for line in demo.screen.lines())
        demo.server.wait()
        assert not listens(demo.url)


def test_killed_while_the_threads_are_made_leaves_no_server(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        demo.see("making threads")
        os.kill(demo.pid, signal.SIGKILL)
        demo.server.wait()
        assert not listens(demo.url)
