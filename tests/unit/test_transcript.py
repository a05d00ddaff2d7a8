"""What a live pane shows of a run's stream: recorded from a real Agent Server (0.16.7), and odd ones."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain import transcript_beside, transcript_builder
from tui.domain.transcript import CustomEvent, NodeSection, StreamEvent, Transcript
from tui.domain.transcript_beside import MOST_OTHERS
from tui.domain.transcript_builder import MOST_MESSAGES, MOST_SECTIONS, TranscriptBuilder, transcript_of

STREAMS = Path(__file__).parent / "streams"


def recorded(name: str) -> list[StreamEvent]:
    lines = (STREAMS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [StreamEvent(**json.loads(line)) for line in lines]


def outline(transcript: Transcript) -> list[tuple[str, list[str]]]:
    """Nodes with the texts of their messages."""
    return [(section.node, [message.text for message in section.messages]) for section in transcript.sections]


def token(
    text: Any, message_id: str | None = "lc_run--1", *, node: str = "agent", task: str = "t1", **more: Any
) -> StreamEvent:
    raw = {"type": "AIMessageChunk", "content": text, "id": message_id, **more}
    about = {"langgraph_node": node, "langgraph_step": 1, "langgraph_checkpoint_ns": f"{node}:{task}"}
    return StreamEvent("messages", [raw, about])


def piece(args: str, *, index: Any = 0, call_id: str | None = None, name: str | None = None) -> StreamEvent:
    chunk = {"name": name, "args": args, "id": call_id, "index": index, "type": "tool_call_chunk"}
    return token("", tool_call_chunks=[chunk])


def update(**nodes: Any) -> StreamEvent:
    return StreamEvent("updates", nodes)


def test_agent_run() -> None:
    transcript = transcript_of(recorded("agent"))
    assert outline(transcript) == [
        ("agent", ["Let me look that up."]),
        ("action", ["Santa Fe: 31 °C, sun, wind from the south 9 km/h"]),
        (
            "agent",
            ["It is 31 °C and sunny in Santa Fe. The wind comes from the south at 9 km/h. A good day for a walk."],
        ),
    ]
    first, action, last = transcript.sections
    assert [section.step for section in transcript.sections] == [1, 2, 3]
    assert all(section.finished for section in transcript.sections)
    (call,) = first.messages[0].tool_calls
    assert (call.name, call.args, call.id) == ("search", {"query": "weather in Santa Fe"}, "call_ea152519")
    assert first.messages[0].usage == {"input_tokens": 261, "output_tokens": 13}
    tool = action.messages[0]
    assert (tool.role, tool.name, tool.tool_call_id, tool.status) == ("tool", "search", call.id, "success")
    assert last.messages[0].finished
    assert last.messages[0].raw["type"] == "ai"
    assert transcript.run_id == "01a1fd65-c4b6-74e3-b1ef-1663138cbe5a"
    assert transcript.attempt == 1
    assert (transcript.events, transcript.tokens) == (44, 39)
    assert last.messages[0].usage is not None
    assert transcript.counted_tokens == 13 + last.messages[0].usage["output_tokens"], "not the pieces that came"
    assert transcript.unknown == ()
    assert not transcript.running


def test_while_it_streams_the_text_grows_and_the_arguments_form() -> None:
    builder = TranscriptBuilder()
    texts, forming = [], []
    for event in recorded("agent")[:16]:
        builder.feed(event)
        for message in (message for section in builder.snapshot().running for message in section.messages):
            texts.append(message.text)
            forming += [call.args for call in message.tool_calls]
    assert texts[:6] == [
        "Let",
        "Let me",
        "Let me look",
        "Let me look that",
        "Let me look that up.",
        "Let me look that up.",
    ]
    queries = [args.get("query") for args in forming]
    assert queries[0] is None
    assert "weather in Sa" in queries
    assert queries[-1] == "weather in Santa Fe"
    assert all(a is None or b.startswith(a) for a, b in pairwise(queries))


def test_parallel_tasks_custom_events_and_a_subgraph() -> None:
    transcript = transcript_of(recorded("research"))
    assert [(s.node, s.subgraphs, s.step) for s in transcript.sections] == [
        ("plan", (), 1),
        ("look_up", (), 2),
        ("look_up", (), 2),
        ("look_up", (), 2),
        ("write", (), None),
        ("outline", ("write",), None),
        ("draft", ("write",), 2),
    ]
    looked_up = transcript.sections[1:4]
    assert len({section.task for section in looked_up}) == 3
    sources = [section.changes["findings"][0]["source"] for section in looked_up]
    assert sources == ["costs", "risks", "history"]
    assert [section.messages[0].raw["artifact"]["source"] for section in looked_up] == sources
    write, outlined, draft = transcript.sections[4:]
    assert write.messages == (), "the subgraph's result repeats the conversation; its news were shown inside"
    assert set(write.changes) == {"report"}
    assert (outlined.update, outlined.changes) == (None, {})
    assert draft.messages[0].text == write.changes["report"]
    assert draft.messages[0].tokens == 50
    assert len(transcript.custom) == 11
    assert transcript.custom[0] == CustomEvent({"progress": 0, "source": "costs", "topic": "solar power"}, (), 42)
    orders = [item.order for item in transcript.items]
    assert orders == sorted(orders)
    assert isinstance(transcript.items[1], CustomEvent)
    assert all(section.finished for section in transcript.sections)


def test_parallel_tasks_whose_updates_come_in_another_order() -> None:
    builder = TranscriptBuilder()
    for event in (
        token("a", "lc_run--a", task="1"),
        token("b", "lc_run--b", task="2"),
        token("A", "lc_run--a", task="1"),
    ):
        builder.feed(event)
    builder.feed(update(agent={"messages": [{"type": "ai", "content": "b!", "id": "lc_run--b"}]}))
    first, second = builder.snapshot().sections
    assert (first.finished, second.finished) == (False, True)
    assert (first.messages[0].text, second.messages[0].text) == ("aA", "b!")
    builder.feed(update(agent={"messages": [{"type": "ai", "content": "aA!", "id": "lc_run--a"}]}))
    assert outline(builder.snapshot()) == [("agent", ["aA!"]), ("agent", ["b!"])]


def test_interrupts_are_asked_once() -> None:
    asked = {"value": {"question": "Pay?"}, "id": "i1", "response_schema": None}
    events = recorded("approval")
    events += [
        StreamEvent("updates|child:1", {"__interrupt__": [asked]}),
        StreamEvent("values", {"__interrupt__": [asked]}),
    ]
    transcript = transcript_of(events)
    assert [interrupt.id for interrupt in transcript.interrupts] == ["c696729f0499796e353d64074c8e2ead", "i1"]
    assert transcript.interrupts[0].value["question"] == "Pay 42.5 EUR back for order 1182?"
    assert not transcript.at_breakpoint


def test_interrupts_of_old_servers_have_no_id() -> None:
    old = {"value": "sure?", "resumable": True, "ns": ["x:1"], "when": "during"}
    (interrupt,) = transcript_of([update(__interrupt__=[old]), update(__interrupt__=[old])]).interrupts
    assert (interrupt.value, interrupt.id) == ("sure?", None)


def test_breakpoint() -> None:
    transcript = transcript_of(recorded("breakpoint"))
    assert transcript.at_breakpoint
    assert transcript.interrupts == ()
    assert [section.node for section in transcript.sections] == ["agent"]


def test_failure_and_a_state_without_messages() -> None:
    transcript = transcript_of(recorded("flaky"))
    assert transcript.error is not None
    assert (transcript.error.kind, transcript.error.message) == ("ValueError", "row 3: 'n/a' is not a number")
    (section,) = transcript.sections
    assert section.messages == ()
    assert section.changes == section.update
    assert section.changes["log"] == ["read 4 rows"]


def test_cached_results_are_marked() -> None:
    (section,) = transcript_of([update(ask_a={"a": 1}, __metadata__={"cached": True})]).sections
    assert section.cached
    assert section.node == "ask_a"


def test_a_node_that_writes_nothing_is_done() -> None:
    transcript = transcript_of([update(approve=None)])
    assert [(s.node, s.finished, s.update, s.changes) for s in transcript.sections] == [("approve", True, None, {})]


@pytest.mark.parametrize(
    ("streamed", "final"),
    [("lc_run--x", "lc_run--x-0"), ("lc_run--x-0", "lc_run--x"), ("run-7", "run-7-0"), ("m", "m")],
)
def test_one_message_under_two_ids_is_shown_once(streamed: str, final: str) -> None:
    transcript = transcript_of(
        [
            token("Hel", streamed),
            token("lo", streamed),
            update(agent={"messages": [{"type": "ai", "content": "Hello!", "id": final}]}),
        ]
    )
    assert outline(transcript) == [("agent", ["Hello!"])]
    assert transcript.sections[0].messages[0].id == final
    assert transcript.sections[0].messages[0].tokens == 2


def test_messages_without_id_are_matched_by_call_or_position() -> None:
    about = {"langgraph_node": "tools", "langgraph_checkpoint_ns": "tools:1"}
    whole = {"type": "tool", "content": "31", "tool_call_id": "c1", "id": "t1"}
    events = [
        token("a", None),
        token("b", None),
        update(agent={"messages": {"type": "ai", "content": "ab!", "id": None}}),
        StreamEvent("messages", [whole, about]),
        update(tools={"messages": [{**whole, "id": None}, {"type": "tool", "content": "32", "tool_call_id": "c2"}]}),
    ]
    assert outline(transcript_of(events)) == [("agent", ["ab!"]), ("tools", ["31", "32"])]


def test_what_was_there_before_the_run_is_no_news() -> None:
    old = {"type": "human", "content": "hi", "id": "h"}
    new = {"type": "ai", "content": "hello", "id": "a"}
    assert outline(transcript_of([update(graph={"messages": [old, new]})], known=["h"])) == [("graph", ["hello"])]
    assert outline(transcript_of([update(graph={"messages": [old, new]})])) == [("graph", ["hi", "hello"])]


def test_the_same_node_again_is_another_section() -> None:
    transcript = transcript_of([update(count={"n": 1}), update(count={"n": 2})])
    assert [section.update for section in transcript.sections] == [{"n": 1}, {"n": 2}]


def test_several_calls_form_beside_each_other() -> None:
    events = [
        piece("", index=1, call_id="c1", name="search"),
        piece('{"q": "a', index=1),
        piece("", index=2, call_id="c2", name="buy"),
        piece('{"n": 1', index=2),
        piece('b"}', index=1),
    ]
    (message,) = transcript_of(events).sections[0].messages
    assert [(c.id, c.name, c.args_text, c.args) for c in message.tool_calls] == [
        ("c1", "search", '{"q": "ab"}', {"q": "ab"}),
        ("c2", "buy", '{"n": 1', {"n": 1}),
    ]


def test_calls_that_share_an_index_or_have_none() -> None:
    same_index = [
        piece('{"a": 1}', index=0, call_id="c1", name="f"),
        piece('{"a": 2}', index=0, call_id="c2", name="f"),
    ]
    (message,) = transcript_of(same_index).sections[0].messages
    assert [call.args for call in message.tool_calls] == [{"a": 1}, {"a": 2}]
    no_index = [piece("{", index=None, call_id="c1", name="f"), piece("}", index=None)]
    (message,) = transcript_of(no_index).sections[0].messages
    assert [call.args_text for call in message.tool_calls] == ["{}"]


def test_big_numbers_in_arguments_stay_exact_and_broken_ones_stay_text() -> None:
    (message,) = transcript_of([piece('{"n": 12345678901234567890123}', name="f", call_id="c")]).sections[0].messages
    assert message.tool_calls[0].args == {"n": 12345678901234567890123}
    (message,) = transcript_of([piece("}{", name="f", call_id="c")]).sections[0].messages
    assert message.tool_calls[0].args == "}{"


def test_v1_blocks_thoughts_and_usage_add_up() -> None:
    chunk = {"type": "tool_call_chunk", "id": "c", "name": "f", "args": '{"a"', "index": "lc_1"}
    events = [
        token(
            [{"type": "reasoning", "reasoning": "hm", "index": 0}],
            usage_metadata={"input_tokens": 5, "output_tokens": 0},
        ),
        token([{"type": "text", "text": "Hi"}, chunk]),
        token(
            [{**chunk, "id": None, "name": None, "args": ": 1}"}],
            usage_metadata={"input_tokens": 0, "output_tokens": 3},
        ),
        token([{"type": "text", "index": 0}], chunk_position="last"),
    ]
    (message,) = transcript_of(events).sections[0].messages
    assert (message.text, message.reasoning, message.usage) == ("Hi", "hm", {"input_tokens": 5, "output_tokens": 3})
    assert message.tool_calls[0].args == {"a": 1}
    assert message.finished
    assert transcript_of(events).counted_tokens == 3
    assert transcript_of([token("Hi"), token("!")]).counted_tokens is None, "pieces are no tokens"
    mixed = transcript_of([*events, token("Hi", "lc_run--2")])
    assert mixed.counted_tokens is None, "a part of the count is none"


def test_chunks_of_the_javascript_server_say_ai() -> None:
    raw = {"type": "ai", "content": "a", "id": "m", "tool_call_chunks": []}
    transcript = transcript_of([StreamEvent("messages", [raw, {"langgraph_node": "n"}])] * 2)
    assert outline(transcript) == [("n", ["aa"])]


def test_the_older_messages_mode() -> None:
    about = {"langgraph_node": "agent", "langgraph_step": 1}
    events = [
        StreamEvent("messages/metadata", {"m": {"metadata": about}}),
        StreamEvent("messages/partial", [{"type": "ai", "content": "a", "id": "m"}]),
        StreamEvent("messages/partial", [{"type": "ai", "content": "ab", "id": "m"}]),
    ]
    (section,) = transcript_of(events).sections
    assert (section.node, section.messages[0].text, section.messages[0].finished) == ("agent", "ab", False)
    complete = StreamEvent("messages/complete", [{"type": "ai", "content": "abc", "id": "m"}])
    (section,) = transcript_of([*events, complete]).sections
    assert (section.messages[0].text, section.messages[0].finished) == ("abc", True)


def test_tasks_mode_tells_what_runs() -> None:
    start = StreamEvent("tasks", {"id": "1", "name": "bad", "input": {}, "triggers": []})
    end = {
        "id": "1",
        "name": "bad",
        "error": {"error": "ValueError", "message": "boom"},
        "result": {},
        "interrupts": [],
    }
    assert [s.node for s in transcript_of([start]).running] == ["bad"]
    (section,) = transcript_of([start, token("x", node="bad", task="1"), StreamEvent("tasks", end)]).sections
    assert (section.error, section.finished, section.messages[0].text) == ("boom", True, "x")
    asked = StreamEvent("tasks", {**end, "error": None, "interrupts": [{"id": "i", "value": 1}]})
    transcript = transcript_of([start, asked])
    assert [interrupt.id for interrupt in transcript.interrupts] == ["i"]
    assert transcript.running


def test_a_subgraph_without_task_id_runs_twice() -> None:
    inner, outer = StreamEvent("updates|child", {"step": {"a": 1}}), update(child={"a": 1})
    transcript = transcript_of([inner, outer, inner, outer])
    assert [(s.node, s.namespace) for s in transcript.sections] == [("child", ()), ("step", ("child",))] * 2


def test_ends_and_unknown_events() -> None:
    assert transcript_of([StreamEvent("end", None)]).ended
    assert transcript_of([StreamEvent("metadata", {"status": "run_done", "run_id": "r"})]).ended
    odd = [
        StreamEvent("telemetry", {"a": 1}),
        StreamEvent("updates", 3),
        StreamEvent("messages", []),
        StreamEvent("tasks", {}),
    ]
    transcript = transcript_of([*odd, StreamEvent("values", {"big": "state"}), StreamEvent("debug", {})])
    assert transcript.unknown == tuple(odd)
    assert transcript.events == 6
    assert transcript_of([StreamEvent("error", "it broke")]).error is not None


def test_endless_streams_keep_what_is_newest() -> None:
    builder = TranscriptBuilder()
    for number in range(MOST_SECTIONS + 10):
        message = {"type": "ai", "content": "x", "id": f"m{number}"}
        builder.feed(update(node={"messages": [message]}))
        builder.feed(StreamEvent("custom", number))
    transcript = builder.snapshot()
    assert len(transcript.sections) <= MOST_SECTIONS
    assert transcript.sections[-1].messages[0].id == f"m{MOST_SECTIONS + 9}"
    assert [event.data for event in transcript.custom][-1] == MOST_SECTIONS + 9
    assert len(transcript.custom) == MOST_OTHERS
    assert transcript.dropped > 0
    builder.feed(update(again={"messages": [{"type": "ai", "content": "x", "id": "m0"}]}))
    assert builder.snapshot().sections[-1].messages == (), "what was dropped is no news either"


def test_endless_messages_of_one_node_keep_what_is_newest() -> None:
    builder = TranscriptBuilder()
    for number in range(MOST_MESSAGES + 10):
        builder.feed(token("x", f"m{number}"))
    (section,) = builder.snapshot().sections
    assert MOST_MESSAGES // 2 < len(section.messages) <= MOST_MESSAGES
    assert section.messages[-1].id == f"m{MOST_MESSAGES + 9}"
    assert builder.snapshot().dropped == MOST_MESSAGES // 4
    builder.feed(update(again={"messages": [{"type": "ai", "content": "x", "id": "m0"}]}))
    assert builder.snapshot().sections[-1].messages == (), "what was dropped is no news either"


def test_what_is_small_as_json_but_big_in_memory_counts_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript_builder, "MOST_CHARACTERS", 100_000)
    for raw, kept in (('"' + "x" * 3000 + '"', 30), ("[" + "[]," * 999 + "[]]", 1)):
        builder = TranscriptBuilder()
        for number in range(40):
            builder.feed(StreamEvent("updates", {f"n{number}": raw}, raw=raw))
        sections = builder.snapshot().sections
        assert sections[-1].node == "n39"
        assert kept <= len(sections) < 2 * kept + 5, raw[:9]


def test_events_beside_the_nodes_hold_no_more_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript_beside, "MOST_CHARACTERS", 100_000)
    builder = TranscriptBuilder()
    for number in range(40):
        kind = "custom" if number % 2 else "unheard-of"
        builder.feed(StreamEvent(kind, number, raw='"' + "x" * 9000 + '"'))
    transcript = builder.snapshot()
    kept = len(transcript.custom) + len(transcript.unknown)
    assert 0 < kept <= 100_000 / 9000
    assert transcript.dropped == 40 - kept
    assert transcript.custom[-1].data == 39


def test_snapshots_share_what_did_not_change() -> None:
    builder = TranscriptBuilder()
    for event in recorded("agent"):
        builder.feed(event)
    before = builder.snapshot()
    builder.feed(token("more", "lc_run--new", task="new"))
    after = builder.snapshot()
    assert all(a is b for a, b in zip(before.sections, after.sections, strict=False))
    assert len(before.sections) == 3
    assert len(after.sections) == 4


def test_every_new_message_shows_in_the_next_snapshot() -> None:
    builder = TranscriptBuilder()
    seen = []
    for event in (token("a", "m1"), token("b", "m2"), token("c", None), token("d", None), token("e", "m1")):
        builder.feed(event)
        seen.append([message.text for message in builder.snapshot().sections[0].messages])
    assert seen == [["a"], ["a", "b"], ["a", "bc"], ["a", "bcd"], ["ae", "bcd"]]


@pytest.mark.parametrize("name", ["agent", "research", "approval", "breakpoint", "flaky"])
@given(data=st.data())
def test_when_the_screen_is_drawn_changes_nothing(name: str, data: st.DataObject) -> None:
    events = recorded(name)
    builder = TranscriptBuilder()
    drawn = data.draw(st.sets(st.integers(0, len(events)), max_size=8))
    for number, event in enumerate(events):
        builder.feed(event)
        if number in drawn:
            builder.snapshot()
    assert builder.snapshot() == transcript_of(events)


def test_twenty_thousand_tokens_cost_little() -> None:
    about = {"langgraph_node": "agent", "langgraph_step": 1, "langgraph_checkpoint_ns": "agent:1"}
    raw: dict[str, Any] = {"type": "AIMessageChunk", "id": "lc_run--1", "tool_call_chunks": []}
    events = [StreamEvent("messages", [{**raw, "content": f" word{n}"}, about]) for n in range(20_000)]
    builder = TranscriptBuilder()
    started = time.process_time()
    for number, event in enumerate(events):
        builder.feed(event)
        if number % 100 == 0:
            builder.snapshot()
    text = builder.snapshot().sections[0].messages[0].text
    assert time.process_time() - started < 2.0, "ten seconds' worth of a fast model; some 0.1 s here"
    assert text.endswith("word19999")


# fmt: off
NAMES = [
    "type", "content", "id", "tool_calls", "tool_call_chunks", "index", "args", "name", "messages", "__interrupt__",
    "__metadata__", "cached", "value", "error", "langgraph_node", "langgraph_step", "langgraph_checkpoint_ns", "run_id",
    "attempt", "usage_metadata", "tool_call_id", "input", "interrupts", "message", "status", "additional_kwargs",
    "metadata", "ai", "tool", "AIMessageChunk", "lc_run--1", "a:1|b:2",
]
MODES = [
    "messages", "updates", "custom", "tasks", "metadata", "error", "end", "values", "messages/partial",
    "messages/metadata", "updates|a:1", "messages|a:1|b:2", "custom|a", "nonsense", "", "|", "updates" + "|x" * 200,
]
# fmt: on
names = st.sampled_from(NAMES)
odd_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | names | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=20,
)
message_like = st.fixed_dictionaries(
    {"type": st.sampled_from(["ai", "tool", "AIMessageChunk", "human"]), "content": odd_json},
    optional={"id": odd_json | names, "tool_call_chunks": odd_json, "tool_calls": odd_json, "tool_call_id": odd_json},
)
odd_events = st.builds(
    StreamEvent,
    st.sampled_from(MODES) | st.text(max_size=5),
    odd_json
    | st.tuples(message_like, odd_json).map(list)
    | st.dictionaries(
        names, odd_json | st.fixed_dictionaries({"messages": st.lists(message_like | odd_json, max_size=3)})
    )
    | st.lists(message_like, max_size=2),
)


@settings(max_examples=300)
@given(st.lists(odd_events, max_size=12))
def test_no_stream_however_odd_raises(events: list[StreamEvent]) -> None:
    before = json.dumps([event.data for event in events])
    builder = TranscriptBuilder()
    for event in events:
        builder.feed(event)
        transcript = builder.snapshot()
        for item in transcript.items:
            if isinstance(item, NodeSection):
                assert isinstance(item.changes, dict)
                assert all(isinstance(part, str) for part in item.subgraphs)
                for message in item.messages:
                    assert isinstance(message.text, str)
                    assert all(isinstance(call.args_text, str) and call.args is not call for call in message.tool_calls)
    assert builder.snapshot().events == len(events)
    assert json.dumps([event.data for event in events]) == before
