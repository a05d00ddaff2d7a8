"""Every state of the screen that is worth a picture, by pane."""

from __future__ import annotations

from tests.snapshots.stage import State
from tests.snapshots.states import dialogs, editor, inspector, live, messages, threads, timeline

STATES: tuple[State, ...] = (
    *threads.STATES,
    *timeline.STATES,
    *messages.STATES,
    *inspector.STATES,
    *editor.STATES,
    *live.STATES,
    *dialogs.STATES,
)

IN_ALL_LOOKS: tuple[State, ...] = tuple(
    state
    for state in STATES
    if state.name
    in {
        "timeline-nested-older-branch",
        "messages-markdown",
        "editor-changed",
        "live-report",
        "help",
    }
)
"""What is shown in every theme of ours, and in terminals that can do less: marks, roles, JSON, a change, a run."""
