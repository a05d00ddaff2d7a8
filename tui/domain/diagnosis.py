"""What a look at a server found, and what to do about it: the judgements of `forkpoint doctor`, without any I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from statistics import median

from tui.domain.checkpoint import JSON, ServerInfo
from tui.domain.safe_text import one_line

CERTIFICATE_DAYS = 14
"""Days before its end from which on a certificate is a problem."""
SKEW_SECONDS = 30.0
SLOW_SECONDS = 1.0

CONNECTION, CAPABILITIES = "connection", "capabilities"

_OLDEST_PY = (0, 2)


class State(Enum):
    """How good a finding is; the value is the word shown."""

    OK = "ok"
    NOTE = "note"
    """Something is missing that costs comfort only."""
    WARN = "warn"
    """A limit that matters."""
    FAIL = "fail"
    """Nothing works until this is mended."""
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do. `value` is what was measured, for programs."""

    name: str
    state: State
    words: str
    advice: str = ""
    section: str = CONNECTION
    value: JSON = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A capability as it was tried: `works` is None where it was not; `matters` if its lack costs more than comfort."""

    name: str
    works: bool | None
    words: str
    matters: bool = False


def exit_code(findings: Iterable[Finding]) -> int:
    """0 fine, 4 cannot connect or not allowed, 1 it works with limits that matter."""
    states = {finding.state for finding in findings}
    if State.FAIL in states:
        return 4
    return 1 if State.WARN in states else 0


def judge(probe: Probe) -> Finding:
    """A tried capability as a finding."""
    if probe.works is None:
        state = State.UNKNOWN
    elif probe.works:
        state = State.OK
    else:
        state = State.WARN if probe.matters else State.NOTE
    return Finding(probe.name, state, probe.words, section=CAPABILITIES, value=probe.works)


def judge_server(info: ServerInfo) -> Finding:
    """Kind and version: is it one that Forkpoint was checked with?"""
    value = {"kind": info.kind, "version": info.version, "langgraph_version": info.langgraph_version}

    def finding(state: State, words: str, advice: str = "") -> Finding:
        return Finding("server", state, words, advice, value=value)

    title = one_line(info.title, 100)
    version = _numbers(info.version)
    if info.kind == "unknown":
        return finding(
            State.WARN,
            "an Agent Server that does not say which",
            "Forkpoint was not checked with it. Every edit is read again and compared before anything runs.",
        )
    if info.kind == "langgraph-py" and (version is None or version < _OLDEST_PY):
        return finding(
            State.WARN,
            f"{title}: older than the oldest version that was checked (0.2)",
            "Expect gaps, and upgrade if you can. Every edit is read again and compared before anything runs.",
        )
    if info.refuses_checkpoints:
        return finding(
            State.WARN,
            f"{title}: versions below 0.11 refuse to run from a checkpoint",
            "Upgrade Aegra to 0.11 (it needs Python 3.12); until then threads can be read only.",
        )
    if info.kind not in ("langgraph-py", "langgraph-js", "aegra"):
        return finding(
            State.WARN,
            title,
            "Forkpoint was not checked with this server. Every edit is read again and compared before anything runs.",
        )
    return finding(State.OK, title)


def fork_probe(info: ServerInfo) -> Probe:
    """Whether an edit can be trusted at once, as the version tells."""
    if info.needs_clone_before_edit:
        return Probe(
            "fork", True, "langgraph before 1.0 brings old results back: the checkpoint is cloned before an edit"
        )
    if info.kind in ("langgraph-py", "langgraph-js", "aegra"):
        return Probe("fork", True, "edits are made at the checkpoint itself")
    return Probe("fork", None, "not tried: it would write")


def copy_probe(info: ServerInfo) -> Probe:
    """Copying a thread writes, so it is known by the kind of server only."""
    if info.kind in ("langgraph-py", "langgraph-js"):
        return Probe("copy a thread", True, "this kind of server can (not tried: it would write)")
    if info.kind == "aegra":
        return Probe("copy a thread", False, "Aegra has no such endpoint: a fork moves the thread's own head")
    return Probe("copy a thread", None, "not tried: it would write")


def judge_certificate(expires: datetime, now: datetime) -> Finding:
    """A certificate that the connection trusted, by the time that it has left."""
    days = (expires - now) // timedelta(days=1)
    words = f"the certificate is trusted and ends on {expires:%Y-%m-%d}, in {days} days"
    if days < CERTIFICATE_DAYS:
        return Finding("certificate", State.WARN, words, "Have it renewed: past its end nothing connects.", value=days)
    return Finding("certificate", State.OK, words, value=days)


def judge_latency(seconds: Sequence[float]) -> Finding:
    """The median of some round trips of a small request."""
    middle = median(seconds)
    words = f"{milliseconds(middle)} (median of {len(seconds)})"
    if middle > SLOW_SECONDS:
        advice = "Long threads load page by page and will take a while. Is the server, or the line to it, busy?"
        return Finding("latency", State.WARN, words, advice, value=round(middle * 1000, 1))
    return Finding("latency", State.OK, words, value=round(middle * 1000, 1))


def judge_clock(date_header: str | None, before: datetime, after: datetime) -> Finding:
    """The server's clock against ours. `before` and `after` are our times around the answer that bore the header."""
    try:
        server = parsedate_to_datetime(date_header or "")
    except ValueError:
        return Finding("clock", State.UNKNOWN, "the server does not say what time it is")
    if server.tzinfo is None:
        server = server.replace(tzinfo=UTC)
    # The header names whole seconds, so the server's time lies between it and a second later.
    early, late = (server - after).total_seconds(), (server - before).total_seconds() + 1.0
    skew = 0.0 if early <= 0.0 <= late else min(early, late, key=abs)
    if abs(skew) < 1.0:
        return Finding("clock", State.OK, "agrees with this machine's", value=0.0)
    words = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
    if abs(skew) > SKEW_SECONDS:
        return Finding(
            "clock",
            State.WARN,
            words,
            "Ages go by the server's clock; times that others noted may not. Set either clock.",
            value=round(skew, 1),
        )
    return Finding("clock", State.OK, words, value=round(skew, 1))


def milliseconds(seconds: float) -> str:
    """A short time in words."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def _numbers(version: str | None) -> tuple[int, int] | None:
    found = re.match(r"(\d+)\.(\d+)", version or "")
    return (int(found[1]), int(found[2])) if found else None
