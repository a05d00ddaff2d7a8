"""Every state of the screen looks as it did. `pytest tests/snapshots --snapshot-update` accepts what changed.

Each state is a folder of `pictures/`, with a file for each size and theme. A test that fails tells the lines that
differ; the files are small enough to be read in a diff, and any browser shows them.
"""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.snapshots.stage import LOOKS, THEMES, Look, Picture, State, pictures, pictures_in
from tests.snapshots.states import IN_ALL_LOOKS, STATES
from tests.snapshots.svg import text_in

FOLDER = Path(__file__).parent / "pictures"
Taken: TypeAlias = Mapping[str, Picture]

CASES = [(state, f"{w}x{h}-{theme}") for state in STATES for w, h in state.sizes for theme in THEMES]
LOOK_CASES = [(state, look, f"{w}x{h}") for state in IN_ALL_LOOKS for look in LOOKS for w, h in state.sizes[:2]]


@pytest.fixture(scope="module")
def taken() -> Iterator[Callable[[str, Callable[[], Awaitable[Taken]]], Awaitable[Taken]]]:
    """Takes all pictures of an app at once, for the tests of each that follow each other."""
    last: dict[str, Taken] = {}

    async def take(name: str, photograph: Callable[[], Awaitable[Taken]]) -> Taken:
        if name not in last:
            last.clear()
            gc.collect()
            last[name] = await photograph()
        return last[name]

    gc.collect()
    gc.freeze()  # what is there by now stays anyway
    # Apps of Textual are many small objects, and looking through all of them again and again is a third of the time.
    gc.disable()
    yield take
    gc.enable()
    gc.unfreeze()


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Callable[[str, str, Picture], None]:
    """Compares a picture with its file, or writes the file."""
    update = bool(request.config.getoption("--snapshot-update"))

    def check(state: str, variant: str, picture: Picture) -> None:
        path = FOLDER / state / f"{variant}.svg"
        assert picture.problems == ()
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text(encoding="utf-8") != picture.svg:
                path.write_text(picture.svg, encoding="utf-8")
            return
        assert path.exists(), f"there is no {path.name} yet: run this test with --snapshot-update, and look at it"
        expected = path.read_text(encoding="utf-8")
        if picture.svg != expected:
            pytest.fail(difference(expected, picture.svg), pytrace=False)

    return check


def difference(expected: str, actual: str) -> str:
    """What differs between two pictures: their texts, or else their colours."""
    texts = list(unified_diff(text_in(expected), text_in(actual), "as it was", "as it is", lineterm="", n=1))
    if texts:
        return "The text differs:\n" + "\n".join(texts)
    lines = list(unified_diff(expected.splitlines(), actual.splitlines(), "as it was", "as it is", lineterm="", n=0))
    return "The text is the same, the colours are not:\n" + "\n".join(lines[:40])


@pytest.mark.parametrize(("state", "variant"), CASES, ids=lambda value: value if isinstance(value, str) else value.name)
async def test_a_state_looks_as_it_did(
    state: State,
    variant: str,
    taken: Callable[[str, Callable[[], Awaitable[Taken]]], Awaitable[Taken]],
    compare: Callable[[str, str, Picture], None],
) -> None:
    found = await taken(state.name, lambda: pictures(state))
    compare(state.name, variant, found[variant])


@pytest.mark.parametrize(
    ("state", "look", "size"), LOOK_CASES, ids=lambda value: value if isinstance(value, str) else value.name
)
async def test_it_looks_as_it_did_in_other_terminals(
    state: State,
    look: Look,
    size: str,
    taken: Callable[[str, Callable[[], Awaitable[Taken]]], Awaitable[Taken]],
    compare: Callable[[str, str, Picture], None],
) -> None:
    found = await taken(f"{state.name} {look.name}", lambda: pictures_in(look, state))
    compare(state.name, f"{size}-{look.name}", found[f"{size}-{look.name}"])


def test_no_picture_is_left_over() -> None:
    wanted = {f"{state.name}/{variant}.svg" for state, variant in CASES}
    wanted |= {f"{state.name}/{size}-{look.name}.svg" for state, look, size in LOOK_CASES}
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*")} == wanted
    assert len({state.name for state in STATES}) == len(STATES)


def test_a_difference_is_told_in_words() -> None:
    path = FOLDER / STATES[0].name / f"{CASES[0][1]}.svg"
    svg = path.read_text(encoding="utf-8")
    assert "-" in difference(svg, svg.replace("weather in SF", "weather in LA"))
    assert "weather in LA" in difference(svg, svg.replace("weather in SF", "weather in LA"))
    assert "colours" in difference(svg, svg.replace("fill:#", "fill:#0"))
