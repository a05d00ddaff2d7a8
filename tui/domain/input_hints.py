"""What a graph's schema says about an input: keys that the graph does not have, which servers drop without a word."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from tui.domain.checkpoint import JSON
from tui.domain.safe_text import one_line

_MOST_NAMED = 8
_CELLS = 200


def input_keys(schemas: JSON) -> tuple[str, ...]:
    """The keys that a graph's input may have; () where the schema does not say, or allows any."""
    schema = schemas.get("input_schema") if isinstance(schemas, Mapping) else None
    if not isinstance(schema, Mapping) or schema.get("additionalProperties"):
        return ()
    properties = schema.get("properties")
    return tuple(properties) if isinstance(properties, Mapping) else ()


def input_hint(given: JSON, schemas: JSON) -> str | None:
    """A sentence about keys of an input that the graph does not have; None where all is well, or nothing is known."""
    known = input_keys(schemas)
    unknown = [key for key in given if key not in known] if isinstance(given, Mapping) and known else []
    if not unknown:
        return None
    named = ", ".join(repr(key) for key in unknown[:_MOST_NAMED]) + (", …" if len(unknown) > _MOST_NAMED else "")
    close = get_close_matches(unknown[0], known, n=1)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    has = ", ".join(known[:_MOST_NAMED]) + (", …" if len(known) > _MOST_NAMED else "")
    are = "is no key" if len(unknown) == 1 else "are no keys"
    return one_line(f"{named} {are} of this graph's input, which has: {has}.{meant}", _CELLS)
