"""The legend of marks in the README, from what draws them. `python -m tests.readme_marks --write` renews it."""

from __future__ import annotations

import sys

from tests.readme import write_or_compare
from tui.domain.marks import Mark

PART = "marks"
COMMAND = "python -m tests.readme_marks --write"


def table() -> str:
    """The legend as Markdown: each mark, what stands for it in ASCII, what it says."""
    lines = ["| mark | in ASCII | what it says |", "|---|---|---|"]
    lines += [f"| `{mark.shape}` | `{mark.ascii}` | {mark.words} |" for mark in Mark]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the legend, or say whether it is current."""
    return write_or_compare(PART, table())


if __name__ == "__main__":
    sys.exit(main())
