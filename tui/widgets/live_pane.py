"""The live pane: a run as it happens. Opens when a run begins, folds to one line when it ends."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from textual.binding import Binding
from textual.events import MouseDown, MouseMove, MouseUp, Resize
from textual.timer import Timer

from tui.domain.addresses import tail
from tui.domain.error_words import error_line
from tui.domain.labels import duration
from tui.domain.safe_text import cell_len, one_line
from tui.domain.transcript import Transcript
from tui.domain.value_words import fit_words
from tui.session.events import RunEnd, RunEnded
from tui.widgets.key_names import keyed
from tui.widgets.line_view import LineView
from tui.widgets.lines import Line, clip, plain, width_of
from tui.widgets.live_lines import LiveLines, error_lines, error_words, note_lines
from tui.widgets.live_words import ENDS, count_words
from tui.widgets.matches import Matches, count_matches, next_match
from tui.widgets.pane_title import set_title

LEAST_ROWS, LEAST_ROWS_ABOVE = 4, 10
"""What remains of this pane, and of those above, when the border between them is dragged."""


class LivePane(LineView):
    """Shows one run. `clock` gives seconds, for the time that the run takes."""

    DEFAULT_CSS = """
    LivePane {
        display: none;
        scrollbar-gutter: stable;
        height: 35%; min-height: 6; max-height: 24;
        &.-has-run { display: block; }
    }
    """

    BINDINGS = [
        Binding("x", "screen.cancel_run", "cancel run", id="live.cancel"),
        Binding("f", "follow", "follow the tail", id="live.follow"),
        Binding("space", "unfold", "show all", show=False, id="live.unfold", tooltip="long results and errors in full"),
        Binding("R", "screen.raw_events", "raw events", id="live.raw"),
        Binding("r", "screen.replay", "replay", show=False, id="live.replay"),
        Binding("i", "screen.new_input", "input", show=False, id="live.input"),
    ]

    def __init__(
        self,
        *,
        clock: Callable[[], float] = monotonic,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.clock = clock
        self._lines = LiveLines()
        self._transcript = Transcript()
        self._title = ""
        self._run_id: str | None = None
        self._began = 0.0
        self._took: float | None = None
        self._end: tuple[str, str, str] | None = None
        self._failure: list[Line] = []
        self._failure_words = ""
        self._line = ""
        self._thread = ""
        self._failed: tuple[str, ...] = ()
        self._follow = True
        self._match: int | None = None
        self._is_placing = False
        self._room_below = 0
        self._ticker: Timer | None = None
        self._rows: int | None = None
        self._fixed_rows: int | None = None

    @property
    def has_run(self) -> bool:
        """Whether there is, or was, a run to show."""
        return self.has_class("-has-run")

    @property
    def is_over(self) -> bool:
        """Whether the run has ended."""
        return self._end is not None

    @property
    def is_folded(self) -> bool:
        """Whether it is one line now."""
        return self.has_class("-folded")

    @property
    def transcript(self) -> Transcript:
        """The picture that is shown."""
        return self._transcript

    def run_begins(self, title: str, *, began: float | None = None, timed: bool = True) -> None:
        """A run is about to be started or joined: open. `began` on `clock`, if it is not now.

        `timed`: its events come as they happen, so that nodes can be timed.
        """
        self._lines, self._transcript = LiveLines(timed=timed), Transcript()
        self._title, self._run_id, self._end, self._line = title, None, None, ""
        self._failure, self._failure_words, self._failed, self._match = [], "", (), None
        self._began, self._took, self._follow = self.clock() if began is None else began, None, True
        self.add_class("-has-run")
        if self._ticker is None:
            self._ticker = self.set_interval(1.0, self.show_title)
        self._ticker.resume()
        self.shape_changed()

    def run_started(self, run_id: str) -> None:
        """The server accepted it."""
        self._run_id = run_id
        self.show_title()

    def show_transcript(self, transcript: Transcript) -> None:
        """Show a newer picture."""
        self._transcript = transcript
        self.lines_changed()
        self.show_title()

    def set_thread(self, title: str) -> None:
        """Whose run it is; empty where it is that of the open thread, which needs no saying."""
        self._thread = one_line(title, 40)
        self.show_title()

    def set_seen(self, seen: bool) -> None:
        """Show the run, or hide what came of it."""
        self.set_class(seen, "-has-run")

    def line_lost(self, words: str) -> None:
        """The line to the run broke (`words`), or is there again (no words)."""
        self._line = words
        self.show_title()

    def run_ended(self, ended: RunEnded) -> None:
        """It is over, or its stream was lost: fold."""
        said, self._failed = self._transcript.error, ended.failed_nodes
        if ended.error and (said is None or error_line(said.message) not in ended.error):
            self._failure_words = ended.error
        elif ended.end is RunEnd.CANCELLED:
            words = "Cancelled. The checkpoints that it made stay: {timeline.replay} goes on from any of them."
            self._failure_words = keyed(words)
        mark, style, words = ENDS.get(ended.end, ("✗", "mark-error", ended.end.value))
        self._close((mark, style, keyed(words)), took=ended.run.seconds if ended.run is not None else None)

    def run_failed(self, words: str) -> None:
        """It never ran, or it can't be followed."""
        self._failure_words = words
        self._close(("✗", "mark-error", "not done"))

    def shape_changed(self) -> None:
        """Fold or unfold: one line while another pane is used and nothing happens here (or there is no room)."""
        idle = self.is_over or self.screen.has_class("-narrow")
        self.set_class(idle and not self.has_class("-current"), "-folded")
        rows = None if self.is_folded or self.screen.has_class("-narrow") else self._rows
        if rows != self._fixed_rows:  # to set it again lays out the whole screen, which takes longer than a key may
            self.styles.height = self.styles.max_height = self._fixed_rows = rows
        self.show_title()
        self.lines_changed()

    def on_mouse_down(self, event: MouseDown) -> None:
        """A button went down on the upper border: from now on the pointer moves it."""
        if event.screen_y == self.region.y and event.button == 1 and not self.is_folded:
            event.stop()
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """The border follows the pointer; the panes above keep some rows."""
        if self.app.mouse_captured is self:
            event.stop()
            most = self.region.bottom - LEAST_ROWS_ABOVE
            self._rows = max(LEAST_ROWS, min(self.region.bottom - int(event.screen_y), most))
            self.shape_changed()

    def on_mouse_up(self, event: MouseUp) -> None:
        """It stays where it is."""
        if self.app.mouse_captured is self:
            event.stop()
            self.release_mouse()

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Make the lines again and draw them; the tail stays in sight, or else what is there."""
        width = self.scrollable_content_region.width
        place = None if self._follow else self._lines.place_at(self.scroll_offset.y)
        if width > 0:
            self._lines.update(self._transcript, width, self.clock(), over=self.is_over, failed=self._failed)
            self._failure = self._failure_lines(self._failure_words, width) if self._failure_words else []
        self._is_placing = True
        self._room_below = self._room() if self.jumps and self._follow and not self.is_over else 0
        super().lines_changed(from_line=from_line)
        line = self.max_scroll_y if place is None else self._lines.line_of(place)
        if line != self.scroll_offset.y and not self.is_folded:
            # By force: the scrollbar of what has just become too long is not there yet.
            self.scroll_to(y=line, animate=False, immediate=True, force=True)
        self._is_placing = False

    def _failure_lines(self, words: str, width: int) -> list[Line]:
        mark, style, _ = self._end or ("✗", "mark-error", "")
        if style == "warning":
            return note_lines(mark, style, words, width)
        return error_lines(words, width, unfolded=self._lines.unfolded)

    def _room(self) -> int:
        """Empty lines below the last one, so that those above stay where they are till half the pane is full again."""
        height, top = self.scrollable_content_region.height, int(self.scroll_offset.y)
        lines = self._written
        if lines > top + height:
            return height // 2
        # What all fits begins at the top; the first lines may have come before the pane had its height.
        return max(0, top + height - lines) if top and lines > height else 0

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever scrolls back stays there; at the end one follows again."""
        super().watch_scroll_y(old_value, new_value)
        if not self._is_placing and round(old_value) != round(new_value) and not self.is_folded:
            self._follow = round(new_value) >= self.max_scroll_y
            self.show_title()

    @property
    def line_count(self) -> int:
        """Lines, or the one of the folded pane."""
        return 1 if self.is_folded else max(1, self._written + self._room_below)

    @property
    def _written(self) -> int:
        return len(self._lines.lines) + len(self._failure)

    def line_at(self, index: int, width: int) -> Line:
        """One line."""
        if self.is_folded:
            return clip(self._folded_line(), width)
        if index < len(self._lines.lines):
            return self._lines.lines[index]
        if index - len(self._lines.lines) < len(self._failure):
            return self._failure[index - len(self._lines.lines)]
        if index:
            return ()
        words = "waiting for the run to start …" if not self.is_over else "the run said nothing"
        return ((" " + words, "calm"),)

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Scroll to the next line that holds `text`; stops following."""
        at = self._match if self._match is not None else self.scroll_offset.y - (not backwards)
        stay = stay and self._match is not None
        found = next_match(self.line_count, self._holder(text), at, backwards=backwards, stay=stay)
        if found is None:
            return False
        self._match, self._follow = found, False
        self._strips.clear()
        self.scroll_to(y=max(0, found - self.size.height // 2), animate=False, immediate=True)
        self.refresh()
        self.show_title()
        return True

    def matches(self, text: str) -> Matches:
        """How many lines hold `text`, and the how manyth is marked."""
        return count_matches(range(self.line_count), self._holder(text), self._match)

    def cursor_line(self) -> int | None:
        """The match that was gone to."""
        return self._match

    def _holder(self, text: str) -> Callable[[int], bool]:
        wanted, width = text.casefold(), self.scrollable_content_region.width
        return lambda index: wanted in plain(self.line_at(index, width)).casefold()

    def on_resize(self, event: Resize) -> None:
        """A title is as wide as its pane."""
        del event
        self.show_title()

    def action_follow(self) -> None:
        """Keep the newest line in sight, or stay here."""
        self._match = None
        self._follow = not self._follow
        if self._follow:
            self.action_last()
        self.show_title()

    def action_unfold(self) -> None:
        """Show long results and errors in full, or fold them again."""
        self._lines.unfolded = not self._lines.unfolded
        self.lines_changed()

    def action_move(self, lines: int) -> None:
        """Scroll; going up stops following."""
        if lines < 0:
            self._follow = False
        super().action_move(lines)
        self.show_title()

    def action_first(self) -> None:
        """To the beginning; stops following."""
        self._follow = False
        super().action_first()
        self.show_title()

    def action_last(self) -> None:
        """To the end, and stay there."""
        self._follow = True
        super().action_last()
        self.show_title()

    def show_title(self) -> None:
        """Draw the title again: how long it has been running, how much was said."""
        if self.is_folded:
            self._strips.clear()
            self.refresh()
            return
        name = " · ".join(filter(None, ("Live", self._run_words(), self._title, self._now_words())))
        facts = list(filter(None, (self._line, count_words(self._transcript, over=self.is_over))))
        if not self._follow:
            facts.append(keyed("{live.follow} follows the tail"))
        if not self.is_over:
            facts.append(keyed("{live.cancel} cancels"))
        set_title(self, name, " · ".join(facts))

    def _close(self, end: tuple[str, str, str], took: float | None = None) -> None:
        self._took = took if took is not None else self.clock() - self._began
        self._end = end
        if self._ticker is not None:
            self._ticker.pause()
        self.shape_changed()

    def _run_words(self) -> str:
        run = f"run …{tail(self._run_id)}" if self._run_id is not None else ""
        return f"{run or 'a run'} of {self._thread}" if self._thread else run

    def _now_words(self) -> str:
        if self._end is not None:
            return f"{self._end[2]} {self._time_words()}"
        running = ", ".join(dict.fromkeys(section.node for section in self._transcript.running))
        return f"{one_line(running, 30)} ▸ {self._time_words()}".strip()

    def _time_words(self) -> str:
        if self._took is not None:
            return duration(self._took)
        minutes, rest = divmod(int(self.clock() - self._began), 60)
        return f"{minutes}:{rest:02}"

    def _folded_line(self) -> Line:
        """The outcome, or what goes on now, in one line."""
        mark, style, outcome = self._end or ("▸", "mark-running", "")
        nodes = len(self._transcript.sections)
        running = ", ".join(dict.fromkeys(section.node for section in self._transcript.running))
        counts = (f"{nodes} node{'s' * (nodes != 1)}" * bool(nodes), count_words(self._transcript, over=self.is_over))
        now, ends = outcome or one_line(running, 30), (self._time_words(), self._line)
        error = self._transcript.error
        why = one_line(error_line(self._failure_words or (error_words(error) if error is not None else "")), 200)
        # Why it failed is worth more than what else is known of it.
        said = [(now, self._run_words(), self._title, *counts, *ends), (now, self._title, *ends), (now,)]
        ways = tuple(" · ".join(filter(None, facts)) for facts in said)
        words = fit_words(ways, self.size.width - 6 - cell_len(why)) if why else ways[0]
        words = words if words in ways else ways[-1]
        line: Line = ((f" {mark} ", style), (words, ""), ("   " + why if why else "", style))
        shows: Line = ((keyed("   {panes.live} shows it"), "calm"),)
        # Half a hint helps nobody; the reason comes first.
        return (*line, *shows) if width_of((*line, *shows)) <= self.size.width else line
