"""When an app under test is at rest: its event loop has nothing to do, now or in a moment.

Textual's pilot looks at the processor instead, for at least 20 ms twice a key. That was more than a third of the time
of all tests of the screen. An app that talks to a server still waits like that: a loop does not know what is under way.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import textual.app
import textual.pilot
from textual._wait import SLEEP_GRANULARITY, wait_for_idle

MOMENT = 0.02
"""Seconds: what a timer does within this belongs to what was done: a frame comes within it."""

TURNS = 3
"""Turns of the loop in which nothing was left to do: what a thread has brought is seen in one of them."""


async def at_rest(min_sleep: float = SLEEP_GRANULARITY, max_sleep: float = 1) -> None:
    """Wait until nothing is left to do, for `max_sleep` seconds at most."""
    loop: Any = asyncio.get_running_loop()
    if min_sleep or has_sockets(loop):
        await wait_for_idle(min_sleep, max_sleep)
        return
    end, quiet = monotonic() + max_sleep, 0
    while quiet < TURNS and monotonic() < end:
        await asyncio.sleep(0)
        wait = seconds_to_a_timer(loop)
        if loop._ready or wait < MOMENT:
            quiet = 0
            await asyncio.sleep(0 if loop._ready else max(0.0, wait))
        else:
            quiet += 1


def has_sockets(loop: Any) -> bool:
    """Whether it waits for others than itself."""
    return len(loop._selector.get_map()) > 1


def seconds_to_a_timer(loop: Any) -> float:
    """How long until the next timer of a loop is due."""
    due = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=float("inf"))
    return float(due - loop.time())


def rest_by_the_loop() -> None:
    """Let the pilot wait like this."""
    for module in (textual.app, textual.pilot):
        vars(module)["wait_for_idle"] = at_rest
