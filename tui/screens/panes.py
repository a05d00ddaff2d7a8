"""A screen of panes: side by side where there is room, else one at a time; which has the focus, and finding in it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import Click, DescendantFocus, Resize
from textual.widget import Widget

from tui.screens.talking import TalkingScreen
from tui.widgets.find_line import FindLine
from tui.widgets.inspector import Inspector
from tui.widgets.key_bar import PaneTab
from tui.widgets.key_names import keyed
from tui.widgets.live_pane import LivePane
from tui.widgets.question_line import QuestionLine

PANES = ("threads", "timeline", "inspector", "live")
"""Ids of the panes, from left to right."""

PANE_NAMES = {"threads": "threads", "timeline": "timeline", "inspector": "state", "live": "live"}
"""What the bar calls them in a narrow terminal."""

WIDE = 100
"""Columns from which on the panes stand side by side."""


class PanesScreen(TalkingScreen):
    """Knows where the panes are, not what they show."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane('threads')", "threads", show=False, id="panes.threads"),
        Binding("2", "pane('timeline')", "timeline", show=False, id="panes.timeline"),
        Binding("3", "pane('inspector')", "state (inspector)", show=False, id="panes.inspector"),
        Binding("4", "pane('live')", "live", show=False, id="panes.live"),
        Binding("tab", "next_pane(1)", "next pane", show=False, id="panes.next"),
        Binding("shift+tab", "next_pane(-1)", "previous pane", show=False, id="panes.previous"),
        Binding("escape", "back", "back", show=False, id="panes.back"),
        Binding("/", "find", "find", id="find.open"),
        Binding("n", "find_next(False)", "next match", show=False, id="find.next"),
        Binding("N", "find_next(True)", "previous match", show=False, id="find.previous"),
    ]

    def show_titles(self) -> None:
        """Draw the panes' titles again."""
        raise NotImplementedError

    @property
    def inspector(self) -> Inspector:
        """The inspector."""
        return self.query_one(Inspector)

    @property
    def live_pane(self) -> LivePane:
        """The live pane."""
        return self.query_one(LivePane)

    def action_pane(self, name: str) -> None:
        """Go to a pane."""
        self.show_pane(name)

    def show_pane(self, name: str, *, focus: bool = True) -> None:
        """Bring a pane to the front; in a narrow terminal it takes the place of the others."""
        if name == "live" and not self.live_pane.has_run:
            words = "No run is followed here: {timeline.replay} replays, {timeline.input} runs an input, "
            self.no_use(keyed(words + "{timeline.join} joins a run."))
            return
        for pane in PANES:
            self.query_one(f"#{pane}").set_class(pane == name, "-current")
        self.set_class(name == "live", "-live-current")
        self.live_pane.shape_changed()
        self.call_after_refresh(self.show_titles)
        if focus:
            # At once: a focus that comes later would overtake one that is asked for after it.
            self.set_focus(self._focus_target(name))

    def focus_pane(self) -> None:
        """Give the focus to the current pane."""
        self.set_focus(self._focus_target(self.current_pane))

    @property
    def current_pane(self) -> str:
        """The pane that has, or last had, the focus."""
        return next((pane for pane in PANES if self.query_one(f"#{pane}").has_class("-current")), "threads")

    def pane_tabs(self) -> list[PaneTab]:
        """The panes to switch between, where they take turns; none where all are seen."""
        if not self.has_class("-narrow"):
            return []
        return [
            PaneTab(pane, str(number), PANE_NAMES[pane], is_current=pane == self.current_pane)
            for number, pane in enumerate(PANES, 1)
            if pane != "live" or self.live_pane.has_run
        ]

    def action_next_pane(self, step: int) -> None:
        """Go round the panes."""
        panes = [pane for pane in PANES if pane != "live" or self.live_pane.has_run]
        at = panes.index(self.current_pane) if self.current_pane in panes else 0
        self.show_pane(panes[(at + step) % len(panes)])

    def action_back(self) -> None:
        """End a search; else one pane to the left."""
        find = self.query_one(FindLine)
        if find.is_open:
            find.action_close()
            return
        at = PANES.index(self.current_pane)
        if self.current_pane == "live":
            self.show_pane("timeline")
        elif at > 0:
            self.show_pane(PANES[at - 1])

    @on(DescendantFocus)
    def _focus_moved(self, event: DescendantFocus) -> None:
        """The pane that holds the focus is the current one, also after a click; a question that was left means no."""
        if event.widget is not self.focused:
            return  # the focus went on meanwhile
        question = self.query_one(QuestionLine)
        if question.is_open and event.widget is not question:
            question.give_up()
        for node in event.widget.ancestors_with_self:
            if node.id in PANES and isinstance(node, Widget):
                if not node.has_class("-current"):
                    self.show_pane(node.id, focus=False)
                return

    @on(Click)
    def _border_clicked(self, event: Click) -> None:
        """A click on a pane's border or title goes to the pane, as one inside does."""
        if event.widget is not None and event.widget.id in PANES and not event.widget.has_focus_within:
            self.show_pane(event.widget.id)

    @on(Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self.show_titles()
        self.live_pane.shape_changed()

    def _focus_target(self, name: str) -> Widget:
        return self.inspector.focus_target if name == "inspector" else self.query_one(f"#{name}")

    def action_find(self) -> None:
        """Find in the current pane."""
        self.query_one(FindLine).open(self._focus_target(self.current_pane))

    def action_find_next(self, backwards: bool) -> None:
        """Next or previous match."""
        if not self.query_one(FindLine).again(self._focus_target(self.current_pane), backwards=backwards):
            self.no_use(keyed("Nothing found. {find.open} starts a search."))
