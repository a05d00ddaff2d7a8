"""The `forkpoint` command. Nothing heavy is imported here: `--help` must answer at once."""

from __future__ import annotations

import sys
from typing import Any

import click

from tui import __version__
from tui.cli import app_verbs, audit_verbs, doctor_verbs, run_verbs, thread_verbs
from tui.cli.encoding import make_writable
from tui.cli.failures import ReaderGone, exit_code_of

EPILOG = """\b
Examples:
  forkpoint demo                                  a local server with ready-made threads
  forkpoint open http://127.0.0.1:2024            the app on your own server
  forkpoint history latest                        the checkpoints as a tree
  forkpoint fork latest@head~2 --tool-args '{"query": "weather in San Francisco"}'

\b
Addresses: T is a thread's id, part of it, or 'latest'; T@C names a checkpoint: an id, part of it, head, head~2.
Exit codes: 0 done, 1 no, 2 usage, 3 waits at an interrupt, 4 no connection, 5 not done, 6 run failed, 7 not found.
Completion: eval "$(_FORKPOINT_COMPLETE=bash_source forkpoint)"  (or zsh_source; fish: see the README)
"""


class _OpensTheApp(click.Group):
    """A group whose first word may be an option of `open`, the default verb: `forkpoint --ssh HOST`.

    Help lists its verbs in the order in which one needs them.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error  # click would exit with 1, which is a negative answer

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if args and args[0].startswith("-") and args[0].partition("=")[0] not in own:
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_OpensTheApp,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="forkpoint")
@click.pass_context
def cli(context: click.Context) -> None:
    """A terminal time-travel debugger for LangGraph agents.

    Without a verb it opens the app on FORKPOINT_URL, the default profile, or http://127.0.0.1:2024; the options of
    open may follow at once: forkpoint --ssh HOST.
    """
    if context.invoked_subcommand is None:
        context.invoke(app_verbs.open_app)


for verb in (*app_verbs.VERBS, *thread_verbs.VERBS, *run_verbs.VERBS, *audit_verbs.VERBS, *doctor_verbs.VERBS):
    cli.add_command(verb)


def main() -> None:
    """Run the command line and leave with the documented exit code."""
    make_writable()
    try:
        code = cli.main(prog_name="forkpoint", standalone_mode=False)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - the one place where errors become exit codes
        code = exit_code_of(error)
    sys.exit(code if isinstance(code, int) else 0)
