"""The servers that Forkpoint is checked with: what each needs, how it is installed, how it is started."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_OLDEST_NODE = 20
PORT, BIN = "{port}", "{bin}"
"""In commands: the port to listen at, and the folder of the installed programs."""

_NODE_PACKAGES = (
    "@langchain/langgraph-cli@1.5.1",
    "@langchain/langgraph-api@1.5.1",
    "@langchain/langgraph@1.4.18",
    "@langchain/core@1.2.13",
    "@langchain/langgraph-checkpoint@1.1.5",
    "@langchain/langgraph-sdk@1.12.4",
    "@langchain/protocol@0.0.19",
)
"""All pinned: the command line's own ranges pull in versions that do not go together."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server. `needs` names what must be there; `missing` says in words what is not, "" when all is."""

    name: str
    title: str
    packages: Sequence[str]
    start: Sequence[str]
    config: dict[str, object]
    needs: str
    missing: Callable[[], str]
    python: Sequence[str] = ("3.11", "3.12", "3.13")
    """Versions of Python that it runs on, the preferred one first; none for a program of Node.js."""
    graph: str = "agent.py"
    config_file: str = "langgraph.json"
    database: bool = False
    environment: dict[str, str] = field(default_factory=dict)


@cache
def find_python(versions: Sequence[str]) -> Path | None:
    """An interpreter of one of these versions: on the path, or installed by pyenv."""
    for version in versions:
        candidates = [Path(found)] if (found := shutil.which(f"python{version}")) else []
        candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
        for candidate in candidates:
            # A shim of pyenv may be there without the version behind it.
            if subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
                return candidate
    return None


def _no_python(versions: Sequence[str]) -> Callable[[], str]:
    return lambda: "" if find_python(tuple(versions)) else f"Python {' or '.join(versions)}"


def _no_node() -> str:
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if not missing:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
        version = done.stdout.strip().removeprefix("v").partition(".")[0]
        missing = [] if version.isdecimal() and int(version) >= _OLDEST_NODE else [f"Node.js {_OLDEST_NODE}"]
    return ", ".join(missing)


def postgres_program(name: str) -> Path | None:
    """A program of the PostgreSQL server, which distributions keep off the path."""
    if found := shutil.which(name):
        return Path(found)
    return next(iter(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None)


def _no_aegra() -> str:
    missing = [_no_python(("3.12", "3.13"))()]
    missing += [f"PostgreSQL ({name})" for name in ("initdb", "postgres") if postgres_program(name) is None]
    return ", ".join(filter(None, missing))


def _official(name: str, version: str, *packages: str) -> Server:
    return Server(
        name=name,
        title=f"langgraph-api {version}",
        packages=(f"langgraph-api=={version}", "langgraph-cli[inmem]", *packages),
        start=(
            *(f"{BIN}/langgraph", "dev", "--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", PORT),
            *("--n-jobs-per-worker", "10"),
        ),
        config={"dependencies": ["."], "graphs": {"agent": "./agent.py:graph"}, "env": {}},
        needs="Python 3.11",
        missing=_no_python(("3.11", "3.12", "3.13")),
    )


SERVERS: tuple[Server, ...] = (
    _official("api-0.16", "0.16.7", "langgraph<1.3"),
    _official("api-0.7", "0.7.103", "langgraph<1.2"),
    _official("api-0.4", "0.4.48", "langgraph<1.1"),
    # A newer runtime can be installed beside it, and then every run fails.
    _official("api-0.2", "0.2.125", "langgraph<0.7", "langgraph-runtime-inmem==0.6.11"),
    Server(
        name="js",
        title="LangGraph.js 1.5.1",
        packages=_NODE_PACKAGES,
        start=(f"{BIN}/langgraphjs", "dev", "--no-browser", "--host", "127.0.0.1", "--port", PORT),
        config={"node_version": "20", "graphs": {"agent": "./agent.mjs:graph"}, "env": {}},
        needs="Node.js 20, npm",
        missing=_no_node,
        python=(),
        graph="agent.mjs",
    ),
    Server(
        name="aegra",
        title="Aegra 0.11.0",
        packages=("aegra-api==0.11.0", "aegra-cli==0.11.0"),
        # Left to itself it listens at all addresses of the machine.
        start=(f"{BIN}/aegra", "serve", "--host", "127.0.0.1", "--port", PORT, "-c", "aegra.json"),
        config={"dependencies": ["."], "graphs": {"agent": "./agent.py:graph"}},
        needs="Python 3.12, PostgreSQL",
        missing=_no_aegra,
        python=("3.12", "3.13"),
        config_file="aegra.json",
        database=True,
        environment={"AUTH_TYPE": "noop"},
    ),
)
