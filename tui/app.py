"""The Textual app: themes, keymap, palette, which screen. What the debugger does is in its screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.screen import Screen

from tui.domain.addresses import Address
from tui.screens.commands import BindingCommands
from tui.screens.debugger import DebuggerScreen
from tui.screens.dialogs import TextScreen
from tui.screens.help import help_page
from tui.screens.keymap import contexts
from tui.session.connect import make_session
from tui.session.session import Session
from tui.themes import DEFAULT_THEME, defaults, load_themes, theme_folder

if TYPE_CHECKING:
    from tui.config import Connection

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class NoControlCharacters(LineFilter):
    """The last gate before the terminal: no text may hold a character that a terminal obeys.

    Texts of a backend are made safe where they are read; this catches what was forgotten.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without control characters, which have no width that a line could lose."""
        del background
        if not any(_CONTROL.search(segment.text) for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(_CONTROL.sub("", segment.text), segment.style)
            for segment in segments
        ]


class ForkpointApp(App[None]):
    """The debugger in a terminal."""

    TITLE = "forkpoint"
    CSS_PATH = "screens/debugger.tcss"
    COMMANDS = {BindingCommands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("?", "help", "help", id="app.help", priority=False),
        Binding("ctrl+p", "command_palette", "all", id="app.palette", priority=True, tooltip="all commands"),
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
        profile: str | None = None,
        keymap: Mapping[str, str] | None = None,
        theme_folders: Sequence[Path] = (),
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.animation_level = "none"
        self._no_control_characters = NoControlCharacters()
        self._debugger = DebuggerScreen(
            session,
            now=now or (lambda: datetime.now(UTC)),
            open_address=open_address,
            read_only=read_only,
            production=production,
            profile=profile,
        )
        self._problems = self._load_themes(theme, theme_folders)
        if keymap:
            self.set_keymap(keymap)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters and our gate, which comes last."""
        return [*super().get_line_filters(), self._no_control_characters]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for themes that do not have them."""
        return dict(defaults(dark=self.current_theme.dark))

    def get_default_screen(self) -> Screen[None]:
        """The debugger."""
        return self._debugger

    def on_mount(self) -> None:
        """Say what was wrong with the themes."""
        for problem in self._problems:
            self.notify(problem, severity="warning", timeout=10, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers besides the keys."""
        del screen
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)
        yield SystemCommand("Screenshot", "Save what is on the screen as SVG", self.action_screenshot)

    def action_help(self) -> None:
        """Show every key."""
        if not isinstance(self.screen, (TextScreen, CommandPalette)):
            self.push_screen(TextScreen("Keys", help_page(contexts(ForkpointApp))))

    def action_ask_quit(self) -> None:
        """Leave; ask first when something would be lost or goes on."""
        reasons = self._debugger.reasons_to_stay()
        if reasons and self.screen is self._debugger:
            self._debugger.ask("Leave?", " ".join(reasons), self.exit)
        else:
            self.exit()

    async def on_unmount(self) -> None:
        """Close the connection; runs go on at the server."""
        await self.session.close()

    def _load_themes(self, wanted: str | None, folders: Sequence[Path]) -> list[str]:
        found = load_themes([theme_folder(), *folders])
        for theme in found.themes.values():
            self.register_theme(theme)
        problems = list(found.problems)
        name = wanted or DEFAULT_THEME
        if name not in self.available_themes:
            problems.append(f"There is no theme {name!r}. There are: {', '.join(sorted(found.themes))}.")
            name = DEFAULT_THEME
        if name in self.available_themes:
            self.theme = name
        return problems


def run_app(connection: Connection, open_address: Address | None = None) -> None:
    """Open the app on a connection and return when the user leaves it."""
    app = ForkpointApp(
        make_session(connection),
        open_address=open_address,
        theme=connection.theme,
        read_only=connection.read_only,
        production=connection.production,
        profile=connection.profile,
    )
    app.run()
