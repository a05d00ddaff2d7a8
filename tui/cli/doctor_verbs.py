"""The verb that looks at a connection and says what is wrong: doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.failures import Stop
from tui.cli.options import Options, backend_options, json_option, run_async

if TYPE_CHECKING:
    from tui.domain.diagnosis import Finding

_NAMES = 22
"""Columns of the longest name of a finding."""


@click.command()
@click.argument("backend", required=False, metavar="[BACKEND]")
@json_option
@backend_options
def doctor(options: Options) -> None:
    """Look at a server: connection, key, version, capabilities.

    Sends nothing that changes anything.

    \b
    Example:
      forkpoint doctor http://127.0.0.1:2024

    \b
    Exit codes here: 0 all is well, 1 it works with limits that matter, 4 it cannot be used.
    """
    run_async(options, _doctor(options))


async def _doctor(options: Options) -> None:
    from contextlib import aclosing

    from tui.cli.output import print_json, say
    from tui.domain.diagnosis import CAPABILITIES, exit_code
    from tui.session.doctor import examine

    findings: list[Finding] = []
    async with aclosing(examine(options.connection)) as found:
        async for finding in found:
            if not options.as_json:
                if finding.section == CAPABILITIES and not any(seen.section == CAPABILITIES for seen in findings):
                    say("\nWhat this server can do")
                _say_finding(finding)
            findings.append(finding)
    code = exit_code(findings)
    if options.as_json:
        print_json(_document(options, findings, code))
    else:
        _say_advice(findings)
    if code:
        raise Stop(code)


def _say_finding(finding: Finding) -> None:
    from tui.cli.output import say
    from tui.domain.diagnosis import State
    from tui.domain.safe_text import one_line

    word = finding.state.value.upper() if finding.state is State.FAIL else finding.state.value
    say(f"{word:<5} {finding.name:<{_NAMES}} {one_line(finding.words)}")


def _say_advice(findings: list[Finding]) -> None:
    from tui.cli.output import say
    from tui.domain.safe_text import one_line

    advice = [finding for finding in findings if finding.advice]
    say()
    if not advice:
        say("Nothing to do.")
        return
    say("What to do")
    for finding in advice:
        say(f"  {finding.name}: {one_line(finding.advice)}")


def _document(options: Options, findings: list[Finding], code: int) -> dict[str, object]:
    return {
        "url": options.connection.url,
        "profile": options.connection.profile,
        "findings": [
            {
                "section": finding.section,
                "name": finding.name,
                "state": finding.state.value,
                "words": finding.words,
                "advice": finding.advice,
                "value": finding.value,
            }
            for finding in findings
        ],
        "exit_code": code,
    }


VERBS = (doctor,)
