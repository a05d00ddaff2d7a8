"""The connection as the screen shows it: connecting, live or offline, and what the header says of it."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from tui.backends.errors import BackendError, CannotConnect
from tui.domain.addresses import Address
from tui.domain.error_words import sentences
from tui.domain.safe_text import one_line
from tui.screens.work import SHOW_AFTER
from tui.widgets.header_line import HeaderFacts, HeaderLine
from tui.widgets.key_bar import KeyBar
from tui.widgets.key_names import key_of, keyed

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.screens.debugger import DebuggerScreen

MOMENT = 0.1
"""Seconds after which it is said that threads are being read: most servers hand them out before, and a frame that says
so would put off the one that shows them."""

TELL_SECONDS_FROM = 2
"""From when on the header counts the seconds of what takes long."""


class ConnectionControl:
    """Connects, reads what is seen first, and keeps whether the server answers."""

    def __init__(self, screen: DebuggerScreen, *, open_address: Address | None) -> None:
        self._screen = screen
        self._open_address = open_address
        self._progress = ""
        self._does = "connecting"
        self._may_stop = False
        self._since = 0.0
        self._ticking: Timer | None = None
        self.state = "connecting"
        """connecting, live or offline."""
        self.was_live = False
        """Whether it ever answered: what is shown is from then."""
        self.is_ready = False
        """Whether the first threads were read, or could not be."""

    @property
    def is_live(self) -> bool:
        """Whether the server answered when it was asked last."""
        return self.state == "live"

    def is_reached(self) -> bool:
        """Whether the server answered when it was asked last; if not, the user is told."""
        if not self.is_live:
            words = "is not reached yet" if self.state == "connecting" else "does not answer"
            self._screen.tell(f"{self._screen.address} {words}. {key_of('app.refresh')} tries again.")
        return self.is_live

    def connect(self) -> None:
        """Probe the server and read the first page."""
        self.state, self._does = "connecting", "connecting"
        if self._screen.history.opened is not None:
            self._screen.work.start(self._connect, group="connect", says=self._says, on_error=self._not_connected)
            return
        self._screen.history.say_opening(self.connecting_words)
        if not self._screen.threads_list.threads:
            self._screen.threads_list.show((), has_more=False, words=self.connecting_words)
        self._screen.waiting_keys.wait_for(
            self._connect, group="connect", says=self._says, on_error=self._not_connected, given_up=self._given_up
        )

    @property
    def connecting_words(self) -> str:
        """Whom it waits for."""
        return one_line(f"Connecting to {self._screen.address} …")

    def _says(self) -> str:
        return self._does

    def _say_reading(self) -> None:
        """It answers: from now on what one waits for are the threads."""
        self._goes_on_with("reading threads")
        if not self._screen.threads_list.threads:
            self._screen.threads_list.show((), has_more=False, words="Reading threads …")
        self._screen.history.say_opening("Reading threads …")
        self.show()

    async def _connect(self) -> None:
        try:
            await self._connect_and_open()
        finally:
            await self._screen.mount_rest()

    async def _connect_and_open(self) -> None:
        screen = self._screen
        await screen.session.connect()
        self.state, self.was_live = "live", True
        reading = screen.set_timer(MOMENT, self._say_reading)
        try:
            await screen.threads.read_page()  # shows that it is live, too
        finally:
            reading.stop()
        counting = asyncio.create_task(self._count())
        try:
            await self._open_what_is_seen_first()
            await counting
        finally:
            counting.cancel()
        self.is_ready = True
        screen.beside.begin()
        screen.work.start(screen.session.forget_ended, group="left runs")

    async def _count(self) -> None:
        """How many threads there are, which nobody waits for."""
        try:
            await self._screen.threads.count()
        except BackendError as error:
            self._screen.report(error)

    async def _open_what_is_seen_first(self) -> None:
        """The thread that was asked for, else the one that was left, or the newest."""
        screen = self._screen
        await screen.wait_for_refresh()  # threads are seen before the first of them is read
        self._goes_on_with("opening the thread")
        await screen.mount_rest()
        if self._open_address is not None:
            address, self._open_address = self._open_address, None
            await screen.history.open_address(address)
            screen.action_pane("timeline")
        elif screen.history.opened is None:
            await self._open_first()
        screen.history.show_if_none()

    async def _open_first(self) -> None:
        """The thread of a run that the app before this one left, else the newest thread."""
        screen = self._screen
        left = await screen.session.left_run()
        if left is not None:
            thread = screen.threads.find(left.thread_id) or await screen.session.backend.get_thread(left.thread_id)
            screen.threads_list.select(thread.thread_id)
            await screen.history.open(thread)
            screen.action_pane("timeline")  # where the key is that joins it
        elif screen.threads_list.threads:
            await screen.history.open(screen.threads_list.threads[0])

    def _not_connected(self, error: Exception) -> None:
        if isinstance(error, CannotConnect) or self.state == "connecting":
            self.state = "offline"
        self.is_ready = True
        says_so = isinstance(error, BackendError) and not self._screen.threads_list.threads
        if isinstance(error, BackendError) and says_so:
            words = sentences(error.what, error.hint, f"{key_of('app.refresh')} tries again.")
            self._screen.threads_list.show((), has_more=False, words=one_line(words))
        self.show()
        self._screen.history.show_if_none(error)
        if not says_so:
            self._screen.report(error)

    def _given_up(self) -> None:
        """The user does not want to wait: what is here already stays."""
        connected = self.state != "connecting"
        if not connected:
            self.state = "offline"
        if not self._screen.threads_list.threads:
            words = "The threads were not read" if connected else "Not connected"
            words = keyed(f"{words}. {{app.refresh}} tries again.")
            self._screen.threads_list.show((), has_more=False, words=words)
        self.is_ready = True
        self.show()
        self._screen.history.opening_given_up()

    def found(self, *, alive: bool) -> None:
        """What a look at the server found out about it."""
        state = "live" if alive else "offline"
        if self.state != state:
            self.state = state
            self._screen.show_titles()
            if alive:
                self._screen.live.server_is_back()

    def _goes_on_with(self, does: str) -> None:
        """What it does now; where it takes long already, that is shown at once."""
        before, self._does = self._does, does
        if self._progress == before:
            self._progress, self._since = does, monotonic()
            self.show()

    def show_progress(self, says: str, *, only: str | None = None, may_stop: bool = False) -> None:
        """Show (or with "" stop to show) that something takes long; `only` stops no other progress than that."""
        if only is None or self._progress == only:
            self._progress, self._may_stop, self._since = says, may_stop, monotonic() - SHOW_AFTER
            self._tick_while_it_lasts()
            self.show()

    def _tick_while_it_lasts(self) -> None:
        """A screen that stands still for ten seconds looks dead: seconds are counted on it."""
        if not self._progress and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        elif self._progress and self._ticking is None:
            self._ticking = self._screen.set_interval(1.0, self.show)

    def _in_progress(self) -> str:
        """What takes long, since when, how to stop it, and how many keys wait for it."""
        seconds = int(monotonic() - self._since)
        lasts = f" {seconds} s" if seconds >= TELL_SECONDS_FROM else ""
        keys = self._screen.waiting_keys.count if lasts else 0
        return "".join(
            (
                self._progress + lasts,
                keyed(" · {panes.back} stops") * self._may_stop,
                f" · {keys} key{'s' * (keys > 1)} wait{'s' * (keys == 1)}" * (keys > 0),
            )
        )

    def show(self) -> None:
        """Draw the header and the keys again."""
        screen = self._screen
        screen.query_one(KeyBar).refresh()
        thread = screen.history.opened.thread if screen.history.opened is not None else None
        assistant = screen.session.assistant or (thread.graph_id if thread is not None else None) or ""
        in_front = screen.history.title, screen.history.facts
        if screen.current_pane == "threads":
            in_front = screen.threads.title, screen.threads.facts
        newer = screen.history.newer if screen.current_pane == "timeline" else ""
        title, counts = in_front if screen.has_class("-narrow") else ("", "")
        screen.query_one(HeaderLine).show(
            HeaderFacts(
                profile=one_line(screen.care.profile or ""),
                server=one_line(screen.session.info.title) if self.is_live else "",
                address=screen.address,
                is_stale=self.was_live,
                state=self._in_progress() if self._progress else self.state,
                assistant=one_line(assistant, 30),
                read_only=screen.read_only,
                production=screen.care.production,
                title=one_line(title),
                counts=one_line(counts),
                newer=newer,
            )
        )
