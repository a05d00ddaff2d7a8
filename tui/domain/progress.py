"""Progress in what nodes tell about themselves: custom events that look like it, so that they can be drawn as bars.

There is no standard for it. Understood are a percentage (`percent`), a share or percentage (`progress`), and a count
with its total (`done`/`total`, `step`/`steps` and their like); what else is in the event says what is being done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.domain.checkpoint import JSON
from tui.domain.labels import in_words

_PERCENT = ("percent", "percentage", "pct")
_COUNTS = ("progress", "done", "completed", "current", "processed", "finished", "step", "n", "i")
_TOTALS = ("total", "steps", "of", "max", "count", "n_total", "total_steps")
_REMARKS = ("message", "text", "status", "detail", "description", "msg", "phase", "stage")

_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is. Events with the same `name` tell about the same thing."""

    name: str
    share: float
    """From 0.0 to 1.0."""
    count: str = ""
    """ "3/6" where it was counted."""
    remark: str = ""
    """What it says beside that: it may change while the thing stays the same."""
    kind: frozenset[str] = field(default=frozenset(), compare=False)
    """The keys that it was told with: things of the same kind are told in the same way."""


def progress_of(data: JSON) -> Progress | None:
    """The progress that a custom event tells, or None if it does not look like one."""
    if not isinstance(data, Mapping):
        return None
    found = _share(data)
    if found is None:
        return None
    share, count, used = found
    names = [value for key, value in data.items() if isinstance(value, str) and key not in _REMARKS and key not in used]
    remarks = [str(data[key]) for key in _REMARKS if isinstance(data.get(key), str)]
    name, remark = " · ".join(names[:_MOST_NAMES]), " · ".join(remarks)
    return Progress(name, min(1.0, max(0.0, share)), count, remark, frozenset(data))


def _share(data: Mapping[str, JSON]) -> tuple[float, str, tuple[str, ...]] | None:
    """(the share, the count in words, the keys that said it)."""
    for key in _PERCENT:
        if (value := _number(data.get(key))) is not None:
            return value / 100, "", (key,)
    total_key = next((key for key in _TOTALS if (_number(data.get(key)) or 0) > 0), None)
    for key in _COUNTS:
        value = _number(data.get(key))
        if value is None:
            continue
        if total_key is not None and total_key != key:
            total = data[total_key]
            return value / total, f"{in_words(data[key])}/{in_words(total)}", (key, total_key)
        if key == "progress":
            # 0.5 is a share and 50 a percentage; 1.0 is all of it, but 1 is one percent.
            is_share = isinstance(value, float) and value <= 1
            return (value if is_share else value / 100), "", (key,)
    return None


def _number(value: JSON) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if abs(value) < 1e15 and math.isfinite(value) else None
