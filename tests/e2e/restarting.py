"""A real Agent Server that a test stops and starts again on the same port, its files kept in between."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tui.demo.supervisor import Server, free_port, is_ours, launch

START_SECONDS = 60.0


class RestartingServer:
    """`langgraph dev` in a folder of its own. The port stays the same from start to start."""

    def __init__(self, graphs: Mapping[str, Path], folder: Path) -> None:
        self._graphs = {name: str(path.resolve()) for name, path in graphs.items()}
        self._folder = folder
        self._server: Server | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """Where it listens, when it does."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._server = server = launch(self._graphs, self._folder, self.port)
        end = time.monotonic() + START_SECONDS
        while not is_ours(self.url, server.nonce):
            assert not server.has_ended(), server.log_tail
            assert time.monotonic() < end, f"not at {self.url}: {server.log_tail}"
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> None:
        """End it with a signal, and wait until it is gone."""
        assert self._server is not None
        os.kill(self._server.process.pid, how)
        self._server.process.wait(30)

    def forget(self) -> None:
        """Drop its files, as if it had been killed before it wrote any."""
        shutil.rmtree(self._files, ignore_errors=True)

    @property
    def _files(self) -> Path:
        return self._folder / ".langgraph_api"

    def stop(self) -> None:
        """Clean up."""
        if self._server is not None:
            self._server.stop()


@contextlib.contextmanager
def restarting_server(graphs: Mapping[str, Path]) -> Iterator[RestartingServer]:
    """A started server."""
    with tempfile.TemporaryDirectory(prefix="forkpoint-restart-") as folder:
        server = RestartingServer(graphs, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()
