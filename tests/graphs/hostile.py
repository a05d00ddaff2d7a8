"""A graph for tests whose every word is hostile: nodes, tools, arguments, keys, events, errors, questions.

What it is asked for is said in one word: `all` (a tool call, its result, an answer, a state full of payloads), `ask`
(stops at a question), `fail` (raises an error).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt
from typing_extensions import TypedDict, override

from tests.hostile.corpus import LONG, MARKS, as_dict, everything, named
from tui.demo.graphs.scripted import Call, Reply, ScriptedModel, last_question, settings_of

AGENT, ACTION = named("agent"), named("action")
ARGS = {named("query"): everything(), "plain": "weather", "nested": as_dict()}


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    notes: dict[str, Any]
    long: str
    marks: str


class HostileModel(ScriptedModel):
    @override
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        if isinstance(messages[-1], ToolMessage):
            return Reply(f"answer: {everything()}\n\n```python\n{everything()}\n```\n")
        call = Call(named("search"), ARGS, f"call_{named('id')}")
        return Reply(f"let me look: {everything()}", (call,))


model = HostileModel()


async def agent(state: State, config: RunnableConfig) -> State:
    messages = state["messages"]
    match last_question(messages):
        case "fail":
            raise ValueError(everything())
        case "ask":
            answer = interrupt({"question": everything(), named("choices"): [everything(), as_dict()]})
            return {"messages": [AIMessage(str(answer))]}
    said = await model.ainvoke(messages, config, settings=settings_of(config))
    said.name = named("model")
    if not isinstance(messages[-1], ToolMessage):
        said.content = [{"type": "thinking", "thinking": f"thought: {everything()}"}, *said.content]
        return {"messages": [said]}
    return {"messages": [said], "long": LONG.text, "marks": "e" + "\u0301" * MARKS}


async def action(state: State) -> State:
    last = state["messages"][-1]
    assert isinstance(last, AIMessage)
    write = get_stream_writer()
    write({named("custom"): everything()})
    write(everything())
    write({"progress": 0.5, "name": named("progress"), "message": everything()})
    results = [
        ToolMessage(everything(), name=call["name"], tool_call_id=call["id"], artifact=as_dict())
        for call in last.tool_calls
    ]
    return {"messages": results, "notes": as_dict()}


def route(state: State) -> str:
    last = state["messages"][-1]
    return ACTION if isinstance(last, AIMessage) and last.tool_calls else END


builder = StateGraph(State)
builder.add_node(AGENT, agent)
builder.add_node(ACTION, action)
builder.add_edge(START, AGENT)
builder.add_conditional_edges(AGENT, route, [ACTION, END])
builder.add_edge(ACTION, AGENT)
graph = builder.compile(name="hostile")
