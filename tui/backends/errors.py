"""One tree of errors. Every message says what was asked of which host, what came back, and what to try."""

from __future__ import annotations


class BackendError(Exception):
    """Base: `what` happened (one sentence), `hint` what to try, `status` the HTTP status if there was one.

    `retry_after`: seconds after which the server wants to be asked again, if it said so.
    `exit_code` is the exit code of a verb that ends with this error.
    """

    exit_code = 5

    def __init__(
        self,
        what: str,
        *,
        hint: str = "",
        status: int | None = None,
        detail: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.status = status
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".strip()


class CannotConnect(BackendError):
    """Nothing listens, DNS or TLS failed, it timed out before an answer."""

    exit_code = 4


class ConnectionLost(CannotConnect):
    """The connection broke while an answer was read or awaited."""


class NotAnAgentServer(CannotConnect):
    """Something answers there, but not with the Agent Server's API."""


class NotAllowed(BackendError):
    """401 or 403, or a write while read-only."""

    exit_code = 4


class ReadOnly(NotAllowed):
    """Refused before it left: this connection is read-only."""


class NotFound(BackendError):
    """No such thread, checkpoint, run or assistant."""

    exit_code = 7


class Conflict(BackendError):
    """409: the thread is busy with a run, or the id exists already."""


class Rejected(BackendError):
    """400 or 422: the server did not accept the request."""


class Unsupported(BackendError):
    """This server does not have that endpoint; there is another way."""


class ServerFailed(BackendError):
    """5xx: the server broke while answering."""


class TooLarge(BackendError):
    """An answer went past one of our limits."""


class BadAnswer(BackendError):
    """The answer could not be read: not JSON, or not of the promised shape."""


class StreamBroken(BackendError):
    """A stream ended in the middle, or carried what cannot be read."""
