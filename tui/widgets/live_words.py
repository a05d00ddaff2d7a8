"""What the live pane says about its run as a whole: how it ended, and how much was said. Pure."""

from __future__ import annotations

from tui.domain.transcript import Transcript
from tui.session.events import RunEnd

ENDS = {
    RunEnd.SUCCESS: ("✓", "ok", "success"),
    RunEnd.WAITING: ("‖", "mark-waiting", "interrupted, waits"),
    RunEnd.CANCELLED: ("⊘", "warning", "cancelled"),
    RunEnd.LOST: ("┄", "warning", "line lost, it may go on at the server: {timeline.join} joins"),
    RunEnd.GONE: ("✂", "warning", "gone: the server came back without it"),
}
"""Mark, style and words of an end; others are failures."""


def count_words(transcript: Transcript, *, over: bool) -> str:
    """The pieces that came, which are not tokens; at the end the server's count of tokens, where it has counted all."""
    if over and (tokens := transcript.counted_tokens):
        return f"{tokens:,} token{'s' * (tokens != 1)}"
    pieces = transcript.tokens
    return f"{pieces:,} piece{'s' * (pieces != 1)}" if pieces else ""
