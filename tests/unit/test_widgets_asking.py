"""What is asked and shown before something is sent: the question, and the preview of the requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tui.domain.checkpoint import Checkpoint
from tui.domain.plans import Growth, PlanKind, ToolArgsEdit, TravelPlan
from tui.domain.production import Care
from tui.domain.requests import PlannedRequest, RunSetup, StateUpdate
from tui.widgets.lines import plain, width_of
from tui.widgets.plan_words import question_of
from tui.widgets.question_line import ANSWER_CELLS, MOST_LINES, question_lines
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
    assert len(lines) <= next(most for columns, most in MOST_LINES if width + 2 >= columns)
    assert all(width_of(line) <= width for line in lines)
    assert width <= ANSWER_CELLS or width_of(lines[-1]) <= width - ANSWER_CELLS
    assert plain(lines[0]).startswith("Fork"[:width])


@pytest.mark.parametrize("width", [58, 78, 118])
def test_a_question_shows_what_differs_and_what_follows(width: int) -> None:
    said = "weather in Tokyo on Saturday and Sunday in the afternoon, with "
    edit = ToolArgsEdit("call_1", "search", {"query": said + "rain"}, {"query": said + "snow"})
    plan = TravelPlan(
        PlanKind.FORK, "t", SETUP, START, edits=(edit,), growth=Growth.BRANCH, will_run=("plan", "look_up", "answer")
    )
    place = Care(profile="prod", production=True).place("https://agents.example.com", "0a1b2c3d4e5f")
    question, details = question_of(plan, "")
    shown = " ".join(plain(line) for line in question_lines(question, f"{place} {details}", width))
    words = " ".join(shown.split())
    assert 'search.query "…rain" -> "…snow"?' in words
    assert "PRODUCTION https://agents.example.com (profile prod), thread …2c3d4e5f:" in words
    assert words.endswith("as agent. The head moves to the new branch.")
