"""The help: what the marks mean, and every key that works, by pane. Made from the marks and the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.events import Resize
from textual.screen import ModalScreen

from tui.domain.marks import Mark
from tui.domain.safe_text import cell_len
from tui.widgets.columns_view import GAP, LEAST, ColumnsView
from tui.widgets.find_line import FindLine
from tui.widgets.key_names import key_of, key_words
from tui.widgets.lines import Part
from tui.widgets.text_view import Paragraph
from tui.widgets.timeline_lanes import MARK_STYLES

KEY_CELLS = 14
NAME_CELLS = 33
"""From here on the name of a command, which the config calls it by, is shown beside its words."""

WRITES = frozenset(
    {
        *("threads.new", "threads.delete", "timeline.replay", "timeline.input", "timeline.cancel"),
        *("inspector.replay", "inspector.input", "live.replay", "live.input", "live.cancel"),
        *("editor.send", "input.send", "runs.cancel", "runs.input"),
    }
)
"""Bindings that make something run or change at the server: they ask first."""

INTRODUCTION = (
    "Replay runs nodes and tools again; fork edits first, then runs. Keys marked ! make something run or change at the "
    "server: they ask first. Old checkpoints never change."
)

TIMES = (
    "At the right of a checkpoint stand its step and how long that took; ≤0.9s: at most that, because the run may have "
    "waited for its turn before. A beginning of a turn says how long ago it was."
)

REMAPPING = 'Any key can be another: "timeline.replay" = "ctrl+g" in config.toml under [keys]. Names are at the right.'


AROUND = 5
"""Cells of a box that are not text: its border, the room beside it, the scrollbar."""

_TIED = "\N{NO-BREAK SPACE}"


class HelpScreen(ModalScreen[None]):
    """All marks and keys, with `/` to find one."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 96%; max-width: 104; height: 94%;
            &.-columns { max-width: 230; }
            border: round $accent; background: $surface; padding: 0 1;
            border-title-style: bold; border-subtitle-color: $calm;
        }
        ColumnsView { height: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,?", "dismiss(None)", "back", id="help.back"),
        Binding("/", "find", "find", id="help.find"),
        Binding("n", "find_next(False)", "next match", id="help.next"),
        Binding("N", "find_next(True)", "previous match", id="help.previous"),
    ]

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        super().__init__()
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        """The text, and the line to find in it."""
        with Vertical() as box:
            box.border_title = Content("Help")
            box.border_subtitle = Content(
                f"{key_of('help.find')} find  {key_of('help.next')} {key_of('help.previous')} next, previous  "
                f"{key_of('help.back')} back"
            )
            yield ColumnsView()
            yield FindLine()

    def on_mount(self) -> None:
        """Fill the view. A key that came at once may have closed the screen: then there is none any more."""
        for view in self.query(ColumnsView):
            view.show(self._paragraphs)
            view.focus()

    def on_resize(self, event: Resize) -> None:
        """One column is not wider than it is well read; where there is room for more, all of it is used."""
        for box in self.query(Vertical):
            box.set_class(event.size.width * 96 // 100 >= 2 * LEAST + GAP + AROUND, "-columns")

    def action_find(self) -> None:
        """Find a key or a word."""
        self.query_one(FindLine).open(self.query_one(ColumnsView))

    def action_find_next(self, backwards: bool) -> None:
        """The next or the previous match."""
        self.query_one(FindLine).again(self.query_one(ColumnsView), backwards=backwards)


def help_page(contexts: Sequence[tuple[str, Sequence[Binding]]]) -> list[Paragraph]:
    """What the words and marks mean, and paragraphs of all contexts: (title, bindings)."""
    paragraphs = [Paragraph(((INTRODUCTION, "calm"),)), Paragraph(((REMAPPING, "calm"),)), *marks_in_short()]
    for title, bindings in contexts:
        paragraphs += [Paragraph(()), Paragraph(((title, "strong"),))]
        for keys, words, name in rows_of(bindings):
            gap = " " * max(1, KEY_CELLS - cell_len(keys))
            tail = " " * max(2, NAME_CELLS - cell_len(words))
            line = (("  " + keys, "accent"), (gap, ""), (words, ""), (tail, ""), (name, "calm"))
            paragraphs.append(Paragraph(line, KEY_CELLS + 2))
    return [*paragraphs, *legend()]


def marks_in_short() -> Iterator[Paragraph]:
    """A word for each mark, where one looks first."""
    parts: list[Part] = []
    for mark in Mark:
        parts += [(mark.shape, MARK_STYLES.get(mark, "")), (f"{_TIED}{mark.title}  ", "calm")]
    yield Paragraph(())
    yield Paragraph((("Marks  ", "strong"), *parts), len("Marks  "))


def legend() -> Iterator[Paragraph]:
    """What the marks mean, in full."""
    yield Paragraph(())
    yield Paragraph((("Marks in front of checkpoints, threads and runs", "strong"),))
    for mark in Mark:
        gap = " " * (KEY_CELLS - cell_len(mark.shape))
        yield Paragraph((("  " + mark.shape, MARK_STYLES.get(mark, "")), (gap, ""), (mark.words, "")), KEY_CELLS + 2)
    yield Paragraph(())
    yield Paragraph(((TIMES, "calm"),))


def bindings_of(*classes: type[DOMNode]) -> list[Binding]:
    """The bindings that our own classes declare."""
    return [binding for cls in classes for binding in Binding.make_bindings(cls.__dict__.get("BINDINGS", ()))]


def rows_of(bindings: Sequence[Binding]) -> Iterator[tuple[str, str, str]]:
    """(keys, words, id): one row for each binding id, with all its keys; what writes is marked."""
    keys: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for binding in bindings:
        name = binding.id or binding.action
        keys.setdefault(name, []).append(key_words(binding))
        words[name] = (binding.tooltip or binding.description) + " !" * (name in WRITES)
    for name, pressed in keys.items():
        yield " ".join(dict.fromkeys(pressed)), words[name], name
