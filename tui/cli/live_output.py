"""A run on standard output while it happens: one JSON line an event, or readable text with tokens as they come."""

from __future__ import annotations

from typing import Any, Protocol

from tui.cli.custom_output import Held
from tui.cli.options import Options, join_command
from tui.cli.output import print_json, say, say_aside
from tui.cli.paragraph import Paragraph
from tui.cli.plan_output import names, plan_json, plan_lines, request_lines
from tui.domain.addresses import tail
from tui.domain.cells import padded
from tui.domain.checkpoint import JSON
from tui.domain.labels import in_words, step_words
from tui.domain.messages import read_messages, role_of
from tui.domain.safe_text import one_line
from tui.domain.transcript import GAP, StreamEvent
from tui.domain.transcript_builder import KNOWN_MODES
from tui.session.events import (
    HistoryLost,
    LineBack,
    LineLost,
    Note,
    PlanReady,
    RunEnd,
    RunEnded,
    RunStarted,
    StateWritten,
    Streamed,
    TravelEvent,
)

_NODE_CELLS = 10
"""What the names of nodes take at least."""


class Printer(Protocol):
    """Hears what happens and prints it."""

    def hear(self, event: TravelEvent) -> None:
        """One event, as it happens."""

    def only_planned(self, ready: PlanReady) -> None:
        """A plan that is not carried out, with what would be sent for it."""

    def finish(self, ended: RunEnded) -> None:
        """The last word, once everything has been read again."""


class JsonPrinter:
    """`{"event", "data"}` lines as the server names them; `plan` before the run, `end` after it."""

    def __init__(self, options: Options, thread_id: str) -> None:
        self._options = options
        self._thread_id = thread_id

    def hear(self, event: TravelEvent) -> None:
        """Print the event if it is one for programs."""
        if isinstance(event, PlanReady):
            print_json({"event": "plan", "data": plan_json(event.plan, event.requests)})
        elif isinstance(event, StateWritten):
            data = {"checkpoint_id": event.checkpoint.checkpoint_id, "next": list(event.checkpoint.next)}
            print_json({"event": "state_written", "data": {**data, "next_was": list(event.next_was)}})
        elif isinstance(event, RunStarted):
            _remember_run(self._options, self._thread_id, event.run_id)
        elif isinstance(event, Streamed):
            filled = {"filled": True} if event.event.filled else {}
            print_json({"event": event.event.event, "data": event.event.data} | filled)
        else:
            _say_of_the_line(event)

    def only_planned(self, ready: PlanReady) -> None:
        """The `plan` line, and nothing behind it."""
        self.hear(ready)

    def finish(self, ended: RunEnded) -> None:
        """The `end` line."""
        line: dict[str, Any] = {"event": "end", "run_id": ended.run_id, "status": ended.end.value}
        line["checkpoint_id"] = ended.head.checkpoint_id if ended.head is not None else None
        if ended.error:
            line["error"] = ended.error
        if ended.failed_nodes:
            line["failed_nodes"] = list(ended.failed_nodes)
        print_json(line)


class PlainPrinter:
    """Node by node; the tokens of one message at a time as they come, everything else when it is complete."""

    def __init__(self, options: Options, thread_id: str) -> None:
        self._options = options
        self._thread_id = thread_id
        self._paragraph: Paragraph | None = None
        self._open: tuple[str, str] | None = None
        self._said: set[str] = set()
        """Ids of the messages that were said already; a subgraph's parent repeats them."""
        self._held = Held()
        self._error_said = False

    def hear(self, event: TravelEvent) -> None:
        """Print the event in words."""
        if isinstance(event, PlanReady):
            self._said |= _ids(event.plan.start.values if event.plan.start is not None else None)
            for line in plan_lines(event.plan):
                say(line)
            say()
        elif isinstance(event, StateWritten):
            now, before = names(event.checkpoint.next), names(event.next_was)
            say(f"Written as checkpoint {tail(event.checkpoint.checkpoint_id)}, and read again: next {now}.")
            if event.route_changed:
                say(f"The edit changed the route: will now run {now} instead of {before}.")
        elif isinstance(event, RunStarted):
            _remember_run(self._options, self._thread_id, event.run_id)
        elif isinstance(event, Streamed):
            self._streamed_event(event.event)
        elif isinstance(event, (HistoryLost, LineLost, LineBack, Note)):
            self._close_line()
            _say_of_the_line(event)

    def only_planned(self, ready: PlanReady) -> None:
        """The plan in words, and its requests."""
        self.hear(ready)
        for line in request_lines(ready.requests):
            say(line)

    def finish(self, ended: RunEnded) -> None:
        """How it ended, and where the head is now."""
        self._close_line()
        where = f"head {tail(ended.head.checkpoint_id)}" if ended.head is not None else "no checkpoint"
        say()
        say(f"{_hanging(self._how(ended))} · run {tail(ended.run_id or '?')} · {where}")
        if ended.end is RunEnd.WAITING and ended.head is not None:
            for asked in ended.head.pending_interrupts:
                say(f"  waits for: {one_line(in_words(asked.value, 400))}")

    def _how(self, ended: RunEnded) -> str:
        """How it ended, not saying the error again that the stream has said, unless the node that failed is known."""
        if self._error_said and ended.end is RunEnd.ERROR and not ended.failed_nodes:
            return str(ended.end.value)
        return _end_words(ended)

    def _streamed_event(self, event: StreamEvent) -> None:
        if event.filled and event.event == GAP and isinstance(event.data, dict):
            self._close_line()
            say(f"┄ {event.data.get('words', 'line lost')}")
        elif event.mode == "messages":
            self._token(event)
        elif event.mode == "updates" and isinstance(event.data, dict):
            for node, update in event.data.items():
                self._node_finished(".".join((*_subgraph_names(event), node)), update)
        elif event.mode == "error":
            self._close_line()
            data = event.data if isinstance(event.data, dict) else {}
            say(_hanging(f"✗ {data.get('error', 'error')}: {data.get('message', event.data)}"))
            self._error_said = True
        elif event.mode == "custom":
            self._held.take(event)
        elif event.mode not in KNOWN_MODES:
            self._held.put(f"  {one_line(event.event, 60)}: {one_line(in_words(event.data, 200))}")
        self._say_held()

    def _say_held(self) -> None:
        """What came beside a text: behind it, so that no word of it is cut."""
        if self._open is None:
            for line in self._held.lines():
                say(line)

    def _token(self, event: StreamEvent) -> None:
        message, about = _message_and_metadata(event.data)
        text, message_id = _text_of(message), str(message.get("id"))
        if message.get("type") != "AIMessageChunk" or not text:
            return
        node = ".".join((*_subgraph_names(event), str(about.get("langgraph_node", "?"))))
        if self._open is None:
            self._open = (node, message_id)
            self._paragraph = Paragraph(padded(one_line(node), _NODE_CELLS) + " ")
        if self._open == (node, message_id) and self._paragraph is not None:
            self._said.add(message_id)
            self._paragraph.write(text)

    def _node_finished(self, node: str, update: JSON) -> None:
        if self._open is None or _is_part_of(self._open[0], node) or node.endswith("__interrupt__"):
            self._close_line()  # else it ran beside the one whose text still comes
        if node.endswith("__interrupt__"):
            return
        words = step_words(None, _without(update, self._said))
        self._said |= _ids(update)
        if words:
            self._held.put(f"{padded(one_line(node), _NODE_CELLS)} {one_line(words)}")

    def _close_line(self) -> None:
        if self._paragraph is not None:
            self._paragraph.close()
        self._paragraph = self._open = None
        self._say_held()


def joining(options: Options, thread_id: str, run_id: str | None, *, certain: bool = True) -> str:
    """What to tell a user who leaves, or is cut off, while a run goes on (or may: `certain` is False)."""
    goes_on = "goes on" if certain else "may go on"
    return f"The run {goes_on} at the server. Join it: {join_command(thread_id, run_id or 'latest', options.where)}"


def _hanging(text: str) -> str:
    """A text whose further lines are indented: what a run says must not pass for a line of ours."""
    return text.replace("\n", "\n    ")


def _say_of_the_line(event: TravelEvent) -> None:
    """What is not output proper: notes, and the state of the line, on standard error."""
    if isinstance(event, Note):
        say_aside(event.text)
    elif isinstance(event, HistoryLost):
        say_aside(str(event))
    elif isinstance(event, LineLost):
        say_aside(f"{event}: {event.reason}")
    elif isinstance(event, LineBack) and event.complete:
        say_aside("Joined again.")
    elif isinstance(event, LineBack):
        say_aside("Joined again. The server keeps no events: results that were missed are filled from the history.")


def _remember_run(options: Options, thread_id: str, run_id: str) -> None:
    options.going_on = joining(options, thread_id, run_id)


def _end_words(ended: RunEnded) -> str:
    if ended.end is RunEnd.SUCCESS:
        return "done"
    if ended.end is RunEnd.WAITING:
        nodes = names(ended.head.next) if ended.head is not None else ""
        return f"stopped before {nodes}" if nodes else "stopped at an interrupt"
    where = " in " if ended.failed_nodes else ": "
    return f"{ended.end.value}{where + ended.error if ended.error else ''}"


def _is_part_of(inner: str, node: str) -> bool:
    """Whether a node's text is over when `node` has ended: it is that node, or runs in it."""
    return inner == node or inner.startswith(f"{node}.") or inner.endswith(f".{node}") or node.endswith(f".{inner}")


def _subgraph_names(event: StreamEvent) -> tuple[str, ...]:
    return tuple(part.split(":", 1)[0] for part in event.namespace)


def _message_and_metadata(data: JSON) -> tuple[dict[str, Any], dict[str, Any]]:
    pair = data if isinstance(data, list) else [data]
    message = pair[0] if pair and isinstance(pair[0], dict) else {}
    about = pair[1] if len(pair) > 1 and isinstance(pair[1], dict) else {}
    return message, about


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [block.get("text") for block in content if isinstance(block, dict) and block.get("type") == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def _without(update: JSON, said: set[str]) -> JSON:
    """An update without the texts that were said already, and without what the user said; tool calls are said again."""
    if not isinstance(update, dict):
        return {"update": update} if update is not None else None
    kept = {key: _rest(value, said) if isinstance(value, list) else value for key, value in update.items()}
    return {key: value for key, value in kept.items() if value or not update[key]}


def _rest(messages: list[JSON], said: set[str]) -> list[JSON]:
    return [message for message in messages if not _was_said(message, said)]


def _was_said(message: JSON, said: set[str]) -> bool:
    if not isinstance(message, dict):
        return False
    if role_of(message) == "human":
        return True
    known = str(message.get("id") or "-") in said or any(str(message.get("id")) == f"{start}-0" for start in said)
    # The tokens of a call are not shown, so its message is said once, when it is complete.
    return known and not (message.get("tool_calls") and f"{message.get('id')}/calls" not in said)


def _ids(values: JSON) -> set[str]:
    """The ids of a state's messages, with a mark that their calls are known too."""
    ids = {message.id for message in read_messages(values) if message.id is not None}
    return ids | {f"{message_id}/calls" for message_id in ids}
