"""The last gate before standard output and standard error: no secret of the connection passes, whoever writes."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from tui.domain.secrets import hide_in_content


class _Gate(io.TextIOWrapper):
    """A text stream on another one's bytes that leaves secrets out of what is written in one piece."""

    def __init__(self, stream: io.TextIOWrapper, secrets: Sequence[str]) -> None:
        super().__init__(
            stream.buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=stream.line_buffering
        )
        self._behind = stream  # were it collected, it would close the bytes below
        self._secrets = tuple(secrets)

    def write(self, text: str) -> int:
        super().write(hide_in_content(text, self._secrets))
        return len(text)


def keep_out(secrets: Sequence[str]) -> None:
    """From now on until the program ends, leave these secrets out of all that is printed, tracebacks included."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.flush()
        sys.stdout = _Gate(sys.stdout, secrets)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.flush()
        sys.stderr = _Gate(sys.stderr, secrets)
