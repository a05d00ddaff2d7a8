"""The list of threads, without their states: which columns to ask for, and what stands for a thread in one line."""

from __future__ import annotations

from collections.abc import Mapping

from tui.backends.base import ThreadQuery
from tui.domain.checkpoint import JSON

SELECT = "select"
EXTRACT = "extract"
SORT = "sort_by"

_COLUMNS = ("thread_id", "created_at", "updated_at", "metadata", "status", "interrupts")
_EXTRACT: Mapping[str, JSON] = {"first": "values.messages[0]", "last": "values.messages[-1]"}
_LONGEST = 80
_MOST_KEYS = 3


def search_bodies(query: ThreadQuery, missing: frozenset[str]) -> list[tuple[frozenset[str], dict[str, JSON]]]:
    """The bodies to try, best first, each with the features that it does without.

    `missing` are features that this server is known not to have.
    """
    ways = [
        frozenset[str](),
        frozenset({EXTRACT}),
        frozenset({EXTRACT, SELECT}),
        frozenset({EXTRACT, SELECT, SORT}),
    ]
    if not query.with_preview:
        ways = [way | {EXTRACT} for way in ways[1:]]
    able = [way for way in ways if missing <= way] or ways[-1:]
    return [(way, _body(query, way)) for way in able]


def _body(query: ThreadQuery, without: frozenset[str]) -> dict[str, JSON]:
    body: dict[str, JSON] = {"limit": query.limit, "offset": query.offset}
    if query.ids is not None:
        body["ids"] = list(query.ids)
    if query.status is not None:
        body["status"] = query.status
    if query.metadata:
        body["metadata"] = query.metadata
    if SORT not in without:
        body |= {"sort_by": "updated_at", "sort_order": "desc"}
    if SELECT not in without:
        body["select"] = list(_COLUMNS)
        if EXTRACT not in without:
            body["extract"] = dict(_EXTRACT)
    return body


def preview_of_row(row: Mapping[str, JSON]) -> JSON:
    """What stands for a thread: its last message as of the last run, else a few short values; None when unknown."""
    extracted = row.get("extracted")
    if isinstance(extracted, dict) and extracted.get("last") is not None:
        return extracted["last"]
    return preview_of_values(row.get("values"))


def first_of_row(row: Mapping[str, JSON]) -> JSON:
    """The first message of a thread, as of the last run; None when unknown."""
    extracted, values = row.get("extracted"), row.get("values")
    if isinstance(extracted, dict) and extracted.get("first") is not None:
        return extracted["first"]
    messages = values.get("messages") if isinstance(values, dict) else None
    return messages[0] if isinstance(messages, list) and messages else None


def preview_of_values(values: JSON) -> JSON:
    """The last message of a state, else its first few short values under their keys; None for an empty state."""
    if not isinstance(values, dict):
        return None
    messages = values.get("messages")
    if isinstance(messages, list) and messages:
        return messages[-1]
    short = {key: value for key, value in values.items() if _is_short(value)}
    return dict(list(short.items())[:_MOST_KEYS]) or None


def _is_short(value: JSON) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and 0 < len(value) <= _LONGEST)


def next_offset(query: ThreadQuery, received: int, headers: Mapping[str, str]) -> int | None:
    """Where the next page begins; None at the end. Servers without paging headers may have one empty page more."""
    if "x-pagination-next" in headers:
        text = headers["x-pagination-next"]
        return int(text) if text.isdecimal() else None
    if "x-pagination-total" in headers or received < query.limit:
        return None
    return query.offset + received
