"""`python -m tests.hostile` prints the table of hostile text; with `--readme` it renews it in the README."""

from __future__ import annotations

import sys

from tests.hostile.table import PART, table
from tests.readme import write_part


def main() -> int:
    """Print or write the table."""
    if "--readme" in sys.argv[1:]:
        write_part(PART, table())
    else:
        sys.stdout.write(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
