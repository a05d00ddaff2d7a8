"""Reads one run's stream in a process of its own, as the app does, and says what came of it and what it cost.

`python -m tests.unit.hostile_reader URL`: prints {"error", "events", "grew" (bytes of memory at the peak)}.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path

from tui.backends.agent_server import AgentServerBackend
from tui.backends.errors import BackendError
from tui.session.live import LiveFeed


def peak() -> int:
    """The most memory that this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # there `ru_maxrss` counts what the parent held when it forked
        words = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:")).split()
        return int(words[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def main(url: str) -> None:
    """Read to the end, or to what breaks it."""
    backend = AgentServerBackend(url)
    feed = LiveFeed(lambda _: None)
    before, error = peak(), ""
    try:
        async with backend.join_stream("t", "r", last_event_id="-1") as stream:
            async for event in stream:
                feed.feed(event)
    except BackendError as caught:
        error = f"{type(caught).__name__}: {caught}"
    feed.close()
    transcript = feed.snapshot()
    await backend.close()
    sys.stdout.write(json.dumps({"error": error, "events": transcript.events, "grew": peak() - before}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
