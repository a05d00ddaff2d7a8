"""Where a text that someone is typing stops being JSON, said in words that tell what to type instead.

A scanner with its own stack: no recursion, so that no text can exhaust it. It is stricter than reading from a server:
a key that is there twice, NaN and a number too large for a float are errors, because an edit must be sendable.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field

from tui.domain.safe_text import one_line

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING_BODY = re.compile(r'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]+")
_WORD = re.compile(r"[-+.]?\w[\w.+-]*|[-+.]+")
_MOST_DIGITS = 4300

_MEANT = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null"}
_NO_NUMBERS = frozenset({"nan", "-nan", "infinity", "-infinity", "+infinity", "inf", "-inf"})
_CLOSES = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class TextProblem:
    """Where (an index into the text) and why a text is not the JSON of one value."""

    position: int
    reason: str


@dataclass(slots=True)
class _Open:
    """An object or array that is not closed yet."""

    bracket: str
    position: int
    keys: set[str] = field(default_factory=set)


class _Found(Exception):
    """Carries the first problem out of the scanner."""

    def __init__(self, position: int, reason: str) -> None:
        self.problem = TextProblem(position, reason)


def find_problem(text: str, *, max_depth: int) -> TextProblem | None:
    """The first thing that is wrong with the text, or None if it is the JSON of one value that can be sent."""
    try:
        _Scanner(text, max_depth).scan()
    except _Found as found:
        return found.problem
    return None


class _Scanner:
    def __init__(self, text: str, max_depth: int) -> None:
        self._text = text
        self._max_depth = max_depth
        self._open: list[_Open] = []
        self._at = 0
        self._after_comma = False

    def scan(self) -> None:
        """Walk over one value and what it holds, raising `_Found` at the first problem."""
        self._skip_space()
        if self._at == len(self._text):
            raise _Found(0, "nothing here yet: a JSON value is needed")
        need_value = True
        while need_value or self._open:
            self._skip_space()
            need_value = self._value() if need_value else self._after_value()
        end = self._at
        self._skip_space()
        if self._at < len(self._text):
            self._fail_at_extra(end)

    def _skip_space(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at

    @property
    def _here(self) -> str:
        return self._text[self._at : self._at + 1]

    def _value(self) -> bool:
        """Step over a plain value, or into an object or array; say whether a value must come next."""
        here = self._here
        if here in ("{", "["):
            return self._enter(here)
        if here == '"':
            self._string()
        elif number := _NUMBER.match(self._text, self._at):
            self._check_number(number)
            self._at = number.end()
        else:
            word = self._word()
            if word not in ("true", "false", "null"):
                raise self._no_value(word)
            self._at += len(word)
        return False

    def _enter(self, bracket: str) -> bool:
        if len(self._open) >= self._max_depth:
            raise _Found(self._at, f"nested deeper than {self._max_depth} levels")
        self._open.append(_Open(bracket, self._at))
        self._at += 1
        self._skip_space()
        if self._here == _CLOSES[bracket]:
            return self._leave()
        self._after_comma = False
        if bracket == "{":
            self._key()
        return True

    def _leave(self) -> bool:
        self._open.pop()
        self._at += 1
        return False

    def _after_value(self) -> bool:
        """After a value inside an object or array: a comma and the next one, or the end of it."""
        top = self._open[-1]
        here = self._here
        if here == _CLOSES[top.bracket]:
            return self._leave()
        if here == ",":
            self._at += 1
            self._skip_space()
            self._after_comma = True
            if top.bracket == "{":
                self._key()
            return True
        if not here:
            raise self._unfinished()
        if here in "]}":
            raise _Found(self._at, f"{self._name(top)} needs {_CLOSES[top.bracket]} here, not {here}")
        if here == ":":
            raise _Found(self._at, "a colon belongs after a key, inside { }")
        end = len(self._text[: self._at].rstrip(" \t\n\r"))
        if "\n" in self._text[end : self._at]:
            raise _Found(end, "a comma is missing at the end of this line")
        raise _Found(self._at, "a comma is missing before this")

    def _key(self) -> None:
        here = self._here
        if not here:
            raise self._unfinished()
        if here == "}":
            raise _Found(self._at, "remove the comma before }")
        if here != '"':
            word = self._word()
            example = f': "{_brief(word)}"' if word and word[0].isalpha() else ""
            raise _Found(self._at, f"a key in double quotes is needed{example}")
        start = self._at
        self._string()
        key: str = json.loads(self._text[start : self._at])
        keys = self._open[-1].keys
        if key in keys:
            raise _Found(start, f'the key "{_brief(key)}" is already there')
        keys.add(key)
        self._skip_space()
        if self._here != ":":
            raise _Found(self._at, "a colon is missing after the key")
        self._at += 1
        self._after_comma = False

    def _string(self) -> None:
        start = self._at
        match = _STRING_BODY.match(self._text, start + 1)
        stop = match.end() if match else start + 1
        culprit = self._text[stop : stop + 1]
        if culprit == '"':
            self._at = stop + 1
        elif culprit == "\\":
            raise _Found(stop, f"{_brief(self._text[stop : stop + 2])} is no escape: write \\\\ for a backslash")
        elif culprit in ("", "\n", "\r"):
            raise _Found(start, r"this text has no closing quote (write a line break as \n)")
        else:
            written = r"\t" if culprit == "\t" else f"\\u{ord(culprit):04x}"
            raise _Found(stop, f"write this control character as {written}")

    def _check_number(self, match: re.Match[str]) -> None:
        number = match.group()
        if not _INTEGER.fullmatch(number):
            if math.isinf(float(number)):
                raise _Found(self._at, "this number is too large to be sent")
        elif len(number.removeprefix("-")) > _MOST_DIGITS:
            raise _Found(self._at, f"more than {_MOST_DIGITS} digits")

    def _word(self) -> str:
        match = _WORD.match(self._text, self._at)
        return match.group() if match else ""

    def _no_value(self, word: str) -> _Found:
        """What to say where a value should begin, but something else does."""
        here = self._here
        if not here:
            return self._unfinished()
        if here in "]}":
            return _Found(self._at, f"remove the comma before {here}" if self._after_comma else "a value is missing")
        if here in ",:":
            return _Found(self._at, "a value is missing before this")
        if here in "'‘’“”`":
            return _Found(self._at, 'use straight double quotes: "')
        if here in "/#":
            return _Found(self._at, "JSON has no comments")
        return _Found(self._at, _about(word) if word else f"{_brief(here)} does not belong here")

    def _fail_at_extra(self, end: int) -> None:
        here = self._here
        if here in "]}":
            raise _Found(self._at, f"nothing is open that {here} could close")
        raise _Found(self._at if here != "," else end, "nothing may follow the value")

    def _unfinished(self) -> _Found:
        if not self._open:
            return _Found(self._at, "a value is missing")
        top = self._open[-1]
        return _Found(self._at, f"{self._name(top)} is not closed: {_CLOSES[top.bracket]} is missing")

    def _name(self, opened: _Open) -> str:
        return f"the {opened.bracket} of line {self._text.count(chr(10), 0, opened.position) + 1}"


def _about(word: str) -> str:
    """Why a word or a malformed number is no JSON value."""
    if word in _MEANT:
        return f"write {_MEANT[word]} instead of {word}"
    if word.lower() in _NO_NUMBERS:
        return f"{word} is no JSON number and cannot be sent"
    if word.lower() in ("true", "false", "null"):
        return f"write {word.lower()} in small letters"
    digits = word.lstrip("+-")
    if not digits[:1].isdigit() and not digits.startswith("."):
        return f'text needs double quotes: "{_brief(word)}"' if digits else f"{_brief(word)} is no number"
    if word.startswith("+"):
        return "a number has no + before it"
    if re.fullmatch(r"0[0-9]+", digits):
        return "a number may not begin with 0"
    if digits.startswith(".") or re.search(r"\.(?![0-9])", digits):
        return "a number needs digits on both sides of the point"
    return f"{_brief(word)} is no number: text needs double quotes"


def _brief(text: str) -> str:
    return one_line(text, 24)
