"""The Textual app: keymap, palette, which screen. What the debugger does is in its screen.

Screens are imported when there is something to look at, an empty frame: that takes as long as all before it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import on
from textual._compositor import LayoutUpdate
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.events import Event, Key, Resize
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Size
from textual.notifications import Notify, SeverityLevel
from textual.screen import Screen

from tui.config import Connection, Look, config_folder, first_time, state_folder
from tui.domain.addresses import Address
from tui.domain.production import Care
from tui.domain.safe_text import one_line
from tui.screens.garbage import GARBAGE
from tui.screens.signals import leave_on_signals
from tui.session.late import LateSession
from tui.session.session import Session
from tui.terminal_app import GONE
from tui.themed_app import ThemedApp
from tui.typing_app import TypingApp
from tui.widgets.first_frame import first_frame
from tui.widgets.header_line import HeaderFacts
from tui.widgets.key_names import keyed, use_keys
from tui.widgets.line_filters import AsciiMarks, NoSecrets, NothingHidden, NothingHiddenInPrints
from tui.widgets.told import Said, Told

STARTED = 3.0
"""Seconds after which garbage is looked for again."""

if TYPE_CHECKING:
    from tui.screens.beside import Beside
    from tui.screens.debugger import DebuggerScreen


def _binding_commands() -> type[Provider]:
    from tui.screens.commands import BindingCommands

    return BindingCommands


def _place_commands() -> type[Provider]:
    from tui.screens.commands import PlaceCommands

    return PlaceCommands


class ForkpointApp(ThemedApp, TypingApp):
    """The debugger in a terminal."""

    TITLE = "forkpoint"
    CSS_PATH = "screens/debugger.tcss"
    COMMANDS = {_binding_commands, _place_commands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("?", "help", "help", id="app.help", priority=False),
        Binding("ctrl+p", "command_palette", "all", id="app.palette", priority=True, tooltip="all commands"),
        Binding("ctrl+l", "redraw", "draw again", show=False, id="app.redraw"),
        Binding("q", "ask_quit", "quit", show=False, id="app.quit"),
        Binding("ctrl+q", "quit", "quit at once", show=False, id="app.quit_now", priority=True, system=True),
    ]

    def __init__(
        self,
        session: Session,
        *,
        open_address: Address | None = None,
        theme: str | None = None,
        read_only: bool = False,
        production: bool = False,
        ask: bool = True,
        profile: str | None = None,
        keymap: Mapping[str, str] | None = None,
        theme_folders: Sequence[Path] = (),
        ascii_only: bool = False,
        first_start: bool = False,
        problems: Sequence[str] = (),
        secrets: Sequence[str] = (),
        now: Callable[[], datetime] | None = None,
        beside: Beside | None = None,
        low_bandwidth: bool = False,
        config_file: Path | None = None,
    ) -> None:
        super().__init__(low_bandwidth=low_bandwidth, config_file=config_file, profile=profile)
        self.session = session
        self.animation_level = "none"
        self.error_console.push_render_hook(NothingHiddenInPrints(self.error_console, secrets))
        self._gates: list[LineFilter] = [NothingHidden(), NoSecrets(secrets), *([AsciiMarks()] if ascii_only else [])]
        self._ascii_only = ascii_only
        self._first_start = first_start
        self._small = False
        self._is_there = False
        self._leave_with: int | None = None
        self._told = Told(self)
        self._wanted_keys = keymap or {}
        self._keys: Mapping[str, str] = {}
        self._first_facts = HeaderFacts(
            profile=one_line(profile or ""),
            address=one_line(session.address),
            read_only=read_only,
            production=production,
        )
        self._make_debugger: Callable[[], DebuggerScreen] = partial(
            _debugger,
            session,
            now=now or (lambda: datetime.now(UTC)),
            open_address=open_address,
            read_only=read_only,
            care=Care(production, ask, profile),
            beside=beside,
            secrets=secrets,
        )
        self.going_on: list[tuple[str, str]] = []
        """After the end: the runs that were followed until then, by the ids of thread and run."""
        self._problems = [*problems, *self.load_themes(theme, theme_folders)]

    @cached_property
    def _debugger(self) -> DebuggerScreen:
        return self._make_debugger()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters and our gates, which come last. NO_COLOR means none, where Textual would draw greys."""
        filters = [each for each in super().get_line_filters() if not isinstance(each, Monochrome)]
        return [*filters, *([NoColor()] if self.no_color else []), *self._gates]

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text as it is; only lone surrogates, which no terminal can take, become U+FFFD, and that is said."""
        sendable = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        super().copy_to_clipboard(sendable)
        if sendable != text:
            self.notify("Lone surrogates can't be copied: U+FFFD stands for them.", severity="warning", markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Tell something; `title` is what it is about, which is not shown. Nothing ends what was told about that.

        Always as it is written: it may quote a server, whose `markup` would be obeyed.
        """
        del markup
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        said = Said(message, severity=severity, timeout=seconds if message else 0, markup=False, about=title)
        self.post_message(Notify(said))

    @on(Notify)
    def _told_anew(self, event: Notify) -> None:
        """The same stands once (its time begins again), and of a run only what was said last."""
        self._told.make_room(event.notification)

    def _refresh_notifications(self) -> None:
        self._told.sweep()
        super()._refresh_notifications()

    def get_default_screen(self) -> Screen[None]:
        """The debugger."""
        return self._debugger

    def terminal_wanted(self) -> None:
        """From now on signals end the app in good order: by default they would leave the terminal as it is drawn on."""
        leave_on_signals(self._leave)

    def _leave(self, code: int) -> None:
        """End with a code; an app that is still being put together can't be taken apart, and ends when it is there."""
        if self._is_there:
            self.exit(return_code=code)
        else:
            self._leave_with = code

    def terminal_gone(self) -> None:
        """Nobody sees us any more: the same end as by SIGHUP, which mostly comes along."""
        self._leave(GONE)

    def on_ready(self) -> None:
        """Everything is mounted."""
        self._is_there = True
        if self._leave_with is not None:
            self._leave(self._leave_with)

    def first_frame(self, size: Size) -> LayoutUpdate:
        """What is seen until the debugger is there."""
        return first_frame(size, self._first_facts, self.get_css_variables(), self.get_line_filters())

    def on_mount(self) -> None:
        """Say what was wrong with settings, themes and keys; greet who is here first; end in good order."""
        self._use_keys()
        if not gc.isenabled():
            self.set_timer(STARTED, GARBAGE.begin)
        if self._first_start:
            from tui.widgets.first_hint import FirstHint

            self._debugger.mount(FirstHint())
        if not self.is_headless:
            self.terminal_wanted()  # once more: not every terminal is taken by our driver
        for problem in self._problems:
            self.notify(problem, severity="warning", timeout=10, markup=False)

    def _use_keys(self) -> None:
        if self._wanted_keys:
            from tui.screens.keymap import contexts, usable_keys

            self._keys, problems = usable_keys(self._wanted_keys, contexts(ForkpointApp))
            self._problems += problems
        use_keys(self._keys, ascii_only=self._ascii_only)
        if self._keys:
            self.set_keymap(dict(self._keys))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers besides the keys."""
        from tui.screens.server_page import show_server

        del screen
        yield SystemCommand("app: theme", "Change the colours", self.action_change_theme)
        yield SystemCommand("server: what it can do", "And what it lacks", partial(show_server, self._debugger))
        yield SystemCommand("app: screenshot as SVG", "Save what is on the screen", self.action_screenshot)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save what is on the screen, where the app was started if no `path` is given."""
        from tui.screens.new_file import save_screen

        save_screen(self, Path(path or "") / (filename or f"forkpoint-{datetime.now(UTC):%Y%m%d-%H%M%S}.svg"))

    async def on_event(self, event: Event) -> None:
        """The first key, whatever it does, ends the greeting; keys wait while a thread opens."""
        if self._first_start and isinstance(event, Key):
            from tui.widgets.first_hint import FirstHint

            self._first_start = False
            await self._debugger.query(FirstHint).remove()
        if isinstance(event, Key):
            if not event.is_forwarded:
                self._told.key_came()
            if self._debugger.waiting_keys.takes(event):
                return
        await super().on_event(event)

    @on(Resize)
    def _resized(self, event: Resize) -> None:
        """Where no pane fits, a hint lies over everything until there is room."""
        from tui.screens.too_small import TooSmallScreen, is_too_small

        was_small, self._small = self._small, is_too_small(event.size.width, event.size.height)
        if self._small and not was_small:
            self.push_screen(TooSmallScreen())
        elif was_small and not self._small and isinstance(self.screen, TooSmallScreen):
            self.pop_screen()

    def action_command_palette(self) -> None:
        """Every command by its words."""
        from tui.screens.palette import Palette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette())

    def action_help(self) -> None:
        """Show every key."""
        from tui.screens.help import HelpScreen, help_page
        from tui.screens.keymap import contexts, remapped

        if not isinstance(self.screen, (HelpScreen, CommandPalette)):
            pages = [(title, remapped(bindings, self._keys)) for title, bindings in contexts(ForkpointApp)]
            self.push_screen(HelpScreen(help_page(pages)))

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, and remember which runs were followed until then."""
        self.going_on = self._debugger.live.going_on()
        super().exit(result, return_code, message)

    def action_ask_quit(self) -> None:
        """Leave; ask first when something would be lost or goes on."""
        reasons = self._debugger.reasons_to_stay()
        if reasons and self.screen is self._debugger:
            self._debugger.ask("Leave?", " ".join(reasons), self.exit)
        else:
            self.exit()

    def action_help_quit(self) -> None:
        """Textual's answer to ctrl+c, in our words: its own has markup, which is off here."""
        self.notify(keyed("{app.quit} leaves, {app.quit_now} leaves at once."), timeout=4, markup=False)

    async def on_unmount(self) -> None:
        """Close the connection; runs go on at the server."""
        use_keys({})
        await self.session.close()


@dataclass(frozen=True, slots=True)
class Left:
    """How the app ended: its exit code, and the runs that go on without it, by the ids of thread and run."""

    code: int
    going_on: Sequence[tuple[str, str]]


def _debugger(session: Session, **options: Any) -> DebuggerScreen:
    from tui.screens.debugger import DebuggerScreen

    return DebuggerScreen(session, **options)


def run_app(
    connection: Connection, look: Look, open_address: Address | None = None, *, beside: Beside | None = None
) -> Left:
    """Open the app on a connection and return when the user leaves it, or a signal ends it.

    `beside` is work that makes threads meanwhile; it ends with the app.
    """
    gc.disable()  # until it has started: nothing of what is imported is garbage
    app = ForkpointApp(
        LateSession(connection),
        open_address=open_address,
        theme=look.theme,
        read_only=connection.read_only,
        production=connection.production,
        ask=connection.ask,
        profile=connection.profile,
        keymap=look.keys,
        theme_folders=[look.theme_folder] if look.theme_folder is not None else [],
        ascii_only=look.ascii,
        low_bandwidth=look.low_bandwidth,
        first_start=first_time("hint", state_folder()),
        problems=[mistake.short for mistake in connection.mistakes],
        beside=beside,
        secrets=connection.secrets,
        config_file=config_folder() / "config.toml",
    )
    app.fit_colours(app.console.color_system, may_choose=look.theme is None)
    app.run(mouse=look.mouse)
    return Left(app.return_code or 0, app.going_on)
