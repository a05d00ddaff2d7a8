"""The parts of the README that are generated: each stands between two marks that bear its name."""

from __future__ import annotations

import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def with_part(readme: str, name: str, text: str) -> str:
    """The README with a text between the marks of that name. Raises `ValueError` where these are missing."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    before, begins, rest = readme.partition(begin)
    _, ends, after = rest.partition(end)
    if not begins or not ends:
        raise ValueError(f"The README has no {begin.strip()} and {end.strip()}.")
    return before + begin + text.rstrip("\n") + "\n" + end + after


def part(name: str) -> str:
    """What stands between the marks now. Raises `ValueError` where these are missing."""
    readme = README.read_text(encoding="utf-8")
    with_part(readme, name, "")
    return readme.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->\n")[0]


def is_current(name: str, text: str) -> bool:
    """Whether that part of the README is this text."""
    return part(name) == text.rstrip("\n") + "\n"


def write_part(name: str, text: str) -> None:
    """Renew that part of the README."""
    README.write_text(with_part(README.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def write_or_compare(name: str, text: str) -> int:
    """What the command of a part does: renew it with `--write`; the exit code says whether it is current."""
    if "--write" in sys.argv[1:]:
        write_part(name, text)
    return int(not is_current(name, text))
