"""A graph for benchmarks that makes long threads: it takes as many steps as its input says.

A constant `text` makes every state as big as wanted; `grow` characters a step make it grow by one message each.
"""

from typing import Annotated

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    text: str
    turn: int
    last: int
    grow: int
    messages: Annotated[list[AnyMessage], add_messages]


async def step(state: State) -> State:
    turn = state.get("turn", 0) + 1
    update: State = {"turn": turn}
    if grow := state.get("grow", 0):
        update["messages"] = [AIMessage(f"turn {turn} ".ljust(grow, "."), id=f"message-{turn:06}")]
    return update


def route(state: State) -> str:
    return "step" if state["turn"] < state["last"] else END


builder = StateGraph(State)
builder.add_node("step", step)
builder.add_edge(START, "step")
builder.add_conditional_edges("step", route, ["step", END])
graph = builder.compile(name="steps")
