"""The options that every verb shares, and the way from them to a connected session."""

from __future__ import annotations

import functools
import shlex
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.cli.failures import Interrupted, Misuse, make_logs_safe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tui.config import Config, Connection, Look
    from tui.session.session import Session

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass(slots=True)
class Options:
    """What the shared options said. `going_on` is what to tell after Ctrl+C, once a run is under way."""

    connection: Connection
    as_json: bool = False
    going_on: str = ""
    where: str = ""
    """The options that another command needs to reach the same server, as typed."""
    yes: bool = False
    """Whether the user said yes beforehand."""
    ascii: bool = False
    """Whether lanes and marks are drawn with ASCII characters only."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the app shall look and listen, as far as options say."""

    ascii: bool
    mouse: bool
    low_bandwidth: bool | None

    def look(self, config: Config, theme: str | None = None) -> Look:
        """With what the config and the environment say; `theme` is the profile's."""
        from tui.config import look_of

        return look_of(config, theme=theme, ascii=self.ascii, mouse=self.mouse, low_bandwidth=self.low_bandwidth)


def backend_options(function: F) -> F:
    """Add the options of a connection, from --url to --ssh; the verb gets one `Options` named `options`."""

    @click.option("--url", metavar="BACKEND", help="A server's URL or a profile's name.")
    @click.option("--profile", metavar="NAME", help="A profile of the config file.")
    @click.option("--assistant", metavar="NAME", help="The assistant (or graph) to run.")
    @click.option("--read-only", is_flag=True, help="Refuse everything that would change something at the server.")
    @click.option("--header", "headers", multiple=True, metavar="NAME=env:VAR", help="An extra header; repeatable.")
    @click.option("--ca", "ca_file", metavar="FILE", help="A CA certificate to trust.")
    @click.option("--cert", metavar="FILE[,KEY]", help="A client certificate, and its key if that is another file.")
    @click.option("--proxy", metavar="URL", help="Go through this proxy; those of the environment are ignored.")
    @click.option("--ssh", metavar="HOST", help="Go through an ssh tunnel; URL is meant as HOST sees it.")
    @click.option("--insecure-http", is_flag=True, help="Let keys go unencrypted over a network.")
    @functools.wraps(function)
    def with_options(
        *args: Any,
        url: str | None,
        profile: str | None,
        assistant: str | None,
        read_only: bool,
        headers: tuple[str, ...],
        ca_file: str | None,
        cert: str | None,
        proxy: str | None,
        ssh: str | None,
        insecure_http: bool,
        **kwargs: Any,
    ) -> Any:
        from tui.cli.hiding import keep_from_children, keep_out
        from tui.config import load_config, look_of, resolve_connection

        url = kwargs.pop("backend", None) or url
        config = load_config()
        connection = resolve_connection(
            config,
            backend=url,
            profile=profile,
            assistant=assistant,
            read_only=read_only,
            headers=headers,
            ca_file=ca_file,
            cert=cert,
            proxy=proxy,
            ssh=ssh,
            insecure_http=insecure_http,
        )
        _check_authorities(connection)
        typed = {"--profile": profile, "--url": url, "--ca": ca_file, "--cert": cert, "--proxy": proxy, "--ssh": ssh}
        given = [(option, text) for option, text in typed.items() if text] + [("--header", text) for text in headers]
        where = "".join(f" {option} {shlex.quote(text)}" for option, text in given)
        where += " --insecure-http" if insecure_http else ""
        as_json, yes = kwargs.pop("as_json", False), kwargs.pop("yes", False)
        keep_out(connection.secrets)
        keep_from_children(connection)
        # Before the app takes the terminal: ssh may have to ask something.
        with _reached(connection) as there:
            options = Options(there, as_json, where=where, yes=yes, ascii=look_of(config).ascii)
            return function(*args, options=options, **kwargs)

    return with_options  # type: ignore[return-value]


def join_command(thread_id: str, run_id: str, where: str) -> str:
    """The command that follows a run. Ids are the server's words: whoever copies it must not run what they say."""
    return f"forkpoint join {shlex.quote(thread_id)} {shlex.quote(run_id)}{where}"


def run_command(thread: str) -> str:
    """The command that starts a run, likewise."""
    return f"forkpoint run {shlex.quote(thread)} --input TEXT"


def _check_authorities(connection: Connection) -> None:
    """A CA file that is none is said at once, also where plain http does not need it yet."""
    if connection.ca_file is None:
        return
    import ssl

    try:
        ssl.create_default_context(cafile=str(connection.ca_file))
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        missing = isinstance(error, FileNotFoundError)
        reason = "there is no such file" if missing else getattr(error, "strerror", None) or str(error)
        raise Misuse(
            f"The certificates in {connection.ca_file} cannot be read: {reason}. "
            "--ca (ca_file in a profile) wants a file of certificates in PEM form."
        ) from None


def _reached(connection: Connection) -> AbstractContextManager[Connection]:
    """The connection, through a tunnel if it wants one."""
    if connection.ssh is None:
        return nullcontext(connection)  # spares the import
    from tui.session.tunnel import reached

    return reached(connection)


def look_options(function: F) -> F:
    """Add --ascii, --no-mouse and --low-bandwidth; the verb gets them as one `Wanted` named `wanted`."""

    @click.option("--ascii", "plain_marks", is_flag=True, help="Draw with ASCII characters only.")
    @click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
    @click.option(
        "--low-bandwidth/--full-bandwidth", default=None, help="Write little to the terminal (the default over SSH)."
    )
    @functools.wraps(function)
    def with_look(*args: Any, plain_marks: bool, no_mouse: bool, low_bandwidth: bool | None, **kwargs: Any) -> Any:
        return function(*args, wanted=Wanted(plain_marks, not no_mouse, low_bandwidth), **kwargs)

    return with_look  # type: ignore[return-value]


def json_option(function: F) -> F:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(function)


@asynccontextmanager
async def connected(options: Options) -> AsyncIterator[Session]:
    """A session that has probed its server, closed at the end."""
    from tui.cli.output import say_aside
    from tui.session.connect import connect_session

    for mistake in options.connection.mistakes:
        say_aside(f"forkpoint: {mistake}")
    slow: set[str] = set()

    def say_slow(address: str) -> None:
        if address not in slow:  # once: it will be slow with what comes next, too
            slow.add(address)
            say_aside(f"forkpoint: {address} takes long to answer. Still waiting; ctrl+c stops.")

    session = await connect_session(options.connection, lambda text: say_aside(f"forkpoint: {text}"), on_slow=say_slow)
    try:
        yield session
    finally:
        await session.close()


def run_async(options: Options, main: Coroutine[Any, Any, T]) -> T:
    """Run a verb to its end; Ctrl+C leaves with 130 and says what goes on without us."""
    import asyncio

    make_logs_safe()
    try:
        return asyncio.run(main)
    except KeyboardInterrupt:
        if options.going_on:
            raise Interrupted(f"\n{options.going_on}") from None
        raise


def json_argument(text: str, option: str) -> Any:
    """Parse a JSON option; `-` reads standard input. A mistake is a usage error with line and reason."""
    return _parsed(sys.stdin.read() if text == "-" else text, option)


def input_argument(text: str, option: str) -> Any:
    """JSON if it looks like an object, a list, a text in quotes or null; any other text is itself. `-` as above."""
    source = sys.stdin.read() if text == "-" else text
    stripped = source.strip()
    if not stripped:
        raise Misuse(f"{option} is empty: give a text or a JSON object.")
    return _parsed(source, option) if stripped[0] in '{["' or stripped == "null" else stripped


def _parsed(source: str, option: str) -> Any:
    from tui.domain.json_values import parse_with_position

    parsed = parse_with_position(source)
    if not parsed.ok:
        raise Misuse(f"{option} is not JSON: {parsed.reason} (line {parsed.line}, column {parsed.column}).")
    return parsed.value


def object_argument(text: str | None, option: str) -> dict[str, Any] | None:
    """Parse a JSON option whose value must be an object; None where it was not given."""
    from tui.domain.labels import in_words

    if text is None:
        return None
    value = json_argument(text, option)
    if not isinstance(value, dict):
        raise Misuse(f'{option} must be a JSON object, such as {{"key": "value"}}, not {in_words(value)}.')
    return value
