"""Records what the snapshots show from a real server: `python -m tests.snapshots.record` (needs the demo extra).

The file holds raw answers of the Agent Server, so the snapshots show what a user of that server sees. Record again only
when the demo or the server's answers change; ids and times differ then, and every snapshot has to be looked at anew.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tui.backends.agent_server.backend import AgentServerBackend
from tui.demo.seed import seed
from tui.demo.server import start_demo_server

FIXTURE = Path(__file__).with_name("fixtures") / "demo.json"
MOST_TEXT = 3000
"""The long report is cut: a picture shows its beginning only."""


async def record(url: str) -> dict[str, Any]:
    """Everything that the snapshots need, as the server sends it."""
    backend = AgentServerBackend(url)
    await backend.connect()
    await seed(backend)
    await backend.close()
    return await recorded(get_client(url=url))


async def recorded(client: LangGraphClient) -> dict[str, Any]:
    """What the server says about itself and all of its threads."""
    threads = await client.threads.search(limit=100, sort_by="updated_at", sort_order="desc")
    rows = [{key: value for key, value in thread.items() if key != "values"} for thread in threads]
    for row, thread in zip(rows, threads, strict=True):
        messages = (thread.get("values") or {}).get("messages") or [None]
        row["extracted"] = {"last": messages[-1]}
    ids = [str(thread["thread_id"]) for thread in threads]
    return {
        "info": await client.http.get("/info"),
        "assistants": await client.assistants.search(limit=100),
        "threads": rows,
        "history": {i: await client.threads.get_history(i, limit=100) for i in ids},
        "runs": {i: await client.runs.list(i, limit=100) for i in ids},
    }


def shortened(value: Any) -> Any:
    """The value with long texts cut."""
    if isinstance(value, str):
        return value[:MOST_TEXT]
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return [shortened(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Record into the fixture file."""
    server = start_demo_server()
    try:
        recorded = asyncio.run(record(server.url))
    finally:
        server.stop()
    text = json.dumps(shortened(recorded), ensure_ascii=False, indent=1)
    FIXTURE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
