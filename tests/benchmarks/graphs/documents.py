"""A graph for benchmarks whose state may be big: documents by name, and no messages."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    turn: int
    documents: dict[str, Any]


async def collect(state: State) -> State:
    return {"turn": state.get("turn", 0) + 1}


builder = StateGraph(State)
builder.add_node("collect", collect)
builder.add_edge(START, "collect")
builder.add_edge("collect", END)
graph = builder.compile(name="documents")
