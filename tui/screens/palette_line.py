"""One line of the palette, and whether it is one for what was typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.command import DiscoveryHit, Hit
from textual.content import Content
from textual.fuzzy import Matcher

WORDS_CELLS = 58
"""Where the key stands."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette; `aside` stands at the right, such as the key. Both are safe texts."""

    words: str
    aside: str
    run: Callable[[], Any]

    def hit(self, matcher: Matcher) -> Hit | None:
        """The line if it matches what was typed."""
        score, places = matcher.fuzzy_search.match(matcher.query, self.words)
        return self._hit(score, places, matcher) if score > 0 else None

    def hit_by_words(self, matcher: Matcher, weight: float = 1.0) -> Hit | None:
        """The line if it has every word that was typed.

        For texts of servers, which can be long: looking for letters in order takes time without end there.
        """
        folded = self.words.casefold()
        query = matcher.query.casefold()
        wanted = [query] if query in folded else query.split()
        starts = [folded.find(word) for word in wanted]
        if min(starts, default=-1) < 0:
            return None
        # Where folding changed the length ("ß"), places can't be told.
        known = len(folded) == len(self.words)
        places = [at for start, word in zip(starts, wanted, strict=True) for at in range(start, start + len(word))]
        return self._hit(len(places) * weight, places if known else (), matcher)

    def _hit(self, score: float, places: Sequence[int], matcher: Matcher) -> Hit:
        # Not `matcher.highlight`: it takes titles for markup.
        words = Content(self.words)
        for place in places:
            words = words.stylize(matcher.match_style, place, place + 1)
        return Hit(score, self._line(words), self.run, text=self.words)

    def discovery(self) -> DiscoveryHit:
        """The line before anything is typed."""
        return DiscoveryHit(self._line(Content(self.words)), self.run, text=self.words)

    def _line(self, words: Content) -> Content:
        if words.cell_length > WORDS_CELLS:
            words = words.truncate(WORDS_CELLS, ellipsis=True)
        gap = " " * (WORDS_CELLS - words.cell_length)
        return Content.assemble(words, (f"{gap}  {self.aside}", "$calm not bold"))
