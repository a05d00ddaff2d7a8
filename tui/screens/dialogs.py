"""Small screens over the main one: a choice from a list, and a text to read."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.domain.safe_text import one_line
from tui.widgets.text_view import Paragraph, TextView


class ChooseScreen(ModalScreen[str | None]):
    """Choose one of a few; the answer is the choice's id, or None for esc."""

    DEFAULT_CSS = """
    ChooseScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 60; max-width: 90%; height: auto; max-height: 80%;
            border: round $accent; background: $surface; padding: 0 1;
            border-title-style: bold; border-subtitle-color: $calm;
        }
        OptionList { height: auto; max-height: 20; border: none; background: transparent; padding: 0; }
        OptionList:focus { border: none; background-tint: transparent; }
    }
    """

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "back", id="choose.back"),
        Binding("j", "down", "Down", show=False, id="choose.down"),
        Binding("k", "up", "Up", show=False, id="choose.up"),
    ]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title = title
        self.choices = choices

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title, 60))
            box.border_subtitle = Content("enter choose  esc back")
            yield OptionList(
                *(
                    Option(Content(one_line(words, 100)), id=f"choice-{number}")
                    for number, (_, words) in enumerate(self.choices)
                ),
                markup=False,
            )

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self.choices[event.option_index][0])

    def action_down(self) -> None:
        """Next choice."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """Choice before."""
        self.query_one(OptionList).action_cursor_up()


class TextScreen(ModalScreen[None]):
    """A text to read: help, requests, a run's details."""

    DEFAULT_CSS = """
    TextScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 90%; max-width: 110; height: 90%;
            border: round $accent; background: $surface; padding: 0 1;
            border-title-style: bold; border-subtitle-color: $calm;
        }
        TextView { height: 1fr; }
    }
    """

    BINDINGS = [Binding("escape,q,enter", "dismiss(None)", "back", id="text.back")]

    def __init__(self, title: str, paragraphs: Sequence[Paragraph]) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        """The text."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title, 100))
            box.border_subtitle = Content("esc back")
            yield TextView()

    def on_mount(self) -> None:
        """Fill the view. A key that came at once may have closed the screen: then there is none any more."""
        for view in self.query(TextView):
            view.show(self._paragraphs)
            view.focus()
