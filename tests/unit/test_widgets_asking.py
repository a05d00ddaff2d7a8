"""What is asked and shown before something is sent: the question, and the preview of the requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tui.domain.checkpoint import Checkpoint
from tui.domain.plans import PlanKind, ToolArgsEdit, TravelPlan
from tui.domain.requests import PlannedRequest, RunSetup, StateUpdate
from tui.widgets.lines import plain, width_of
from tui.widgets.question_line import ANSWER_CELLS, question_lines
from tui.widgets.request_lines import request_page
from tui.widgets.text_view import Paragraph

SETUP = RunSetup("a-agent", assistant_name="agent")
START = Checkpoint("t", "c02", step=1, next=("action",))


def text_of(paragraphs: Sequence[Paragraph]) -> list[str]:
    return [plain(paragraph.line) for paragraph in paragraphs]


def test_the_preview_shows_what_changes_in_every_mirror() -> None:
    call: dict[str, Any] = {"name": "search", "args": {"query": "a", "n": 1}, "id": "call_1", "type": "tool_call"}
    block = {"type": "tool_use", "id": "call_1", "name": "search", "input": {"query": "a", "n": 1}}
    before: dict[str, Any] = {"type": "ai", "id": "m2", "content": [block], "tool_calls": [call]}
    args = {"query": "b\u202e", "n": 1}
    after = {**before, "content": [{**block, "input": args}], "tool_calls": [{**call, "args": args}]}
    start = replace(START, values={"messages": [before]})
    edit = ToolArgsEdit("call_1", "search", call["args"], args)
    update = StateUpdate(start.ref, {"messages": [after]})
    plan = TravelPlan(PlanKind.FORK, "t", SETUP, start, update=update, edits=(edit,))
    page = request_page([PlannedRequest("POST", "/threads/t/state", update.values)], plan, "http://x")
    lines = text_of(page)
    assert '    - "a"' in lines
    assert '    + "b⟨U+202E⟩"' in lines
    changed = [line.strip() for line in lines if line.strip()[:1] in "+-" and "query" in line]
    assert [line[0] for line in changed] == ["-", "+"] * 2, "both mirrors"
    assert all("u202e" in line for line in changed[1::2])
    styles = {style for paragraph in page for text, style in paragraph.line if text.startswith(("    + ", "    - "))}
    assert styles == {"ok", "error"}


@pytest.mark.parametrize("width", [8, 38, 78, 118, 198])
@pytest.mark.parametrize("length", [5, 60, 900])
def test_a_question_is_short_and_has_room_for_its_answers(width: int, length: int) -> None:
    lines = question_lines("Fork " + "한 " * length + "?", "Runs action " * (length // 12 + 1), width)
    assert len(lines) <= (2 if width > 98 else 3 if width > 58 else 4)
    assert all(width_of(line) <= width for line in lines)
    assert width <= ANSWER_CELLS or width_of(lines[-1]) <= width - ANSWER_CELLS
    assert plain(lines[0]).startswith("Fork"[:width])
