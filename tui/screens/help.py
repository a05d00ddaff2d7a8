"""The help: every key that works, by pane, made from the bindings themselves so that it can't be out of date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.binding import Binding
from textual.dom import DOMNode

from tui.domain.safe_text import cell_len
from tui.widgets.key_names import key_words
from tui.widgets.text_view import Paragraph

KEY_CELLS = 16

WRITES = frozenset(
    {
        *("threads.new", "threads.delete", "timeline.replay", "timeline.input", "timeline.cancel"),
        *("editor.send", "input.send", "live.cancel", "runs.cancel"),
    }
)
"""Bindings that make something run or change at the server: they ask first."""

INTRODUCTION = (
    "Replay runs nodes and tools again; fork edits first, then runs. Keys marked ! make something run or change at the "
    "server: they ask first. Old checkpoints never change."
)


def help_page(contexts: Sequence[tuple[str, Sequence[Binding]]]) -> list[Paragraph]:
    """Paragraphs of all contexts: (title, bindings)."""
    paragraphs = [Paragraph(((INTRODUCTION, "calm"),))]
    for title, bindings in contexts:
        paragraphs += [Paragraph(()), Paragraph(((title, "strong"),))]
        for keys, words in _rows(bindings):
            gap = " " * max(1, KEY_CELLS - cell_len(keys))
            paragraphs.append(Paragraph((("  " + keys, "accent"), (gap, ""), (words, "")), KEY_CELLS + 2))
    return paragraphs


def bindings_of(*classes: type[DOMNode]) -> list[Binding]:
    """The bindings that our own classes declare."""
    return [binding for cls in classes for binding in Binding.make_bindings(cls.__dict__.get("BINDINGS", ()))]


def _rows(bindings: Sequence[Binding]) -> Iterator[tuple[str, str]]:
    """One row for each binding id, with all its keys."""
    keys: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for binding in bindings:
        name = binding.id or binding.action
        keys.setdefault(name, []).append(key_words(binding))
        words[name] = (binding.tooltip or binding.description) + " !" * (name in WRITES)
    for name, pressed in keys.items():
        yield " ".join(pressed), words[name]
