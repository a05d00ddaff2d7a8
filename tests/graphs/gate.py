"""A graph for tests that waits at a gate: `first` speaks, `second` waits until a file is there, `third` speaks again.

Its speed is the test's, whatever the machine's: nothing goes on before the test has made the file that the input names.
"""

import asyncio
from pathlib import Path
from typing import Annotated

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

LONGEST = 120.0
"""Seconds after which it goes on by itself, should a test forget it."""


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    gate: str


async def first(_state: State) -> State:
    return {"messages": [AIMessage("before the gate")]}


async def second(state: State) -> State:
    gate = Path(state.get("gate") or "/")
    get_stream_writer()({"at": "the gate"})
    for _ in range(int(LONGEST * 20)):
        if await asyncio.to_thread(gate.exists):
            break
        await asyncio.sleep(0.05)
    return {"messages": [AIMessage("through the gate")]}


async def third(_state: State) -> State:
    return {"messages": [AIMessage("behind the gate")]}


builder = StateGraph(State)
builder.add_node("first", first)
builder.add_node("second", second)
builder.add_node("third", third)
builder.add_edge(START, "first")
builder.add_edge("first", "second")
builder.add_edge("second", "third")
builder.add_edge("third", END)
graph = builder.compile()
