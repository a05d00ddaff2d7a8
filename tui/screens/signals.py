"""What ends the app from outside: signals. The terminal is given back as it was, as after any other end.

By default SIGTERM and SIGHUP would end the process where it stands, with the mouse captured and the cursor hidden.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""SIGINT comes from outside only: in the app ctrl+c is a key."""

PATIENCE = 5.0
"""Seconds that the app gets to end in good order; a terminal that takes no more bytes would hold it for ever."""

CODE = 128
"""Added to a signal's number, it is the exit code that shells expect."""


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """Call `leave` with the exit code when a signal wants the app to end. Must be called in the event loop."""
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, _heard, number, leave)


def _heard(number: signal.Signals, leave: Callable[[int], None]) -> None:
    code = CODE + number
    timer = threading.Timer(PATIENCE, os._exit, (code,))
    timer.daemon = True
    timer.start()
    leave(code)
