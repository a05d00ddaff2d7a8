"""Records threads of odd shapes from a real server: `python -m tests.snapshots.record_shapes` (needs the demo extra).

What the demo's own threads don't have: content of every kind, several tool calls at once, forks of forks, twenty
forks of one checkpoint, a fan-out that has ended, a breakpoint, and texts that are hard to line up. Beside `record`,
in a file of its own, so that the README's pictures stay when this one changes.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.snapshots.record import recorded, shortened
from tui.demo.server import start_demo_server

FIXTURE = Path(__file__).with_name("fixtures") / "shapes.json"

CONTENT = "content of every kind"
CALLS = "three calls at once"
NESTED = "forks of forks"
STAR = "twenty forks"
WIDE = "👨‍👩‍👧‍👦 가족 여행 שלום e\u0301te\u0301"
FANNED = "report on tides"
BREAKPOINT = "stopped before the tool"

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # a red dot
LONG = "\n\n".join(
    f"{number}. A careful reader measures first, decides later, and writes down why. Whoever works with tides every "
    f"day agrees: the moon is a patient teacher, and lesson {number} is repeated twice a day."
    for number in range(1, 25)
)
MARKDOWN = """# Two ways to ask

The agent can ask **once** or *several times*; see `search`:

```python
def search(query: str) -> str:
    \"\"\"Look it up.\"\"\"
    return f"results of {query!r}"
```

- one call: quick
- three calls: thorough
  1. first
  2. second

| city | °C |
|---|---|
| San Francisco | 14 |
| 서울 | 23 |

> Measure first."""

CONTENT_MESSAGES: list[dict[str, Any]] = [
    {"type": "system", "content": "You are a careful assistant. Answer with sources."},
    {
        "type": "human",
        "content": [
            {"type": "text", "text": "What is in this picture, and in this file?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
            {"type": "image", "source": {"type": "url", "url": "https://example.com/a/harbour.jpg"}},
            {"type": "file", "mime_type": "application/pdf", "base64": "JVBERi0xLjQK" * 40, "filename": "tides.pdf"},
        ],
    },
    {
        "type": "ai",
        "content": [
            {"type": "reasoning", "reasoning": "A red dot says little. I should look the file up before I answer."},
            {"type": "text", "text": "I will look both up."},
            {"type": "tool_use", "id": "call_look", "name": "look", "input": {"what": "tides.pdf", "pages": [1, 2]}},
        ],
        "tool_calls": [{"name": "look", "args": {"what": "tides.pdf", "pages": [1, 2]}, "id": "call_look"}],
        "usage_metadata": {"input_tokens": 1250, "output_tokens": 64, "total_tokens": 1314},
    },
    {
        "type": "tool",
        "name": "look",
        "tool_call_id": "call_look",
        "status": "error",
        "content": "FileNotFoundError: tides.pdf has no page 2",
    },
    {"type": "ai", "content": MARKDOWN},
    {"type": "human", "content": "And all that you know about tides?"},
    {"type": "ai", "content": LONG},
]

THREE_CALLS = [
    {"name": "search", "args": {"query": "flights to Santa Fe", "limit": 5, "direct": True}, "id": "call_flights"},
    {
        "name": "book",
        "args": {
            "traveller": {"name": "김하늘", "seats": ["12A", "12B"]},
            "price": 412.5,
            "note": None,
            "terms": "Refundable until the day before.\nA fee applies afterwards.",
        },
        "id": "call_booking",
    },
    {"name": "search", "args": {"query": "hotels near the plaza, quiet, with breakfast"}, "id": "call_hotels"},
]

WIDE_MESSAGES: list[dict[str, Any]] = [
    {
        "type": "human",
        "content": "가족 👨‍👩‍👧‍👦 여행 ✈️ 🇰🇷 → 🏝️? "
        "שלום עולם, مرحبا بالعالم; cafe\u0301 na\u0308ive Z̸a̷l̶g̴o̵; 한국어\u200b제로폭",
    },
    {
        "type": "ai",
        "content": "날씨를 찾아볼게요. 👩🏽‍🚀 הנה التقرير",
        "tool_calls": [
            {
                "name": "찾기",
                "args": {"query": "제주도 날씨 🌦️", "언어": "한국어 · עברית", "e\u0301": ["👍🏿", "é"]},
                "id": "call_넓은",
            }
        ],
    },
    {
        "type": "tool",
        "name": "찾기",
        "tool_call_id": "call_넓은",
        "content": "제주: 24 °C, 🌬️ 바람 약함 · رياح خفيفة",
    },
    {
        "type": "ai",
        "content": "**제주도**는 24 °C예요 🙂\n\n| 도시 | 기온 |\n|---|---|\n| 제주 🏝️ | 24 |\n| תל אביב | 31 |\n\n"
        "`코드 👨‍💻` e\u0301te\u0301",
    },
]


async def record(url: str) -> dict[str, Any]:
    """Make the threads, and take what the server says of them."""
    client = get_client(url=url)
    await _talk(client, CONTENT, CONTENT_MESSAGES)
    await _talk(client, WIDE, WIDE_MESSAGES)
    await _three_calls(client)
    await _nested(client)
    await _star(client)
    await _fan_out(client)
    await _breakpoint(client)
    return await recorded(client)


async def _new(client: LangGraphClient, title: str, graph: str = "agent") -> str:
    thread = await client.threads.create(metadata={"title": title}, graph_id=graph)
    return str(thread["thread_id"])


async def _run(client: LangGraphClient, thread_id: str, value: Any, graph: str = "agent", **options: Any) -> None:
    await client.runs.wait(thread_id, graph, input=value, raise_error=False, **options)


async def _talk(client: LangGraphClient, title: str, messages: list[dict[str, Any]]) -> None:
    thread_id = await _new(client, title)
    await _run(client, thread_id, {"messages": [*messages, {"type": "human", "content": "Thank you!"}]})


async def _asked(client: LangGraphClient, title: str, **options: Any) -> tuple[str, dict[str, Any]]:
    """A thread where the weather was asked for, and the state right before the tool."""
    thread_id = await _new(client, title)
    await _run(client, thread_id, {"messages": [{"role": "user", "content": "what's the weather in sf"}]}, **options)
    rows = await client.threads.get_history(thread_id, limit=10)
    return thread_id, dict(next(row for row in rows if list(row["next"]) == ["action"]))


async def _three_calls(client: LangGraphClient) -> None:
    thread_id, _ = await _asked(client, CALLS)
    message = {"type": "ai", "content": "Let me plan the trip.", "tool_calls": THREE_CALLS, "id": "three-calls"}
    await client.threads.update_state(thread_id, {"messages": [message]}, as_node="agent")


async def _fork(client: LangGraphClient, thread_id: str, state: dict[str, Any], query: str) -> dict[str, Any]:
    """Another query at a state before the tool; returns the state after the edit."""
    message = json.loads(json.dumps(state["values"]["messages"][-1]))
    message["tool_calls"][0]["args"]["query"] = query
    made = await client.threads.update_state(
        thread_id, {"messages": [message]}, checkpoint_id=state["checkpoint"]["checkpoint_id"]
    )
    return dict(await client.threads.get_state(thread_id, checkpoint=made["checkpoint"]))


async def _nested(client: LangGraphClient) -> None:
    """Three levels of forks, some of them run, one of them a replay without an edit, one a copy."""
    thread_id, state = await _asked(client, NESTED)
    for city in ("San Francisco", "Oakland", "Berkeley"):
        state = await _fork(client, thread_id, state, f"weather in {city}")
        await _run(client, thread_id, None, checkpoint=state["checkpoint"])
        await _fork(client, thread_id, state, f"weather near {city}")
    again = await client.threads.update_state(thread_id, {"messages": []}, checkpoint=state["checkpoint"])
    await _run(client, thread_id, None, checkpoint=again["checkpoint"])
    await client.threads.update_state(thread_id, None, as_node="__copy__", checkpoint=state["checkpoint"])


async def _star(client: LangGraphClient) -> None:
    thread_id, state = await _asked(client, STAR)
    for number in range(20):
        await _fork(client, thread_id, state, f"weather in city {number + 1}")


async def _fan_out(client: LangGraphClient) -> None:
    thread_id = await _new(client, FANNED, "research")
    config = {"configurable": {"sections": 2}}
    question = {"messages": [{"role": "user", "content": "write a report on tides"}]}
    await _run(client, thread_id, question, "research", config=config)


async def _breakpoint(client: LangGraphClient) -> None:
    await _asked(client, BREAKPOINT, interrupt_before=["action"])


def main() -> None:
    """Record into the fixture file."""
    server = start_demo_server(delay=0)
    try:
        found = asyncio.run(record(server.url))
    finally:
        server.stop()
    FIXTURE.write_text(json.dumps(shortened(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
