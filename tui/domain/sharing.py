"""Equal parts of states, kept once: n checkpoints repeat the whole state n times, memory should grow with what changed.

Equal means the same JSON text: 1, 1.0 and true differ, 0.0 and -0.0 differ, the order of keys counts. What was shared
belongs to many checkpoints at once, so nobody may mutate it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import is_
from typing import Any

from tui.domain.checkpoint import JSON

_LONG_TEXT = 64
_MOST_WORDS = 4096
"""How many shorter texts are looked for: what repeats (kinds, roles, ids of runs) comes early, the rest comes once."""

_MOST_PROBES = 8
"""How many different values with the same hash are kept apart; a server that makes more on purpose shares nothing."""

_NAN = math.nan
_CONTAINERS = (dict, list)
_FLOATS = frozenset({float})


class ValueSharer:
    """Remembers every part of every value seen: one for each thread's history, used by one worker at a time."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._containers: dict[int, JSON] = {}
        self._own: set[int] = set()
        """Ids of all values of `_containers`: what was handed out before needs no second look."""

    def share(self, value: JSON) -> JSON:
        """The same value made of parts seen before wherever they are equal. Never changes `value` itself."""
        try:
            return self._share(value)
        except RecursionError:
            # Deeper than what `json_values.loads` reads: still a value, just not a shared one.
            return value

    def share_parts(self, value: JSON) -> JSON:
        """The same of what no other row has as a whole, such as metadata: only what it holds is looked for."""
        return {key: self.share(part) for key, part in value.items()} if type(value) is dict else self.share(value)

    def _share(self, value: JSON) -> JSON:
        kind = type(value)
        if kind is str:
            return self._share_text(value)
        if kind is dict:
            return self._share_dict(value)
        if kind is list:
            return self._share_list(value)
        # One NaN for all, because NaN differs from itself, and its hash too.
        return _NAN if value != value else value

    def _share_text(self, text: str) -> str:
        if len(text) >= _LONG_TEXT:
            return self._texts.setdefault(text, text)
        if len(self._words) < _MOST_WORDS:
            return self._words.setdefault(text, text)
        return self._words.get(text, text)

    def _share_dict(self, value: dict[str, JSON]) -> JSON:
        if id(value) in self._own:
            return value
        share = self._share
        keys = list(value)
        children = [share(child) for child in value.values()]
        place = hash((len(keys), *keys, *_hashable(children)))
        for _ in range(_MOST_PROBES):
            known = self._containers.get(place)
            if known is None:
                made = value if all(map(is_, value.values(), children)) else dict(zip(keys, children, strict=True))
                self._containers[place] = made
                self._own.add(id(made))
                return made
            if type(known) is dict and list(known) == keys and _alike(known.values(), children):
                return known
            place += 1
        return value

    def _share_list(self, value: list[JSON]) -> JSON:
        if id(value) in self._own:
            return value
        share = self._share
        # A list of numbers, such as an embedding, has no parts.
        plain = _are_floats(value)
        children = value if plain else [share(child) for child in value]
        place = hash(tuple(value) if plain else _hashable(children))
        for _ in range(_MOST_PROBES):
            known = self._containers.get(place)
            if known is None:
                made = value if all(map(is_, value, children)) else children
                self._containers[place] = made
                self._own.add(id(made))
                return made
            if type(known) is list and len(known) == len(children) and _alike(known, children):
                return known
            place += 1
        return value


def _are_floats(value: list[JSON]) -> bool:
    """Whether it holds floats and nothing else, and no NaN among them (whose sum is NaN)."""
    if not value or type(value[0]) is not float or not _FLOATS.issuperset(map(type, value)):
        return False
    total = sum(value)
    return bool(total == total)


def _hashable(children: list[JSON]) -> tuple[Any, ...]:
    """Shared containers by identity, everything else by value (1 and 1.0 meet here; `_alike` tells them apart)."""
    return tuple([id(child) if type(child) in _CONTAINERS else child for child in children])


def _alike(known: Iterable[JSON], children: list[JSON]) -> bool:
    """Whether shared children are the same, of lists of the same length; shared containers are, if identical."""
    if all(map(is_, known, children)):
        return True
    return all(
        a is b
        or (
            type(a) is type(b)
            and type(a) not in _CONTAINERS
            and (a == b if type(a) is not float else repr(a) == repr(b))
        )
        for a, b in zip(known, children, strict=True)
    )
