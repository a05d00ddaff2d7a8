"""Errors become one clear message on standard error and the documented exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import IO, Any

import click

INTERRUPTED = 130

_CANNOT_WRITE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class Stop(Exception):
    """Leave the verb with this exit code; everything has been said already."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Misuse(click.ClickException):
    """Asked for in a way that cannot be done; the message says how it can, so click's lines on usage are left out."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """The message, as all of ours begin."""
        click.echo(f"forkpoint: {self.format_message()}", file=file, err=file is None)


class ReaderGone(Exception):
    """Who read our output has enough (head, less): nothing to say, nobody to say it to."""


class Interrupted(Exception):
    """The user pressed Ctrl+C; `message` says what goes on without us."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def exit_code_of(error: BaseException) -> int:
    """Say what happened on standard error and return the exit code. Of errors that nobody foresaw, all is said."""
    if isinstance(error, Stop):
        return error.code
    if isinstance(error, Interrupted):
        from tui.domain.safe_text import sanitise

        click.echo(sanitise(error.message), err=True)
        return INTERRUPTED
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        # Click turns ctrl+c into an Abort, with a new line; one without a cause is a question that was not answered.
        asked = isinstance(error, click.Abort) and error.__cause__ is None
        click.echo("\nNothing was sent." if asked else "Stopped.", err=True)
        return INTERRUPTED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, click.ClickException):
        from tui.domain.safe_text import sanitise

        said = io.StringIO()
        error.show(said)
        click.echo(sanitise(said.getvalue()), err=True, nl=False)  # it repeats what was typed, or copied from somewhere
        return error.exit_code
    if isinstance(error, (BrokenPipeError, ReaderGone)):
        _forget_output()
        return 0
    if isinstance(error, OSError) and error.errno in _CANNOT_WRITE:
        _forget_output()
        click.echo(f"forkpoint: The output can't be written: {error.strerror}.", err=True)
        return 2
    return _domain_code(error)


def _forget_output() -> None:
    """What is left to be written must not spoil the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _domain_code(error: BaseException) -> int:
    from tui.backends.errors import BackendError
    from tui.cli.output import terminal_width
    from tui.config import ConfigError
    from tui.demo.server import DemoError
    from tui.domain.addresses import AddressError, tail
    from tui.domain.plans import PlanError
    from tui.domain.safe_text import one_line, sanitise, shorten
    from tui.session.open_thread import AmbiguousName

    if isinstance(error, BackendError):
        click.echo(sanitise(f"forkpoint: {error}"), err=True)
        return error.exit_code
    if isinstance(error, (ConfigError, AddressError, PlanError, AmbiguousName)):
        click.echo(sanitise(f"forkpoint: {error}"), err=True)
        if isinstance(error, AmbiguousName):
            for candidate, words in error.about.items():
                click.echo(shorten(f"  {tail(candidate, 8)}  {one_line(words)}", terminal_width(sys.stderr)), err=True)
        return 2
    if isinstance(error, DemoError):
        click.echo(sanitise(f"forkpoint: {error}"), err=True)
        return 4
    import traceback

    # A bug; its words may come from a server, and Python would print them as they are.
    click.echo(sanitise("".join(traceback.format_exception(error))), err=True, nl=False)
    return 1


def make_logs_safe() -> None:
    """What libraries log where nobody listens goes to standard error, and may quote a server."""
    import logging

    from tui.domain.safe_text import sanitise

    class Safe(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return sanitise(super().format(record))

    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Safe())
