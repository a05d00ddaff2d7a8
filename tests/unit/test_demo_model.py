"""The demo's scripted model and its weather: deterministic, streamed in pieces, answers made from tool results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.runtime import Runtime
from typing_extensions import override

from tui.demo.graphs import scripted
from tui.demo.graphs.agent import MODEL, action
from tui.demo.graphs.scripted import Call, Reply, ScriptedModel, pieces_of, seconds_per_token, settings_of, words_of
from tui.demo.graphs.weather import CITIES, find_city, look_up, read_report, say_in_english, say_in_korean

NOW = {"delay": 0}


class TwoCalls(ScriptedModel):
    """Says something and calls two tools."""

    @override
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        args = {"query": "날씨 🙂", "limit": 3, "exact": 9007199254740993, "deep": {"a": [1.5, None]}}
        return Reply("One moment.", [Call("search", args, "call_a"), Call("stop", {}, "call_b")])


async def streamed(model: ScriptedModel, messages: list[AnyMessage]) -> tuple[list[AIMessageChunk], AIMessageChunk]:
    chunks = [chunk async for chunk in model.astream(messages, settings=NOW)]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    return chunks, whole


async def test_a_call_is_built_piece_by_piece_in_all_its_forms() -> None:
    model = TwoCalls()
    chunks, whole = await streamed(model, [HumanMessage("go")])
    parts = [part for chunk in chunks for part in chunk.tool_call_chunks if part["index"] == 1]
    assert [part["name"] for part in parts] == ["search"] + [None] * (len(parts) - 1)
    assert len(parts) > 10
    args = {"query": "날씨 🙂", "limit": 3, "exact": 9007199254740993, "deep": {"a": [1.5, None]}}
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [("search", args), ("stop", {})]
    blocks: list[Any] = list(whole.content)
    assert [block["type"] for block in blocks] == ["text", "tool_use", "tool_use"]
    assert blocks[1]["input"] == args
    assert json.loads(blocks[1]["partial_json"]) == args
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == len(chunks) - 1


async def test_streamed_or_not_the_message_is_the_same() -> None:
    model = TwoCalls()
    _, whole = await streamed(model, [HumanMessage("go")])
    for message in (
        await model.ainvoke([HumanMessage("go")], settings=NOW),
        model.invoke([HumanMessage("go")], settings=NOW),
    ):
        assert isinstance(message, AIMessage)
        assert message.content == whole.content
        assert message.tool_calls == whole.tool_calls
        assert message.usage_metadata == whole.usage_metadata


@given(st.text())
def test_pieces_joined_are_the_whole(text: str) -> None:
    assert "".join(words_of(text)) == text
    assert "".join(pieces_of(text)) == text


@pytest.mark.parametrize(
    ("environment", "settings", "expected"),
    [
        (None, {}, scripted.DEFAULT_DELAY),
        ("0", {}, 0),
        ("0.5", {"delay": 0.25}, 0.25),
        ("soon", {"delay": None}, scripted.DEFAULT_DELAY),
        ("nan", {"delay": "inf"}, scripted.DEFAULT_DELAY),
        ("0", {"delay": -1}, 0),
        ("0", {"delay": 1e9}, scripted.LONGEST_DELAY),
    ],
)
def test_the_pace_is_the_runs_own_or_the_environments(
    monkeypatch: pytest.MonkeyPatch, environment: str | None, settings: dict[str, Any], expected: float
) -> None:
    monkeypatch.delenv(scripted.DELAY_VARIABLE, raising=False)
    if environment is not None:
        monkeypatch.setenv(scripted.DELAY_VARIABLE, environment)
    assert seconds_per_token(settings) == expected


def test_the_servers_own_keys_are_no_settings() -> None:
    configurable = {
        "thread_id": "t", "run_id": "r", "checkpoint_ns": "", "__pregel_read": 1, "langgraph_auth_user": {},
        "units": "celsius",
    }  # fmt: skip
    assert settings_of({"configurable": configurable}, {"user": "ada"}) == {"units": "celsius", "user": "ada"}


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.name)
def test_every_city_is_found_and_its_report_read_in_both_languages(city: Any) -> None:
    for name, tell in ((city.name, say_in_english), (city.korean, say_in_korean)):
        text, artifact = look_up(f"weather in {name}")
        assert find_city(f"how is {name}?") == city
        assert artifact["results"][0]["temperature_c"] == city.celsius
        report = read_report(text)
        assert report is not None
        assert (report.celsius, report.sky, report.wind) == (city.celsius, city.sky, city.wind)
        assert name in tell(report, None)
        assert f"{city.celsius} °C" in tell(report, None)


def test_an_unknown_place_has_no_results() -> None:
    text, artifact = look_up("weather in Atlantis")
    assert text == 'No results for "weather in Atlantis".'
    assert artifact["results"] == []
    assert read_report(text) is None


async def ask(*messages: AnyMessage, **settings: Any) -> AIMessage:
    answer = await MODEL.ainvoke(list(messages), settings=NOW | settings)
    assert isinstance(answer, AIMessage)
    return answer


async def query_for(*messages: AnyMessage) -> Any:
    (call,) = (await ask(*messages)).tool_calls
    return call["args"]["query"]


async def test_what_it_searches_for() -> None:
    assert await query_for(HumanMessage("what's the weather in sf")) == "weather in Santa Fe"
    assert await query_for(HumanMessage("weather in San Francisco?")) == "weather in San Francisco"
    assert await query_for(HumanMessage("샌프란시스코 날씨 어때? 🙂")) == "샌프란시스코 날씨"
    assert await query_for(HumanMessage("Who was Ada Lovelace?")) == "Who was Ada Lovelace"


async def test_a_follow_up_is_about_the_same_city() -> None:
    asked = await ask(HumanMessage("weather in Paris?"))
    assert await query_for(HumanMessage("weather in Paris?"), asked, HumanMessage("and tomorrow?")) == (
        "weather in Paris tomorrow"
    )


async def test_an_edited_result_changes_the_answer() -> None:
    question, call = HumanMessage("weather in SF"), await ask(HumanMessage("weather in SF"))
    result = ToolMessage("Mars: -63 °C, dust", name="search", tool_call_id=call.tool_calls[0]["id"])
    assert (await ask(question, call, result)).content == "It is -63 °C and dust in Mars. Take a jacket."


async def test_small_talk_and_settings_need_no_tool() -> None:
    hello = await ask(HumanMessage("hello"))
    assert not hello.tool_calls
    assert "San Francisco" in str(hello.content)
    said = await ask(HumanMessage("what is your config?"), user="ada")
    assert json.loads(str(said.content).removeprefix("My settings: ").removesuffix(".")) == {"delay": 0, "user": "ada"}


@pytest.mark.parametrize(
    ("name", "args", "why"),
    [("serch", {"query": "x"}, "There is no tool 'serch'"), ("search", {"query": 42}, "does not take {'query': 42}")],
)
async def test_a_bad_call_becomes_a_result_that_says_so(name: str, args: dict[str, Any], why: str) -> None:
    call = AIMessage("", tool_calls=[{"name": name, "args": args, "id": "call_1"}])
    update = await action({"messages": [call]}, {"configurable": NOW}, Runtime(context={}))
    (result,) = update["messages"]
    assert isinstance(result, ToolMessage)
    assert result.status == "error"
    assert why in str(result.content)
