"""Keeps keys out of what is shown or written: those of the connection by their text, others by their look or name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tui.domain.checkpoint import JSON

HIDDEN = "[hidden]"

_SHORTEST = 8
"""What is shorter (a header such as "prod") stands in half of all texts and protects nothing."""

_PIECE = 10
"""Letters at either end of a secret by which a line that holds only a part of it is known."""

_MIDDLE = 12
"""Letters in a row by which a line is known that holds only the middle of a long one, such as a token of many lines."""
_UNBROKEN = re.compile(rf"[!-~]{{{_MIDDLE},}}")

_CUT = "\N{HORIZONTAL ELLIPSIS}"
_LEAST_CUT = 3
"""Letters of a secret that may be left at the end of a text that was cut."""

_LOOKS_SECRET = re.compile(
    r"\b(?:lsv2|sk|ghp|xox[a-z])[_-][A-Za-z0-9_.-]{6,}"
    r"|(?<=[Bb]earer )\S+|(?<=[Bb]asic )\S+"
    r"|(?i:(?<=x-api-key)|(?<=authorization))[\"']?\s*[:=]\s*[\"']?[^\s\"',}]+"
)
_SURELY_SECRET = re.compile(r"\blsv2_[A-Za-z0-9_]{6,}")
"""Keys of the platform itself: nothing else looks like them."""

_SECRET_NAME = re.compile(
    r"x-api-key|x_api_key|(?:proxy-)?authorization|langgraph_auth.*|__langgraph_auth.*", re.IGNORECASE
)
"""Names in config and metadata under which servers keep what identifies a caller."""

_SECRET_HEADERS = re.compile(r"auth|key|token|secret|password|cookie|credential|session", re.IGNORECASE)


def is_secret_header(name: str) -> bool:
    """Whether nobody but the server may read what a header of this name holds."""
    return _SECRET_HEADERS.search(name) is not None


def secrets_in(values: Iterable[str | None]) -> tuple[str, ...]:
    """What to hide for these keys and header values: each whole, and its words (`Bearer KEY`), longest first."""
    found = {text for value in values if value for text in (value.strip(), *value.split()) if len(text) >= _SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """A message without `secrets` (as `secrets_in` gives them) and without whatever looks like a key.

    For words about a request. Too eager for what users work with, where "sk-learn-…" is no key: see `hide_in_content`.
    """
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _LOOKS_SECRET.sub(HIDDEN, text)


def hide_in_content(text: str, secrets: Iterable[str] = ()) -> str:
    """Content without `secrets` and without the platform's keys; JSON stays JSON."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
        for begin, end in reversed(list(_cut_spans(text, secret))):
            text = text[:begin] + HIDDEN + text[end:]
        if (escaped := json.dumps(secret)[1:-1]) != secret:
            text = text.replace(escaped, HIDDEN)
    return _SURELY_SECRET.sub(HIDDEN, text)


_COOKIE = re.compile(r"(?:set-)?cookie", re.IGNORECASE)
_OF_CALLER = frozenset({"configurable", "metadata", "headers"})
"""Where a cookie is its caller's; anywhere else, such as in the state of an agent that browses, it is data."""


def hide_named(value: JSON, *, of_caller: bool = False) -> JSON:
    """A value with all that stands under a name such as `authorization` or `langgraph_auth_user` replaced.

    The same object where there is none. For what a server says of a run, which may hold its caller's headers. A cookie
    counts where it is a caller's: `of_caller` says that `value` is such a place itself.
    """
    if isinstance(value, Mapping):
        changed = {
            key: HIDDEN
            if item and (_SECRET_NAME.fullmatch(key) or (of_caller and _COOKIE.fullmatch(key)))
            else hide_named(item, of_caller=of_caller or key in _OF_CALLER)
            for key, item in value.items()
        }
        return value if all(changed[key] is item for key, item in value.items()) else changed
    if isinstance(value, list):
        items = [hide_named(item, of_caller=of_caller) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return value


_NAMED_IN_JSON = re.compile(
    r'"(?:x-api-key|x_api_key|(?:proxy-)?authorization|(?:__)?langgraph_auth[^"]*)"\s*:\s*(?!"")', re.IGNORECASE
)


def hide_named_in_line(text: str) -> str:
    """The beginning of a JSON text for a line: up to the first value that stands under such a name."""
    named = _NAMED_IN_JSON.search(text)
    return text if named is None else f"{text[: named.end()]}{HIDDEN} {_CUT}"


def secret_spans(text: str, secrets: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a drawn line holds a secret, or a piece of one that was wrapped; may overlap."""
    unbroken = [match.span() for match in _UNBROKEN.finditer(text)]
    for secret in secrets:
        if len(secret) > 2 * _PIECE:
            for span in unbroken:
                yield from _middles(text, secret, *span)
        yield from _cut_spans(text, secret)
        piece = min(len(secret), _PIECE)
        yield from _spans(text, secret, secret[:piece], 1)
        if len(secret) > piece:
            yield from _spans(text, secret, secret[-piece:], -1)
    for match in _SURELY_SECRET.finditer(text):
        yield match.span()


def _middles(text: str, secret: str, at: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where an unbroken piece of `text` is a piece of the secret."""
    while (end := at + _MIDDLE) <= stop:
        if text[at:end] not in secret:
            at += 1
            continue
        while end < stop and text[at : end + 1] in secret:
            end += 1
        yield at, end
        at = end


def _cut_spans(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Where the beginning of a secret stands before the mark of a text that was cut."""
    at = text.find(_CUT)
    while at >= 0:
        for length in range(min(len(secret), at), _LEAST_CUT, -1):
            if text[at - length : at] == secret[:length]:
                yield at - length, at
                break
        at = text.find(_CUT, at + 1)


def _spans(text: str, secret: str, piece: str, step: int) -> Iterator[tuple[int, int]]:
    """Every place of `piece`, the beginning (`step` 1) or end (-1) of `secret`, as far as both go on alike."""
    at = text.find(piece)
    while at >= 0:
        begin, end, length = at, at + len(piece), len(piece)
        while length < len(secret):
            if step > 0 and end < len(text) and text[end] == secret[length]:
                end += 1
            elif step < 0 and begin > 0 and text[begin - 1] == secret[-length - 1]:
                begin -= 1
            else:
                break
            length += 1
        while text[begin].isspace():
            begin += 1
        yield begin, end
        at = text.find(piece, at + 1)
