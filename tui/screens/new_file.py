"""Files that the user asked for: readable by nobody else, and never over one that is there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from textual.app import App
from textual.notifications import SeverityLevel

from tui.domain.safe_text import one_line

_FONTS = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
"""Fonts that whoever opens the picture would load from another host."""


def write_new(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file that only its owner can read; never over another one. A half-written one is taken away again.

    Raises:
        OSError: it is there already (`FileExistsError`), or cannot be written.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            out.writelines(lines)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def save_screen(app: App[None], path: Path) -> None:
    """Write what is on the screen as SVG, and say where.

    Textual's own goes to a folder that a machine behind SSH has not got, and says of trouble only that there is some.
    """
    severity: SeverityLevel = "information"
    svg = _FONTS.sub("", app.export_screenshot())
    try:
        write_new(path, [svg.encode()])
    except OSError as error:
        words, severity = f"Nothing was saved: {error.strerror or error}: {path}", "error"
    else:
        words = f"Saved the screen: {path.absolute()}"
    app.notify(one_line(words), severity=severity, timeout=10, markup=False)
