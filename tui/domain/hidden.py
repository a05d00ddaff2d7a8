"""How much is hidden in a text or a value: said beside it, because a mark among thousands of words is overlooked."""

from __future__ import annotations

from itertools import islice

from tui.domain.checkpoint import JSON
from tui.domain.messages import Message
from tui.domain.safe_text import hidden_count

MOST_TEXT = 20_000
"""Characters of one text that are looked at."""

MOST_PARTS = 2000
"""Values of one object that are looked at."""


def hidden_in(*values: JSON) -> int:
    """Hidden characters in texts, keys and values, however deep; big ones are looked at from their beginning."""
    stack: list[JSON] = list(values)
    count = looked = 0
    while stack and looked < MOST_PARTS:
        value = stack.pop()
        looked += 1
        if isinstance(value, str):
            count += hidden_count(value[:MOST_TEXT])
        elif isinstance(value, dict):
            for key, child in islice(value.items(), MOST_PARTS):
                count += hidden_count(str(key)[:MOST_TEXT])
                stack.append(child)
        elif isinstance(value, list):
            stack.extend(islice(value, MOST_PARTS))
    return count


def hidden_in_message(message: Message) -> int:
    """What is hidden in all that is shown of a message: names, thoughts, texts, calls and their arguments."""
    calls = [part for call in message.tool_calls for part in (call.name, call.args)]
    return hidden_in(message.name, message.reasoning, message.text, *calls)


def hidden_words(count: int) -> str:
    """ "3 hidden characters", or nothing."""
    return f"{count:,} hidden {'character' if count == 1 else 'characters'}" if count else ""
