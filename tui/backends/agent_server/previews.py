"""What stands for a thread without messages: a few short values of its state, asked for by name.

Their names come from the graph's state schema, read once per assistant; so the states themselves never travel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.backends.agent_server.assistants import Assistants
from tui.backends.agent_server.threads import Threads
from tui.backends.errors import NotFound, Rejected, ServerFailed
from tui.domain.checkpoint import JSON

_SHORT_TYPES = frozenset({"integer", "number", "boolean", "string"})
_MOST_KEYS = 3
_NOT_TOLD = (NotFound, Rejected, ServerFailed)
"""Schemas and the search by ids are optional: a server that has neither only shows less."""


class Previews:
    """Short values of threads, by thread id."""

    def __init__(self, assistants: Assistants, threads: Threads) -> None:
        self._assistants = assistants
        self._threads = threads
        self._keys: dict[str, tuple[str, ...]] = {}

    async def of(self, rows: Sequence[Mapping[str, JSON]]) -> dict[str, JSON]:
        """For rows of a search (with `thread_id` and `metadata`): {thread id: {key: short value, …}}."""
        found: dict[str, JSON] = {}
        for assistant_id, ids in _by_assistant(rows).items():
            keys = await self._short_keys(assistant_id)
            if keys:
                found |= await self._values(assistant_id, keys, ids)
        return found

    async def _short_keys(self, assistant_id: str) -> tuple[str, ...]:
        if assistant_id not in self._keys:
            try:
                schemas = await self._assistants.schemas(assistant_id)
            except _NOT_TOLD:
                schemas = None
            self._keys[assistant_id] = short_keys(schemas)
        return self._keys[assistant_id]

    async def _values(self, assistant_id: str, keys: Sequence[str], ids: list[str]) -> dict[str, JSON]:
        extract = {f"k{index}": f"values.{key}" for index, key in enumerate(keys)}
        body = {"ids": ids, "limit": len(ids), "select": ["thread_id"], "extract": extract}
        try:
            page = await self._threads.search(body)
        except _NOT_TOLD:
            self._keys[assistant_id] = ()
            return {}
        found: dict[str, JSON] = {}
        for row in page.rows:
            values = row.get("extracted") if isinstance(row, dict) else None
            if not isinstance(values, dict):
                continue
            named = {key: values.get(f"k{index}") for index, key in enumerate(keys)}
            preview = {key: value for key, value in named.items() if isinstance(value, int | float | str)}
            if preview and row.get("thread_id") in ids:
                found[row["thread_id"]] = preview
        return found


def _by_assistant(rows: Sequence[Mapping[str, JSON]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        metadata = row.get("metadata")
        assistant_id = metadata.get("assistant_id") if isinstance(metadata, dict) else None
        if isinstance(assistant_id, str) and isinstance(row.get("thread_id"), str):
            groups.setdefault(assistant_id, []).append(row["thread_id"])
    return groups


def short_keys(schemas: JSON) -> tuple[str, ...]:
    """State keys whose values are numbers, texts or booleans, in the schema's order; at most three."""
    state = schemas.get("state_schema") if isinstance(schemas, dict) else None
    properties = state.get("properties") if isinstance(state, dict) else None
    if not isinstance(properties, dict):
        return ()
    # A path of the API has no quoting: only plain names can be asked for.
    names = [key for key, kind in properties.items() if key.isidentifier() and key[0] != "_" and _is_short(kind)]
    return tuple(names[:_MOST_KEYS])


def _is_short(kind: JSON) -> bool:
    if not isinstance(kind, dict):
        return False
    choices = [choice for choice in kind.get("anyOf") or [kind] if isinstance(choice, dict)]
    types = {choice.get("type") for choice in choices} - {"null"}
    return bool(types) and types <= _SHORT_TYPES
