"""The README's table of hostile text is true: every payload has a row, and every row names tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.hostile.corpus import PAYLOADS
from tests.hostile.table import COMMAND, PART, TABLE, Tried, table
from tests.readme import is_current

TESTS = Path(__file__).parents[1]


def test_the_readme_has_the_table() -> None:
    assert is_current(PART, table()), f"run: {COMMAND}"


def test_every_payload_has_a_row() -> None:
    kinds = {payload.kind for payload in PAYLOADS}
    named = {kind for row in TABLE for kind in row.payloads}
    assert named == kinds


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what[:30])
def test_every_row_names_tests_that_can_fail(row: Tried) -> None:
    assert row.tests
    for test in row.tests:
        file, _, name = test.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        found = next(
            node
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name
        )
        marks = [ast.unparse(mark) for mark in found.decorator_list]
        assert not any("skip" in mark or "xfail" in mark for mark in marks), test
        # It checks something itself, or calls a helper that does.
        calls = {
            node.func.id for node in ast.walk(found) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert any(isinstance(node, ast.Assert) for node in ast.walk(found)) or calls & {"harmless", "draw"}, test
