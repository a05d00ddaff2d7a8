"""The verbs that open the app: open (also the default) and demo."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from tui.cli.failures import Misuse, Stop
from tui.cli.options import Options, Wanted, backend_options, join_command, look_options

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command(name="open")
@click.argument("backend", required=False, metavar="[BACKEND]")
@click.option("--thread", metavar="T[@C]", help="Open this thread, at this checkpoint.")
@look_options
@backend_options
def open_app(options: Options, thread: str | None, wanted: Wanted) -> None:
    """Open the app (the default verb).

    BACKEND is a server's URL or a profile's name.

    \b
    Examples:
      forkpoint open http://127.0.0.1:2024
      forkpoint open --thread latest@head~2 --read-only
    """
    import gc

    gc.disable()  # the app enables it again
    from tui.app import run_app
    from tui.cli.hiding import keep_out_of_the_log
    from tui.config import load_config
    from tui.domain.addresses import parse_address, parse_checkpoint

    address = parse_address(thread) if thread else None
    if address is not None and address.checkpoint is not None:
        parse_checkpoint(address.checkpoint)  # a mistake in it is told before the app takes the terminal
    _need_a_terminal("forkpoint threads, history, show …")
    keep_out_of_the_log(options.connection.secrets)
    look = wanted.look(load_config(), options.connection.theme)
    left = run_app(options.connection, look, address)
    _say_what_goes_on(left.going_on, options.where)
    if left.code:
        raise Stop(left.code)


def _say_what_goes_on(runs: Sequence[tuple[str, str]], where: str) -> None:
    """How to join the runs that were followed, by the ids of thread and run."""
    from tui.domain.safe_text import sanitise

    try:
        for thread_id, run_id in runs:
            words = f"Run {run_id} goes on at the server. Join it: {join_command(thread_id, run_id, where)}"
            click.echo(sanitise(words), err=True)
        sys.stderr.flush()
    except OSError:
        # The terminal is gone: what is left in the buffer must not spoil the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


@click.command()
@click.option("--plain", is_flag=True, help="Play the three walkthroughs as text instead of opening the app.")
@look_options
def demo(plain: bool, wanted: Wanted) -> None:
    """Try it on a local Agent Server.

    Starts the server, opens the app, and makes some threads by running its graphs.
    Needs the extra: pip install 'forkpoint[demo]'. No keys, no network; everything is gone when it ends.
    Without a terminal it plays the walkthroughs as text, like --plain. Verbs in another terminal reach the server
    by the address in the app's header.

    \b
    Examples:
      forkpoint demo
      forkpoint demo --plain
    """
    from tui.demo.server import start_demo_server

    as_text = plain or not (sys.stdin.isatty() and sys.stdout.isatty())
    _keep_secrets()
    server = start_demo_server(on_progress=lambda text: click.echo(text, err=True))
    try:
        if as_text:
            _play_story(server.url)
        else:
            _play_app(server.url, wanted)
    finally:
        server.stop()


def _keep_secrets() -> None:
    """Neither the demo's server nor an editor gets what the config names: the demo connects to nothing else."""
    from tui.cli.hiding import keep_from_children
    from tui.config import DEFAULT_URL, Connection, load_config

    keep_from_children(Connection(DEFAULT_URL, secret_variables=load_config().secret_variables))


def _play_story(url: str) -> None:
    import asyncio

    from tui.cli.demo_story import StoryFailed, play_story

    try:
        asyncio.run(play_story(url))
    except StoryFailed as error:
        click.echo(f"The demo did not come out as told: {error}.", err=True)
        raise Stop(5) from error


def _play_app(url: str, wanted: Wanted) -> None:
    from dataclasses import replace
    from functools import partial

    from tui.app import run_app
    from tui.config import Connection, load_config
    from tui.demo.behind import make_threads

    config = load_config()
    connection = Connection(url, profile="demo", audited=False)
    look = wanted.look(config)
    left = run_app(replace(connection, mistakes=config.mistakes), look, beside=partial(make_threads, url))
    click.echo("The demo's server stops, and its threads are gone.", err=True)
    if left.code:
        raise Stop(left.code)


def _need_a_terminal(instead: str) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Misuse(f"The app needs a terminal. Without one, use the verbs: {instead}")


VERBS = (open_app, demo)
