"""The requests of a plan that is not carried out: whole where they are small, cut and counted where not, no keys."""

from __future__ import annotations

from tui.cli.plan_output import request_lines
from tui.domain.requests import PlannedRequest

EDIT = PlannedRequest("POST", "/threads/t/state", {"values": {"text": "x" * 1000}})
RUN = PlannedRequest("POST", "/threads/t/runs/stream", {"input": None})


def test_each_request_has_its_method_its_path_and_its_body() -> None:
    lines = list(request_lines((RUN,)))
    assert lines == [
        "Nothing was sent. It would take:",
        "",
        "POST /threads/t/runs/stream",
        "  {",
        '    "input": null',
        "  }",
    ]


def test_a_long_text_is_cut_and_counted() -> None:
    lines = list(request_lines((EDIT, RUN)))
    assert lines[0] == "Nothing was sent. It would take, in this order:"
    assert any("… (700 letters more)" in line for line in lines)
    assert max(map(len, lines)) < 400
    assert "its id is not known yet" in lines[-1]


def test_a_long_body_is_cut_and_counted() -> None:
    lines = list(request_lines((PlannedRequest("POST", "/x", {str(n): n for n in range(100)}),)))
    assert len(lines) < 50
    assert lines[-1] == "  … 62 lines more, which --json prints"


def test_a_callers_key_is_not_among_them() -> None:
    body = {"config": {"configurable": {"x-api-key": "planted"}}}
    assert "planted" not in "".join(request_lines((PlannedRequest("POST", "/x", body),)))
