"""What can be done now, and what a user should know before leaving: read off the screen's controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


_WITHOUT_A_SERVER = ("refresh_data", "help", "command_palette", "ask_quit", "quit", "change_theme")
"""What works before anything was read."""

OFFLINE_KEYS = ("app.refresh", "app.quit")
"""Bindings that the bar shows then, though otherwise it leaves them to the help."""


def has_nothing(screen: DebuggerScreen) -> bool:
    """Whether no server answers, and none ever did: there is nothing to look at."""
    return not screen.connection.is_live and not screen.connection.was_live


def offers(screen: DebuggerScreen, action: str) -> bool:
    """Whether an action can do something now; the keys of others are not shown."""
    name = action.removeprefix("screen.").removeprefix("app.")
    opened = screen.history.opened
    if has_nothing(screen):
        return name in _WITHOUT_A_SERVER
    if name in ("cancel_run", "join_run"):
        busy = opened is not None and opened.thread.status == "busy"
        return (screen.live.is_streaming or busy) and not (screen.read_only and name == "cancel_run")
    if name == "follow" and action == name:
        return not screen.live_pane.is_over  # the live pane's own: its tail grows no more
    if name == "switch":
        return screen.inspector.editor.draft.can_switch
    if name == "edit":
        return not screen.read_only and screen.history.selected is not None
    if name == "replay":
        return not screen.read_only and _has_a_next_step(screen)
    if name == "new_input":
        return not screen.read_only and opened is not None
    return name not in ("new_thread", "delete_thread") or not screen.read_only


def _has_a_next_step(screen: DebuggerScreen) -> bool:
    """Whether something ran, or is to run, after the selected checkpoint."""
    opened, at = screen.history.opened, screen.history.selected
    return opened is not None and at is not None and bool(at.next or opened.tree.children(at.checkpoint_id))


def reasons_to_stay(screen: DebuggerScreen) -> list[str]:
    """What a user should know before leaving, a sentence each."""
    screen.inputs.keep()
    reasons, drafts = [], len(screen.drafts)
    if screen.ends_its_server and (drafts or screen.live.streaming):
        reasons.append("The demo's server stops, and its threads are gone.")
    if drafts:
        one = drafts == 1
        reasons.append("There is a draft that was not sent." if one else f"{drafts} drafts were not sent.")
    if screen.live.streaming:
        one = screen.live.streaming == 1
        if screen.ends_its_server:
            reasons.append("The run ends with it." if one else f"{screen.live.streaming} runs end with it.")
        else:
            reasons.append(f"{'The run goes' if one else f'{screen.live.streaming} runs go'} on at the server.")
    return reasons
