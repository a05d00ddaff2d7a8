"""What nodes tell about themselves (custom events) on standard output: progress as bars, everything else in words."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.labels import in_words
from tui.domain.progress import Progress, progress_of
from tui.domain.safe_text import one_line
from tui.domain.transcript import StreamEvent

_BAR_CELLS = 10


class Held:
    """Events that are not said yet. Of progress that goes on meanwhile only the newest is, and none is said twice."""

    def __init__(self) -> None:
        self._held: dict[object, str] = {}
        self._said: dict[object, str] = {}
        """The last line about each thing in progress."""
        self._lines = 0

    def put(self, line: str) -> None:
        """A line as it is."""
        self._lines += 1
        self._held[self._lines] = line

    def take(self, event: StreamEvent) -> None:
        """An event in words, to be said by `lines`."""
        progress = progress_of(event.data)
        if progress is None:
            self.put(f"  {one_line(in_words(event.data, 200))}")
            return
        key = (event.namespace, progress.name)
        words = f"  {progress_words(progress)}"
        if self._said.get(key) != words:
            self._held.pop(key, None)
            self._held[key] = self._said[key] = words

    def lines(self) -> Iterator[str]:
        """The lines, once."""
        lines, self._held = list(self._held.values()), {}
        yield from lines


def progress_words(progress: Progress) -> str:
    """A bar, how far it is, and what is being done."""
    full = round(progress.share * _BAR_CELLS)
    numbers = " ".join(filter(None, (f"{progress.share:>4.0%}", progress.count)))
    said = "  ".join(one_line(text, 200) for text in (progress.name, progress.remark) if text)
    return f"{'█' * full}{'░' * (_BAR_CELLS - full)} {numbers}  {said}".rstrip()
