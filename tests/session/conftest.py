"""No pauses between the tries of a broken line: these tests count tries, not seconds."""

from __future__ import annotations

import pytest

from tui.session import line


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.0,) * len(line.PAUSES))
    monkeypatch.setattr(line, "POLL_SECONDS", 0.0)
