"""Output where not every character can be written: a stand-in for what we draw, a question mark for the rest.

Terminals and files that are not UTF-8 are rare, and no reason to end with a traceback. Widths stay, so columns do.
"""

from __future__ import annotations

import codecs
import io
import sys
from typing import TextIO

from tui.domain.marks import Mark

_NAME = "forkpoint"
_LANES = {"│": "|", "├": "|", "─": "-", "╯": "'", "…": "~", "·": "-", "’": "'", "≤": "<", "█": "#", "░": "."}
STAND_INS = _LANES | {mark.shape: mark.ascii for mark in Mark}


def make_writable() -> None:
    """Let standard output and standard error take any character from now on."""
    codecs.register_error(_NAME, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not holds_everything(stream):
            stream.reconfigure(errors=_NAME)


def holds_everything(stream: TextIO) -> bool:
    """Whether any character can be written to a stream as it is."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def in_ascii(drawn: str) -> str:
    """What we draw, with ASCII characters only."""
    return "".join(STAND_INS.get(character, character) for character in drawn)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(STAND_INS.get(character, "?") for character in error.object[error.start : error.end]), error.end
