"""The writer: it plans, looks up several sources at the same time, and writes a long report in a subgraph.

`plan` calls one tool per source; every call goes to its own `look_up` (a fan-out with Send), which tells its progress
as custom events; `write` is a subgraph of `outline` and `draft`, where the report is streamed word by word.
"""

import operator
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NotRequired

from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.runnables import RunnableConfig
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Send
from typing_extensions import TypedDict, override

from tui.demo.graphs.scripted import (
    Call,
    Reply,
    ScriptedModel,
    call_id,
    last_question,
    settings_of,
    take_time,
)

SOURCES: dict[str, str] = {
    "costs": "Prices of {topic} have fallen by 62 % within ten years",
    "history": "The first uses of {topic} are about seventy years old",
    "risks": "The greatest risk of {topic} is that plans are made for a single year",
}
"""What each source says about any topic."""

SECTIONS = 6
LONGEST = 200
"""Sections of a report: the default, and the most that a run may set with `sections` in its config."""


class Finding(TypedDict):
    """What one source said."""

    source: str
    fact: str


class State(TypedDict):
    """The conversation, the topic, what was found out, and the report."""

    messages: Annotated[list[AnyMessage], add_messages]
    topic: NotRequired[str]
    findings: Annotated[list[Finding], operator.add]
    report: NotRequired[str]


class LookUp(TypedDict):
    """The input of one parallel task."""

    call: dict[str, Any]


class Writing(TypedDict):
    """The state of the subgraph: what it shares with the parent, and an outline of its own."""

    messages: Annotated[list[AnyMessage], add_messages]
    topic: NotRequired[str]
    findings: NotRequired[list[Finding]]
    outline: NotRequired[list[str]]
    report: NotRequired[str]


class Written(TypedDict):
    """What the subgraph gives back. Not the findings: the parent's reducer would add them a second time."""

    messages: Annotated[list[AnyMessage], add_messages]
    report: NotRequired[str]


class Update(TypedDict, total=False):
    """What a node writes."""

    messages: list[AnyMessage]
    topic: str
    findings: list[Finding]
    outline: list[str]
    report: str


class PlanModel(ScriptedModel):
    """Asks every source."""

    @override
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        """One tool call per source."""
        topic = topic_of(last_question(messages))
        calls = [
            Call("look_up", {"source": source, "topic": topic}, call_id(messages, number))
            for number, source in enumerate(SOURCES)
        ]
        return Reply(f"I will ask {len(calls)} sources about {topic}.", calls)


class DraftModel(ScriptedModel):
    """Writes the report that the last message asks for, at length."""

    @override
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        """One paragraph per section of the outline."""
        topic, outline, findings = settings["topic"], settings["outline"], settings["findings"]
        paragraphs = [f"A report on {topic}."]
        for number, heading in enumerate(outline, start=1):
            fact = findings[(number - 1) % len(findings)]["fact"] if findings else f"Nothing is known about {topic}"
            paragraphs.append(
                f"{number}. {heading}. {fact}. Seen from close by, this changes what a careful reader would do: "
                f"measure first, decide later, and write down why. Whoever works with {topic} every day agrees."
            )
        return Reply("\n\n".join(paragraphs))


def topic_of(question: str) -> str:
    """What the report is to be about."""
    words = question.strip(" .?!").split(" on ", 1)[-1].split(" about ", 1)[-1]
    return words.strip() or "everything"


PLAN_MODEL = PlanModel()
DRAFT_MODEL = DraftModel()


async def plan(state: State, config: RunnableConfig) -> Update:
    """Let the model decide which sources to ask."""
    message = await PLAN_MODEL.ainvoke(state["messages"], settings=settings_of(config))
    return {"messages": [message], "topic": topic_of(last_question(state["messages"]))}


def fan_out(state: State) -> list[Send] | str:
    """One parallel task per tool call."""
    message = state["messages"][-1]
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return [Send("look_up", {"call": dict(call)}) for call in calls] or "write"


async def look_up(task: LookUp, config: RunnableConfig) -> Update:
    """Ask one source, telling how far it is."""
    call = task["call"]
    source, topic = str(call["args"].get("source")), str(call["args"].get("topic"))
    tell = get_stream_writer()
    for percent in (0, 50, 100):
        tell({"progress": percent, "source": source, "topic": topic})
        if percent < 100:
            # Every source has its own pace, so that they do not come back in the order in which they were asked.
            await take_time(settings_of(config), 4 + len(source))
    fact = SOURCES.get(source, "Nothing is known about {topic}").format(topic=topic)
    result = ToolMessage(fact, name=call["name"], tool_call_id=call["id"], artifact={"source": source})
    return {"messages": [result], "findings": [Finding(source=source, fact=fact)]}


async def outline(_state: Writing, config: RunnableConfig) -> Update:
    """Decide on the sections."""
    settings = settings_of(config)
    await take_time(settings, 10)
    titles = ["Where it began", "What it costs", "What can go wrong", "Who depends on it", "What changes", "What to do"]
    wanted = settings.get("sections", SECTIONS)
    length = min(max(wanted, 1), LONGEST) if isinstance(wanted, int) else SECTIONS
    return {"outline": [titles[number % len(titles)] for number in range(length)]}


async def draft(state: Writing, config: RunnableConfig) -> Update:
    """Write the report, streaming."""
    headings = state.get("outline") or []
    tell = get_stream_writer()
    tell({"progress": 0, "source": "draft", "sections": len(headings)})
    settings = settings_of(config) | {
        "topic": state.get("topic") or "everything",
        "outline": headings,
        "findings": state.get("findings") or [],
    }
    asked = HumanMessage(f"Write a report on {settings['topic']}.")
    pieces: list[AIMessageChunk] = []
    written = 0
    async for piece in DRAFT_MODEL.astream([asked], settings=settings):
        pieces.append(piece)
        if paragraphs := str(piece.content).count("\n\n"):
            tell({"progress": round(100 * written / len(headings)), "source": "draft", "sections": len(headings)})
            written += paragraphs
    tell({"progress": 100, "source": "draft", "sections": len(headings)})
    whole = add_ai_message_chunks(*pieces)
    message = AIMessage(whole.content, **whole.model_dump(include={"id", "response_metadata", "usage_metadata"}))
    return {"messages": [message], "report": str(message.content)}


writer_builder = StateGraph(Writing, output_schema=Written)
writer_builder.add_node("outline", outline)
writer_builder.add_node("draft", draft)
writer_builder.add_edge(START, "outline")
writer_builder.add_edge("outline", "draft")
writer_builder.add_edge("draft", END)
writer = writer_builder.compile(name="write")

builder = StateGraph(State)
builder.add_node("plan", plan)
builder.add_node("look_up", look_up)
builder.add_node("write", writer)
builder.add_edge(START, "plan")
builder.add_conditional_edges("plan", fan_out, ["look_up", "write"])
builder.add_edge("look_up", "write")
builder.add_edge("write", END)
graph = builder.compile(name="research")
