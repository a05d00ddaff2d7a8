"""What a server can do, as text: each capability with its mark, and what is done without where it is missing. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.diagnosis import Finding, State
from tui.domain.safe_text import one_line
from tui.widgets.text_view import Paragraph

_NAME_CELLS = 22
_MARKS = {State.OK: ("✓", "ok"), State.UNKNOWN: ("?", "calm"), State.NOTE: ("–", "calm"), State.WARN: ("✗", "error")}


def findings_page(findings: Sequence[Finding]) -> list[Paragraph]:
    """The server first, then its capabilities; what is missing is grey and says what is done without it."""
    paragraphs = []
    for finding in findings:
        mark, style = _MARKS.get(finding.state, ("✗", "error"))
        name = one_line(finding.name, _NAME_CELLS).ljust(_NAME_CELLS)
        is_there = finding.state is State.OK
        line = ((f"{mark} ", style), (f"{name}  ", "" if is_there else "calm"), (one_line(finding.words, 300), "calm"))
        paragraphs.append(Paragraph(line, _NAME_CELLS + 4))
        if finding.advice:
            paragraphs.append(Paragraph(((" " * (_NAME_CELLS + 4) + one_line(finding.advice, 300), "strong"),), 26))
    return paragraphs
