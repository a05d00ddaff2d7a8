"""Where secrets of the connection stop: before standard output and error, a developer's log, programs that we start."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import MutableMapping, Sequence

from tui.config_values import KEY_VARIABLE, Connection
from tui.domain.safe_text import sanitise
from tui.domain.secrets import hide, hide_in_content, is_secret_header


class _Gate(io.TextIOWrapper):
    """A text stream on another one's bytes that leaves secrets out of what is written in one piece."""

    def __init__(self, stream: io.TextIOWrapper, secrets: Sequence[str]) -> None:
        super().__init__(
            stream.buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=stream.line_buffering
        )
        self._behind = stream  # were it collected, it would close the bytes below
        self._secrets = tuple(secrets)

    def write(self, text: str) -> int:
        super().write(hide_in_content(text, self._secrets))
        return len(text)


def keep_out(secrets: Sequence[str]) -> None:
    """From now on until the program ends, leave these secrets out of all that is printed, tracebacks included."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.flush()
        sys.stdout = _Gate(sys.stdout, secrets)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.flush()
        sys.stderr = _Gate(sys.stderr, secrets)


def keep_out_of_the_log(secrets: Sequence[str]) -> None:
    """From now on leave these secrets out of the log that TEXTUAL_LOG asks for: it quotes all that widgets are told."""
    from textual import Logger, constants

    if constants.LOG_FILE is None:
        return
    write = Logger.__call__

    def clean(words: str) -> str:
        return sanitise(hide(hide_in_content(words, secrets)))

    def written(self: Logger, *args: object, **kwargs: object) -> None:
        named = (f"{name}={clean(repr(value))}" for name, value in kwargs.items())
        write(self, *(clean(str(arg)) for arg in args), *named)

    Logger.__call__ = written  # type: ignore[method-assign]  # there is no other way in


_OF_EVERYBODY = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|PWD|HOST|HOSTNAME|LANG|LANGUAGE|LC_\w+|TERM|COLORTERM|TZ|TMPDIR|EDITOR|VISUAL|PAGER"
    r"|DISPLAY|WAYLAND_DISPLAY|SSH_AUTH_SOCK|SSH_CONNECTION|XDG_\w+"
)
"""Variables that other programs need, whatever somebody makes a header of."""


def keep_from_children(connection: Connection, environ: MutableMapping[str, str] = os.environ) -> None:
    """From now on leave secrets out of the environment: neither ssh nor an editor needs them.

    Those are the variables that options or the config name as a secret's source, also in profiles that are not in use,
    and all with the same text as a secret in use. What others need, such as USER, stays where it is no secret in use.
    """
    secret = {connection.api_key, *(text for name, text in connection.headers.items() if is_secret_header(name))}
    if connection.proxy is not None and "@" in connection.proxy:
        secret.add(connection.proxy)
    named = {KEY_VARIABLE, *(name for name in connection.secret_variables if not _OF_EVERYBODY.fullmatch(name))}
    for name in [name for name, value in environ.items() if name in named or (value and value in secret)]:
        del environ[name]
