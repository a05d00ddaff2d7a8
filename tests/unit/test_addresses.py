"""Addresses as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.addresses import (
    Address,
    AddressError,
    CheckpointName,
    id_words,
    is_full_id,
    matching,
    parse_address,
    parse_checkpoint,
    parse_thread,
    tail,
)
from tui.domain.safe_text import cell_len


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("latest", Address("latest")),
        ("abc@head", Address("abc", "head")),
        (" abc@head~2 ", Address("abc", "head~2")),
    ],
)
def test_threads_and_checkpoints(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "@head", "abc@"])
def test_a_missing_part_is_named(text: str) -> None:
    with pytest.raises(AddressError, match="missing"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("head", CheckpointName("head", 0)),
        ("head~2", CheckpointName("head", 2)),
        ("~", CheckpointName("head", 1)),
        ("abc~", CheckpointName("abc", 1)),
        ("abc~10", CheckpointName("abc", 10)),
        ("abc", CheckpointName("abc", 0)),
        ("HEAD~2", CheckpointName("head", 2)),
    ],
)
def test_checkpoints(text: str, name: CheckpointName) -> None:
    assert parse_checkpoint(text) == name


@pytest.mark.parametrize("text", ["head~x", "head~2~1", "head~-1", "head~²"])
def test_what_stands_behind_the_tilde_is_a_number(text: str) -> None:
    with pytest.raises(AddressError, match="is no checkpoint: behind ~"):
        parse_checkpoint(text)


def test_a_checkpoint_where_a_thread_is_meant_is_told() -> None:
    assert parse_thread("abc") == "abc"
    with pytest.raises(AddressError, match="write abc without @head~2"):
        parse_thread("abc@head~2")


def test_a_name_is_said_as_it_is_typed() -> None:
    assert [str(CheckpointName("head", up)) for up in (0, 2)] == ["head", "head~2"]


@given(st.uuids(), st.integers(1, 31))
def test_an_id_is_found_by_both_its_ends(uuid: object, length: int) -> None:
    identifier = str(uuid)
    assert is_full_id(identifier)
    assert matching([identifier, "other"], identifier.upper()) == [identifier]
    plain = identifier.replace("-", "")
    assert identifier in matching([identifier], plain[:length])
    assert identifier in matching([identifier], plain[-length:])
    assert tail(identifier) == identifier[-6:]


def test_an_exact_id_wins_over_longer_ones() -> None:
    assert matching(["abc", "abcd"], "abc") == ["abc"]
    assert matching(["abc", "abcd", "xabc"], "ab") == ["abc", "abcd"]
    assert matching(["abc"], "zz") == []
    assert matching(["abc", "xyz"], "…bc") == ["abc"], "as it is shown"


@pytest.mark.parametrize("cells", [*range(1, 40), 60])
def test_an_id_in_one_line_keeps_its_end(cells: int) -> None:
    identifier = "1f1e5921-a31b-6825-8003-0e69562521b3"
    words = id_words(identifier, cells)
    assert len(words) == min(cells, len(identifier))
    assert words[-1] == identifier[-1] or cells == 1
    if cells >= 20:
        assert words.startswith("1f1e5")
        assert words.endswith("0e69562521b3")
    assert cell_len(id_words("스레드스레드스레드", cells)) <= cells
