"""The tables of faults in the README say what is tested."""

from __future__ import annotations

import pytest

from tests.faults import COMMAND, PARTS, Fault, missing, table
from tests.readme import is_current


@pytest.mark.parametrize(("part", "rows"), PARTS)
def test_the_readme_has_the_faults_that_are_tested(part: str, rows: list[Fault]) -> None:
    assert is_current(part, table(rows)), f"run: {COMMAND}"


def test_every_named_test_is_there() -> None:
    assert missing() == []


def test_a_test_that_is_gone_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Fault("x", "y", [("ui/test_faults.py", "test_gone"), ("ui/test_gone.py", "test_x")])
    monkeypatch.setattr("tests.faults.PARTS", (("faults", [gone]),))
    assert missing() == ["ui/test_faults.py::test_gone", "ui/test_gone.py::test_x"]
