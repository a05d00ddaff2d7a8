"""The verbs that read or make threads: threads, new, delete, history, show, runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tui.cli.asking import check_answerable, yes_option
from tui.cli.failures import Misuse
from tui.cli.options import Options, backend_options, connected, json_option, object_argument, run_async, run_command

if TYPE_CHECKING:
    from tui.domain.checkpoint import JSON, Thread
    from tui.session.session import Session

STATUSES = ("idle", "busy", "interrupted", "error")


@click.command()
@click.option("--status", type=click.Choice(STATUSES), help="Only threads of this status.")
@click.option("--limit", metavar="N", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@json_option
@backend_options
def threads(options: Options, status: str | None, limit: int) -> None:
    """List threads, last updated first.

    \b
    Columns: end of the thread's id, status, time since its last update, graph, title or first message.

    \b
    Examples:
      forkpoint threads --status interrupted
      forkpoint threads --limit 100 --json
    """
    run_async(options, _threads(options, status, limit))


async def _threads(options: Options, status: str | None, limit: int) -> None:
    from tui.backends.base import ThreadQuery
    from tui.cli.output import print_json, say, say_columns

    found: list[Thread] = []
    async with connected(options) as session:
        offset: int | None = 0
        while offset is not None and len(found) < limit:
            page = await session.threads(ThreadQuery(limit=min(100, limit - len(found)), offset=offset, status=status))
            found += page.threads
            offset = page.next_offset
        await session.stops.find_out(session.backend, session.stops.unknown(found))
        found = [session.stops.told(thread) for thread in found]
        now = _now_at(session)
    if options.as_json:
        print_json([dict(thread.raw) for thread in found])
        return
    if not found:
        say(f"No {status or ''} threads at {options.connection.url}. Make one: forkpoint new".replace("  ", " "))
        return
    say_columns([_thread_row(thread, now) for thread in found], right=frozenset({2}))


def _now_at(session: Session) -> datetime:
    """The time by the server's clock, which its times are of."""
    return datetime.now(UTC) + session.backend.clock_ahead


def _thread_row(thread: Thread, now: datetime) -> tuple[str, ...]:
    from tui.domain.addresses import tail
    from tui.domain.labels import ago
    from tui.domain.run_words import thread_status
    from tui.domain.thread_titles import thread_title

    age = ago(thread.updated_at, now)
    return tail(thread.thread_id, 8), thread_status(thread), age, thread.graph_id or "-", thread_title(thread)


@click.command()
@click.option("--metadata", metavar="JSON", help="Metadata of the thread, an object.")
@yes_option
@json_option
@backend_options
def new(options: Options, metadata: str | None) -> None:
    """Make an empty thread and print its id.

    With --assistant (or a profile's) it belongs to that assistant, and run needs not be told.

    \b
    Examples:
      forkpoint new --assistant agent
      forkpoint new --metadata '{"title": "weather in SF"}'
    """
    check_answerable(options)
    run_async(options, _new(options, object_argument(metadata, "--metadata")))


async def _new(options: Options, metadata: JSON) -> None:
    from tui.cli.asking import ask_for_write
    from tui.cli.output import print_json, say

    async with connected(options) as session:
        ask_for_write(options, "make a new thread")
        assistant = await session.find_assistant(session.assistant) if session.assistant is not None else None
        thread = await session.create_thread(assistant=assistant, metadata=metadata)
    if options.as_json:
        print_json(dict(thread.raw))
    else:
        say(thread.thread_id)


@click.command()
@click.argument("thread", metavar="T")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal to ask on.")
@json_option
@backend_options
def delete(options: Options, thread: str) -> None:
    """Delete a thread for good.

    Its checkpoints and runs go with it. Asks first; on a production profile the whole id has to be typed.
    'latest' is not enough: another thread may be the latest by now.

    \b
    Example:
      forkpoint delete 63a9df3e --yes
    """
    if thread == "latest":
        raise Misuse("Name the thread to delete by its id or a part of it, not by 'latest'.")
    check_answerable(options, always=True)
    run_async(options, _delete(options, thread))


async def _delete(options: Options, part: str) -> None:
    from tui.cli.asking import ask_for_deletion
    from tui.cli.output import print_json, say
    from tui.domain.addresses import parse_thread
    from tui.domain.thread_titles import thread_title

    async with connected(options) as session:
        thread = await session.resolve_thread(parse_thread(part))
        ask_for_deletion(options, part, thread.thread_id, thread_title(thread))
        await session.backend.delete_thread(thread.thread_id)
        if options.as_json:
            print_json({"deleted": thread.thread_id})
        else:
            say(f"deleted {thread.thread_id}")


@click.command()
@click.argument("thread", metavar="T")
@click.option("--limit", metavar="N", default=0, type=click.IntRange(0), help="Only the newest N; 0 (default) is all.")
@json_option
@backend_options
def history(options: Options, thread: str, limit: int) -> None:
    """Draw the tree of checkpoints.

    Newest first, a lane for each branch.

    \b
    Columns: lanes, who made it, what happened, step, time, end of the checkpoint's id.

    \b
    Examples:
      forkpoint history latest
      forkpoint history 63a9df3e --limit 10 --json
    """
    run_async(options, _history(options, thread, limit))


async def _history(options: Options, part: str, limit: int) -> None:
    from tui.cli.output import history_rows, print_json, say, say_tree
    from tui.domain.addresses import parse_thread

    async with connected(options) as session:
        thread = await session.resolve_thread(parse_thread(part))
        opened = await session.open(thread)
        while not opened.tree.complete and not 0 < limit <= len(opened.tree):
            await opened.load_older()
    if options.as_json:
        rows = list(history_rows(opened.tree))
        newest = {row["checkpoint_id"] for row in sorted(rows, key=lambda row: row["checkpoint_id"])[-limit or None :]}
        print_json([row for row in rows if row["checkpoint_id"] in newest])
    elif len(opened.tree):
        say_tree(opened.tree, ascii_only=options.ascii)
    else:
        say(f"No checkpoints yet. Start a run: {run_command(part)}")


@click.command()
@click.argument("address", metavar="T[@C]")
@json_option
@backend_options
def show(options: Options, address: str) -> None:
    """Show the state at a checkpoint (the head, if none is named).

    What is next, then each message with its tool calls, their ids, tokens and artifacts, then the other values.

    \b
    Examples:
      forkpoint show latest
      forkpoint show 63a9df3e@head~2 --json
    """
    run_async(options, _show(options, address))


async def _show(options: Options, text: str) -> None:
    from tui.cli.output import checkpoint_json, print_json
    from tui.cli.state_output import say_checkpoint, say_thread
    from tui.domain.addresses import HEAD, parse_address, parse_checkpoint

    address = parse_address(text)
    async with connected(options) as session:
        thread = await session.resolve_thread(address.thread)
        opened = await session.open(thread)
        if address.checkpoint is None and not len(opened.tree):
            if options.as_json:
                print_json(dict(thread.raw))
            else:
                say_thread(thread)
            return
        checkpoint = await opened.resolve(parse_checkpoint(address.checkpoint or HEAD))
        if options.as_json:
            print_json(checkpoint_json(checkpoint, opened.tree))
        else:
            say_checkpoint(checkpoint)


@click.command()
@click.argument("thread", metavar="T")
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--limit", metavar="N", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@json_option
@backend_options
def runs(options: Options, thread: str, run_id: str | None, limit: int) -> None:
    """List the runs of a thread, newest first.

    With RUN (an id, part of one, or 'latest') show that run: its status, and all that it was started with.

    \b
    Examples:
      forkpoint runs latest
      forkpoint runs latest latest
    """
    run_async(options, _runs(options, thread, limit) if run_id is None else _one_run(options, thread, run_id))


async def _one_run(options: Options, part: str, run_part: str) -> None:
    from tui.cli.output import print_json
    from tui.cli.run_output import say_run
    from tui.domain.addresses import parse_thread

    async with connected(options) as session:
        thread = await session.resolve_thread(parse_thread(part))
        found = await session.resolve_run(thread.thread_id, run_part)
    if options.as_json:
        print_json(dict(found.raw))
    else:
        say_run(found)


async def _runs(options: Options, part: str, limit: int) -> None:
    from tui.cli.output import print_json, say, say_columns
    from tui.cli.run_output import run_row
    from tui.domain.addresses import parse_thread

    async with connected(options) as session:
        thread = await session.resolve_thread(parse_thread(part))
        found = await session.backend.runs(thread.thread_id, limit=limit)
        now = _now_at(session)
    if options.as_json:
        print_json([dict(run.raw) for run in found])
    elif found:
        say_columns([run_row(run, now) for run in found], right=frozenset({2}))
    else:
        say(f"No runs yet. Start one: {run_command(part)}")


VERBS = (threads, new, delete, history, show, runs)
