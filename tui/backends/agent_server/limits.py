"""How long we wait and how much we read before we say that something is wrong."""

from __future__ import annotations

MAX_BODY = 512 * 1024 * 1024
"""Bytes of one answer."""

MAX_EVENT = 32 * 1024 * 1024
"""Bytes of one event of a stream, and so of one line of it. Of one that is larger little more is ever held."""

MAX_CONTAINERS = 1_000_000
"""Lists and objects of one big event: of two characters each, in memory they take thirty times as much and more."""

MAX_EVENT_NAME = 1000
"""Characters of an event's name, and of its id; both are kept with each event."""

PARSE_ASIDE = 1024 * 1024
"""Bytes from which on JSON is parsed in a thread, so that the screen keeps drawing."""

MAX_HISTORY_ROWS = 1000
"""Rows of history that a server hands out at once; more is answered with 422."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""Until the first byte of an answer, and between any two of its pieces."""

SLOW_SECONDS = 3.0
"""Without an answer until it is told that we still wait."""

HEARTBEAT_SECONDS = 20.0
"""Silence on a stream after which an official server is given up: it sends a heartbeat every 5 s."""

SILENCE_SECONDS = 300.0
"""The same for servers that promise no heartbeats."""

READ_ATTEMPTS = 3
"""A read is asked at most so often: official servers drop the pooled connection after they answered 500."""

LONGEST_PAUSE = 10.0
"""Seconds that a read waits when the server asks for a pause (Retry-After); longer ones are told instead."""

ERROR_BODY = 64 * 1024
"""Bytes of an error's body that are read; its first line is what is shown."""
