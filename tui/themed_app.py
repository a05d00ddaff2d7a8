"""An app with themes: which there are, which one is used, trying them on, and keeping the one that was chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from textual import on
from textual.command import Command as PaletteRow
from textual.command import CommandPalette, Hits, Provider

from tui.screens.palette_line import Command
from tui.terminal_app import TerminalApp
from tui.themes import DEFAULT_THEME, SIXTEEN_COLOURS_THEME, defaults, in_256_colours, load_themes, theme_folder


class ThemeCommands(Provider):
    """Offers the themes; each is tried on while it is highlighted."""

    def themes(self) -> Iterator[Command]:
        """Ours and the user's own; the one in use first, so that nothing changes before a key is pressed."""
        app: object = self.app
        if isinstance(app, ThemedApp):
            for theme in sorted(app.own_themes, key=lambda name: (name != app.theme_in_use, name)):
                yield Command(theme, "in use" if theme == app.theme_in_use else "", partial(app.use_theme, theme))

    async def discover(self) -> Hits:
        """All of them."""
        for theme in self.themes():
            yield theme.discovery()

    async def search(self, query: str) -> Hits:
        """Those that match what was typed."""
        matcher = self.matcher(query)
        for theme in self.themes():
            if hit := theme.hit(matcher):
                yield hit


class ThemedApp(TerminalApp):
    """Our themes and the user's; what is chosen in the app is kept in the user's config."""

    def __init__(
        self, *, low_bandwidth: bool = False, config_file: Path | None = None, profile: str | None = None
    ) -> None:
        """`config_file` keeps the theme that is chosen, None keeps none; `profile` is whose theme it becomes."""
        super().__init__(low_bandwidth=low_bandwidth)
        self._config_file, self._profile = config_file, profile
        self._own_themes: tuple[str, ...] = ()
        self._theme_before: str | None = None

    def load_themes(self, wanted: str | None, folders: Sequence[Path]) -> list[str]:
        """Load our themes and those in `folders`, and use the wanted one, or ours; returns what is wrong with them."""
        found = load_themes([theme_folder(), *folders])
        self._own_themes = tuple(sorted(found.themes))
        for theme in found.themes.values():
            self.register_theme(theme)
        problems = list(found.problems)
        # Without colours, rows are told by what the sixteen-colour theme does to letters.
        name = SIXTEEN_COLOURS_THEME if self.no_color else wanted or DEFAULT_THEME
        if name not in self.available_themes:
            problems.append(f"There is no theme {name!r}. There are: {', '.join(sorted(found.themes))}.")
            name = DEFAULT_THEME
        if name in self.available_themes:
            self.theme = name
        return problems

    def fit_colours(self, color_system: str | None, *, may_choose: bool = True) -> None:
        """Make the themes fit a terminal of 256 colours; one of 16 gets the theme that uses them, if we may choose."""
        if color_system == "256":
            for name in self._own_themes:
                self.register_theme(in_256_colours(self.available_themes[name]))
        elif color_system == "standard" and may_choose:
            self.theme = SIXTEEN_COLOURS_THEME

    @property
    def own_themes(self) -> Sequence[str]:
        """Our themes and the user's."""
        return self._own_themes

    @property
    def theme_in_use(self) -> str:
        """The theme that was chosen last; while one is tried on, `theme` is another."""
        return self._theme_before or self.theme

    def use_theme(self, name: str) -> None:
        """Choose a theme, and keep it in the user's config."""
        self.theme = name
        if self._config_file is None:
            return
        from tui.theme_file import NotKeptError, keep_theme  # most never choose one

        try:
            keep_theme(self._config_file, name, self._profile)
        except NotKeptError as error:
            self.notify(f"{name} is used until you leave. {error}", severity="warning", timeout=10, markup=False)
        else:
            self.notify(f'Kept: theme = "{name}" in config.toml.', markup=False)

    def action_change_theme(self) -> None:
        """Choose a theme; each is tried on while it is highlighted."""
        from tui.screens.palette import Palette

        self._theme_before = self.theme
        self.push_screen(Palette(providers=[ThemeCommands], placeholder="Theme…", classes="-themes"))

    @on(CommandPalette.OptionHighlighted)
    def _try_theme(self, event: CommandPalette.OptionHighlighted) -> None:
        option = event.highlighted_event.option
        if self._theme_before is not None and isinstance(option, PaletteRow) and option.hit.text in self._own_themes:
            self.theme = option.hit.text

    @on(CommandPalette.Closed)
    def _palette_closed(self, event: CommandPalette.Closed) -> None:
        if self._theme_before is not None and not event.option_selected:
            self.theme = self._theme_before
        self._theme_before = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for themes that do not have them."""
        return dict(defaults(dark=self.current_theme.dark))
