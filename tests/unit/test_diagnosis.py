"""The judgements of `forkpoint doctor`: versions, clocks, certificates, round trips, exit codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.domain.checkpoint import ServerInfo
from tui.domain.diagnosis import (
    Finding,
    Probe,
    State,
    copy_probe,
    exit_code,
    fork_probe,
    judge,
    judge_certificate,
    judge_clock,
    judge_latency,
    judge_server,
)

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
SOON = NOON + timedelta(milliseconds=20)
PY = ServerInfo("langgraph-py", "0.16.7", "1.2.22")


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 0),
        ([State.OK, State.NOTE, State.UNKNOWN], 0),
        ([State.OK, State.WARN], 1),
        ([State.WARN, State.FAIL, State.OK], 4),
    ],
)
def test_the_exit_code_is_that_of_the_worst(states: list[State], code: int) -> None:
    assert exit_code(Finding("x", state, "") for state in states) == code


@pytest.mark.parametrize(
    ("info", "state", "said"),
    [
        (PY, State.OK, "langgraph 1.2.22 · api 0.16.7"),
        (ServerInfo("langgraph-py", "0.2.125", "0.6.11"), State.OK, "api 0.2.125"),
        (ServerInfo("langgraph-py", "0.1.23", "0.5.0"), State.WARN, "older than the oldest"),
        (ServerInfo("langgraph-py"), State.WARN, "older than the oldest"),
        (ServerInfo("langgraph-js", "1.5.1", "1.4.18"), State.OK, "langgraph.js 1.4.18"),
        (ServerInfo("aegra", "0.11.0"), State.OK, "aegra"),
        (ServerInfo("aegra", "0.6.0"), State.WARN, "refuse to run from a checkpoint"),
        (ServerInfo("langrove", "0.1.0"), State.WARN, "langrove"),
        (ServerInfo("unknown"), State.WARN, "does not say which"),
    ],
)
def test_servers_by_kind_and_version(info: ServerInfo, state: State, said: str) -> None:
    finding = judge_server(info)
    assert finding.state is state
    assert said in finding.words
    assert bool(finding.advice) is (state is State.WARN)


@pytest.mark.parametrize(
    ("info", "fork", "copy"),
    [
        (PY, True, True),
        (ServerInfo("langgraph-py", "0.2.125", "0.6.11"), True, True),
        (ServerInfo("langgraph-js"), True, True),
        (ServerInfo("aegra", "0.11.0"), True, False),
        (ServerInfo("langrove"), None, None),
    ],
)
def test_what_only_a_write_could_tell_is_known_by_the_kind(
    info: ServerInfo, fork: bool | None, copy: bool | None
) -> None:
    assert (fork_probe(info).works, copy_probe(info).works) == (fork, copy)
    assert ("cloned" in fork_probe(info).words) is info.needs_clone_before_edit


@pytest.mark.parametrize(
    ("probe", "state"),
    [
        (Probe("p", True, ""), State.OK),
        (Probe("p", False, ""), State.NOTE),
        (Probe("p", False, "", matters=True), State.WARN),
        (Probe("p", None, "", matters=True), State.UNKNOWN),
    ],
)
def test_what_is_missing_matters_or_costs_comfort(probe: Probe, state: State) -> None:
    assert judge(probe).state is state


@pytest.mark.parametrize(
    ("header", "state", "value"),
    [
        ("Sat, 21 Nov 2026 12:00:00 GMT", State.OK, 0.0),
        ("Sat, 21 Nov 2026 11:59:59 GMT", State.OK, 0.0),
        ("Sat, 21 Nov 2026 12:00:10 GMT", State.OK, 10.0),
        ("Sat, 21 Nov 2026 12:05:00 GMT", State.WARN, 300.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", State.WARN, -3599.0),
        ("Sat, 21 Nov 2026 13:00:00 +0100", State.OK, 0.0),
        ("yesterday", State.UNKNOWN, None),
        (None, State.UNKNOWN, None),
    ],
)
def test_clocks(header: str | None, state: State, value: float | None) -> None:
    finding = judge_clock(header, NOON, SOON)
    assert finding.state is state
    assert finding.value == (pytest.approx(value, abs=0.1) if value is not None else None)


@pytest.mark.parametrize(("days", "state"), [(300, State.OK), (14, State.OK), (13, State.WARN), (0, State.WARN)])
def test_certificates_that_end_soon(days: int, state: State) -> None:
    finding = judge_certificate(NOON + timedelta(days=days, hours=1), NOON)
    assert (finding.state, finding.value) == (state, days)


@pytest.mark.parametrize(
    ("seconds", "state", "said"),
    [
        ([0.001, 0.002, 5.0], State.OK, "2.0 ms (median of 3)"),
        ([0.05], State.OK, "50 ms"),
        ([2.0, 2.0, 0.1], State.WARN, "2000 ms"),
    ],
)
def test_round_trips(seconds: list[float], state: State, said: str) -> None:
    finding = judge_latency(seconds)
    assert finding.state is state
    assert said in finding.words
