"""Generated parts of the README: what stands around them is kept."""

from __future__ import annotations

import pytest

from tests.readme import with_part

OLD = "before\n<!-- keys -->\nold\n<!-- /keys -->\nafter\n<!-- other -->\nthis\n<!-- /other -->\n"


def test_what_stands_around_a_part_is_kept() -> None:
    assert with_part(OLD, "keys", "new\n") == OLD.replace("old", "new")


def test_writing_a_part_twice_changes_nothing() -> None:
    once = with_part(OLD, "keys", "a\nb")
    assert with_part(once, "keys", "a\nb") == once


@pytest.mark.parametrize("readme", ["no marks", "<!-- keys -->\nno end\n"])
def test_a_readme_without_the_marks_is_refused(readme: str) -> None:
    with pytest.raises(ValueError, match="no <!-- keys -->"):
        with_part(readme, "keys", "new")
