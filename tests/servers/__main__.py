"""Play the walkthroughs on other Agent Servers: `python -m tests.servers [NAME…]`.

Each server is installed from the registries into an environment of its own, in ~/.cache/forkpoint-servers (or
$FORKPOINT_SERVERS), started on a free port of this machine, and stopped again. What a server needs and this machine
lacks is named, and the server left out. The exit code is 1 when a walkthrough did not come out.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from tests.readme import write_part
from tests.servers.catalogue import SERVERS, Server
from tests.servers.install import CannotInstall
from tests.servers.running import CannotStart, running
from tests.servers.table import PART, Row, in_words, markdown
from tests.servers.walkthroughs import play
from tui.backends.errors import BackendError
from tui.domain.safe_text import one_line


def row_of(server: Server) -> Row:
    """Install, start, play, stop."""
    if missing := server.missing():
        return Row(server, None, f"missing here: {missing}")
    try:
        with running(server) as url:
            return Row(server, asyncio.run(play(url)))
    except (CannotInstall, CannotStart, BackendError) as error:
        return Row(server, None, one_line(str(error), 300))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__.split("\n", 1)[0])
    names = [server.name for server in SERVERS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(names)}; all by default")
    parser.add_argument("--readme", action="store_true", help="write the table into the README")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names):
        parser.error(f"no server {min(unknown)!r}; there are: {', '.join(names)}")
    # So that the servers are stopped as they are by Ctrl+C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rows = []
    for server in SERVERS:
        if options.names and server.name not in options.names:
            continue
        rows.append(row_of(server))
        sys.stdout.write("\n".join(in_words(rows[-1])) + "\n\n")
        sys.stdout.flush()
    sys.stdout.write(markdown(rows) + "\n")
    if options.readme:
        write_part(PART, markdown(rows))
    return 1 if any(row.played is not None and not row.played.is_well for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
