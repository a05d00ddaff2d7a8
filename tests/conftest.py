"""What all tests share: a user's home that is nobody's, and one real Agent Server per worker."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rest import rest_by_the_loop
from tui.demo.server import RunningDemo, start_demo_server

# Programs that the tests start hear ctrl+c and the end of their terminal, also where the tests run in a shell's
# background or under nohup, which ignore them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

GRAPHS = Path(__file__).parent / "graphs"
TEST_GRAPHS = {name: GRAPHS / f"{name}.py" for name in ("echo", "gate", "slow", "hostile")}

_HOME_VARIABLES = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")
_TERMINAL_VARIABLES = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
"""What a developer's terminal says of itself, and the app goes by."""
_home = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported: the user's settings must neither be read nor written by a test."""
    home = tempfile.mkdtemp(prefix="forkpoint-tests-")
    config.stash[_home] = home
    # Workers of xdist were seen with COLUMNS: verbs would cut their lines to that.
    for name in [name for name in os.environ if name.startswith("FORKPOINT_") or name in _TERMINAL_VARIABLES]:
        del os.environ[name]
    for name in _HOME_VARIABLES:
        folder = Path(home) / name.lower()
        folder.mkdir(mode=0o700)
        os.environ[name] = str(folder)
    rest_by_the_loop()


def pytest_collection_finish() -> None:
    """Look for garbage less often: apps of Textual are many small objects, and that was a fifth of a test's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[_home], ignore_errors=True)


@pytest.fixture(scope="session")
def demo_server() -> Iterator[RunningDemo]:
    """A real `langgraph dev` with the demo's graphs and the tests' own, its model without delays. One per worker."""
    server = start_demo_server(TEST_GRAPHS, delay=0)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def server_url(demo_server: RunningDemo) -> str:
    """Where the worker's own Agent Server listens."""
    return demo_server.url
