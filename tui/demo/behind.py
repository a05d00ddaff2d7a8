"""The demo's threads, made while the app is open already. What it left half made goes with the demo's server."""

from __future__ import annotations

from collections.abc import Callable

from tui.backends.agent_server.backend import AgentServerBackend
from tui.demo.seed import seed
from tui.screens.beside import News


async def make_threads(url: str, hear: Callable[[News], None]) -> None:
    """Make the threads on the demo's server at `url`, over a connection of their own.

    Raises:
        DemoError: A run did not end as it should.
        BackendError: The server did not do what was asked.
    """
    backend = AgentServerBackend(url)
    try:
        await backend.connect()
        await seed(
            backend,
            on_progress=lambda _: hear(News("making threads")),
            on_first=lambda thread_id: hear(News("making threads", first_thread=thread_id)),
        )
    finally:
        await backend.close()
