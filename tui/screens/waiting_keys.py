"""Keys that are typed while a thread opens wait for it, and are played when it is there: `enter j j e` typed at once.

They were meant for that thread. When opening it fails or is given up (esc) they are dropped, never played on another.
None of them answers a question: whoever typed it can't have seen that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.events import Key
from textual.message_pump import MessagePump
from textual.worker import Worker

from tui.screens.work import Job, OnError, Says, goes_on
from tui.widgets.key_names import keys_of
from tui.widgets.question_line import QuestionLine

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen

AT_ONCE = ("ctrl+q", "ctrl+c", "ctrl+p")
"""Keys that never wait: leaving at once, and the palette."""

FOR_NO_THREAD = ("app.help", "app.quit")
"""What one looks for while a slow server answers; it waits only behind keys that were typed in one go with it."""

ONE_GO_SECONDS = 1.0
"""Between keys that were typed in one go: `i` and the text of an input, which may hold any letter."""

SETTLE_SECONDS = 2.0
"""How long a key may take until the next one follows it; only a pane that goes away meanwhile takes that long."""


@dataclass(eq=False)
class _Opening:
    """Something that opens: keys wait for it."""

    given_up: Callable[[], object] | None = None
    may_stop: bool = True
    worker: Worker[None] | None = None


class WaitingKeys:
    """Keeps keys while something opens. At most one opening counts: a new one takes the place of the one before."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._opening: _Opening | None = None
        self._keys: list[Key] = []
        self._pressed: Key | None = None
        self._player: Worker[None] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether keys wait for something that opens."""
        return self._opening is not None

    @property
    def count(self) -> int:
        """How many keys wait."""
        return len(self._keys)

    def wait_for(
        self,
        job: Job,
        *,
        group: str,
        says: Says,
        on_error: OnError | None = None,
        given_up: Callable[[], object] | None = None,
        may_stop: bool = True,
    ) -> None:
        """Run a job that opens something; until it is done keys wait. `given_up` is called when the user stops it.

        `may_stop`: not where something is changed on the way, because nobody would know whether it was done.
        """
        if not goes_on(self._player):
            self._keys.clear()  # they were for what was opening before; keys being played asked for this one
        self._opening = opening = _Opening(given_up, may_stop)
        opening.worker = self._screen.work.start(
            partial(self._open, opening, job), group=group, says=says, on_error=on_error, may_stop=may_stop
        )

    async def _open(self, opening: _Opening, job: Job) -> None:
        try:
            await job()
        except BaseException:
            self._drop(opening)
            raise
        self._opened(opening)

    def _opened(self, opening: _Opening) -> None:
        """It is there: play what was typed."""
        if opening is not self._opening:
            return
        self._opening = None
        if self._screen.app.screen is not self._screen or isinstance(self._screen.focused, QuestionLine):
            self._keys.clear()  # the user has turned to something else
        if self._keys and not goes_on(self._player):
            self._player = self._screen.work.start(self._play, group="waiting keys")

    def _drop(self, opening: _Opening) -> None:
        """It will not be there."""
        if opening is self._opening:
            self._opening = None
            self._keys.clear()

    def give_up(self) -> None:
        """Stop what opens, and forget the keys."""
        opening = self._opening
        if opening is None:
            return
        self._drop(opening)
        if opening.worker is not None:
            opening.worker.cancel()
        if opening.given_up is not None:
            opening.given_up()

    def takes(self, event: Key) -> bool:
        """Whether a key waits now (or gives up), and nobody else is to see it.

        Asked twice: when a key comes in, and when it comes back from the focused widget. A key of the same moment as
        the `enter` before it has come in before it was known that something opens.
        """
        if event is self._pressed or event.key in AT_ONCE:
            return False
        if self._opening is None and not goes_on(self._player):
            return False
        if self._screen.app.screen is not self._screen or not self._is_for_panes():
            return goes_on(self._player) and not event.is_forwarded and self._put(event)
        if self._begins_anew(event) and any(event.key in keys_of(name) for name in FOR_NO_THREAD):
            return False
        if event.key == "escape" and self._opening is not None and self._opening.may_stop:
            self.give_up()
            return True
        return self._put(event)

    def _begins_anew(self, event: Key) -> bool:
        """Whether a key was not typed in one go with keys that wait."""
        if goes_on(self._player):
            return False
        return not self._keys or event.time - self._keys[-1].time > ONE_GO_SECONDS

    def _put(self, event: Key) -> bool:
        self._keys.append(event)
        self._keys.sort(key=lambda key: key.time)
        return True

    def _is_for_panes(self) -> bool:
        """Whether a key would act on a pane: not typed into a text field, and no answer to a question."""
        focused = self._screen.focused
        return focused is None or not (isinstance(focused, QuestionLine) or focused.check_consume_key("j", "j"))

    async def _play(self) -> None:
        """One key after the other, each when what the one before did is done; stops where another thread opens."""
        while self._keys and self._opening is None:
            before = self._keys.pop(0)
            self._pressed = Key(before.key, before.character)
            await self._screen.app.on_event(self._pressed)
            await self._settled()
            if isinstance(self._screen.app.screen.focused, QuestionLine):
                self._keys.clear()
        self._pressed = None

    async def _settled(self) -> None:
        """Wait until a key has come from the focused widget up to the app, and what it asked for was drawn."""
        app, screen = self._screen.app, self._screen.app.screen
        way: list[MessagePump] = [*(screen.focused or screen).ancestors_with_self]
        for node in way:
            await _passed(node.call_later)
        await _passed(app.screen.call_after_refresh)
        after: list[MessagePump] = [*(app.screen.focused or app.screen).ancestors_with_self]
        for node in after:
            await _passed(node.call_later)


async def _passed(schedule: Callable[[Callable[[], object]], bool]) -> None:
    """Wait until a widget has worked off what was in its queue."""
    done = asyncio.Event()
    if schedule(done.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), SETTLE_SECONDS)
