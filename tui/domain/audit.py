"""What the audit log says of a write: who was asked for what, where, and what came of it. Never what was written.

An entry is one JSON object: `id`, `stage`, `time` (UTC), `host`, `method`, `path`, `what`, `thread`, `checkpoint` (that
it started from), `run`, `made` (the new checkpoint or thread), and `result`, an HTTP status or words; null is unknown.

A write has two entries with the same `id`: one of stage "sent" before it leaves, so that no crash can hide it, and one
when it is known what became of it, "answered" or "not sent". Together they are one write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from urllib.parse import parse_qs, unquote, urlsplit

from tui.domain.checkpoint import JSON
from tui.domain.requests import COPY_NODE
from tui.domain.safe_text import one_line
from tui.domain.secrets import hide

NO_ANSWER = "sent, no answer yet"
_LONGEST_ERROR = 400
_THREAD = re.compile(r"/threads/([^/]+)")
_RUN = re.compile(r"/runs/([^/]+)")
_WORDS = (
    ("POST", r"/threads", "create"),
    ("PATCH", r"/threads/[^/]+", "change metadata"),
    ("DELETE", r"/threads/[^/]+", "delete"),
    ("POST", r"/threads/[^/]+/copy", "copy"),
    ("POST", r"/threads/[^/]+/state", "update"),
    ("POST", r"/threads/[^/]+/runs(?:/stream|/wait)?", "run"),
    ("POST", r"/threads/[^/]+/runs/[^/]+/cancel", "cancel"),
    ("DELETE", r"/threads/[^/]+/runs/[^/]+", "delete run"),
)


class Stage(Enum):
    """How far a write got; the value is the word in the log."""

    SENT = "sent"
    """About to leave; nothing is known yet."""
    ANSWERED = "answered"
    """It was answered, refused or lost."""
    NOT_SENT = "not sent"
    """It turned out that it never left."""


@dataclass(frozen=True, slots=True)
class Write:
    """A request that may change something, before it leaves and once its outcome is known.

    `host` is the server's address, `path` relative to it, maybe with a query; `number` is the same for both stages.
    `status` is None when no answer came or was read; then `error` says why. `answer` is the JSON that came back,
    `run_id` what the headers of a stream said.
    """

    host: str
    method: str
    path: str
    body: JSON = None
    number: str = ""
    stage: Stage = Stage.ANSWERED
    status: int | None = None
    answer: JSON = None
    run_id: str | None = None
    error: str | None = None


def entry_of(write: Write, moment: datetime, secrets: Iterable[str] = ()) -> dict[str, JSON]:
    """The line of the log. `secrets` are texts of this connection that must stand in no file."""
    path = write.path.partition("?")[0]
    thread = _segment(_THREAD, path) or _text(write.body, "thread_id") or _text(write.answer, "thread_id")
    entry = {
        "id": write.number or None,
        "stage": write.stage.value,
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "host": write.host,
        "method": write.method,
        "path": write.path,
        "what": what_of(write),
        "thread": thread,
        "checkpoint": _checkpoint(write.body),
        "run": _run(write, path),
        "made": _made(write, thread),
        "result": _result(write),
    }
    # The host is the user's own word and no secret; a header such as `env: prod` must not hide a part of it.
    shown_as_they_are = ("host", "id")
    return {
        key: hide(text, secrets) if isinstance(text, str) and key not in shown_as_they_are else text
        for key, text in entry.items()
    }


def _result(write: Write) -> JSON:
    if write.stage is Stage.SENT:
        return NO_ANSWER
    return write.status if write.error is None else one_line(write.error, _LONGEST_ERROR)


def whole_writes(entries: Iterable[Mapping[str, JSON]]) -> Iterator[dict[str, JSON]]:
    """One entry for each write, in the order in which they left; what turned out not to have left is left out."""
    found: dict[str, dict[str, JSON]] = {}
    for position, entry in enumerate(entries):
        name = entry.get("id")
        key = name if isinstance(name, str) and name else f"{position}"
        before = found.get(key)
        found[key] = dict(entry) if before is None else {**before, **entry, "time": before.get("time")}
    return (entry for entry in found.values() if entry.get("stage") != Stage.NOT_SENT.value)


def what_of(write: Write) -> str:
    """The write in a word: run, update, clone, cancel, rollback, create, copy, delete …"""
    path, _, query = write.path.partition("?")
    for method, pattern, word in _WORDS:
        if method == write.method and re.fullmatch(pattern, path):
            if word == "update" and _text(write.body, "as_node") == COPY_NODE:
                return "clone"
            if word == "cancel" and parse_qs(query).get("action") == ["rollback"]:
                return "rollback"
            return word
    return write.method.lower()


def is_at(entry: Mapping[str, JSON], host: str) -> bool:
    """Whether the entry's write went to `host`: a server's address, its host name, or the name with the port."""
    address = entry.get("host")
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return host.rstrip("/") in (address, parts.netloc, parts.hostname)


def _segment(pattern: re.Pattern[str], path: str) -> str | None:
    found = pattern.match(path) if pattern is _THREAD else pattern.search(path)
    return unquote(found[1]) if found else None


def _run(write: Write, path: str) -> str | None:
    named = _segment(_RUN, path)
    return (named if named not in ("stream", "wait") else None) or write.run_id or _text(write.answer, "run_id")


def _checkpoint(body: JSON) -> str | None:
    if not isinstance(body, dict):
        return None
    return _text(body.get("checkpoint"), "checkpoint_id") or _text(body, "checkpoint_id")


def _made(write: Write, thread: str | None) -> str | None:
    if write.status is None:
        return None
    match what_of(write):
        case "update" | "clone":
            return _checkpoint(write.answer)
        case "create":
            return thread
        case "copy":
            return _text(write.answer, "thread_id")
    return None


def _text(value: JSON, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None
