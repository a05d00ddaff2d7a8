"""Asking before a write where a mistake hurts: on a profile that is marked as production, and before deleting.

Questions go to standard error, so that standard output stays what programs read. Without a terminal nobody can be
asked, and only `--yes` says yes.
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.cli.failures import Misuse, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.cli.options import Options
    from tui.domain.plans import TravelPlan

F = TypeVar("F", bound="Callable[..., Any]")

_NOBODY = "There is no terminal to ask on: say --yes."


def yes_option(function: F) -> F:
    """Add --yes; it ends up in `Options.yes`."""
    text = "Do not ask. Needed on a production profile where there is no terminal to ask on."
    return click.option("--yes", is_flag=True, help=text)(function)


def needs_an_answer(options: Options) -> bool:
    """Whether a write must be asked for: on production, unless --yes, or nothing can be written anyway."""
    return options.connection.production and not options.connection.read_only and not options.yes


def check_answerable(options: Options, *, always: bool = False) -> None:
    """Before anything is sent: is there somebody to ask, if somebody must be? `always` asks off production, too."""
    asks = needs_an_answer(options) or (always and not options.yes)
    if asks and not sys.stdin.isatty():
        where = f"{_production(options)}. " if options.connection.production else ""
        raise Misuse(f"{where}{_NOBODY}")


def ask_for_write(options: Options, what: str) -> None:
    """On production: ask whether to do `what`, host named. Leaves with 1 when the answer is no."""
    if needs_an_answer(options):
        check_answerable(options)
        _ask(f"{_production(options)}: {what}. Go on?")


def ask_for_travel(options: Options, plan: TravelPlan) -> None:
    """On production: ask for a run, with its thread, checkpoint and nodes named."""
    from tui.domain.addresses import tail

    at = f" at {tail(plan.start.checkpoint_id)}" if plan.start is not None else ""
    runs = f", runs {', '.join(plan.will_run)}" if plan.will_run else ""
    moves = "; the head moves" if plan.growth.value else ""
    drops = f". {plan.drop_note.removesuffix('.')}" if plan.drops else ""
    ask_for_write(options, f"{plan.kind.value} of thread {plan.thread_id}{at}{runs}{moves}{drops}")


def ask_for_deletion(options: Options, typed: str, thread_id: str, words: str) -> None:
    """Before a thread is deleted: a yes, and on production its whole id, typed. `typed` is how it was named."""
    from tui.domain.production import is_its_id
    from tui.domain.safe_text import sanitise

    where = _production(options) if options.connection.production else options.connection.url
    if not options.connection.production:
        if not options.yes:
            _ask(f"Delete {words} ({thread_id}) at {where} for good?")
        return
    if options.yes:
        if typed != thread_id:
            raise Misuse(f"{where}: name the thread to delete by its whole id, {sanitise(thread_id)}.")
        return
    text = sanitise(f"{where}: delete {words} for good?\nIts id is {thread_id}. Type it to delete it")
    with _ctrl_c_ends_it():
        answer = click.prompt(text, default="", show_default=False, err=True)
    if not is_its_id(answer, thread_id):
        click.echo("That is not its id. Nothing was deleted.", err=True)
        raise Stop(1)


def _ask(question: str) -> None:
    from tui.domain.safe_text import sanitise

    with _ctrl_c_ends_it():
        answer = click.confirm(sanitise(question), err=True)
    if not answer:
        click.echo("Nothing was sent.", err=True)
        raise Stop(1)


@contextmanager
def _ctrl_c_ends_it() -> Iterator[None]:
    """While a question waits: asyncio's handler only notes ctrl+c, and what reads the answer goes on reading."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _production(options: Options) -> str:
    from tui.domain.production import production_words

    return production_words(options.connection.url, options.connection.profile)
