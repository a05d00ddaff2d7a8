"""What a server's schemas say about the arguments of a tool: their types, choices and descriptions.

Servers rarely describe tools; where one does (a schema that is named after the tool and has properties), its words
help to type the right thing.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.domain.checkpoint import JSON
from tui.domain.labels import in_words
from tui.domain.safe_text import one_line

MOST_NODES = 20_000
"""Values that are looked at: schemas are small, and a server that sends a huge one must not stop the screen."""

_HOLDERS = ("parameters", "input_schema", "inputSchema", "args_schema", "schema")


def argument_hints(schemas: JSON, tool: str) -> dict[str, str]:
    """A line for each argument that a schema of the tool describes: "integer · at most 10 · how many results"."""
    stack: list[JSON] = [schemas]
    for _ in range(MOST_NODES):
        if not stack:
            break
        node = stack.pop()
        if isinstance(node, Mapping):
            if tool in (node.get("name"), node.get("title")) and (found := _properties(node)):
                return {
                    name: words
                    for name, about in found.items()
                    if isinstance(about, Mapping) and (words := _words(about))
                }
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return {}


def _properties(node: Mapping[str, JSON]) -> Mapping[str, JSON]:
    for holder in (node, *(node.get(key) for key in _HOLDERS)):
        properties = holder.get("properties") if isinstance(holder, Mapping) else None
        if isinstance(properties, Mapping) and properties:
            return properties
    return {}


def _words(about: Mapping[str, JSON]) -> str:
    kind, choices = about.get("type"), about.get("enum")
    options = about.get("anyOf")
    if kind is None and isinstance(options, list):
        kind = [option.get("type") for option in options if isinstance(option, Mapping)]
    kinds = [str(one) for one in kind if one] if isinstance(kind, list) else [str(kind)] if kind else []
    pieces = [" or ".join(kinds)]
    if isinstance(choices, list) and choices:
        pieces = ["one of " + ", ".join(in_words(choice, 20) for choice in choices[:8])]
    for key, words in (("minimum", "at least"), ("maximum", "at most")):
        if isinstance(about.get(key), (int, float)):
            pieces.append(f"{words} {about[key]}")
    if isinstance(about.get("description"), str):
        pieces.append(about["description"])
    return one_line(" · ".join(filter(None, pieces)), 200)
