"""Text that streams onto a terminal, wrapped at words."""

from __future__ import annotations

import sys

from tui.cli.output import terminal_width
from tui.domain.cells import cell_len
from tui.domain.hidden import hidden_words
from tui.domain.safe_text import hidden_count, sanitise


class Paragraph:
    """Streamed text that wraps at words behind a hanging title; words are held back until they are complete."""

    def __init__(self, title: str, *, indent: int = 11) -> None:
        self._indent = " " * indent
        self._width = max(40, terminal_width())
        self._column = cell_len(title)
        self._word = ""
        self._hidden = 0
        sys.stdout.write(sanitise(title))

    def write(self, text: str) -> None:
        """More of the text."""
        for character in text:
            if character in " \n":
                self._put_word()
                self._put_space(character)
            else:
                self._word += character
        sys.stdout.flush()

    def close(self, *, count_hidden: bool = True) -> None:
        """The end of the paragraph, where what was hidden in it is counted."""
        self._put_word()
        if self._hidden and count_hidden:
            sys.stdout.write(f"\n{self._indent}({hidden_words(self._hidden)})")
        sys.stdout.write("\n")
        sys.stdout.flush()

    def _put_word(self) -> None:
        word = sanitise(self._word).expandtabs(4)
        self._hidden += hidden_count(self._word)
        if self._column + cell_len(word) > self._width and self._column > len(self._indent):
            self._new_line()
        sys.stdout.write(word)
        self._column += cell_len(word)
        self._word = ""

    def _put_space(self, character: str) -> None:
        if character == "\n" or self._column + 1 >= self._width:
            self._new_line()
        else:
            sys.stdout.write(" ")
            self._column += 1

    def _new_line(self) -> None:
        sys.stdout.write("\n" + self._indent)
        self._column = len(self._indent)
