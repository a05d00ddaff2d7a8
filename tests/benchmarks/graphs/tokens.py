"""A graph for benchmarks whose chat model streams `count` numbered words, `rate` of them a second, exactly on time."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AnyMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict, override

from tui.demo.graphs.scripted import Reply, ScriptedModel

PARAGRAPH = 40
"""Words in a paragraph."""

SHORTEST_SLEEP = 0.004
"""Seconds below which a sleep takes longer than it should: words leave in small bursts, as over a network."""


def words(count: int) -> str:
    """What the model says: "w0 w1 w2 …" in paragraphs."""
    lines = (range(first, min(first + PARAGRAPH, count)) for first in range(0, count, PARAGRAPH))
    return "\n\n".join(" ".join(f"w{number}" for number in line) for line in lines)


class PacedModel(ScriptedModel):
    """Says numbered words at a given pace."""

    count: int
    rate: float

    @override
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        del messages, settings
        return Reply(words(self.count))

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        del stop, run_manager, kwargs
        begun = time.monotonic()
        for number, chunk in enumerate(self._chunks(messages, {})):
            early = begun + number / self.rate - time.monotonic()
            if early > SHORTEST_SLEEP:
                await asyncio.sleep(early)
            elif number % 16 == 0:
                await asyncio.sleep(0)
            yield chunk


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    count: int
    rate: float


async def speak(state: State) -> State:
    model = PacedModel(count=state["count"], rate=state["rate"])
    return {"messages": [await model.ainvoke(state["messages"])]}


builder = StateGraph(State)
builder.add_node("speak", speak)
builder.add_edge(START, "speak")
builder.add_edge("speak", END)
graph = builder.compile(name="tokens")
