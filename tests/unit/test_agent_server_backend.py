"""What the backend makes of servers that lack an endpoint, ignore a field, or answer 200 with bad news."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.agent_server_fakes import Script, answer, backend
from tui.backends._httpx import httpx
from tui.backends.agent_server.listing import preview_of_values
from tui.backends.agent_server.previews import short_keys
from tui.backends.base import ThreadQuery
from tui.backends.errors import BadAnswer, Conflict, NotFound, Rejected, ServerFailed
from tui.domain.checkpoint import CheckpointRef, ServerInfo
from tui.domain.requests import COPY_NODE, RunRequest, RunSetup, StateUpdate

AI = {"type": "ai", "content": "hello", "id": "m2"}
NO_SUCH_PAGE = answer({"detail": "Not Found"}, 404)
REFUSED = answer({"detail": "not supported"}, 422)


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"thread_id": f"t{number}", "status": "idle", "metadata": {"assistant_id": "a"}, **more}


def state(checkpoint_id: str) -> dict[str, Any]:
    return {"values": {}, "created_at": "2026-01-01T00:00:00Z", "checkpoint": {"checkpoint_id": checkpoint_id}}


# The list of threads


async def test_a_list_asks_for_the_last_message_and_for_no_state() -> None:
    script = Script(answer([row(1, extracted={"last": AI}), row(2, extracted={"last": AI})], x_pagination_total="2"))
    page = await backend(script).search_threads(ThreadQuery(limit=2, offset=4, status="idle", metadata={"m": 1}))
    assert [thread.preview for thread in page.threads] == [AI, AI]
    assert page.next_offset is None
    (body,) = script.bodies
    assert body["extract"] == {"first": "values.messages[0]", "last": "values.messages[-1]"}
    assert "values" not in body["select"]
    assert {key: body[key] for key in ("limit", "offset", "status", "metadata", "sort_by", "sort_order")} == {
        "limit": 2, "offset": 4, "status": "idle", "metadata": {"m": 1}, "sort_by": "updated_at", "sort_order": "desc",
    }  # fmt: skip


async def test_a_list_without_previews_asks_for_none() -> None:
    script = Script(answer([row(1)]))
    client = backend(script)
    page = await client.search_threads(ThreadQuery(with_preview=False))
    assert page.threads[0].preview is None
    assert "extract" not in script.bodies[0]
    assert client.capabilities.missing == frozenset()


@pytest.mark.parametrize(
    ("headers", "rows", "expected"),
    [
        ({"x_pagination_total": "3", "x_pagination_next": "2"}, 2, 2),
        ({"x_pagination_total": "2"}, 2, None),
        ({"x_pagination_next": "nonsense"}, 2, None),
        ({}, 2, 2),
        ({}, 1, None),
        ({}, 0, None),
    ],
)
async def test_where_the_next_page_begins(headers: dict[str, Any], rows: int, expected: int | None) -> None:
    script = Script(answer([row(n, extracted={"last": AI}) for n in range(rows)], **headers))
    assert (await backend(script).search_threads(ThreadQuery(limit=2))).next_offset == expected


async def test_a_thread_without_messages_shows_short_values_asked_for_by_name() -> None:
    schemas = {
        "state_schema": {"properties": {"items": {"type": "array"}, "n": {"type": "integer"}, "t": {"type": "string"}}}
    }
    script = Script(
        answer([row(1, extracted={"last": AI}), row(2, extracted={"last": None}), row(3, extracted={"last": None})]),
        answer(schemas),
        answer([row(2, extracted={"k0": 7, "k1": None}), row(3, extracted={"k0": None, "k1": None})]),
        answer([row(2, extracted={"last": None})]),
        answer([row(2, extracted={"k0": 8, "k1": "x"})]),
    )
    client = backend(script)
    page = await client.search_threads(ThreadQuery())
    assert [thread.preview for thread in page.threads] == [AI, {"n": 7}, None]
    assert script.asked == ["POST /threads/search", "GET /assistants/a/schemas", "POST /threads/search"]
    assert script.bodies[2] == {
        "ids": ["t2", "t3"], "limit": 2, "select": ["thread_id"], "extract": {"k0": "values.n", "k1": "values.t"},
    }  # fmt: skip
    again = await client.search_threads(ThreadQuery())
    assert again.threads[0].preview == {"n": 8, "t": "x"}
    assert len(script.asked) == 5  # the schema was remembered


@pytest.mark.parametrize("refusal", [NO_SUCH_PAGE, answer({}, 500), REFUSED])
async def test_a_graph_that_does_not_tell_its_schema_is_asked_once(refusal: Any) -> None:
    rows = answer([row(1, extracted={"last": None})])
    script = Script(rows, refusal, rows, rows)
    client = backend(script)
    for _ in range(3):
        assert (await client.search_threads(ThreadQuery())).threads[0].preview is None
    assert script.asked.count("GET /assistants/a/schemas") == 1


@pytest.mark.parametrize(
    ("schemas", "keys"),
    [
        (None, ()),
        ({"state_schema": None}, ()),
        ({"state_schema": {"properties": []}}, ()),
        ({"state_schema": {"properties": {"a b": {"type": "string"}, "_x": {"type": "string"}, "ok": True}}}, ()),
        ({"state_schema": {"properties": {"n": {"anyOf": [{"type": "number"}, {"type": "null"}]}, "any": {}}}}, ("n",)),
        ({"state_schema": {"properties": {key: {"type": "boolean"} for key in "abcde"}}}, ("a", "b", "c")),
        ({"state_schema": {"properties": {"o": {"anyOf": [{"type": "object"}, {"type": "string"}]}}}}, ()),
    ],
)
def test_which_keys_are_short(schemas: Any, keys: tuple[str, ...]) -> None:
    assert short_keys(schemas) == keys


async def test_a_server_that_refuses_to_select_is_asked_without_and_remembered() -> None:
    script = Script(REFUSED, REFUSED, answer([row(1)]), answer([row(1)]))
    client = backend(script)
    assert (await client.search_threads(ThreadQuery())).threads[0].thread_id == "t1"
    assert client.capabilities.missing == {"select", "extract"}
    await client.search_threads(ThreadQuery())
    assert len(script.requests) == 4
    assert script.bodies[-1] == {"limit": 50, "offset": 0, "sort_by": "updated_at", "sort_order": "desc"}


async def test_a_server_that_ignores_select_sends_states_and_previews_come_from_them() -> None:
    states = [row(1, values={"messages": [{"type": "human"}, AI]}), row(2, values={"n": 3}), row(3, values=None)]
    script = Script(answer(states))
    client = backend(script)
    page = await client.search_threads(ThreadQuery())
    assert [thread.preview for thread in page.threads] == [AI, {"n": 3}, None]
    assert client.capabilities.missing == {"select", "extract"}


async def test_a_query_that_is_refused_in_every_form_is_an_error_and_nothing_is_remembered() -> None:
    client = backend(Script(REFUSED))
    with pytest.raises(Rejected):
        await client.search_threads(ThreadQuery(status="nonsense"))
    assert client.capabilities.missing == frozenset()


async def test_one_bad_row_does_not_blank_the_list() -> None:
    script = Script(answer([row(1, extracted={"last": AI}), {"thread_id": "t2", "metadata": 1, "extracted": {}}, 7]))
    page = await backend(script).search_threads(ThreadQuery())
    assert [thread.thread_id for thread in page.threads] == ["t1", "t2"]
    assert page.threads[1].error


@pytest.mark.parametrize(
    ("values", "preview"),
    [
        ({"messages": [{"type": "human"}, AI]}, AI),
        ({"messages": [], "n": 1}, {"n": 1}),
        (
            {"long": "x" * 1000, "list": [1], "a": "short", "b": 1.5, "c": True, "d": 4},
            {"a": "short", "b": 1.5, "c": True},
        ),
        ({"list": []}, None),
        ({}, None),
        (None, None),
        ([AI], None),
    ],
)
def test_what_stands_for_a_state(values: Any, preview: Any) -> None:
    assert preview_of_values(values) == preview


@pytest.mark.parametrize("status", [404, 405, 422, 501])
async def test_a_server_that_cannot_count_is_asked_once(status: int) -> None:
    script = Script(answer({}, status))
    client = backend(script)
    assert await client.count_threads() is None
    assert await client.count_threads("idle") is None
    assert len(script.requests) == 1
    assert client.capabilities.missing == {"threads/count"}


async def test_who_connects_again_asks_again_for_what_was_missing() -> None:
    script = Script(
        answer({}, 404), answer({"version": "0.16.7", "langgraph_py_version": "1.2"}), answer([]), answer(3)
    )
    client = backend(script)
    assert await client.count_threads() is None
    await client.connect()
    assert client.capabilities.missing == frozenset()
    assert await client.count_threads() == 3


async def test_a_count_that_fails_is_an_error() -> None:
    with pytest.raises(ServerFailed):
        await backend(Script(answer({}, 500))).count_threads()


# Copies


async def test_copying_an_unknown_thread_is_not_found_whatever_the_server_calls_it() -> None:
    script = Script(answer({"detail": "Conflict"}, 409), NO_SUCH_PAGE)
    with pytest.raises(NotFound):
        await backend(script).copy_thread("t")
    assert script.asked == ["POST /threads/t/copy", "GET /threads/t"]


async def test_a_server_that_cannot_copy_says_so_and_is_remembered() -> None:
    client = backend(Script(NO_SUCH_PAGE, answer(row(1))))
    with pytest.raises(Rejected, match="cannot copy"):
        await client.copy_thread("t1")
    assert client.capabilities.missing == {"threads/copy"}


async def test_a_copy_that_is_really_in_conflict_is_one() -> None:
    with pytest.raises(Conflict):
        await backend(Script(answer({"detail": "Conflict"}, 409), answer(row(1)))).copy_thread("t1")


# States and histories


@pytest.mark.parametrize(
    "found",
    [
        {
            "values": {},
            "next": [],
            "tasks": [],
            "metadata": None,
            "created_at": None,
            "checkpoint": {"checkpoint_id": "c"},
        },
        {"values": {}, "next": [], "checkpoint": None},
        state("another"),
    ],
)
async def test_a_checkpoint_that_is_gone_is_not_found_though_the_server_answers_200(found: dict[str, Any]) -> None:
    with pytest.raises(NotFound, match="no checkpoint c "):
        await backend(Script(answer(found))).checkpoint("t", CheckpointRef("c"))


async def test_a_server_without_times_still_has_checkpoints() -> None:
    found = {"values": {"n": 1}, "next": [], "checkpoint": {"checkpoint_id": "c"}, "metadata": {"step": 1}}
    assert (await backend(Script(answer(found))).checkpoint("t", CheckpointRef("c"))).values == {"n": 1}


async def test_a_checkpoint_of_a_subgraph_is_asked_for_with_all_of_its_name() -> None:
    ref = CheckpointRef("c", "child:1", {"": "p", "child:1": "c"})
    script = Script(answer(state("c")))
    assert (await backend(script).checkpoint("t", ref)).namespace == "child:1"
    assert script.asked == ["POST /threads/t/state/checkpoint"]
    assert script.bodies == [
        {"checkpoint": {"checkpoint_id": "c", "checkpoint_ns": "child:1", "checkpoint_map": {"": "p", "child:1": "c"}}}
    ]


@pytest.mark.parametrize("found", [{"values": {}, "next": [], "checkpoint": None, "created_at": None}, {}])
async def test_a_thread_without_checkpoints_has_no_head(found: dict[str, Any]) -> None:
    assert await backend(Script(answer(found))).head("t") is None


async def test_history_is_paged_with_get_and_within_limits() -> None:
    script = Script(answer([state("c3"), state("c2")]), answer([state("c1")]), answer([]), answer([]))
    client = backend(script)
    page = await client.history("t", limit=2)
    assert ([row.checkpoint_id for row in page.checkpoints], page.reached_end) == (["c3", "c2"], False)
    assert page.received_bytes > 100
    page = await client.history("t", limit=2, before="c2")
    assert ([row.checkpoint_id for row in page.checkpoints], page.reached_end) == (["c1"], True)
    await client.history("t", limit=0)
    await client.history("t", limit=99999)
    assert script.asked == [
        "GET /threads/t/history?limit=2",
        "GET /threads/t/history?limit=2&before=c2",
        "GET /threads/t/history?limit=1",
        "GET /threads/t/history?limit=1000",
    ]


@pytest.mark.parametrize(
    ("said", "light"),
    [
        (answer({"thread_id": "t", "values": {"text": "short"}}), True),
        (answer({"thread_id": "t", "values": {"text": "long" * 1000}}), False),
        (answer({"thread_id": "t", "values": None}), False),
        (answer({"thread_id": "t"}), False),
        (answer([]), False),
        (REFUSED, False),
    ],
)
async def test_a_state_is_light_only_where_the_threads_row_has_it_and_is_small(said: Any, light: bool) -> None:
    script = Script(said)
    assert await backend(script).is_light("t", 1000) is light
    assert script.asked == ["GET /threads/t"]


async def test_a_server_that_ignores_before_does_not_page_for_ever() -> None:
    page = await backend(Script(answer([state("c3"), state("c2")]))).history("t", limit=2, before="c2")
    assert (list(page.checkpoints), page.reached_end) == ([], True)


async def test_history_of_a_subgraph_learns_which_form_of_before_the_server_wants() -> None:
    script = Script(REFUSED, answer([state("c1")]), answer([state("c0")]))
    client = backend(script)
    await client.history("t", limit=1, before="c2", namespace="child:1")
    await client.history("t", limit=1, before="c1", namespace="child:1")
    assert [body["before"] for body in script.bodies] == [{"configurable": {"checkpoint_id": "c2"}}, "c2", "c1"]
    assert script.bodies[0]["checkpoint"] == {"checkpoint_ns": "child:1"}


# Updates and runs


@pytest.mark.parametrize(
    "said",
    [
        {"checkpoint": {"checkpoint_id": "n", "checkpoint_ns": "", "thread_id": "t"}, "checkpoint_id": "n"},
        {"configurable": {"checkpoint_id": "n", "checkpoint_ns": ""}},
        {"checkpoint_id": "n"},
        {"checkpoint": {"checkpoint_id": "n"}},
    ],
)
async def test_an_update_names_its_checkpoint_in_both_forms_and_reads_any(said: dict[str, Any]) -> None:
    script = Script(answer(said))
    client = backend(script)
    update = StateUpdate(CheckpointRef("c"), None, as_node=COPY_NODE)
    assert await client.update_state("t", update) == CheckpointRef("n")
    shown = client.describe_update("t", update)
    assert script.asked == [f"{shown.method} {shown.path}"]
    assert script.bodies == [shown.body]
    assert shown.body == {
        "values": None, "checkpoint": {"checkpoint_id": "c", "checkpoint_ns": ""}, "checkpoint_id": "c",
        "as_node": "__copy__",
    }  # fmt: skip


async def test_an_update_inside_a_subgraph_is_named_by_the_object_alone() -> None:
    ref = CheckpointRef("c", "child:1", {"": "p", "child:1": "c"})
    script = Script(answer({"checkpoint": {"checkpoint_id": "n", "checkpoint_map": {"": "p", "child:1": "n"}}}))
    found = await backend(script).update_state("t", StateUpdate(ref, {}))
    assert (found.checkpoint_id, found.namespace, found.checkpoint_map) == ("n", "child:1", {"": "p", "child:1": "n"})
    assert "checkpoint_id" not in script.bodies[0]
    assert script.bodies[0]["checkpoint"]["checkpoint_map"] == {"": "p", "child:1": "c"}


@pytest.mark.parametrize("said", [{}, {"checkpoint": None}, {"checkpoint": {}}])
async def test_an_update_that_names_no_checkpoint_is_a_bad_answer(said: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer, match="without the name"):
        await backend(Script(answer(said))).update_state("t", StateUpdate(None, {}))


@pytest.mark.parametrize("way", ["", "/stream", "/wait"])
async def test_every_way_to_run_sends_what_it_shows(way: str) -> None:
    setup = RunSetup("a", {"recursion_limit": 7}, {"color": "red"}, interrupt_before=["x"], interrupt_after="*")
    request = RunRequest(setup, checkpoint=CheckpointRef("c"), metadata={"m": 1}, multitask_strategy=None)
    stream = httpx.Response(200, headers={"content-type": "text/event-stream"})
    script = Script(stream if way == "/stream" else answer({"run_id": "r", "thread_id": "t"}))
    client = backend(script)
    if way == "/wait":
        await client.wait_run("t", request)
    elif way == "/stream":
        async with client.stream_run("t", request):
            pass
    else:
        assert (await client.start_run("t", request)).run_id == "r"
    assert script.asked == [f"POST /threads/t/runs{way}"]
    (body,) = script.bodies
    if way != "/wait":
        assert body == client.describe_run("t", request, stream=way == "/stream").body
    assert body["input"] is None
    assert (body["checkpoint"]["checkpoint_id"], body["checkpoint_id"]) == ("c", "c")
    assert (body["config"], body["context"], body["metadata"]) == ({"recursion_limit": 7}, {"color": "red"}, {"m": 1})
    assert (body["interrupt_before"], body["interrupt_after"]) == (["x"], "*")
    assert "multitask_strategy" not in body
    assert "webhook" not in body
    assert "feedback_keys" not in body
    assert body.get("on_disconnect") == ("continue" if way else None)


async def test_a_command_goes_without_an_input() -> None:
    client = backend(Script(answer({})))
    body = client.describe_run("t", RunRequest(RunSetup("a"), command={"resume": False})).body
    assert body["command"] == {"resume": False}
    assert "input" not in body


async def test_an_input_may_be_anything() -> None:
    client = backend(Script(answer({})))
    inputs: list[Any] = [None, {}, [], 0, "", False]
    for given in inputs:
        body = client.describe_run("t", RunRequest(RunSetup("a"), given)).body
        assert body["input"] == given


async def test_integers_that_the_server_would_round_are_refused_only_where_it_would() -> None:
    script = Script(answer({"checkpoint_id": "n"}))
    client = backend(script)
    update = StateUpdate(None, {"n": [2**64]})
    await client.update_state("t", update)
    client._info = ServerInfo("langgraph-py", "0.16.7", "1.2.22")
    with pytest.raises(Rejected, match=r"values\.n\[0\] is beyond 64 bits"):
        await client.update_state("t", update)
    with pytest.raises(Rejected, match=r"input\.x"):
        await client.wait_run("t", RunRequest(RunSetup("a"), {"x": -(2**63) - 1}))
    await client.update_state("t", StateUpdate(None, {"n": [2**64 - 1, -(2**63), True]}))
    assert len(script.requests) == 2


async def test_a_cancel_of_a_run_that_has_ended_says_how_it_ended() -> None:
    script = Script(answer({"detail": "No matching runs to cancel"}, 404), answer({"run_id": "r", "status": "success"}))
    with pytest.raises(Conflict, match="ended already, with status success"):
        await backend(script).cancel_run("t", "r", action="rollback")
    assert script.asked == ["POST /threads/t/runs/r/cancel?wait=1&action=rollback", "GET /threads/t/runs/r"]


@pytest.mark.parametrize("said", [httpx.Response(202), httpx.Response(204), answer({}), answer({"__error__": {}})])
async def test_a_cancel_may_be_answered_in_any_way(said: Any) -> None:
    await backend(Script(said)).cancel_run("t", "r", wait=False)


async def test_joining_an_unknown_run_is_not_found_though_the_server_answers_200() -> None:
    official = {"error": "HTTPException", "message": "404: Run not found"}
    for said in (official, {"error": "Error", "message": '"Run not found"'}):
        with pytest.raises(NotFound):
            await backend(Script(answer({"__error__": said}))).join_run("t", "r")
    failed = {"__error__": {"error": "ValueError", "message": "404 reasons"}}
    assert await backend(Script(answer(failed))).join_run("t", "r") == failed


async def test_runs_are_listed_with_whatever_can_be_read() -> None:
    rows = [{"run_id": "r2", "status": "success", "kwargs": {"input": 1}}, {"run_id": "r1", "kwargs": 3}, None]
    script = Script(answer(rows))
    found = await backend(script).runs("t", limit=3, offset=6)
    assert [(run.run_id, run.thread_id, run.status) for run in found] == [
        ("r2", "t", "success"),
        ("r1", "t", "unknown"),
    ]
    assert script.asked == ["GET /threads/t/runs?limit=3&offset=6"]


# Assistants


@pytest.mark.parametrize("ignores_offset", [False, True])
async def test_assistants_are_read_in_pages_that_every_server_hands_out(ignores_offset: bool) -> None:
    """Aegra refuses more than 100 at once."""
    there = [{"assistant_id": f"a{number}", "graph_id": "agent"} for number in range(130)]

    def page(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        if asked["limit"] > 100:
            return httpx.Response(422, json={"detail": "limit"})
        start = 0 if ignores_offset else asked["offset"]
        return httpx.Response(200, json=there[start : start + asked["limit"]])

    found = await backend(Script(page)).assistants()
    assert [assistant.assistant_id for assistant in found] == [
        row["assistant_id"] for row in there[: 100 if ignores_offset else 130]
    ]
