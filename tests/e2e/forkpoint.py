"""The `forkpoint` command as a user runs it: a process of its own, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

FORKPOINT = (sys.executable, "-m", "tui")


@dataclass(frozen=True)
class Done:
    """What a verb left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document that it printed."""
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines that it streamed."""
        return [json.loads(line) for line in self.out.splitlines()]

    def data(self, event: str) -> list[Any]:
        """The data of all streamed events of this name."""
        return [line["data"] for line in self.events if line["event"] == event]


def forkpoint(*words: str, url: str | None = None, stdin: str | None = None, **environ: str) -> Done:
    """Run a verb to its end."""
    options = ["--url", url] if url is not None else []
    done = subprocess.run(
        [*FORKPOINT, *words, *options],
        check=False,
        capture_output=True,
        text=True,
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        timeout=90,
        env=os.environ | {"NO_COLOR": "1"} | environ,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def ok(*words: str, url: str | None = None) -> Done:
    """Run a verb that must succeed."""
    done = forkpoint(*words, url=url)
    assert done.code == 0, f"{words} ended with {done.code}:\n{done.out}\n{done.err}"
    return done
