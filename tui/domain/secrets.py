"""Keeps keys out of what is shown or written: those of the connection by their text, others by their look."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"

_SHORTEST = 8
"""What is shorter (a header such as "prod") stands in half of all texts and protects nothing."""

_LOOKS_SECRET = re.compile(
    r"\b(?:lsv2|sk|ghp|xox[a-z])[_-][A-Za-z0-9_.-]{6,}"
    r"|(?<=[Bb]earer )\S+|(?<=[Bb]asic )\S+"
    r"|(?i:(?<=x-api-key)|(?<=authorization))[\"']?\s*[:=]\s*[\"']?[^\s\"',}]+"
)


def secrets_in(values: Iterable[str | None]) -> tuple[str, ...]:
    """What to hide for these keys and header values: each whole, and its words (`Bearer KEY`), longest first."""
    found = {text for value in values if value for text in (value.strip(), *value.split()) if len(text) >= _SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without `secrets` (as `secrets_in` gives them) and without what looks like a key."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _LOOKS_SECRET.sub(HIDDEN, text)
