"""The verbs that run something at the server: run, join, cancel, replay, fork."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.cli.asking import ask_for_travel, ask_for_write, check_answerable, yes_option
from tui.cli.failures import Stop
from tui.cli.options import (
    Options,
    backend_options,
    connected,
    input_argument,
    join_command,
    json_argument,
    json_option,
    object_argument,
    run_async,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.cli.live_output import Printer
    from tui.domain.checkpoint import JSON, Checkpoint, Run
    from tui.domain.plans import TravelPlan
    from tui.session.events import RunEnded
    from tui.session.open_thread import OpenThread
    from tui.session.session import Session

F = TypeVar("F", bound="Callable[..., Any]")


def dry_run_option(function: F) -> F:
    """Add --dry-run."""
    text = "Print the plan and its requests; send nothing."
    return click.option("--dry-run", is_flag=True, help=text)(function)


@click.command()
@click.argument("thread", metavar="T")
@click.option(
    "--input",
    "value",
    required=True,
    metavar="JSON|TEXT",
    help="The input, or a message; - reads stdin.",
)
@click.option("--background", is_flag=True, help="Start it and return; look again with runs or join.")
@click.option("--config", metavar="JSON", help='The run\'s config, such as {"recursion_limit": 25}.')
@click.option("--context", metavar="JSON", help="The run's context, an object.")
@dry_run_option
@yes_option
@json_option
@backend_options
def run(
    options: Options,
    thread: str,
    value: str,
    background: bool,
    config: str | None,
    context: str | None,
    dry_run: bool,
) -> None:
    """Run a thread with a new input and stream it.

    A text is sent as a user message, where the graph has messages. A thread that has not run yet needs --assistant,
    unless it was made with it, or its server has only one.

    \b
    Examples:
      forkpoint run latest --input "what is the weather in sf"
      forkpoint run latest --input '{"messages": [{"role": "user", "content": "what is the weather in sf"}]}'
      forkpoint run "$(forkpoint new)" --assistant agent --background \\
        --input '{"messages": [{"role": "user", "content": "what is the weather in sf"}]}'
    """
    if not dry_run:
        check_answerable(options)
    given = input_argument(value, "--input")
    settings = object_argument(config, "--config")
    run_context = object_argument(context, "--context")
    run_async(options, _run(options, thread, given, settings, run_context, background=background, dry_run=dry_run))


async def _run(
    options: Options, part: str, value: JSON, config: JSON, context: JSON, *, background: bool, dry_run: bool
) -> None:
    from tui.cli.output import print_json, say, say_aside
    from tui.cli.run_output import say_run
    from tui.domain.addresses import parse_thread
    from tui.domain.plans import PlanError, plan_input
    from tui.domain.typed_input import ReadInput

    async with connected(options) as session:
        thread = await session.resolve_thread(parse_thread(part))
        setup = await session.setup_for_input(thread, config=config, context=context)
        opened = await session.open(thread)
        read = await session.text_as_input(opened, setup, value) if isinstance(value, str) else ReadInput(value)
        if read.problem:
            raise PlanError(read.problem)
        value = read.value
        plan = replace(plan_input(opened.tree, None, value, setup), read_as=read.words)
        if hint := await session.input_hint(setup, value):
            say_aside(f"forkpoint: {hint}")
        if plan.drops and (options.as_json or (background and not dry_run)):
            say_aside(f"forkpoint: {plan.drop_note}")  # elsewhere it stands in the plan
        if dry_run or not background:
            await _travel(options, opened, plan, dry_run=dry_run, stream=not background)
            return
        ask_for_travel(options, plan)
        _may_go_on(options, thread.thread_id)
        started = await session.backend.start_run(thread.thread_id, plan.run_request(None))
        if options.as_json:
            print_json(dict(started.raw))
        else:
            say_run(started)
            say(f"\nJoin it: {join_command(thread.thread_id, started.run_id, options.where)}")


@click.command()
@click.argument("thread", metavar="T")
@click.argument("run_id", metavar="RUN")
@json_option
@backend_options
def join(options: Options, thread: str, run_id: str) -> None:
    """Follow a run until it ends.

    RUN is an id, part of one, or 'latest'. Where the server keeps a run's events, all of them are shown.

    \b
    Example:
      forkpoint join latest latest
    """
    run_async(options, _join(options, thread, run_id))


async def _join(options: Options, part: str, run_part: str) -> None:
    from tui.session.travel import join_run

    async with connected(options) as session:
        opened, found = await _thread_and_run(session, part, run_part)
        printer = _printer(options, opened)
        ended = await join_run(opened, found, printer.hear)
        _leave(options, printer, opened, ended)


@click.command()
@click.argument("thread", metavar="T")
@click.argument("run_id", metavar="RUN")
@click.option("--rollback", is_flag=True, help="Also drop the run and the checkpoints that it made.")
@yes_option
@json_option
@backend_options
def cancel(options: Options, thread: str, run_id: str, rollback: bool) -> None:
    """Cancel a run.

    Its checkpoints stay, unless --rollback. RUN is an id, part of one, or 'latest'.

    \b
    Example:
      forkpoint cancel latest latest
    """
    check_answerable(options)
    run_async(options, _cancel(options, thread, run_id, rollback))


async def _cancel(options: Options, part: str, run_part: str, rollback: bool) -> None:
    from tui.backends.errors import NotFound
    from tui.cli.output import print_json, say
    from tui.domain.run_words import status_words

    async with connected(options) as session:
        opened, found = await _thread_and_run(session, part, run_part)
        if not found.is_active:
            say(f"Run {found.run_id} has ended already: {status_words(found)}.")
            raise Stop(1)
        action = "rollback" if rollback else "interrupt"
        dropping = " and drop its checkpoints" if rollback else ""
        ask_for_write(options, f"cancel run {found.run_id} of thread {opened.thread_id}{dropping}")
        await session.backend.cancel_run(opened.thread_id, found.run_id, action=action)
        try:
            after = await session.backend.get_run(opened.thread_id, found.run_id)
        except NotFound:
            say(f"Run {found.run_id} was cancelled and rolled back.")
            return
        if options.as_json:
            print_json(dict(after.raw))
        else:
            say(f"{after.run_id}  {status_words(after)}")


@click.command()
@click.argument("address", metavar="T@C")
@dry_run_option
@yes_option
@json_option
@backend_options
def replay(options: Options, address: str, dry_run: bool) -> None:
    """Run again from a checkpoint.

    Nodes and tools really execute; old checkpoints stay as they are.

    \b
    Examples:
      forkpoint replay latest@head~2 --dry-run
      forkpoint replay latest@head~2
    """
    if not dry_run:
        check_answerable(options)
    run_async(options, _replay(options, address, dry_run))


async def _replay(options: Options, address: str, dry_run: bool) -> None:
    from tui.domain.plans import plan_replay

    async with connected(options) as session:
        opened, checkpoint = await _checkpoint_of(session, address)
        setup = await session.setup_for_replay(opened, checkpoint)
        await _travel(options, opened, plan_replay(opened.tree, checkpoint, setup), dry_run=dry_run)


@click.command()
@click.argument("address", metavar="T@C")
@click.option("--tool-args", required=True, metavar="JSON", help="The new arguments; - reads standard input.")
@click.option("--tool-call", metavar="ID", help="Which tool call, where the checkpoint has several.")
@dry_run_option
@yes_option
@json_option
@backend_options
def fork(options: Options, address: str, tool_args: str, tool_call: str | None, dry_run: bool) -> None:
    """Edit a tool call, run from there.

    Changes the arguments at a checkpoint and runs on a new branch; the old one stays as it is.

    \b
    Examples:
      forkpoint fork latest@head~2 --tool-args '{"query": "weather in San Francisco"}' --dry-run
      forkpoint fork latest@head~2 --tool-args '{"query": "weather in San Francisco"}'
    """
    if not dry_run:
        check_answerable(options)
    args = json_argument(tool_args, "--tool-args")
    run_async(options, _fork(options, address, args, tool_call, dry_run))


async def _fork(options: Options, address: str, args: JSON, tool_call: str | None, dry_run: bool) -> None:
    from tui.cli.output import say_aside
    from tui.domain.labels import call_words
    from tui.domain.plans import AmbiguousToolCall, choose_tool_call, plan_fork

    async with connected(options) as session:
        opened, checkpoint = await _checkpoint_of(session, address)
        try:
            call = choose_tool_call(opened.tree, checkpoint, tool_call)
        except AmbiguousToolCall as error:
            say_aside(f"forkpoint: {error}")
            for choice in error.calls:
                say_aside(f"  --tool-call {choice.id}   {call_words(choice)}")
            raise Stop(2) from None
        setup = await session.setup_for_replay(opened, checkpoint)
        clone_first = session.info.needs_clone_before_edit
        plan = plan_fork(opened.tree, checkpoint, {call.id or "": args}, setup, clone_first=clone_first)
        await _travel(options, opened, plan, dry_run=dry_run)


async def _checkpoint_of(session: Session, text: str) -> tuple[OpenThread, Checkpoint]:
    from tui.domain.addresses import HEAD, parse_address, parse_checkpoint

    address = parse_address(text)
    opened = await session.open(await session.resolve_thread(address.thread))
    checkpoint = await opened.resolve(parse_checkpoint(address.checkpoint or HEAD))
    if checkpoint.parent_id is not None and checkpoint.parent_id not in opened.tree:
        # The parent tells who made the checkpoint, which decides how to run from it.
        await opened.load_older()
    return opened, checkpoint


async def _thread_and_run(session: Session, part: str, run_part: str) -> tuple[OpenThread, Run]:
    from tui.domain.addresses import parse_thread

    opened = await session.open(await session.resolve_thread(parse_thread(part)))
    return opened, await session.resolve_run(opened.thread_id, run_part)


async def _travel(
    options: Options, opened: OpenThread, plan: TravelPlan, *, dry_run: bool = False, stream: bool = True
) -> None:
    from tui.session.events import PlanReady
    from tui.session.travel import carry_out, planned_requests

    printer = _printer(options, opened)
    if dry_run:
        printer.only_planned(PlanReady(plan, planned_requests(opened, plan, stream=stream)))
        _say_if_refused(options)
        return
    ask_for_travel(options, plan)
    _may_go_on(options, opened.thread_id)
    _leave(options, printer, opened, await carry_out(opened, plan, printer.hear))


def _say_if_refused(options: Options) -> None:
    """A plan may be looked at where it may not be carried out."""
    from tui.cli.output import say_aside

    if options.connection.read_only:
        because = " and ".join(options.connection.read_only_by) or "its connection"
        say_aside(f"forkpoint: Without --dry-run it would be refused: read-only because of {because}.")


def _may_go_on(options: Options, thread_id: str) -> None:
    """From now on ctrl+c may leave a run behind, though its id is not known yet."""
    from tui.cli.live_output import joining

    options.going_on = joining(options, thread_id, None, certain=False)


def _printer(options: Options, opened: OpenThread) -> Printer:
    from tui.cli.live_output import JsonPrinter, PlainPrinter

    return (JsonPrinter if options.as_json else PlainPrinter)(options, opened.thread_id)


def _leave(options: Options, printer: Printer, opened: OpenThread, ended: RunEnded) -> None:
    """Say the last word, and leave with the exit code of how the run ended."""
    from tui.cli.live_output import joining
    from tui.cli.output import say_aside
    from tui.session.events import RunEnd

    printer.finish(ended)
    if ended.end is RunEnd.LOST:
        say_aside(joining(options, opened.thread_id, ended.run_id, certain=ended.run is not None))
    if ended.end.exit_code:
        raise Stop(ended.end.exit_code)


VERBS = (run, join, cancel, replay, fork)
