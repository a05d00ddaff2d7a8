"""What is told, and what it is about: the same stands once, and of one thing only what was said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual.app import App
from textual.notifications import Notification
from textual.widgets._toast import Toast, ToastHolder

NOTHING_DONE = "a key that did nothing"
"""What a message is about that says why a key did nothing: it goes with the next key."""

NEXT_KEY = 0.2
"""Seconds that such a message stays after the next key, so that one which is said again does not flicker."""


@dataclass
class Said(Notification):
    """A message. `about` names what it is about (a run's id); "" for nothing in particular."""

    about: str = ""


class Told:
    """Takes back what an app has told, when it is not to be seen any more."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    def make_room(self, newer: Notification) -> None:
        """For a newer message, which takes the place of the same words, and of those about the same thing."""
        about = _about(newer)
        said = self._app._notifications
        self._take_back([old for old in said if old.message == newer.message or (about and _about(old) == about)])

    def key_came(self) -> None:
        """Why the key before did nothing is of no interest any more, unless this one says the same."""
        if said := [each for each in self._app._notifications if _about(each) == NOTHING_DONE]:
            self._app.set_timer(NEXT_KEY, partial(self._take_back, said))

    def sweep(self) -> None:
        """Remove the rows of what is not told any more.

        Textual's rack removes the message and leaves the row that held it, for good, when something else than its
        time ended it.
        """
        for row in self._app.screen.query(ToastHolder) if self._app.screen_stack else ():
            said = [toast._notification for toast in row.query_children(Toast)]
            if not any(notification in self._app._notifications for notification in said):
                row.remove()

    def _take_back(self, said: Sequence[Notification]) -> None:
        for notification in said:
            self._app._unnotify(notification)


def _about(notification: Notification) -> str:
    return notification.about if isinstance(notification, Said) else ""
