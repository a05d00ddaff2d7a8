"""Finding a text in a value that may be big: in document order, going round, a little at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from tui.domain.checkpoint import JSON
from tui.widgets.value_tree import Path, Step

_Trail: TypeAlias = "tuple[_Trail, Step] | None"

EVERY = 500
"""Values looked at between two pauses."""


def search(
    value: JSON, text: str, start: Path, *, backwards: bool = False, stay: bool = False
) -> Iterator[Path | None]:
    """The paths of values whose name or text holds `text` (any case), nearest first; None now and then, for a pause.

    Goes once round from `start`, which comes last, or first with `stay`.
    """
    wanted = text.casefold()
    if not wanted:
        return
    if stay and _holds(start[-1] if start else "", _at(value, start), wanted):
        yield start
    looked = 0
    for part in ((start, None), ((), start)):
        for trail, step, child in _walk(value, part[0], backwards=backwards):
            looked += 1
            if looked % EVERY == 0:
                yield None
            if _holds(step, child, wanted):
                path = (*_path(trail), step)
                yield path
                if path == part[1]:
                    return


def _holds(step: Step, value: JSON, wanted: str) -> bool:
    if isinstance(step, str) and wanted in step.casefold():
        return True
    if isinstance(value, str):
        return wanted in value.casefold()
    if isinstance(value, (dict, list)):
        return False
    words = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value).casefold()
    return wanted in words


def _at(value: JSON, path: Path) -> JSON:
    for step in path:
        value = value[step]
    return value


def _walk(root: JSON, start: Path, *, backwards: bool) -> Iterator[tuple[_Trail, Step, JSON]]:
    """Every value after `start` (before it, if backwards) in document order, with its parent's trail and its step."""
    stack: list[tuple[Iterator[tuple[Step, JSON]], _Trail, tuple[_Trail, Step, JSON] | None]] = []
    trail: _Trail = None
    at = root
    for step in start:
        owner: tuple[_Trail, Step, JSON] | None = (trail[0], trail[1], at) if trail is not None and backwards else None
        stack.append((_children(at, step, backwards=backwards), trail, owner))
        trail = (trail, step)
        at = at[step]
    if not backwards or not start:
        stack.append((_children(at, None, backwards=backwards), trail, None))
    while stack:
        children, holder, owner = stack[-1]
        entry = next(children, None)
        if entry is None:
            stack.pop()
            # Backwards an object comes after what it holds.
            if owner is not None:
                yield owner
            continue
        step, child = entry
        folds = isinstance(child, (dict, list)) and bool(child)
        if not backwards or not folds:
            yield holder, step, child
        if folds:
            stack.append(
                (
                    _children(child, None, backwards=backwards),
                    (holder, step),
                    (holder, step, child) if backwards else None,
                )
            )


def _children(value: JSON, beyond: Step | None, *, backwards: bool) -> Iterator[tuple[Step, JSON]]:
    """The children of a value, or those beyond one of them."""
    if isinstance(value, dict):
        keys = list(value)
        place = keys.index(beyond) if beyond is not None else None
        chosen = _beyond(len(keys), place, backwards=backwards)
        return ((keys[index], value[keys[index]]) for index in chosen)
    if isinstance(value, list):
        place = beyond if isinstance(beyond, int) else None
        return ((index, value[index]) for index in _beyond(len(value), place, backwards=backwards))
    return iter(())


def _beyond(size: int, place: int | None, *, backwards: bool) -> range:
    if backwards:
        return range((size if place is None else place) - 1, -1, -1)
    return range(0 if place is None else place + 1, size)


def _path(trail: _Trail) -> Path:
    steps: list[Step] = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    return tuple(reversed(steps))
