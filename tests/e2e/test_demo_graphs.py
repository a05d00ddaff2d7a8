"""Each bundled graph on the real server, through the reference SDK: what it does and that it really streams."""

from __future__ import annotations

import json
from typing import Any

from langgraph_sdk import get_client

QUESTION = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}


async def stream(url: str, graph: str, given: Any, **options: Any) -> tuple[str, list[Any]]:
    """Run on a new thread; the thread's id and all events."""
    client = get_client(url=url)
    thread = await client.threads.create()
    modes = ["updates", "messages-tuple", "custom"]
    events = [
        event
        async for event in client.runs.stream(thread["thread_id"], graph, input=given, stream_mode=modes, **options)
    ]
    return thread["thread_id"], events


def chunks(events: list[Any]) -> list[dict[str, Any]]:
    """The streamed chunks of AI messages."""
    messages = [event.data[0] for event in events if event.event.startswith("messages")]
    return [message for message in messages if message["type"] == "AIMessageChunk"]


async def test_agent_searches_the_wrong_city_and_streams_its_call_piece_by_piece(server_url: str) -> None:
    thread_id, events = await stream(server_url, "agent", QUESTION)

    parts = [part for chunk in chunks(events) for part in chunk["tool_call_chunks"]]
    assert parts[0]["name"] == "search"
    assert [part["name"] for part in parts[1:]] == [None] * (len(parts) - 1)
    assert len(parts) > 4
    assert json.loads("".join(part["args"] for part in parts)) == {"query": "weather in Santa Fe"}
    answer = [chunk["content"] for chunk in chunks(events) if isinstance(chunk["content"], str) and chunk["content"]]
    assert len(answer) > 10
    assert "".join(answer).startswith("It is 31 °C and sunny in Santa Fe.")
    assert [list(event.data) for event in events if event.event == "updates"] == [["agent"], ["action"], ["agent"]]

    state = await get_client(url=server_url).threads.get_state(thread_id)
    _, call, result, last = state["values"]["messages"]
    assert call["content"][1]["input"] == {"query": "weather in Santa Fe"}
    assert json.loads(call["content"][1]["partial_json"]) == {"query": "weather in Santa Fe"}
    assert call["usage_metadata"]["input_tokens"] > 0
    assert result["artifact"]["results"][0]["temperature_c"] == 31
    assert last["content"] == "".join(answer)


async def test_agent_answers_right_after_its_query_is_edited(server_url: str) -> None:
    client = get_client(url=server_url)
    thread_id, _ = await stream(server_url, "agent", QUESTION)
    history = await client.threads.get_history(thread_id, limit=10)
    before_action = history[2]
    message = before_action["values"]["messages"][-1]
    message["tool_calls"][0]["args"] = {"query": "weather in San Francisco"}
    forked = await client.threads.update_state(
        thread_id, {"messages": [message]}, checkpoint=before_action["checkpoint"]
    )
    answer = await client.runs.wait(thread_id, "agent", input=None, checkpoint=forked["checkpoint"])
    assert isinstance(answer, dict)
    assert answer["messages"][-1]["content"].startswith("It is 14 °C and foggy in San Francisco.")


async def test_agent_speaks_korean(server_url: str) -> None:
    client = get_client(url=server_url)
    thread_id, _ = await stream(
        server_url, "agent", {"messages": [{"role": "user", "content": "샌프란시스코 날씨 어때? 🙂"}]}
    )
    state = await client.threads.get_state(thread_id)
    assert state["values"]["messages"][-1]["content"].startswith("샌프란시스코 기온은 14 °C이고, 안개가 껴 있어요 🌁.")


async def test_agent_runs_as_configured(server_url: str) -> None:
    ask = {"messages": [{"role": "user", "content": "weather in Paris?"}]}
    thread_id, _ = await stream(server_url, "agent", ask, context={"units": "fahrenheit"})
    state = await get_client(url=server_url).threads.get_state(thread_id)
    assert "66 °F" in state["values"]["messages"][-1]["content"]


async def test_echo_answers_with_config_context_and_recursion_limit(server_url: str) -> None:
    ask = {"messages": [{"role": "user", "content": "?"}]}
    client = get_client(url=server_url)
    config: Any = {"recursion_limit": 17, "configurable": {"color": "red", "big": 2**53 + 1}}
    thread_id, _ = await stream(server_url, "echo", ask, config=config)
    messages = (await client.threads.get_state(thread_id))["values"]["messages"]
    for said in (messages[2]["content"], messages[3]["content"]):
        assert json.loads(said)["configurable"] == {"color": "red", "big": 2**53 + 1}
        assert json.loads(said)["recursion_limit"] == 17
    thread_id, _ = await stream(server_url, "echo", ask, context={"color": "blue", "number": 3})
    said = (await client.threads.get_state(thread_id))["values"]["messages"][-1]["content"]
    assert json.loads(said)["context"] == {"color": "blue", "number": 3}


async def resume(url: str, thread_id: str, graph: str, value: Any) -> Any:
    client = get_client(url=url)
    return await client.runs.wait(thread_id, graph, command={"resume": value})


REFUND = {"messages": [{"role": "user", "content": "please refund order 1182"}]}


async def test_approval_pays_only_after_an_approval(server_url: str) -> None:
    client = get_client(url=server_url)
    thread_id, _ = await stream(server_url, "approval", REFUND)
    state = await client.threads.get_state(thread_id)
    assert state["next"] == ["approve"]
    question = state["tasks"][0]["interrupts"][0]["value"]
    assert question["args"]["amount"] == 42.5
    assert not state["values"].get("payments")

    await resume(server_url, thread_id, "approval", "hm")
    again = await client.threads.get_state(thread_id)
    assert again["next"] == ["approve"]
    assert "'hm'" in again["tasks"][0]["interrupts"][-1]["value"]["problem"]

    ended = await resume(server_url, thread_id, "approval", {"action": "approve"})
    assert [payment["amount"] for payment in ended["payments"]] == [42.5]
    assert ended["messages"][-1]["content"].startswith("Done. Paid 42.50 EUR for order 1182")


async def test_approval_pays_nothing_after_a_rejection(server_url: str) -> None:
    thread_id, _ = await stream(server_url, "approval", REFUND)
    ended = await resume(server_url, thread_id, "approval", {"action": "reject", "reason": "too late"})
    assert not ended.get("payments")
    assert ended["messages"][-1]["content"] == "Nothing was paid. The payment was rejected: too late."


async def test_approval_asks_about_an_edited_amount_and_pays_it(server_url: str) -> None:
    client = get_client(url=server_url)
    thread_id, _ = await stream(server_url, "approval", REFUND)
    state = await client.threads.get_state(thread_id)
    message = state["values"]["messages"][-1]
    message["tool_calls"][0]["args"]["amount"] = 20
    await client.threads.update_state(thread_id, {"messages": [message]}, checkpoint=state["checkpoint"])
    await client.runs.wait(thread_id, "approval", input=None)
    asked = (await client.threads.get_state(thread_id))["tasks"][0]["interrupts"][-1]["value"]
    assert asked["question"] == "Pay 20 EUR back for order 1182?"
    ended = await resume(server_url, thread_id, "approval", True)
    assert [payment["amount"] for payment in ended["payments"]] == [20]


async def test_research_fans_out_reports_progress_and_writes_in_a_subgraph(server_url: str) -> None:
    ask = {"messages": [{"role": "user", "content": "write a report on solar power"}]}
    options: Any = {"stream_subgraphs": True, "config": {"configurable": {"sections": 2}}}
    thread_id, events = await stream(server_url, "research", ask, **options)

    calls = {part["id"] for chunk in chunks(events) for part in chunk["tool_call_chunks"] if part["id"]}
    assert len(calls) == 3
    progress = [event.data for event in events if event.event.startswith("custom")]
    assert {item["source"] for item in progress} == {"costs", "history", "risks", "draft"}
    assert any(event.event.startswith("updates|write:") and "draft" in event.data for event in events)

    state = await get_client(url=server_url).threads.get_state(thread_id)
    values = state["values"]
    assert sorted(finding["source"] for finding in values["findings"]) == ["costs", "history", "risks"]
    assert values["messages"][-1]["content"] == values["report"]
    assert values["report"].count("\n\n") == 2
    assert "outline" not in values
    streamed = "".join(chunk["content"] for chunk in chunks(events) if isinstance(chunk["content"], str))
    assert streamed == values["report"]


async def test_flaky_fails_until_it_is_fixed(server_url: str) -> None:
    client = get_client(url=server_url)
    thread_id, events = await stream(server_url, "flaky", {})
    assert [event.data for event in events if event.event == "error"] == [
        {"error": "ValueError", "message": "row 3: 'n/a' is not a number"}
    ]
    state = await client.threads.get_state(thread_id)
    assert state["next"] == ["load"]
    assert state["tasks"][0]["error"] == """ValueError("row 3: 'n/a' is not a number")"""

    await client.threads.update_state(thread_id, {"fixed": True})
    ended: Any = await client.runs.wait(thread_id, "flaky", input=None)
    assert ended["mean"] == 12.25
    assert ended["log"] == ["read 4 rows", "imported 3 rows, skipped 1", "reported"]


async def test_flaky_runs_with_a_repaired_row(server_url: str) -> None:
    client = get_client(url=server_url)
    thread_id, _ = await stream(server_url, "flaky", {"rows": ["a;1", "b;x"]})
    await client.threads.update_state(thread_id, {"rows": ["a;1", "b;2"]})
    ended: Any = await client.runs.wait(thread_id, "flaky", input=None)
    assert ended["mean"] == 1.5


async def test_inventory_replaces_some_keys_and_adds_to_others(server_url: str) -> None:
    client = get_client(url=server_url)
    first = {"stock": {"bolts": 120, "nuts": 25}, "orders": [{"item": "nuts", "quantity": 10}]}
    thread_id, _ = await stream(server_url, "inventory", first)
    ended: Any = await client.runs.wait(thread_id, "inventory", input={"orders": [{"item": "bolts", "quantity": 130}]})
    assert ended["stock"] == {"bolts": 100, "nuts": 100}
    assert ended["movements"] == ["nuts -10", "nuts +85", "bolts -120 (10 missing)", "bolts +100"]
    assert ended["total_out"] == 130
    assert ended["batch"] == 2**53 + 1
    assert ended["orders"] == [{"item": "bolts", "quantity": 130}]
    assert "messages" not in ended
