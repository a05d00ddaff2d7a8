"""Reading rows that repeat each other: what stands in a row byte for byte as in the row before is not read again.

Every row of a history repeats the whole state, so that n steps are n² bytes. Here they cost what changed: equal text
is compared, not parsed, and gives the very same value. The result is what `json_values.loads` gives, by type, order of
keys and digits. Unknown text is read piece by piece, so that other threads get their turn.

Rows of few parts are read by the fast parser all the same: to compare them would take longer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from threading import Lock

from pydantic_core import from_json

from tui.domain.checkpoint import JSON
from tui.domain.json_values import MAX_DEPTH, JSONError, depth, loads
from tui.domain.sharing import ValueSharer

_BLANK = re.compile(r"[ \t\n\r]*")
_PLAIN_LIST = re.compile(r'[^\[{"\]]*\]')
"""The rest of a list of numbers, words and nothing else: nothing to look into."""

_ALWAYS = 2
"""Levels below a row that are looked into without a row before: the state, and what its keys hold."""

_DEEPEST = 12
_WORTHWHILE = 4096
"""Characters from which on a value that changed is looked into instead of being read again."""

_FEW_COMMAS = 128
"""Commas of a row up to which it has few parts: about ten messages, read in half of the time that comparing takes."""

_LIGHT_PAGE = 1024 * 1024
"""Bytes of a page that is read at one go."""

_SHARED_UP_TO = 256 * 1024
"""Characters of a new value that is looked for among all known ones; what is longer is not worth the wait."""

_SHARED_PAGE = 4 * 1024 * 1024
"""Characters of a page in which that is done at all: in a huge row only what stands where it stood is the same."""

_FAST_FROM = 256
"""Characters from which on a container is worth looking for its end, so that the fast parser can read it."""

_MOST_ENDS = 32
"""Brackets that are tried as its end."""


@dataclass(slots=True)
class _Piece:
    """A container as it was read: its length, and where each member ends (counted from its own beginning)."""

    value: JSON
    length: int
    ends: list[int] = field(default_factory=list)
    members: list[JSON] = field(default_factory=list)
    keys: list[str] | None = None
    starts: list[int] = field(default_factory=list)
    """Where each member begins: with an object, its key."""
    values_at: list[int] = field(default_factory=list)
    inner: dict[int, _Piece] = field(default_factory=dict)
    """Pieces of the members that are containers and were looked into."""
    places: dict[str, int] | None = None
    """Members by their text; made when one is not where it was."""


@dataclass(slots=True)
class _Before:
    """A piece of the row before, and where it begins in which text."""

    text: str
    at: int
    piece: _Piece

    def inner(self, index: int) -> _Before | None:
        """The same of a member."""
        piece = self.piece.inner.get(index)
        return _Before(self.text, self.at + self.piece.values_at[index], piece) if piece is not None else None

    def same(self, text: str, at: int) -> bool:
        """Whether all of it stands in another text."""
        return text.startswith(self.text[self.at : self.at + self.piece.length], at)


class RepeatedJSON:
    """Reads the pages of one thread's history.

    Args:
        sharer: knows the values that were read before, wherever they stood.
        kept: the keys of a row whose values are kept for long, and so are worth sharing; others are only read.
    """

    def __init__(self, sharer: ValueSharer | None = None, kept: Container[str] = ("values",)) -> None:
        self._sharer = sharer or ValueSharer()
        self._kept = kept
        self._keys: dict[str, str] = {}
        self._scan: Callable[[str, int], tuple[JSON, int]] = json.JSONDecoder(object_pairs_hook=self._object).raw_decode
        self._before: _Before | None = None
        self._shares = True
        self._is_light = False
        """Whether the rows of the page before had few parts; the next ones will be like them."""
        self._reading = Lock()

    def read(self, raw: bytes) -> JSON:
        """An answer: a list of rows, newest first. Anything else is read as it is.

        Raises:
            JSONError: as `json_values.loads`.
        """
        # A reading that was given up goes on in its thread until it is done.
        with self._reading:
            value = self._read_page(raw)
            is_small = isinstance(value, list) and len(raw) <= _LIGHT_PAGE
            self._is_light = is_small and raw.count(b",") <= _FEW_COMMAS * len(value)
            return value

    def _read_page(self, raw: bytes) -> JSON:
        if not self._is_light or len(raw) > _LIGHT_PAGE:
            try:
                return self._rows(raw.decode())
            except (ValueError, RecursionError, IndexError):
                # Not JSON, or JSON that needs more care; the careful reader knows what to say.
                pass
        self._before = None
        value = loads(raw)
        for row in value if isinstance(value, list) else ():
            if isinstance(row, dict):
                row.update({key: self._sharer.share(part) for key, part in row.items() if key in self._kept})
        return value

    def forget(self, *, over: int = 0) -> None:
        """Keep no text of more than `over` characters to compare with: nothing more is expected soon."""
        if self._before is not None and len(self._before.text) > over:
            self._before = None

    def _rows(self, text: str) -> JSON:
        at = _blank(text, 0)
        if text[at] != "[":
            raise JSONError("not a list of rows")
        rows: list[JSON] = []
        before = self._before
        self._shares = len(text) <= _SHARED_PAGE
        at = _blank(text, at + 1)
        while text[at] != "]":
            value, end, piece = self._read(text, at, before, 0, is_kept=False)
            rows.append(value)
            before = _Before(text, at, piece) if piece is not None else None
            at = _next(text, end, "]")
        if _blank(text, at + 1) != len(text):
            raise JSONError("something follows the list")
        self._before = before
        return rows

    def _read(
        self, text: str, at: int, before: _Before | None, level: int, *, is_kept: bool
    ) -> tuple[JSON, int, _Piece | None]:
        """A value, where it ends, and what to compare the next one with."""
        if before is not None and before.same(text, at):
            return before.piece.value, at + before.piece.length, before.piece
        opening = text[at]
        if opening not in "[{":
            value, end = self._scan(text, at)
            return (self._sharer.share(value) if is_kept and type(value) is str else value), end, None
        if self._looks_into(text, at, before, level):
            return self._container(text, at, before, level, is_kept=is_kept)
        value, end = _fast(text, at) or self._scan(text, at)
        if text.count("]", at, end) + text.count("}", at, end) > MAX_DEPTH and depth(value) > MAX_DEPTH - _DEEPEST:
            raise JSONError("nested deeply")
        if is_kept and end - at <= _SHARED_UP_TO:
            value = self._sharer.share(value)
        piece = _Piece(value, end - at) if level <= _ALWAYS or end - at >= _WORTHWHILE else None
        return value, end, piece

    @staticmethod
    def _looks_into(text: str, at: int, before: _Before | None, level: int) -> bool:
        if text[at] == "[" and _PLAIN_LIST.match(text, at + 1):
            return False
        if before is None:
            return level <= _ALWAYS
        return level == 0 or (level <= _DEEPEST and before.piece.length >= _WORTHWHILE)

    def _container(
        self, text: str, at: int, before: _Before | None, level: int, *, is_kept: bool
    ) -> tuple[JSON, int, _Piece]:
        is_object = text[at] == "{"
        closing = "}" if is_object else "]"
        piece = _Piece(None, 0, keys=[] if is_object else None)
        if before is not None and (before.piece.keys is not None) is not is_object:
            before = None
        place = 0
        here = _blank(text, at + 1)
        while text[here] != closing:
            if before is not None:
                same = self._run(text, at, here, before, place, piece)
                if same:
                    place += same
                    here = _next(text, at + piece.ends[-1], closing)
                    continue
            place = self._member(text, at, here, before, place, piece, level, is_kept=is_kept)
            here = _next(text, at + piece.ends[-1], closing)
        piece.length = here + 1 - at
        made = dict(zip(piece.keys, piece.members, strict=True)) if piece.keys is not None else list(piece.members)
        piece.value = self._sharer.share(made) if is_kept and piece.length <= _SHARED_UP_TO else made
        if piece.keys is not None and len(made) != len(piece.keys):
            # A key is there twice: members and values do not go together.
            piece.ends, piece.members, piece.keys, piece.inner = [], [], [], {}
            piece.starts, piece.values_at = [], []
        return piece.value, here + 1, piece

    @staticmethod
    def _run(text: str, at: int, here: int, before: _Before, place: int, piece: _Piece) -> int:
        """Take over the members from `place` on that stand here as they stood before; how many."""
        old = before.piece
        count = len(old.ends) - place
        if count <= 0:
            return 0
        start = old.starts[place]
        origin = before.at + start

        def stand(number: int) -> bool:
            """Whether so many members stand here, and what follows the last of them is no part of it."""
            end = before.at + old.ends[place + number - 1]
            return text.startswith(before.text[origin:end], here) and text[here + end - origin] in ",]} \t\n\r"

        if not stand(1):
            return 0
        good = _most(count, stand, from_top=place == 0)
        shift, last, moved = here - at - start, place + good, len(piece.members) - place
        for fresh, spans in ((piece.starts, old.starts), (piece.ends, old.ends), (piece.values_at, old.values_at)):
            fresh.extend([n + shift for n in spans[place:last]] if shift else spans[place:last])
        piece.members += old.members[place:last]
        if piece.keys is not None and old.keys is not None:
            piece.keys += old.keys[place:last]
        piece.inner.update((n + moved, one) for n, one in old.inner.items() if place <= n < last)
        return good

    def _member(
        self,
        text: str,
        at: int,
        here: int,
        before: _Before | None,
        place: int,
        piece: _Piece,
        level: int,
        *,
        is_kept: bool,
    ) -> int:
        """Read one member; returns the place in the container before where the next one is looked for."""
        value_at, found = here, place
        if piece.keys is not None:
            key, value_at = self._key(text, here)
            piece.keys.append(key)
            is_kept = is_kept or (level == 0 and self._shares and key in self._kept)
            if before is not None:
                found = _place_of(key, before.piece.keys or [], place)
        inner = before.inner(found) if before is not None else None
        value, end, made = self._read(text, value_at, inner, level + 1, is_kept=is_kept)
        if made is not None:
            piece.inner[len(piece.members)] = made
        piece.members.append(value)
        piece.starts.append(here - at)
        piece.values_at.append(value_at - at)
        piece.ends.append(end - at)
        if before is None:
            return place
        if piece.keys is None:
            return self._place_after(before, place, text[here:end])
        return found + 1 if found < len(before.piece.ends) else place

    def _key(self, text: str, at: int) -> tuple[str, int]:
        """A key, and where its value begins."""
        key, end = self._scan(text, at)
        at = _blank(text, end)
        if type(key) is not str or text[at] != ":":
            raise JSONError("a key is missing")
        return self._keys.setdefault(key, key), _blank(text, at + 1)

    @staticmethod
    def _place_after(before: _Before, place: int, member: str) -> int:
        """Where the list before goes on behind this member; without it, one further."""
        old = before.piece
        if old.places is None:
            spans = zip(old.starts, old.ends, range(len(old.ends)), strict=True)
            old.places = {before.text[before.at + start : before.at + end]: number for start, end, number in spans}
        known = old.places.get(member)
        return place + 1 if known is None else known + 1

    def _object(self, pairs: list[tuple[str, JSON]]) -> JSON:
        known = self._keys.setdefault
        return {known(key, key): value for key, value in pairs}


def _fast(text: str, at: int) -> tuple[JSON, int] | None:
    """A container by the fast parser, which has to know where it ends; None where that is not found out soon.

    What it takes for a whole container is one: brackets in texts may mislead the search, but never the parser.
    """
    closing = "}" if text[at] == "{" else "]"
    opened = end = at
    levels = 0
    for _ in range(_MOST_ENDS):
        end = text.find(closing, end, at + _SHARED_UP_TO) + 1
        if not end:
            return None
        levels += text.count(text[at], opened, end) - 1
        opened = end
        if levels == 0:
            try:
                return (from_json(text[at:end]), end) if end - at >= _FAST_FROM else None
            except ValueError:
                return None
    return None


def _place_of(key: str, keys: list[str], place: int) -> int:
    """Where an object had a key: most likely at the same place; behind the last where it had none."""
    if place < len(keys) and keys[place] == key:
        return place
    return keys.index(key) if key in keys else len(keys)


def _most(count: int, holds: Callable[[int], bool], *, from_top: bool) -> int:
    """The largest number from 1 to `count` for which something holds, as it does for 1 and for all smaller ones.

    Asking costs what the number says. Most lists grew by one, or by none: that is asked first, if `from_top`.
    """
    low, high = 1, count + 1
    if from_top:
        for number in (count, count - 1):
            if number <= 1 or holds(number):
                return max(1, number)
        high = count - 1
    while 2 * low < high and holds(2 * low):
        low *= 2
    high = min(high, 2 * low)
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def _blank(text: str, at: int) -> int:
    """Behind the blanks."""
    if text[at : at + 1] not in " \t\n\r":
        return at
    found = _BLANK.match(text, at)
    return found.end() if found is not None else at


def _next(text: str, at: int, closing: str) -> int:
    """Where the next member begins, or the closing bracket is."""
    at = _blank(text, at)
    if text[at] == ",":
        at = _blank(text, at + 1)
        if text[at] == closing:
            raise JSONError("a comma too many")
        return at
    if text[at] != closing:
        raise JSONError("a comma is missing")
    return at
