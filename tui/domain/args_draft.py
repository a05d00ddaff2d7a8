"""An edit of one tool call that was not sent yet: its texts, and every step back to the original.

It outlives the widget that shows it, so that leaving the editor and coming back loses nothing, not even the undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.args_fields import Field, fields_of, read_all, read_object, text_of
from tui.domain.checkpoint import JSON
from tui.domain.json_values import ParsedText, pretty, same
from tui.domain.messages import ToolCall

MOST_VERSIONS = 300
MOST_CHARACTERS = 4_000_000
"""What the steps back may hold together; beyond it the oldest go, but never the original."""


@dataclass(frozen=True, slots=True)
class Version:
    """The texts at one moment: one for each field, or (`fields` is None) the whole arguments as one JSON text."""

    fields: tuple[Field, ...] | None
    texts: tuple[str, ...]

    @property
    def is_json(self) -> bool:
        """Whether it is one JSON text."""
        return self.fields is None


class ArgsDraft:
    """The texts of one tool call's arguments, with undo and redo. Typing of one word is one step."""

    def __init__(self, call: ToolCall) -> None:
        self.call = call
        self._versions = [_version_of(call.args)]
        self._at = 0
        self._typing: tuple[int, str] | None = None

    @property
    def version(self) -> Version:
        """What is shown now."""
        return self._versions[self._at]

    @property
    def is_changed(self) -> bool:
        """Whether what is typed means something else than the original, or nothing."""
        if self.version is self._versions[0]:
            return False
        parsed = self.parsed()
        return not parsed.ok or not same(parsed.value, self.call.args)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step back was made that can be made good."""
        return self._at < len(self._versions) - 1

    def parsed(self) -> ParsedText:
        """The arguments as typed, or what is wrong with the first wrong text."""
        version = self.version
        if version.fields is None:
            return read_object(version.texts[0])
        args, wrong = read_all(version.fields, version.texts)
        return next(iter(wrong.values())) if wrong else ParsedText(args)

    def problems(self) -> Mapping[int, ParsedText]:
        """What is wrong, by the number of the text."""
        version = self.version
        if version.fields is None:
            parsed = read_object(version.texts[0])
            return {} if parsed.ok else {0: parsed}
        return read_all(version.fields, version.texts)[1]

    def value_of(self, number: int) -> ParsedText:
        """What one text means."""
        version = self.version
        if version.fields is None:
            return read_object(version.texts[0])
        args, wrong = read_all(version.fields[number : number + 1], version.texts[number : number + 1])
        return wrong[0] if wrong else ParsedText(args[version.fields[number].name])

    def before(self, number: int) -> tuple[bool, JSON]:
        """(whether the original has what this text stands for, its value there)."""
        fields, args = self.version.fields, self.call.args
        if fields is None:
            return True, args
        name = fields[number].name
        return (True, args[name]) if isinstance(args, dict) and name in args else (False, None)

    def is_changed_at(self, number: int) -> bool:
        """Whether one text means something else than the original."""
        was_there, before = self.before(number)
        parsed = self.value_of(number)
        return not was_there or not parsed.ok or not same(parsed.value, before)

    def write(self, number: int, text: str) -> None:
        """One text is another now. Letters of one word join to one step."""
        old = self.version.texts[number]
        if text == old:
            return
        texts = self.version.texts
        new = Version(self.version.fields, (*texts[:number], text, *texts[number + 1 :]))
        how = _how(old, text)
        joins = self._typing is not None and self._typing in _joined(number, how) and self.can_undo
        if joins and not self.can_redo:
            self._versions[self._at] = new
        else:
            self._push(new)
        self._typing = (number, how)

    def undo(self) -> bool:
        """One step back; whether there was one."""
        self._typing = None
        if self.can_undo:
            self._at -= 1
            return True
        return False

    def redo(self) -> bool:
        """One step forward again; whether there was one."""
        self._typing = None
        if self.can_redo:
            self._at += 1
            return True
        return False

    def reset(self) -> bool:
        """Back to the original, as a step that can be undone; whether that changes anything."""
        self._typing = None
        if self.version == self._versions[0]:
            return False
        self._push(self._versions[0])
        return True

    @property
    def can_switch(self) -> bool:
        """Whether fields can become JSON now, or JSON fields."""
        return not self.problems() and not (self.version.is_json and fields_of(self.parsed().value) is None)

    def switch(self) -> str:
        """From fields to JSON or the other way; why that can't be done, or nothing. What is wrong is seen beside it."""
        self._typing = None
        problems = self.problems()
        if problems:
            number = next(iter(problems))
            return f"Mend {self.version.fields[number].name if self.version.fields else 'the JSON'} first."
        args = self.parsed().value
        fields = fields_of(args) if self.version.is_json else None
        if self.version.is_json and fields is None:
            return "These arguments can only be edited as JSON."
        self._push(_version_with(fields, args))
        return ""

    def _push(self, version: Version) -> None:
        del self._versions[self._at + 1 :]
        self._versions.append(version)
        while len(self._versions) > 2 and (
            len(self._versions) > MOST_VERSIONS or sum(map(_weight, self._versions)) > MOST_CHARACTERS
        ):
            del self._versions[1]
        self._at = len(self._versions) - 1


def _version_of(args: JSON) -> Version:
    return _version_with(fields_of(args), args)


def _version_with(fields: tuple[Field, ...] | None, args: JSON) -> Version:
    if fields is None or not isinstance(args, dict):
        return Version(None, (pretty(args),))
    return Version(fields, tuple(text_of(field, args[field.name]) for field in fields))


def _weight(version: Version) -> int:
    return sum(map(len, version.texts))


def _how(old: str, new: str) -> str:
    """What kind of typing made `new` from `old`: a letter, a space, a deletion, or something bigger."""
    if len(new) == len(old) - 1:
        return "delete"
    if len(new) != len(old) + 1:
        return "paste"
    at = next((index for index, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    return "space" if new[at].isspace() else "letter"


def _joined(number: int, how: str) -> tuple[tuple[int, str], ...]:
    """The typing before, that this typing goes on with: a word ends with its spaces."""
    before = {"letter": ("letter",), "space": ("letter", "space"), "delete": ("delete",)}.get(how, ())
    return tuple((number, other) for other in before)
