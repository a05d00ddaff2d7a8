"""An Agent Server that means harm: ids, names, statuses, errors and headers that no real one can be made to send.

It speaks enough of the API to be opened, looked through and run, over a real socket. What it says is the same at every
request; `refuses` makes it answer everything with an error whose words are hostile, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.hostile.corpus import an_id, as_dict, everything, named
from tests.hostile.serving import Answering, LocalServer, running

THREAD, RUN, ASSISTANT = an_id("thread-"), an_id("run-"), an_id("assistant-")
ROWS = 4
CREATED = "2026-01-01T12:00:0{}+00:00"

_Reply = tuple[int, Any]


def checkpoint_id(number: int) -> str:
    return f"0{number}{an_id('-checkpoint-')}"


def thread() -> dict[str, Any]:
    return {
        "thread_id": THREAD,
        "status": named("idle"),
        "created_at": CREATED.format(0),
        "updated_at": CREATED.format(1),
        "metadata": {"title": f"title {named('')}", "graph_id": named("graph"), **as_dict(sendable=False)},
        "config": {},
        "values": None,
        "error": everything(sendable=False),
        "interrupts": {named("task"): [{"id": named("ask"), "value": everything(sendable=False)}]},
        "extracted": {"last": everything(sendable=False)},
    }


def run() -> dict[str, Any]:
    return {
        "run_id": RUN,
        "thread_id": THREAD,
        "assistant_id": ASSISTANT,
        "status": named("success"),
        "created_at": CREATED.format(1),
        "updated_at": CREATED.format(2),
        "metadata": as_dict(sendable=False),
        "multitask_strategy": named("reject"),
        "kwargs": {
            "input": {"messages": [{"role": "user", "content": everything(sendable=False)}]},
            "config": {"configurable": {named("key"): everything(sendable=False)}, named("tags"): []},
            "context": as_dict(sendable=False),
        },
    }


def messages() -> list[dict[str, Any]]:
    everywhere = everything(sendable=False)
    args = {named("query"): everywhere, "nested": as_dict(sendable=False)}
    call = {"name": named("search"), "args": args, "id": named("call"), "type": "tool_call"}
    wrong = {"name": named("bad"), "args": everywhere, "id": named("wrong"), "error": everywhere}
    return [
        {"type": "human", "id": named("m1"), "name": named("user"), "content": everywhere},
        {"type": named("robot"), "id": named("m2"), "content": everywhere},
        {
            "type": "ai",
            "id": named("m3"),
            "content": [{"type": "reasoning", "reasoning": everywhere}, {"type": named("block"), "text": everywhere}],
            "tool_calls": [call],
            "invalid_tool_calls": [wrong],
            "usage_metadata": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
        },
    ]


def checkpoint(number: int) -> dict[str, Any]:
    name = {"thread_id": THREAD, "checkpoint_ns": "", "checkpoint_id": checkpoint_id(number)}
    parent = {**name, "checkpoint_id": checkpoint_id(number - 1)} if number else None
    task = {
        "id": named("task"),
        "name": named("node"),
        "path": [named("path")],
        "error": everything(sendable=False) if number == ROWS - 2 else None,
        "interrupts": [{"id": named("ask"), "value": {"question": everything(sendable=False), **as_dict()}}],
        "result": None,
    }
    return {
        "values": {"messages": messages(), **as_dict(sendable=False)} if number else {},
        "next": [named("node")],
        "tasks": [task],
        "metadata": {"source": "loop", "step": number - 1, "run_id": RUN, **as_dict(sendable=False)},
        "created_at": CREATED.format(number),
        "checkpoint": name,
        "parent_checkpoint": parent,
        "interrupts": [],
    }


def events() -> list[tuple[str, Any]]:
    node, text = named("node"), everything(sendable=False)
    chunk = {"type": "AIMessageChunk", "id": named("m9"), "content": text}
    parts = [{"name": named("search"), "args": json.dumps({named("q"): text}), "id": named("c9"), "index": 0}]
    calling = {**chunk, "content": [{"type": "thinking", "thinking": text}], "tool_call_chunks": parts}
    about = {"langgraph_node": node, "langgraph_step": 1, "langgraph_checkpoint_ns": f"{node}:1"}
    return [
        ("metadata", {"run_id": RUN, "attempt": 1}),
        ("messages", [calling, about]),
        ("messages", [chunk, about]),
        (f"messages|{named('subgraph')}:1", [{**chunk, "id": named("m10")}, about]),
        ("custom", {named("custom"): text}),
        ("custom", {"progress": 0.5, "name": named("bar"), "message": text}),
        (named("unheard"), as_dict(sendable=False)),
        ("updates", {node: {"messages": messages(), named("key"): text}}),
        ("updates", {"__interrupt__": [{"id": named("ask"), "value": text}]}),
        ("error", {"error": named("Error"), "message": text}),
    ]


class HostileServer(LocalServer):
    """Says what nobody should say."""

    def __init__(self, refuses: int | None = None, headers: tuple[bytes, ...] = ()) -> None:
        super().__init__(_Handler)
        self.refuses = refuses
        self.headers = headers


class _Handler(Answering):
    server: HostileServer

    def answer(self, path: str, body: bytes) -> None:
        """The same at every request."""
        del body
        if self.server.refuses is not None:
            self._send(self.server.refuses, json.dumps({"detail": everything(sendable=False)}).encode())
        elif path.endswith("/stream") and "/runs" in path:
            self._stream()
        else:
            status, value = _reply(self.command, path)
            self._send(status, json.dumps(value).encode())

    def _send(self, status: int, body: bytes) -> None:
        self._head(status, b"application/json", *self.server.headers, f"content-length: {len(body)}".encode())
        self.wfile.write(body)

    def _head(self, status: int, content_type: bytes, *headers: bytes) -> None:
        lines = (f"HTTP/1.1 {status} PWNED".encode(), b"content-type: " + content_type, *headers)
        self.wfile.write(b"\r\n".join(lines) + b"\r\n\r\n")

    def _stream(self) -> None:
        self._head(200, b"text/event-stream", b"connection: close", b"content-location: /threads/x/runs/y")
        for event, data in events():
            self.wfile.write(f"event: {event}\r\ndata: {json.dumps(data)}\r\nid: {named('1')}\r\n\r\n".encode())
        self.close_connection = True


def assistant() -> dict[str, Any]:
    return {"assistant_id": ASSISTANT, "graph_id": named("graph"), "name": named("name"), "metadata": as_dict()}


_ROUTES: tuple[tuple[str, Any], ...] = (
    (r"GET /info", lambda: {"version": named("0.16"), "langgraph_py_version": named("1.2"), "flags": {}}),
    (r"POST /assistants/search", lambda: [assistant()]),
    (r"GET /assistants/[^/]+", assistant),
    (r"POST /threads/search", lambda: [thread()]),
    (r"POST /threads/count", lambda: 1),
    (r"(GET|POST|PATCH) /threads(/[^/]+)?", thread),
    (r"(GET|POST) /threads/[^/]+/history", lambda: [checkpoint(number) for number in reversed(range(ROWS))]),
    (r"GET /threads/[^/]+/state", lambda: checkpoint(ROWS - 1)),
    (r"GET /threads/[^/]+/runs", lambda: [run()]),
    (r"(GET|POST) /threads/[^/]+/runs(/[^/]+)?", run),
)


def _reply(method: str, path: str) -> _Reply:
    if match := re.fullmatch(r"/threads/[^/]+/state/0(\d)[^/]*", path):
        return 200, checkpoint(int(match[1]))
    for pattern, value in _ROUTES:
        if re.fullmatch(pattern, f"{method} {path}"):
            return 200, value()
    return 422, {"detail": everything(sendable=False)}


@contextmanager
def hostile_server(refuses: int | None = None, headers: tuple[bytes, ...] = ()) -> Iterator[HostileServer]:
    """A running one."""
    with running(HostileServer(refuses, headers)) as server:
        yield server
