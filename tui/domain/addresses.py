"""Addresses that a person types: threads, checkpoints and runs by id, by an unambiguous part of it, or by a word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tui.domain.safe_text import one_line, shorten

HEAD = "head"
LATEST = "latest"

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_LAST_GROUP = 12
"""Characters of a UUID's last group."""


class AddressError(ValueError):
    """The text is no address: what is wrong, as a sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """A thread, and maybe a checkpoint in it, as typed: `T` or `T@C`."""

    thread: str
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class CheckpointName:
    """A checkpoint as typed: `base` is "head" or (part of) an id; `up` counts parents from there."""

    base: str
    up: int = 0

    def __str__(self) -> str:
        return f"{self.base}~{self.up}" if self.up else self.base


def parse_address(text: str) -> Address:
    """`T` or `T@C`; raises `AddressError` when a part is empty."""
    thread, at, checkpoint = text.strip().partition("@")
    if not thread:
        raise AddressError("The thread is missing: write T or T@C, where T is an id, part of one, or 'latest'.")
    if at and not checkpoint:
        raise AddressError(f"The checkpoint is missing after '@': write {thread}@head, {thread}@head~2 or {thread}@ID.")
    return Address(thread, checkpoint or None)


def parse_thread(text: str) -> str:
    """`T` where a whole thread is meant; raises `AddressError` when a checkpoint is named too."""
    address = parse_address(text)
    if address.checkpoint is not None:
        raise AddressError(
            f"Only a thread is meant here, no checkpoint: write {address.thread} without @{address.checkpoint}."
        )
    return address.thread


def parse_checkpoint(text: str) -> CheckpointName:
    """`head`, `head~2`, an id or a part of it, each with `~n`; `~` alone means one parent up.

    Raises `AddressError` when something else than a number stands behind `~`.
    """
    base, up, count = text.partition("~")
    if up and count and not (count.isascii() and count.isdigit()):
        raise AddressError(f"{text!r} is no checkpoint: behind ~ stands how many parents to go up, as in head~2.")
    if base.casefold() == HEAD:
        base = HEAD
    return CheckpointName(base or HEAD, int(count or 1) if up else 0)


def is_full_id(text: str) -> bool:
    """Whether the text is a whole UUID, so that nothing needs to be searched."""
    return _UUID.fullmatch(text) is not None


def matching(ids: Iterable[str], part: str) -> list[str]:
    """The ids equal to `part` (then only that), or else that begin or end with it; dashes and case do not count.

    A part may begin with the ellipsis that stands before the ends of ids where they are shown.
    """
    wanted = _plain(part.removeprefix("…"))
    found = []
    for candidate in ids:
        plain = _plain(candidate)
        if plain == wanted:
            return [candidate]
        if plain.startswith(wanted) or plain.endswith(wanted):
            found.append(candidate)
    return found


def time_in_id(identifier: str) -> datetime | None:
    """When a run was asked for, by its id; None where the server's ids do not tell (they are no UUIDs of version 7)."""
    try:
        number = UUID(identifier)
    except ValueError:
        return None
    return datetime.fromtimestamp((number.int >> 80) / 1000, UTC) if number.version == 7 else None


def tail(identifier: str, length: int = 6) -> str:
    """The end of an id, safe to show, which tells ids apart: they are time-ordered, so their beginnings are alike."""
    return one_line(identifier)[-length:]


def id_words(identifier: str, cells: int) -> str:
    """An id in one line of `cells`: its end, which tells ids apart, and as much of its beginning as has room."""
    text = one_line(identifier)
    if not text.isascii() or len(text) <= cells:
        return shorten(text, cells)
    end = min(_LAST_GROUP, max(0, cells - 1))
    return shorten(text, cells - end) + text[len(text) - end :]


def _plain(text: str) -> str:
    return text.replace("-", "").casefold()
