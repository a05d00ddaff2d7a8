"""Anything that JSON can hold, made of what breaks things; and answers that are nearly right."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.hostile.corpus import HARMFUL, HONEST, NAME

PIECES = [*(p.text[:40] for p in (*HARMFUL, *HONEST)), NAME, "a", " ", "\n", "\t", "\\", '"', "[/]", "…", "⟨", "1"]

texts = st.lists(st.sampled_from(PIECES), max_size=4).map("".join) | st.text(st.characters(), max_size=12)
"""Hostile ones, and any others, lone surrogates included."""

scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts

values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def nearly(draw: st.DrawFn, right: Any) -> Any:
    """The right value, with one to three parts of it replaced by anything, or gone."""
    made = copy.deepcopy(right)
    for _ in range(draw(st.integers(1, 3))):
        here: Any = made
        holder: Any = None
        step: Any = None
        while isinstance(here, (dict, list)) and here and draw(st.integers(0, 3)):
            holder = here
            step = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
            here = holder[step]
        if holder is None:
            continue
        if draw(st.booleans()):
            holder[step] = draw(values)
        else:
            del holder[step]
    return made
