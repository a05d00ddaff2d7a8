"""A chat model that plays a script, without a network: it streams word by word and builds tool calls piece by piece.

The messages look like those of a hosted model: content blocks with `tool_use`, `input` and `partial_json` beside the
`tool_calls` where it calls tools, a plain string where it answers, and token counts in `usage_metadata`.
"""

import asyncio
import contextlib
import hashlib
import json
import math
import os
import re
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from typing_extensions import override

DELAY_VARIABLE = "FORKPOINT_DEMO_DELAY"
"""Seconds per token; 0 in tests. A run may set its own with `delay` in its config or context."""

DEFAULT_DELAY = 0.03
LONGEST_DELAY = 10.0
PROMPT_TOKENS = 256
"""What a system prompt and the tool descriptions would cost."""

_SERVER_KEYS = re.compile(
    r"__|langgraph_|checkpoint|(thread|run|graph|assistant|user|task)_id$|x-|user-agent$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call that the model makes."""

    name: str
    args: Mapping[str, Any]
    id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says next: a text, tool calls, or both."""

    text: str = ""
    calls: Sequence[Call] = field(default_factory=tuple)


def settings_of(config: RunnableConfig, context: object = None) -> dict[str, Any]:
    """What the caller set for this run: `configurable` without the server's own keys, and the context."""
    configurable = config.get("configurable") or {}
    own = {key: value for key, value in configurable.items() if not _SERVER_KEYS.match(key)}
    return own | (dict(context) if isinstance(context, Mapping) else {})


def seconds_per_token(settings: Mapping[str, Any]) -> float:
    """The pace of the model: the run's own `delay`, else the environment's, else one that can be watched."""
    for value in (settings.get("delay"), os.environ.get(DELAY_VARIABLE)):
        if isinstance(value, int | float | str):
            with contextlib.suppress(ValueError):
                seconds = float(value)
                if math.isfinite(seconds):
                    return min(max(seconds, 0.0), LONGEST_DELAY)
    return DEFAULT_DELAY


async def take_time(settings: Mapping[str, Any], tokens: int) -> None:
    """Let a tool or a node last as long as `tokens` tokens."""
    await asyncio.sleep(seconds_per_token(settings) * tokens)


def text_of(message: BaseMessage) -> str:
    """The text of a message, whether its content is a string or a list of blocks."""
    if isinstance(message.content, str):
        return message.content
    blocks = (block if isinstance(block, str) else str(block.get("text", "")) for block in message.content)
    return "".join(blocks)


def last_question(messages: Sequence[BaseMessage]) -> str:
    """The newest text of the user, or an empty string."""
    return next((text_of(message) for message in reversed(messages) if isinstance(message, HumanMessage)), "")


def speaks_korean(text: str) -> bool:
    """Whether the text has Hangul in it."""
    return bool(re.search(r"[\uac00-\ud7a3]", text))


def call_id(messages: Sequence[BaseMessage], number: int = 0) -> str:
    """An id for the next tool call: the same for the same conversation, another one at every turn."""
    seen = "\0".join(f"{message.type}:{message.id}:{text_of(message)}" for message in messages)
    return "call_" + hashlib.sha256(f"{seen}\0{number}".encode()).hexdigest()[:8]


def words_of(text: str) -> list[str]:
    """The text in pieces as a model would stream them; joined they are the text again."""
    return re.findall(r"\s*\S{1,8}|\s+$", text)


def pieces_of(arguments: str, size: int = 6) -> list[str]:
    """A tool call's arguments as partial JSON, piece by piece."""
    return [arguments[start : start + size] for start in range(0, len(arguments), size)]


class ScriptedModel(BaseChatModel):
    """A chat model whose next message is computed from the conversation, and streamed at a human pace."""

    @abstractmethod
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        """What to say after `messages`; `settings` are the run's config and context."""

    @property
    @override
    def _llm_type(self) -> str:
        return "forkpoint-demo"

    def _chunks(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Iterator[ChatGenerationChunk]:
        reply = self.reply(messages, settings)
        parts = list(_call_parts(reply) if reply.calls else _text_parts(reply))
        asked = PROMPT_TOKENS + sum(len(words_of(text_of(message))) for message in messages)
        last = AIMessageChunk(
            content=[] if reply.calls else "",
            response_metadata={
                "model_name": "forkpoint-demo",
                "stop_reason": "tool_use" if reply.calls else "end_turn",
            },
            usage_metadata={
                "input_tokens": asked,
                "output_tokens": len(parts),
                "total_tokens": asked + len(parts),
            },
            chunk_position="last",
        )
        for part in [*parts, last]:
            yield ChatGenerationChunk(message=part)

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        settings = kwargs.get("settings") or {}
        for chunk in self._chunks(messages, settings):
            time.sleep(seconds_per_token(settings))
            yield chunk

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        settings = kwargs.get("settings") or {}
        for chunk in self._chunks(messages, settings):
            await asyncio.sleep(seconds_per_token(settings))
            yield chunk

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))


def _text_parts(reply: Reply) -> Iterator[AIMessageChunk]:
    for word in words_of(reply.text):
        yield AIMessageChunk(content=word)


def _call_parts(reply: Reply) -> Iterator[AIMessageChunk]:
    """Text and tool calls as content blocks. The blocks of one index merge: the last part brings the parsed input."""
    first = 0
    if reply.text:
        first = 1
        for word in words_of(reply.text):
            yield AIMessageChunk(content=[{"type": "text", "text": word, "index": 0}])
    for index, call in enumerate(reply.calls, start=first):
        yield AIMessageChunk(
            content=[{"type": "tool_use", "id": call.id, "name": call.name, "input": {}, "index": index}],
            tool_call_chunks=[tool_call_chunk(name=call.name, id=call.id, args="", index=index)],
        )
        for piece in pieces_of(json.dumps(dict(call.args), ensure_ascii=False)):
            yield AIMessageChunk(
                content=[{"type": "input_json_delta", "partial_json": piece, "index": index}],
                tool_call_chunks=[tool_call_chunk(name=None, id=None, args=piece, index=index)],
            )
        yield AIMessageChunk(content=[{"type": "tool_use", "input": dict(call.args), "index": index}])
