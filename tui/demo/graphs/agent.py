"""The weather agent: `agent` (the model) asks the tool `search` in `action`, reads the result and answers.

It has a bug to find: asked about "SF" it searches for Santa Fe. Fork before `action`, correct the query, and the answer
is right.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from pydantic import ValidationError
from typing_extensions import TypedDict, override

from tui.demo.graphs.scripted import (
    Call,
    Reply,
    ScriptedModel,
    call_id,
    last_question,
    settings_of,
    speaks_korean,
    take_time,
    text_of,
)
from tui.demo.graphs.weather import (
    CITIES,
    find_city,
    is_about_tomorrow,
    look_up,
    read_report,
    say_in_english,
    say_in_korean,
)

ABBREVIATIONS = {"sf": "Santa Fe", "nyc": "New York"}
"""What the model takes an abbreviation for. The first one is the planted bug."""


class State(TypedDict):
    """The conversation."""

    messages: Annotated[list[AnyMessage], add_messages]


class Context(TypedDict, total=False):
    """How a run is to answer: `units` is "celsius" or "fahrenheit", `delay` the seconds per token."""

    units: str
    delay: float
    user: str


@tool(response_format="content_and_artifact")
def search(query: str) -> tuple[str, dict[str, Any]]:
    """Search the weather report."""
    return look_up(query)


TOOLS: dict[str, BaseTool] = {"search": search}


class WeatherModel(ScriptedModel):
    """Decides when to search, what for, and how to put the result into words."""

    @override
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        """Answer from the newest tool result, or search, or talk."""
        question = last_question(messages)
        korean = speaks_korean(question)
        if messages and isinstance(messages[-1], ToolMessage):
            return Reply(_answer(text_of(messages[-1]), korean=korean, units=settings.get("units")))
        if re.search(r"\b(config|configuration|context|settings?)\b|설정", question, re.IGNORECASE):
            return Reply(f"My settings: {json.dumps(dict(settings), ensure_ascii=False, sort_keys=True, default=str)}.")
        query = _query(question, messages)
        if query is None:
            return Reply(_greeting(korean=korean))
        text = "날씨를 찾아볼게요." if korean else "Let me look that up."
        return Reply(text, [Call("search", {"query": query}, call_id(messages))])


def _query(question: str, messages: Sequence[BaseMessage]) -> str | None:
    """What to search for, or None for small talk."""
    korean = speaks_korean(question)
    place = _place(question, korean=korean)
    if place is None and re.search(r"weather|forecast|tomorrow|temperature|날씨|내일|기온", question, re.IGNORECASE):
        earlier = (call["args"].get("query", "") for call in _calls(messages))
        city = next((city for query in earlier if (city := find_city(str(query)))), None)
        place = (city.korean if korean else city.name) if city else None
    if place is None:
        return question.strip(" ?!.") if "?" in question or "weather" in question.lower() else None
    when = ("내일 " if korean else " tomorrow") if is_about_tomorrow(question) else ""
    return f"{when}{place} 날씨" if korean else f"weather in {place}{when}"


def _place(question: str, *, korean: bool) -> str | None:
    for short, place in ABBREVIATIONS.items():
        if re.search(rf"\b{short}\b", question, re.IGNORECASE):
            return place
    city = find_city(question)
    if city is None:
        return None
    return city.korean if korean else city.name


def _calls(messages: Sequence[BaseMessage]) -> list[Any]:
    """The tool calls of the conversation, newest first."""
    return [call for message in reversed(messages) if isinstance(message, AIMessage) for call in message.tool_calls]


def _answer(result: str, *, korean: bool, units: object) -> str:
    report = read_report(result)
    if report is not None:
        return say_in_korean(report, units) if korean else say_in_english(report, units)
    if korean:
        return f"검색 결과: {result} 🤔 다른 도시를 물어보세요."
    return f"The search says: {result} Ask me about {', '.join(city.name for city in CITIES[:4])} or {CITIES[4].name}."


def _greeting(*, korean: bool) -> str:
    if korean:
        return "안녕하세요 🙂 어느 도시의 날씨가 궁금하세요?"
    return "Hello! Ask me about the weather in a city, such as San Francisco or Seoul."


MODEL = WeatherModel()


async def agent(state: State, config: RunnableConfig, runtime: Runtime[Context]) -> State:
    """Let the model speak: a tool call, or the answer."""
    settings = settings_of(config, runtime.context)
    return {"messages": [await MODEL.ainvoke(state["messages"], settings=settings)]}


async def action(state: State, config: RunnableConfig, runtime: Runtime[Context]) -> State:
    """Run the tools that the model asked for. A bad call becomes a result that says so, never a failed run."""
    message = state["messages"][-1]
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    await take_time(settings_of(config, runtime.context), 8)
    return {"messages": [await _run_tool(dict(call)) for call in calls]}


async def _run_tool(call: dict[str, Any]) -> ToolMessage:
    known = TOOLS.get(call["name"])
    if known is None:
        return _failed(call, f"There is no tool {call['name']!r}; there is: {', '.join(TOOLS)}.")
    try:
        result: ToolMessage = await known.ainvoke({**call, "type": "tool_call"})
    except ValidationError as error:
        return _failed(call, f"The tool {call['name']} does not take {call['args']!r}: {error.errors()[0]['msg']}.")
    return result


def _failed(call: dict[str, Any], why: str) -> ToolMessage:
    return ToolMessage(why, name=call["name"], tool_call_id=call["id"], status="error")


def route(state: State) -> str:
    """To the tools while the model asks for some."""
    messages = state["messages"]
    message = messages[-1] if messages else HumanMessage("")
    return "action" if isinstance(message, AIMessage) and message.tool_calls else END


builder = StateGraph(State, context_schema=Context)
builder.add_node("agent", agent)
builder.add_node("action", action)
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", route, ["action", END])
builder.add_edge("action", "agent")
graph = builder.compile(name="agent")
