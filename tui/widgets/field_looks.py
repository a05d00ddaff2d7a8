"""What the editor of arguments says of a draft: the look of each row, what is typed there, the title. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tui.domain.args_draft import ArgsDraft
from tui.domain.args_fields import Kind, text_of
from tui.domain.changes import changes
from tui.domain.hidden import hidden_in, hidden_words
from tui.domain.json_values import pretty
from tui.domain.labels import in_words
from tui.domain.safe_text import cell_len, one_line
from tui.widgets.field_row import FieldLook

MOST_WAS = 3
"""Changed values that are shown with what they were, where the arguments are one JSON text."""

NAME_CELLS = (3, 16)


def look_of(draft: ArgsDraft, number: int) -> FieldLook:
    """What one row shows."""
    version = draft.version
    was_there, before = draft.before(number)
    problem = draft.value_of(number)
    text = version.texts[number]
    if version.fields is None:
        where = f"line {problem.line}: " if problem.line else ""
        reason = f"{where}{problem.reason}" if not problem.ok else ""
        return FieldLook(number, "", Kind.JSON, text, pretty(before), _was_whole(draft), reason)
    field = version.fields[number]
    low, high = NAME_CELLS
    cells = max(low, min(high, max(cell_len(one_line(each.name)) for each in version.fields)))
    words = text_of(field, before) if was_there else None
    was = ""
    if draft.is_changed_at(number):
        was = one_line(before if isinstance(before, str) else in_words(before), 300) if was_there else "(new)"
        was = was or "(empty)"
    return FieldLook(number, field.name, field.kind, text, words, was, problem.reason or "", cells)


def hint_of(draft: ArgsDraft, number: int, hints: Mapping[str, Mapping[str, str]]) -> str:
    """What kind of value is typed in a row; `hints` are what is known of arguments, by tool and name."""
    fields = draft.version.fields
    if fields is None:
        return "JSON"
    number = min(number, len(fields) - 1)
    field = fields[number]
    known = hints.get(draft.call.name, {}).get(field.name, "")
    how = "true or false: space switches" if field.kind is Kind.BOOLEAN else field.kind.value
    was_there, before = draft.before(number)
    if was_there and field.kind is Kind.JSON and (hidden := hidden_words(hidden_in(before))):
        known = " · ".join(filter(None, (known or how, hidden)))
    return one_line(" · ".join(filter(None, (field.name, known or how))), 120)


def title_of(draft: ArgsDraft, at: int, count: int) -> str:
    """The call's name, which of `count` it is, its id, and whether something is typed."""
    pieces = [one_line(draft.call.name, 30)]
    if count > 1:
        pieces.append(f"{at + 1} of {count}")
    pieces += [one_line(draft.call.id or "", 14), "draft" * draft.is_changed]
    return " · ".join(filter(None, pieces))


def _was_whole(draft: ArgsDraft) -> str:
    parsed = draft.parsed()
    if not parsed.ok:
        return ""
    found = changes(draft.call.args, parsed.value, limit=MOST_WAS + 1)
    lines = [
        one_line(f"{change.path or 'all'}  {'is new' if change.added else 'was ' + in_words(change.before)}")
        for change in found[:MOST_WAS]
    ]
    return "\n".join(lines + ["…"] * (len(found) > MOST_WAS))
