"""Threads for the benchmarks, really made by a real Agent Server: its graphs run (10,000 steps take about 10 s)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

GRAPH_FOLDER = Path(__file__).resolve().parent / "graphs"
GRAPHS = {name: GRAPH_FOLDER / f"{name}.py" for name in ("steps", "tokens", "documents")}
"""The benchmarks' own graphs by the names under which the server knows them."""

TEXT_BYTES = 5000
"""The constant part of a state in a long thread."""

GROWTH = 150
"""Characters that each step of a growing thread adds: about 340 bytes of JSON with what belongs to a message."""

STREAM_MODES = ["updates", "messages-tuple", "custom"]


def run_body(count: int, rate: float) -> dict[str, Any]:
    """The request of a run that streams `count` words, asked for as the app does."""
    return {
        "assistant_id": "tokens",
        "input": {"count": count, "rate": rate, "messages": [{"role": "user", "content": "speak"}]},
        "stream_mode": STREAM_MODES,
        "stream_subgraphs": True,
        "stream_resumable": True,
    }


class ThreadMaker:
    """Makes threads on one server, and reads them raw."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=600, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def empty(self, graph: str | None = None) -> str:
        """A thread without checkpoints; returns its id."""
        return self.created({"metadata": {"graph_id": graph} if graph else {}})

    def steps(self, checkpoints: int, *, grow: int = 0, text_bytes: int = TEXT_BYTES) -> str:
        """A thread with exactly so many checkpoints (at least 3), made by a run; returns its id."""
        thread = self.empty()
        last = checkpoints - 2  # the input and the start have one each
        values = {"text": "x" * text_bytes, "last": last, "grow": grow}
        body = {
            "assistant_id": "steps",
            "input": values,
            "config": {"recursion_limit": last + 10},
            "stream_mode": "updates",
        }
        run = self._json("POST", f"/threads/{thread}/runs", body)["run_id"]
        self.client.get(f"/threads/{thread}/runs/{run}/join").raise_for_status()
        return thread

    def big_state(self, size: int) -> str:
        """A thread with one checkpoint whose state weighs `size` bytes of JSON; returns its id."""
        thread = self.empty("documents")
        documents = {f"document-{number:05}": _document(number) for number in range(max(1, size // _DOCUMENT_BYTES))}
        body = {"values": {"turn": 1, "documents": documents}, "as_node": "collect"}
        self._json("POST", f"/threads/{thread}/state", body)
        return thread

    def talk(self, turns: int) -> str:
        """A thread of the token graph with so many steps in its history; returns its id."""
        said = {"messages": [{"role": "user", "content": "hello"}]}
        steps = [{"updates": [{"values": said, "as_node": node}]} for node in ("__input__", "__start__")]
        for turn in range(turns):
            answer = {"messages": [{"role": "assistant", "content": f"turn {turn}"}]}
            steps.append({"updates": [{"values": answer, "as_node": "speak"}]})
        return self.created({"metadata": {"graph_id": "tokens"}, "supersteps": steps})

    def titled(self, titles: list[str]) -> None:
        """Threads of a short talk each; `titles` are what the model said last."""
        for title in titles:
            said = {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": title}]}
            steps = [{"updates": [{"values": said, "as_node": node}]} for node in ("__input__", "__start__")]
            self.created({"metadata": {"graph_id": "tokens"}, "supersteps": steps})

    def page(self, thread: str, limit: int, before: str | None = None) -> bytes:
        """A page of history, unparsed."""
        query = {"limit": str(limit)} | ({"before": before} if before else {})
        return self.client.get(f"/threads/{thread}/history", params=query).raise_for_status().content

    def pages(self, thread: str, limit: int) -> Iterator[tuple[bytes, list[Any]]]:
        """All pages of history, unparsed and parsed."""
        from pydantic_core import from_json

        before: str | None = None
        while True:
            raw = self.page(thread, limit, before)
            rows = from_json(raw)
            yield raw, rows
            if len(rows) < limit:
                return
            before = rows[-1]["checkpoint"]["checkpoint_id"]

    def state(self, thread: str) -> Any:
        """The newest state."""
        return self._json("GET", f"/threads/{thread}/state")

    def created(self, body: dict[str, Any]) -> str:
        """Make a thread; returns its id."""
        thread = self._json("POST", "/threads", body)["thread_id"]
        assert isinstance(thread, str)
        return thread

    def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.client.request(method, path, json=body).raise_for_status().json()


_DOCUMENT_BYTES = 10_000


def _document(number: int) -> dict[str, Any]:
    """About 10 KB of what a retriever keeps in a state: some text and an embedding."""
    return {
        "id": f"document-{number:05}",
        "title": f"The document with the number {number}",
        "text": f"Sentence {number} of something long. " * 80,
        "embedding": [((number * 31 + place * 17) % 9973) / 9973 - 0.5 for place in range(320)],
        "metadata": {"source": f"https://example.com/{number}", "page": number, "tags": ["one", "two", "three"]},
    }
