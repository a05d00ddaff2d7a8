"""A graph for tests that goes on until it is cancelled: `start` is quick, `wait` says a word ten times a second."""

import asyncio
from typing import Annotated

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

LONGEST = 120.0
"""Seconds after which it ends by itself, should a test forget it."""


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


async def begin(_state: State) -> State:
    return {"messages": [AIMessage("started")]}


async def wait(_state: State) -> State:
    write = get_stream_writer()
    for tick in range(int(LONGEST * 10)):
        write({"tick": tick})
        await asyncio.sleep(0.1)
    return {"messages": [AIMessage("ended by itself")]}


builder = StateGraph(State)
builder.add_node("begin", begin)
builder.add_node("wait", wait)
builder.add_edge(START, "begin")
builder.add_edge("begin", "wait")
builder.add_edge("wait", END)
graph = builder.compile()
