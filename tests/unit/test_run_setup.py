"""How a run was set up, read from the records that servers keep of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.agent_server_fakes import Script, answer, backend
from tui.domain.checkpoint import Run
from tui.domain.requests import RunRequest
from tui.domain.run_setup import run_setup

SERVER: dict[str, Any] = {
    "langgraph_auth_user": None,
    "langgraph_auth_user_id": "",
    "langgraph_auth_permissions": [],
    "langgraph_request_id": "ad80",
    "__request_start_time_ms__": 1795251253830,
    "__after_seconds__": 0,
    "__pregel_node_finished": None,
    "run_id": "r",
    "thread_id": "t",
    "graph_id": "agent",
    "assistant_id": "a",
    "user_id": "",
    "checkpoint_id": "c",
    "checkpoint_ns": "",
    "checkpoint_map": {"": "c"},
}


def run(configurable: dict[str, Any], context: Any = None, **kwargs: Any) -> Run:
    """A run as an official server keeps it."""
    config = {"configurable": configurable | SERVER, "metadata": {"created_by": "system", "run_attempt": 1}}
    return Run("r", "t", assistant_id="a", kwargs={"config": config | kwargs, "context": context})


def test_what_the_server_added_is_left_out() -> None:
    found = run_setup(run({}, {}))
    assert (found.config, found.context, found.known) == ({}, None, True)
    assert (found.assistant_id, found.from_run) == ("a", "r")


def test_a_replay_notifies_nobody_and_bears_no_name_of_the_run_before() -> None:
    before = run({"model": "haiku"}, callbacks=["http://hook.example"], run_id="r")
    told = {"webhook": "http://hook.example", "feedback_keys": ["thumbs"], "on_completion": "delete"}
    body = (
        backend(Script(answer({})))
        .describe_run("t", RunRequest(run_setup(replace(before, kwargs={**before.kwargs, **told}))))
        .body
    )
    assert "haiku" in str(body)
    assert not [word for word in ("hook", "callbacks", "run_id", "feedback", "delete") if word in str(body)], body


def test_what_the_caller_set_is_kept_in_its_order_and_type() -> None:
    mine = {"z": 1.0, "a": 1, "model": {"name": "x", "n": 2**70}, "thread": "not an id", "run": 1}
    found = run_setup(run(mine, dict(mine), recursion_limit=7, tags=["b", "a"], max_concurrency=2, run_name="n"))
    assert repr(found.config["configurable"]) == repr(mine)
    assert {key: found.config[key] for key in found.config if key != "configurable"} == {
        "recursion_limit": 7,
        "tags": ["b", "a"],
        "max_concurrency": 2,
        "run_name": "n",
    }
    assert found.context is None


def test_a_context_whose_keys_were_dropped_from_configurable_was_sent_as_a_context() -> None:
    found = run_setup(run({"color": "red"}, {"color": "red", "unknown": 1}))
    assert found.context == {"color": "red", "unknown": 1}
    assert "configurable" not in found.config


def test_while_a_run_is_pending_a_mark_says_that_a_context_was_sent() -> None:
    found = run_setup(run({"color": "red", "__context_provided__": True}, {"color": "red"}))
    assert found.context == {"color": "red"}
    assert found.config == {}


def test_servers_that_keep_both_apart_are_read_as_well() -> None:
    assert run_setup(run({}, {"color": "red"})).context == {"color": "red"}
    assert run_setup(run({"style": "x"}, None)).config == {"configurable": {"style": "x"}}
    assert run_setup(run({"n": 1}, {"n": True})).context == {"n": True}


def test_a_server_that_takes_both_gets_both_again() -> None:
    place = {"run_id": "r", "thread_id": "t", "graph_id": "g", "assistant_id": "a", "user-agent": "sdk"}
    record = {"config": {"configurable": {**place, "style": "x"}}, "context": {"color": "red"}}
    found = run_setup(Run("r", "t", kwargs=record))
    assert (found.config, found.context) == ({"configurable": {"style": "x"}}, {"color": "red"})


@pytest.mark.parametrize(
    "key", ["user_id", "thread_id", "assistant_id", "x-team", "user-agent", "authorization", "cookie"]
)
def test_a_name_that_the_server_uses_too_is_the_callers_when_the_context_has_it(key: str) -> None:
    record = {"config": {"configurable": {**SERVER, key: "mine"}}, "context": {key: "mine"}}
    assert run_setup(Run("r", "t", kwargs=record)).config == {"configurable": {key: "mine"}}
    record["context"] = {}
    kept = {"configurable": {"user_id": "mine"}} if key == "user_id" else {}
    assert run_setup(Run("r", "t", kwargs=record)).config == kept


def test_the_authenticated_user_is_not_the_callers() -> None:
    record = {"config": {"configurable": {**SERVER, "user_id": "u1", "langgraph_auth_user_id": "u1"}}, "context": {}}
    assert run_setup(Run("r", "t", kwargs=record)).config == {}


def test_where_the_original_began_is_not_repeated() -> None:
    """A caller may name the checkpoint in `configurable`; then the context has its name as well."""
    record = {"config": {"configurable": SERVER}, "context": {"checkpoint_id": "c", "checkpoint_ns": ""}}
    found = run_setup(Run("r", "t", kwargs=record))
    assert (found.config, found.context) == ({}, None)


def test_metadata_of_the_caller_is_kept_and_the_servers_is_not() -> None:
    server = {"graph_id": "g", "assistant_id": "a", "created_by": "system", "run_attempt": 1, "langgraph_version": "1"}
    record = {"config": {"configurable": SERVER, "metadata": {**server, "ticket": 7}}, "context": {}}
    assert run_setup(Run("r", "t", kwargs=record)).config == {"metadata": {"ticket": 7}}


def test_metadata_that_is_a_copy_of_configurable_is_not_the_callers() -> None:
    record = {"config": {"configurable": {**SERVER, "style": "x"}, "metadata": {"style": "x", "n": 1}}, "context": {}}
    assert run_setup(Run("r", "t", kwargs=record)).config["metadata"] == {"n": 1}


def test_a_context_that_the_server_filled_with_its_own_tells_nothing() -> None:
    """langgraph 0.6 copies `configurable` to the context last, headers and all."""
    configurable = {**SERVER, "user-agent": "sdk", "authorization": "Bearer x", "x-request-id": "7", "style": "x"}
    record = {
        "config": {"configurable": configurable, "metadata": {"user-agent": "sdk"}},
        "context": dict(configurable),
    }
    found = run_setup(Run("r", "t", kwargs=record))
    assert (found.config, found.context) == ({"configurable": {"style": "x"}}, None)


def test_breakpoints_are_kept_and_what_would_notify_somebody_is_not() -> None:
    kwargs = {
        "config": {"configurable": SERVER},
        "interrupt_before": ["action"],
        "interrupt_after": "*",
        "webhook": "https://hooks.example",
        "feedback_keys": ["k"],
        "durability": "exit",
    }
    found = run_setup(Run("r", "t", kwargs=kwargs))
    assert (found.interrupt_before, found.interrupt_after, found.config) == (["action"], "*", {})


def test_a_server_without_kwargs_keeps_them_beside_the_run() -> None:
    raw = {"run_id": "r", "config": {"configurable": {"style": "x"}, "recursion_limit": 5}, "context": {}}
    found = run_setup(Run("r", "t", assistant_id="a", raw=raw))
    assert found.config == {"configurable": {"style": "x"}, "recursion_limit": 5}
    assert found.known


@pytest.mark.parametrize("raw", [{}, {"run_id": "r"}, {"kwargs": {}, "run_id": "r"}])
def test_a_server_that_keeps_nothing_is_said_to(raw: dict[str, Any]) -> None:
    assert not run_setup(Run("r", "t", raw=raw)).known


@pytest.mark.parametrize("broken", [None, 1, "x", [], {"configurable": 3, "metadata": "m"}])
def test_records_of_any_shape_are_survived(broken: Any) -> None:
    found = run_setup(
        Run("r", "t", kwargs={"config": broken, "context": broken if not isinstance(broken, dict) else 1})
    )
    assert (found.config, found.context) == ({}, None)
