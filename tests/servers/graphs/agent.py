"""The weather agent with nothing but langgraph and langchain_core, in words that every version since 0.6 knows."""

from typing import Annotated, Any

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

WEATHER = {"San Francisco": "14 °C, fog", "Santa Fe": "31 °C, sun"}


class State(TypedDict):
    """The conversation."""

    messages: Annotated[list[Any], add_messages]


def agent(state: State) -> dict[str, Any]:
    """Ask for the weather in the wrong city, or answer from the tool's result."""
    last = state["messages"][-1]
    usage = {"input_tokens": 20, "output_tokens": 7, "total_tokens": 27}
    if last.type == "tool":
        return {"messages": [AIMessage(content=f"The report says: {last.content}.", usage_metadata=usage)]}
    args = {"query": "weather in Santa Fe"}
    call = {"name": "search", "args": args, "id": "call_1"}
    content = [{"type": "tool_use", "id": "call_1", "name": "search", "input": args}]
    return {"messages": [AIMessage(content=content, tool_calls=[call], usage_metadata=usage)]}


def action(state: State) -> dict[str, Any]:
    """Look it up."""
    call = state["messages"][-1].tool_calls[0]
    query = call["args"]["query"]
    found = next((f"{city}: {report}" for city, report in WEATHER.items() if city in query), f"nothing on {query}")
    return {
        "messages": [ToolMessage(found, name="search", tool_call_id=call["id"], artifact={"query": query})],
    }


def route(state: State) -> str:
    """To the tool, if it was asked for."""
    return "action" if state["messages"][-1].tool_calls else END


builder = StateGraph(State)
builder.add_node("agent", agent)
builder.add_node("action", action)
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", route, ["action", END])
builder.add_edge("action", "agent")
graph = builder.compile()
