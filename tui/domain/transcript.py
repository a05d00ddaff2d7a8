"""A run as it happens: a pure reducer from stream events to what a live pane or a log shows."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.checkpoint import JSON


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event: its name as the server gave it ("updates", "messages|child:1f…"), and parsed data.

    `id` is the server's event id where the stream can be resumed.
    """

    event: str
    data: JSON
    id: str | None = None

    @property
    def mode(self) -> str:
        """The name without the namespace: updates, messages, custom, metadata, error, end …"""
        return self.event.split("|", 1)[0]

    @property
    def namespace(self) -> tuple[str, ...]:
        """The subgraph path, outermost first; () for the root graph."""
        return tuple(self.event.split("|")[1:])
