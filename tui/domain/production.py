"""How careful to be before a write: what asks, what has to be typed, and what a question names. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tui.domain.addresses import tail


class Write(Enum):
    """What is about to happen at the server."""

    CHANGE = "change"
    """Something is made, run or cancelled: what was there stays."""
    DELETE = "delete"
    """Something goes for good."""


@dataclass(frozen=True, slots=True)
class Care:
    """A connection: whether it is production, and whether its user wants to be asked elsewhere."""

    production: bool = False
    ask: bool = True
    profile: str | None = None

    def asks(self, write: Write) -> bool:
        """Whether to ask first. Always on production and before deleting, whatever the settings say."""
        return self.production or self.ask or write is Write.DELETE

    def wants_id(self, write: Write) -> bool:
        """Whether the whole id of the thread has to be typed."""
        return self.production and write is Write.DELETE

    def place(self, address: str, thread_id: str | None = None) -> str:
        """What a question on production names before all else; "" elsewhere."""
        if not self.production:
            return ""
        thread = f", thread …{tail(thread_id, 8)}" if thread_id else ""
        return f"{production_words(address, self.profile)}{thread}:"


def production_words(address: str, profile: str | None) -> str:
    """PRODUCTION https://agents.example.com (profile prod)"""
    return f"PRODUCTION {address}{f' (profile {profile})' if profile else ''}"


def is_its_id(typed: str, thread_id: str) -> bool:
    """Whether what was typed is the thread's whole id."""
    return typed.strip() == thread_id
