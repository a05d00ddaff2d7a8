"""A checkpoint's state on standard output, for people: who made it, what is next, its messages and other values."""

from __future__ import annotations

from collections.abc import Iterator

from tui.cli.options import run_command
from tui.cli.output import PLENTY, say, say_fields, terminal_width
from tui.cli.paragraph import Paragraph
from tui.domain.addresses import tail
from tui.domain.checkpoint import JSON, Checkpoint, Task, Thread
from tui.domain.hidden import hidden_in_message, hidden_words
from tui.domain.json_values import pretty
from tui.domain.labels import call_words, in_words
from tui.domain.messages import Message, find_messages, view_messages
from tui.domain.run_words import thread_status
from tui.domain.safe_text import one_line, sanitise
from tui.domain.secrets import hide_named

_INDENT = " " * 4

_CELLS = 200
"""Of one value on a line."""


def say_thread(thread: Thread) -> None:
    """A thread that has no checkpoints: all that there is of it."""
    say_fields(
        [
            ("thread", thread.thread_id),
            ("created", thread.created_at.isoformat() if thread.created_at else ""),
            ("updated", thread.updated_at.isoformat() if thread.updated_at else ""),
            ("status", thread_status(thread)),
            ("metadata", in_words(hide_named(dict(thread.metadata), of_caller=True), _CELLS)),
            ("config", in_words(hide_named(thread.raw.get("config")), _CELLS) if "config" in thread.raw else ""),
            ("values", in_words(thread.raw.get("values"), _CELLS)),
        ]
    )
    say(f"\nNo checkpoints yet. Start a run: {run_command(thread.thread_id)}")


def say_checkpoint(checkpoint: Checkpoint) -> None:
    """Where it stands, then its messages, then the rest of the state."""
    say_fields(
        [
            ("checkpoint", checkpoint.checkpoint_id),
            ("parent", checkpoint.parent_id or ""),
            ("made by", f"{checkpoint.source or '?'} · step {checkpoint.step} · run {checkpoint.run_id or '-'}"),
            ("created", checkpoint.created_at.isoformat() if checkpoint.created_at else ""),
            ("next", ", ".join(checkpoint.next) or "nothing"),
            ("tasks", ", ".join(map(_task_words, checkpoint.tasks)) or "none"),
            *(("error", f"{node}: {error}") for node, error in checkpoint.errors),
            *(("waits for", in_words(asked.value, _CELLS)) for asked in checkpoint.pending_interrupts),
            ("broken", checkpoint.broken or ""),
        ]
    )
    say()
    found = find_messages(checkpoint.values)
    for message in view_messages(found[1]) if found is not None else ():
        _say_message(message)
    rest = checkpoint.values
    if found is not None and isinstance(rest, dict):
        rest = {key: value for key, value in rest.items() if key != found[0]}
    if rest:
        say(pretty(rest))


def _task_words(task: Task) -> str:
    how = ""
    if task.error is not None:
        how = " (cancelled)" if task.was_cancelled else " (failed)"
    elif task.pending_interrupts:
        how = " (waits)"
    return f"{one_line(task.name)}{how}"


def _say_message(message: Message) -> None:
    say("  ".join(_title(message)))
    if message.reasoning:
        _say_text(f"(thinks) {message.reasoning}")
    if message.text:
        _say_text(message.text)
    for call in message.tool_calls:
        say(_indented(f"{call_words(call)}  {call.id or '(without an id)'}"))
    if message.artifact is not None:
        _say_text(f"artifact {in_words(message.artifact, _CELLS)}")


def _title(message: Message) -> Iterator[str]:
    """Who speaks, the end of the message's id, which call is answered, tokens, what can't be seen."""
    yield one_line(message.role)
    if message.name:
        yield one_line(message.name)
    if message.id:
        yield f"…{tail(message.id, 8)}"
    if message.tool_call_id:
        yield f"answers {one_line(message.tool_call_id)}"
    if message.status == "error":
        yield "error"
    if usage := message.usage:
        yield f"{usage['input_tokens']} -> {usage['output_tokens']} tokens"
    if hidden := hidden_words(hidden_in_message(message)):
        yield f"({hidden})"


def _say_text(text: str) -> None:
    """A text below the title of its message, wrapped at words where somebody looks; a pipe gets whole lines."""
    if terminal_width() >= PLENTY:
        say(_indented(text))
        return
    paragraph = Paragraph(_INDENT, indent=len(_INDENT))
    paragraph.write(text)
    paragraph.close(count_hidden=False)


def _indented(text: JSON) -> str:
    return "\n".join(f"{_INDENT}{line}" for line in sanitise(text).split("\n"))
