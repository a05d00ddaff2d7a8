"""JSON that stays what it was: reading and writing values of a state without changing their type or meaning.

Integers keep every digit, objects keep the order of their keys, 1 and 1.0 and true stay three different values. What
JSON cannot carry back (NaN, Infinity, a number such as 1e400 that became infinite) is accepted when reading, named by
`unsendable`, and refused by `dumps`. Nothing here mutates its arguments, because values are shared between checkpoints.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NoReturn, TypeAlias

from pydantic_core import PydanticSerializationError, from_json, to_json

from tui.domain.checkpoint import JSON
from tui.domain.json_text import TextProblem, find_problem
from tui.domain.safe_text import escape_hidden

MAX_DEPTH = 400
"""Levels of nesting that are read and written; the standard library runs out of stack not far beyond."""

_IDENTIFIER = re.compile(r"[^\W\d]\w*")

_Trail: TypeAlias = "tuple[_Trail, str | int] | None"
"""Where a value is: the trail of its parent and its key or index; None for the whole value."""


class JSONError(ValueError):
    """A text is not JSON, or not JSON that can be read safely; `reason` says why in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unsendable(ValueError):
    """A value that JSON cannot carry; `path` names the part that is to blame, such as `messages[2].score`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def loads(raw: bytes | str) -> JSON:
    """Read a JSON text (bytes are UTF-8), keeping integers exact and keys in order; the last of equal keys wins.

    NaN, Infinity and numbers past a float's range become the floats nan and inf, for `unsendable` to name.

    Raises:
        JSONError: not JSON, not UTF-8, nested deeper than `MAX_DEPTH`, or an integer of more than 4300 digits.
    """
    try:
        value: JSON = from_json(raw)
    except ValueError:
        # from_json refuses what is still JSON: lone surrogates and more than about 200 levels.
        return _loads_slowly(raw)
    return value


def _loads_slowly(raw: bytes | str) -> JSON:
    too_deep = f"nested deeper than {MAX_DEPTH} levels"
    try:
        value: JSON = json.loads(raw if isinstance(raw, str) else raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise JSONError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise JSONError(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise JSONError(too_deep) from None
    except ValueError:
        raise JSONError("an integer has more than 4300 digits") from None
    if depth(value) > MAX_DEPTH:
        raise JSONError(too_deep)
    return value


def dumps(value: JSON) -> bytes:
    """Write compact JSON in UTF-8; only lone surrogates are escaped, so that they survive.

    Raises:
        Unsendable: a number is NaN or infinite, or the value is nested deeper than can be written.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except RecursionError:
        raise Unsendable("$", "nested too deeply to be written") from None
    except ValueError as error:
        for path in unsendable(value, limit=1):
            raise Unsendable(path, "this number cannot be written as JSON") from None
        raise Unsendable("$", str(error)) from None
    # UTF-8 refuses nothing but surrogates, and backslashreplace writes them as JSON does.
    return text.encode("utf-8", "backslashreplace")


def pretty(value: JSON) -> str:
    r"""Indented JSON for reading and editing: any script as it is, hidden characters as `\u202e`; NaN is shown as NaN.

    What it gives is safe to show and reads back as the same value.

    Raises:
        Unsendable: nested deeper than can be written.
    """
    try:
        text = to_json(value, indent=2, inf_nan_mode="constants").decode()
    except PydanticSerializationError:
        # It refuses lone surrogates and more than 254 levels; the standard library is slower and does not.
        try:
            text = json.dumps(value, ensure_ascii=False, indent=2)
        except RecursionError:
            raise Unsendable("$", "nested too deeply to be written") from None
    return escape_hidden(text)


@dataclass(frozen=True, slots=True)
class ParsedText:
    """What an editor's text is: a `value` (if `ok`), or what is wrong and where (line and column from 1)."""

    value: JSON = None
    reason: str | None = None
    line: int = 0
    column: int = 0

    @property
    def ok(self) -> bool:
        """Whether the text is a value that can be sent."""
        return self.reason is None


def parse_with_position(text: str) -> ParsedText:
    """Read what someone typed: the value, or the first problem in plain words.

    Stricter than `loads`: NaN, numbers too large for a float, and a key that is there twice are problems.
    """
    try:
        value: JSON = json.loads(
            text, object_pairs_hook=_without_doubles, parse_constant=_refuse, parse_float=_finite_float
        )
        if depth(value) <= MAX_DEPTH:
            return ParsedText(value)
        refusal = "nested too deeply"
    except (ValueError, RecursionError) as error:
        refusal = str(error)
    # The scanner takes longer, and knows the place and the words.
    problem = find_problem(text, max_depth=MAX_DEPTH) or TextProblem(0, refusal)
    before = text[: problem.position]
    line_start = before.rfind("\n") + 1
    return ParsedText(None, problem.reason, before.count("\n") + 1, problem.position - line_start + 1)


def _without_doubles(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise JSONError("a key is there twice")
    return made


def _refuse(constant: str) -> NoReturn:
    raise JSONError(f"{constant} is no JSON number")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JSONError("the number is too large")
    return number


def unsendable(value: JSON, *, limit: int = 1000) -> tuple[str, ...]:
    """The paths of numbers that would not survive a round trip (NaN, Infinity), in order, at most `limit`.

    A path looks like `messages[2].score`, `scores["a b"]`; the whole value is `$`.
    """
    return tuple(_path(trail) for trail in islice(_not_finite(value), limit))


def _not_finite(value: JSON) -> Iterator[_Trail]:
    stack: list[tuple[JSON, _Trail]] = [(value, None)]
    while stack:
        node, trail = stack.pop()
        if isinstance(node, dict):
            stack.extend((child, (trail, key)) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            stack.extend((node[index], (trail, index)) for index in range(len(node) - 1, -1, -1))
        elif isinstance(node, float) and not math.isfinite(node):
            yield trail


def _path(trail: _Trail) -> str:
    steps: list[str] = []
    while trail is not None:
        trail, step = trail
        if isinstance(step, int):
            steps.append(f"[{step}]")
        elif _IDENTIFIER.fullmatch(step):
            steps.append(f".{step}")
        else:
            steps.append(f"[{json.dumps(step, ensure_ascii=False)}]")
    return "".join(reversed(steps)).removeprefix(".") or "$"


def same(a: JSON, b: JSON) -> bool:
    """Whether two values are the same JSON by type and value; the order of an object's keys does not count.

    1, 1.0 and true all differ, and so do 0.0 and -0.0; NaN is the same as NaN.
    """
    stack: list[tuple[JSON, JSON]] = [(a, b)]
    while stack:
        left, right = stack.pop()
        if left is right:
            continue
        if type(left) is not type(right):
            return False
        if isinstance(left, dict):
            if left.keys() != right.keys():
                return False
            stack.extend((child, right[key]) for key, child in left.items())
        elif isinstance(left, list):
            if len(left) != len(right):
                return False
            stack.extend(zip(left, right, strict=True))
        elif isinstance(left, float):
            if repr(left) != repr(right):
                return False
        elif left != right:
            return False
    return True


def depth(value: JSON) -> int:
    """Levels of nesting: 0 for a plain value, 1 for `[]`, 2 for `[{}]`."""
    deepest = 0
    stack: list[tuple[JSON, int]] = [(value, 1)]
    while stack:
        node, level = stack.pop()
        if isinstance(node, (dict, list)):
            deepest = max(deepest, level)
            children = node.values() if isinstance(node, dict) else node
            stack.extend((child, level + 1) for child in children)
    return deepest


def path_of(steps: Iterable[str | int]) -> str:
    """The path of keys and indexes as people write it: `messages[2].score`, `scores["a b"]`; the whole value is `$`."""
    trail: _Trail = None
    for step in steps:
        trail = (trail, step)
    return _path(trail)
