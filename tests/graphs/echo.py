"""A graph for tests that answers with how it was run: its config, its context and its recursion limit.

`agent` calls the tool `look` once with what it was asked; `action` answers with the settings of its own run, so that a
replay from before `action` shows whether it ran as the original did.
"""

import json
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from tui.demo.graphs.scripted import settings_of


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class Context(TypedDict, total=False):
    color: str
    number: int
    nested: dict[str, Any]


def settings(config: RunnableConfig, runtime: Runtime[Context]) -> str:
    """The run's settings as JSON: configurable, context, recursion_limit, tags."""
    answer = {
        "configurable": settings_of(config),
        "context": dict(runtime.context or {}),
        "recursion_limit": config.get("recursion_limit"),
        "tags": sorted(config.get("tags") or []),
    }
    return json.dumps(answer, sort_keys=True, ensure_ascii=False)


async def agent(state: State, config: RunnableConfig, runtime: Runtime[Context]) -> State:
    last = state["messages"][-1]
    if isinstance(last, ToolMessage):
        return {"messages": [AIMessage(settings(config, runtime))]}
    call = {"name": "look", "args": {"question": last.text}, "id": f"call_{len(state['messages'])}"}
    return {"messages": [AIMessage("", tool_calls=[call])]}


async def action(state: State, config: RunnableConfig, runtime: Runtime[Context]) -> State:
    last = state["messages"][-1]
    assert isinstance(last, AIMessage)
    answer = settings(config, runtime)
    return {"messages": [ToolMessage(answer, name=call["name"], tool_call_id=call["id"]) for call in last.tool_calls]}


def route(state: State) -> str:
    last = state["messages"][-1]
    return "action" if isinstance(last, AIMessage) and last.tool_calls else END


builder = StateGraph(State, context_schema=Context)
builder.add_node("agent", agent)
builder.add_node("action", action)
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", route, ["action", END])
builder.add_edge("action", "agent")
graph = builder.compile(name="echo")
