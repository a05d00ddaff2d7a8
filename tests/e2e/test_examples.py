"""Every example of every `--help` and of the README does what it says, typed as it stands into a shell."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from langgraph_sdk import get_sync_client

from tests.e2e.forkpoint import FORKPOINT
from tui.cli.app_verbs import demo, open_app
from tui.cli.main import EPILOG, cli

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
STORIES = [block for block in BLOCKS if "thread=$(" in block]
"""Blocks whose lines need each other."""

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
A_THREAD = "63a9df3e"
"""The id of a thread that examples name."""
A_SERVER = "http://127.0.0.1:2024"
OPENS_THE_APP = ("open", "demo")


def commands(text: str) -> list[str]:
    """The commands of a text; one that goes on in the next line is one, and comments are left out."""
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    found = re.findall(r"^ *((?:[A-Z_]+=\S+ )?forkpoint(?: [^\n]*)?)$", joined, re.MULTILINE)
    return [re.split(r" {2,}", command)[0].rstrip() for command in found]


def examples() -> list[str]:
    """All of them, each once."""
    helps = [command.help or "" for command in cli.commands.values()]
    blocks = [block for block in BLOCKS if block not in STORIES]
    return list(dict.fromkeys(command for text in (EPILOG, *helps, *blocks) for command in commands(text)))


def words_of(example: str) -> list[str]:
    """What follows `forkpoint`, as a shell hands it over."""
    return shlex.split(example.partition("forkpoint")[2], comments=True)


def opens_the_app(example: str) -> bool:
    """Whether it needs a terminal: other tests open the app."""
    verb = next((word for word in words_of(example) if not word.startswith("-")), "open")
    return verb in OPENS_THE_APP


TYPED = [example for example in examples() if not opens_the_app(example)]
SHOWN = [example for example in examples() if opens_the_app(example)]


def test_every_verb_has_an_example_in_its_help() -> None:
    for name, command in cli.commands.items():
        assert any(words_of(example)[0] == name for example in commands(command.help or "")), name


@pytest.mark.parametrize("example", SHOWN)
def test_examples_that_open_the_app_can_be_read(example: str) -> None:
    verb, *words = words_of(example) or ["open"]
    command: click.Command = {"open": open_app, "demo": demo}[verb]
    assert command.make_context(verb, words).params


def asked(url: str, example: str) -> str:
    """A thread that an example finds as it expects it, and the latest one."""
    sdk = get_sync_client(url=url)
    thread = str(sdk.threads.create(metadata={"title": "weather in SF"})["thread_id"])
    if words_of(example)[0] == "cancel":
        sdk.runs.create(thread, "slow", input=ASKED)
    else:
        sdk.runs.wait(thread, "agent", input=ASKED)
    return thread


@pytest.mark.parametrize("example", TYPED)
def test_examples_do_what_they_say(server_url: str, example: str) -> None:
    thread = asked(server_url, example)
    line = example.replace(A_THREAD, thread[-8:]).replace(A_SERVER, server_url)
    done = in_shell(line, server_url)
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert done.stdout


def test_the_story_in_the_readme_can_be_typed(server_url: str) -> None:
    (story,) = STORIES
    done = in_shell(story, server_url)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.count("done · run ") == 3
    for words in ("strategy", "tokens", "artifact {", "next        action", "again action", "14 °C"):
        assert words in done.stdout


def in_shell(script: str, url: str) -> subprocess.CompletedProcess[str]:
    """What a shell does that stops at the first failure, where `forkpoint` is ours."""
    whole = f'set -e -o pipefail; forkpoint() {{ {shlex.join(FORKPOINT)} "$@"; }}\n{script}'
    return subprocess.run(
        ["bash", "-c", whole],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=90,
        env=os.environ | {"FORKPOINT_URL": url},
    )
