"""What can be done now, and what a user should know before leaving: read off the screen's controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


def offers(screen: DebuggerScreen, action: str) -> bool:
    """Whether an action can do something now; the keys of others are not shown."""
    name = action.removeprefix("screen.")
    opened = screen.history.opened
    if name in ("cancel_run", "join_run"):
        busy = opened is not None and opened.thread.status == "busy"
        return (screen.live.is_streaming or busy) and not (screen.read_only and name == "cancel_run")
    if name in ("edit", "replay"):
        return not screen.read_only and screen.history.selected is not None
    if name == "new_input":
        return not screen.read_only and opened is not None
    return name not in ("new_thread", "delete_thread") or not screen.read_only


def reasons_to_stay(screen: DebuggerScreen) -> list[str]:
    """What a user should know before leaving, a sentence each."""
    reasons = []
    if screen.drafts or screen.input_editor.text.strip():
        reasons.append("There is a draft that was not sent.")
    if screen.live.streaming:
        words = "The run goes" if screen.live.streaming == 1 else f"{screen.live.streaming} runs go"
        reasons.append(f"{words} on at the server.")
    return reasons
