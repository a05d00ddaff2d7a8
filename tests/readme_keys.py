"""The table of keys in the README, made from the bindings. `python -m tests.readme_keys --write` renews it."""

from __future__ import annotations

import sys

from tests.readme import write_or_compare
from tui.app import ForkpointApp
from tui.screens.help import rows_of
from tui.screens.keymap import contexts

PART = "keys"
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


def main() -> int:
    """Write the table, or say whether it is current."""
    return write_or_compare(PART, table())


if __name__ == "__main__":
    sys.exit(main())
