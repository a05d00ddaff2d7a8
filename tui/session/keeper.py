"""Processes that end with us: each keeps something up for as long as we hold the other end of its standard input."""

from __future__ import annotations

import contextlib
import subprocess


def let_go(process: subprocess.Popen[str]) -> None:
    """Ask a keeper to end: the end of its standard input says so. Asking twice is fine."""
    if process.stdin is not None and not process.stdin.closed:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def end(process: subprocess.Popen[str], seconds: float) -> None:
    """Have a keeper end, and wait for it; one that takes longer than `seconds` is killed. Ending twice is fine."""
    let_go(process)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
