"""The table of keys in the README, made from the bindings. `python -m tests.readme_keys --write` renews it."""

from __future__ import annotations

import sys
from pathlib import Path

from tui.app import ForkpointApp
from tui.screens.help import rows_of
from tui.screens.keymap import contexts

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"
COMMAND = "python -m tests.readme_keys --write"


def table() -> str:
    """The table as Markdown: a row for each place, its keys with what they do."""
    lines = ["| where | keys |", "|---|---|"]
    for title, bindings in contexts(ForkpointApp):
        keys = " · ".join(f"{_code(pressed)} {words}" for pressed, words, _ in rows_of(bindings))
        lines.append(f"| {title[0].lower() + title[1:]} | {keys} |")
    return "\n".join(lines) + "\n"


def _code(keys: str) -> str:
    return " ".join(f"`{key}`".replace("|", "\\|") for key in keys.split())


def with_table(readme: str) -> str:
    """The README with the table between its marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The README has no {BEGIN.strip()} and {END.strip()}.")
    return before + begin + table() + end + after


def main() -> int:
    """Write the table, or say whether it is current."""
    readme = README.read_text(encoding="utf-8")
    current = with_table(readme)
    if "--write" in sys.argv[1:]:
        README.write_text(current, encoding="utf-8")
        return 0
    return int(current != readme)


if __name__ == "__main__":
    sys.exit(main())
