"""How careful to be before a write."""

from __future__ import annotations

import pytest

from tui.domain.production import Care, Write, is_its_id


@pytest.mark.parametrize(
    ("care", "asks", "types"),
    [
        (Care(), (True, True), (False, False)),
        (Care(ask=False), (False, True), (False, False)),
        (Care(production=True), (True, True), (False, True)),
        (Care(production=True, ask=False), (True, True), (False, True)),
    ],
)
def test_production_always_asks_and_deleting_does_everywhere(
    care: Care, asks: tuple[bool, bool], types: tuple[bool, bool]
) -> None:
    assert (care.asks(Write.CHANGE), care.asks(Write.DELETE)) == asks
    assert (care.wants_id(Write.CHANGE), care.wants_id(Write.DELETE)) == types


def test_a_question_on_production_names_host_profile_and_thread() -> None:
    care = Care(production=True, profile="prod")
    words = care.place("https://agents.example.com", "0198a1b2-1234-5678-9abc-def012345678")
    assert words == "PRODUCTION https://agents.example.com (profile prod), thread …12345678:"
    assert Care(production=True).place("http://a") == "PRODUCTION http://a:"
    assert Care().place("http://a", "t") == ""


def test_only_the_whole_id_is_the_id() -> None:
    assert is_its_id(" 0198a1b2 \n", "0198a1b2")
    assert not is_its_id("0198", "0198a1b2")
    assert not is_its_id("", "0198a1b2")
