"""The first differences between two states, for rows in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from tui.domain.checkpoint import JSON
from tui.domain.json_values import same


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where (`stock.apples`, `log[3]`), and both values; `added`/`removed` when one side lacks it."""

    path: str
    before: JSON = None
    after: JSON = None
    added: bool = False
    removed: bool = False


def changes(before: JSON, after: JSON, *, limit: int = 10) -> list[Change]:
    """The first `limit` differences in key order, leaves first: containers are entered, a list by its index."""
    return list(islice(_changes("", before, after), limit))


def _changes(path: str, before: JSON, after: JSON) -> Iterator[Change]:
    if before is after or same(before, after):
        return
    if isinstance(after, Mapping) and (isinstance(before, Mapping) or (before is None and not path)):
        old = before if isinstance(before, Mapping) else {}
        for key, value in after.items():
            where = f"{path}.{key}" if path else str(key)
            if key not in old:
                yield Change(where, after=value, added=True)
            else:
                yield from _changes(where, old[key], value)
        yield from (
            Change(f"{path}.{key}" if path else str(key), value, removed=True)
            for key, value in old.items()
            if key not in after
        )
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old_item, new_item) in enumerate(zip(before, after, strict=False)):
            yield from _changes(f"{path}[{index}]", old_item, new_item)
        for index in range(len(before), len(after)):
            yield Change(f"{path}[{index}]", after=after[index], added=True)
        for index in range(len(after), len(before)):
            yield Change(f"{path}[{index}]", before[index], removed=True)
    else:
        yield Change(path, before, after)
