"""Values, tool calls and changes on one line, for rows, questions and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tui.domain.cells import cell_len, cut
from tui.domain.changes import Change
from tui.domain.checkpoint import JSON
from tui.domain.messages import ToolCall

_ELLIPSIS = "…"
_QUESTION_KEYS = ("question", "message", "prompt", "description", "text", "title", "query")
_SENTENCE_ENDS = (". ", "! ", "? ", "。", "！", "？", " ↵ ")


def in_words(value: JSON, limit: int = 60) -> str:
    """A value on one line: strings quoted, containers as JSON-like text, cut after `limit` characters."""
    if isinstance(value, str):
        return f'"{value if len(value) <= limit else value[: limit - 1] + "…"}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key}: {in_words(item, limit)}" for key, item in list(value.items())[:4])
        text = f"{{{inner}{', …' if len(value) > 4 else ''}}}"
    elif isinstance(value, list):
        inner = ", ".join(in_words(item, limit) for item in value[:4])
        text = f"[{inner}{', …' if len(value) > 4 else ''}]"
    else:
        text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def call_words(call: ToolCall) -> str:
    """A tool call on one line: `search(query="weather in SF")`."""
    if isinstance(call.args, Mapping):
        args = ", ".join(f"{name}={in_words(value)}" for name, value in call.args.items())
    else:
        args = in_words(call.args)
    return f"{call.name}({args})"


def short_call_words(call: ToolCall) -> str:
    """A tool call without the names of its arguments: `search("weather in SF")`."""
    args = call.args.values() if isinstance(call.args, Mapping) else [call.args]
    return f"{call.name}({', '.join(map(in_words, args))})"


def change_words(change: Change, prefix: str = "") -> str:
    """One change in words: `stock.apples 3 -> 5`."""
    if change.added:
        return f"{prefix}{change.path} = {in_words(change.after)}"
    if change.removed:
        return f"{prefix}{change.path} removed"
    return f"{prefix}{change.path} {in_words(change.before)} -> {in_words(change.after)}"


def short_change_words(change: Change, prefix: str = "") -> str:
    """One change by what differs: `search.query "…Santa Fe" -> "…San Francisco"`."""
    before, after = change.before, change.after
    if change.added or change.removed or not isinstance(before, str) or not isinstance(after, str):
        return change_words(change, prefix)
    old, new = differing(before, after)
    return f'{prefix}{change.path} "{old}" -> "{new}"'


def shortest_change_words(change: Change, prefix: str = "") -> str:
    """One change by what it came to: `search.query -> "…San Francisco"`."""
    before, after = change.before, change.after
    if change.added or change.removed:
        return change_words(change, prefix)
    if isinstance(before, str) and isinstance(after, str):
        after = differing(before, after)[1]
    return f"{prefix}{change.path} -> {in_words(after)}"


def bare_change_words(change: Change, prefix: str = "") -> str:
    """One change by its last name and what it came to: `query -> "…San Francisco"`."""
    del prefix
    return shortest_change_words(replace(change, path=change.path.rsplit(".", 1)[-1]))


def differing(before: str, after: str) -> tuple[str, str]:
    """The parts of two texts that differ, in whole words; an ellipsis stands for what is the same around them."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    start = max(before.rfind(" ", 0, start), after.rfind(" ", 0, start)) + 1
    end = 0
    most = min(len(before), len(after)) - start
    while end < most and before[-1 - end] == after[-1 - end]:
        end += 1
    while end and before[len(before) - end] != " ":
        end -= 1
    if start <= 3 and end <= 3:
        return before, after
    left, right = ("…" if start else ""), ("…" if end else "")
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    return f"{left}{old}{right}", f"{left}{new}{right}"


def question_words(value: JSON) -> str:
    """What an interrupt asks, on one line: its text, wherever the graph put it, else the whole value."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        requests = value.get("action_requests")
        if isinstance(requests, list) and requests and all(isinstance(r, Mapping) and "name" in r for r in requests):
            calls = [ToolCall(None, str(r["name"]), r.get("args", r.get("arguments", {}))) for r in requests]
            return f"approve {', '.join(map(call_words, calls))}?"
        for key in _QUESTION_KEYS:
            text = value.get(key)
            if isinstance(text, str) and text.strip():
                return text
    if isinstance(value, list) and len(value) == 1:
        return question_words(value[0])
    return in_words(value, 200)


def fit_words(words: tuple[str, ...], cells: int) -> str:
    """The longest of several ways to say something that fits in `cells`; if none does, the shortest one, cut."""
    for text in words:
        if cell_len(text) <= cells:
            return text
    return cut_words(words[-1], cells) if words else ""


def cut_words(text: str, cells: int) -> str:
    """The beginning of a text and an ellipsis: up to a sentence's end or a word's where that does not lose much."""
    if cell_len(text) <= cells:
        return text
    if cells <= 1:
        return _ELLIPSIS[: max(0, cells)]
    kept = cut(text, cells - 1)
    for end in _SENTENCE_ENDS:
        at = kept.rfind(end, 0, len(kept) - 1)
        while at > 0 and kept[at - 1].isdigit():
            # "1. Where it began": a number begins a sentence, it does not end one.
            at = kept.rfind(end, 0, at)
        if at >= 0 and cell_len(kept[:at]) >= cells * 2 // 3:
            return f"{kept[: at + len(end)].rstrip(' ↵')} {_ELLIPSIS}"
    space = kept.rfind(" ")
    if not text[len(kept) :].startswith(" ") and space > 0 and cell_len(kept[space:]) <= min(4, cells // 8):
        kept = kept[:space]
    return kept.rstrip(" ,") + _ELLIPSIS
