"""A plan on standard output, before it is carried out or instead: in words, as JSON, as the requests it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui.domain.addresses import tail
from tui.domain.changes import changes
from tui.domain.checkpoint import JSON
from tui.domain.json_values import pretty
from tui.domain.labels import call_words, change_words, in_words, step_words
from tui.domain.plans import PlanKind, TravelPlan
from tui.domain.requests import PlannedRequest
from tui.domain.safe_text import one_line
from tui.domain.secrets import hide_named

_MOST_LINES = 40
"""Lines of a request's body that are printed; `--json` prints all of it."""

_MOST_LETTERS = 300
"""Letters of one text in a body."""


def plan_json(plan: TravelPlan, requests: tuple[PlannedRequest, ...]) -> dict[str, Any]:
    """The data of the `plan` event."""
    return {
        "kind": plan.kind.value,
        "thread_id": plan.thread_id,
        "checkpoint": plan.start.checkpoint_id if plan.start is not None else None,
        "assistant": plan.setup.assistant_id,
        "assistant_name": plan.setup.assistant_name,
        "graph_id": plan.setup.graph_id,
        "setup_known": plan.setup.known,
        "config": dict(plan.setup.config),
        "context": plan.setup.context,
        "will_run": list(plan.will_run),
        "will_call": [{"id": call.id, "name": call.name, "args": call.args} for call in plan.will_call],
        "edits": [
            {"tool_call_id": edit.tool_call_id, "tool": edit.tool, "before": edit.before, "after": edit.after}
            for edit in plan.edits
        ],
        "notes": list(plan.notes),
        "requests": [{"method": r.method, "path": r.path, "body": r.body} for r in requests],
    }


def plan_lines(plan: TravelPlan) -> list[str]:
    """A plan in words: what, where, what runs, how, and what follows."""
    at = f" at {tail(plan.start.checkpoint_id)} (step {plan.start.step})" if plan.start is not None else ""
    rows = [("edit", change_words(c, f"{e.tool}.")) for e in plan.edits for c in changes(e.before, e.after)]
    if plan.will_run:
        calls = ", ".join(call_words(call) for call in plan.will_call)
        rows.append(("runs", f"{names(plan.will_run)}{': ' + calls if calls else ''}"))
    elif plan.kind is PlanKind.INPUT:
        rows.append(("input", step_words(None, plan.input) or in_words(plan.input)))
    rows.append(("as", f"{plan.setup.assistant_name or plan.setup.assistant_id}{_setup_words(plan)}"))
    rows += [("note", note) for note in plan.notes]
    title = f"{plan.kind.value} of thread {tail(plan.thread_id, 8)}{at}"
    return [title, *(f"  {name:<6} {one_line(words)}" for name, words in rows)]


def request_lines(requests: tuple[PlannedRequest, ...]) -> Iterator[str]:
    """The requests that would be sent, method, path and body; big bodies are cut."""
    yield f"Nothing was sent. It would take{', in this order' if len(requests) > 1 else ''}:"
    for request in requests:
        yield ""
        yield f"{request.method} {request.path}"
        if request.body is not None:
            yield from _body_lines(request.body)
    if len(requests) > 1:
        yield ""
        yield "The run will start from the checkpoint that the request before it makes; its id is not known yet."


def _body_lines(body: JSON) -> Iterator[str]:
    lines = pretty(_shortened(hide_named(body))).splitlines()
    for line in lines[:_MOST_LINES]:
        yield f"  {line}"
    if len(lines) > _MOST_LINES:
        yield f"  … {len(lines) - _MOST_LINES} lines more, which --json prints"


def _shortened(value: JSON) -> JSON:
    """The value with long texts cut, and how much is missing."""
    if isinstance(value, str) and len(value) > _MOST_LETTERS:
        return f"{value[:_MOST_LETTERS]}… ({len(value) - _MOST_LETTERS} letters more)"
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return value


def names(nodes: tuple[str, ...]) -> str:
    """Nodes on one line."""
    return ", ".join(nodes) or "nothing"


def _setup_words(plan: TravelPlan) -> str:
    words = [f"config {one_line(step_words(None, hide_named(dict(plan.setup.config))))}"] if plan.setup.config else []
    if plan.setup.context:
        words.append(f"context {one_line(step_words(None, hide_named(dict(plan.setup.context))))}")
    return f" · {' · '.join(words)}" if words else ""
