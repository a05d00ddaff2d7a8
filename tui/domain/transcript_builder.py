"""Builds the transcript of a run from its stream, event by event.

What makes this more than appending: the same message comes several times (as tokens, complete, in the node's update, in
the update of the graph around it) and is shown once; parallel tasks of one node are told apart; and nothing that a
server sends, however odd, raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from tui.domain.checkpoint import JSON, Interrupt
from tui.domain.live_messages import MessageBuilder, is_chunk
from tui.domain.messages import role_of
from tui.domain.transcript import GAP, CustomEvent, Gap, RunError, StreamEvent, Transcript
from tui.domain.transcript_beside import MOST_OTHERS, Beside
from tui.domain.transcript_parts import Section, messages_in, same_question, size_of, text, without_id

MOST_SECTIONS = 2000
MOST_MESSAGES = 2000
"""Of one section: each change looks at all of them."""

MOST_CHARACTERS = 64 * 1024 * 1024
"""Of JSON (see `size_of`) that sections are kept from; the oldest go first."""

MOST_KNOWN = 50_000
"""Ids of messages that are known but not kept."""

MOST_LEVELS = 50
"""Subgraphs within subgraphs; an event from deeper is kept as unknown."""

# Known, and of no use here: they repeat the state, or belong to others.
_IGNORED = frozenset({"values", "checkpoints", "debug", "events", "feedback", "heartbeat", "state_update", "lifecycle"})
KNOWN_MODES = _IGNORED | {
    *("messages", "messages/partial", "messages/complete", "messages/metadata"),
    *("updates", "custom", "tasks", "metadata", "error", "end"),
}
"""Names of events whose meaning is known; any other is shown as it came."""

_ATTEMPT_SUFFIX = re.compile(r"-\d+$")

_Namespace: TypeAlias = tuple[str, ...]


def transcript_of(events: Iterable[StreamEvent], *, known: Iterable[str] = ()) -> Transcript:
    """The transcript of a whole stream; `known` as for `TranscriptBuilder`."""
    builder = TranscriptBuilder(known=known)
    for event in events:
        builder.feed(event)
    return builder.snapshot()


class TranscriptBuilder:
    """Takes in events; `snapshot` costs little where little changed."""

    def __init__(self, *, known: Iterable[str] = ()) -> None:
        """`known`: ids of the messages that the run starts from, so that a repetition is not taken for news."""
        self._known = dict.fromkeys(known)
        self._sections: list[Section] = []
        self._by_task: dict[str, Section] = {}
        self._messages: dict[str, tuple[MessageBuilder, Section]] = {}
        self._metadata: Mapping[str, JSON] = {}
        self._beside = Beside()
        self._interrupts: list[Interrupt] = []
        self._at_breakpoint = False
        self._run_id: str | None = None
        self._attempt: int | None = None
        self._error: RunError | None = None
        self._ended = False
        self._events = self._tokens = self._dropped = 0
        self._size = self._held = 0
        self._readers: Mapping[str, Callable[[StreamEvent], bool]] = {
            "messages": self._read_message,
            "messages/partial": self._read_accumulated,
            "messages/complete": self._read_accumulated,
            "messages/metadata": self._read_message_metadata,
            "updates": self._read_updates,
            "custom": self._read_custom,
            "tasks": self._read_task,
            "metadata": self._read_metadata,
            "error": self._read_error,
            "end": self._read_end,
        }

    def feed(self, event: StreamEvent) -> None:
        """Take in one event. Never raises; what cannot be read is kept as `unknown`."""
        self._events += 1
        self._size = size_of(event.raw) if event.raw is not None else 0
        understood = event.mode in _IGNORED or (event.filled and event.event == GAP)
        if event.event.count("|") <= MOST_LEVELS and (reader := self._readers.get(event.mode)):
            understood = reader(event)
        if event.filled and event.event == GAP:
            words = event.data.get("words") if isinstance(event.data, Mapping) else None
            self._beside.gaps.append(Gap(str(words or "line lost"), self._events))
        if event.mode == "values" and isinstance(event.data, Mapping):
            self._ask(event.data.get("__interrupt__"))
        if not understood:
            self._beside.keep_unknown(replace(event, raw=None, order=self._events), self._size)

    def snapshot(self) -> Transcript:
        """The transcript so far."""
        return Transcript(
            run_id=self._run_id,
            attempt=self._attempt,
            sections=tuple([section.made or section.snapshot() for section in self._sections]),
            custom=tuple(self._beside.custom),
            gaps=tuple(self._beside.gaps),
            interrupts=tuple(self._interrupts),
            at_breakpoint=self._at_breakpoint,
            error=self._error,
            ended=self._ended,
            unknown=tuple(self._beside.unknown),
            events=self._events,
            tokens=self._tokens,
            dropped=self._dropped + self._beside.dropped,
        )

    # Messages, in pieces or whole

    def _read_message(self, event: StreamEvent) -> bool:
        pair = event.data if isinstance(event.data, list) else [event.data]
        raw = pair[0] if pair else None
        about = pair[1] if len(pair) > 1 and isinstance(pair[1], Mapping) else {}
        if not isinstance(raw, Mapping) or role_of(raw) in (None, "remove"):
            return False
        section = self._section_of_task(about, event.namespace)
        if is_chunk(raw):
            self._tokens += 1
            content = raw.get("content")
            size = len(content) if isinstance(content, str) and not raw.get("tool_call_chunks") else self._size
            if section.size + size <= MOST_CHARACTERS:
                self._message(raw, section, streaming=True).add_chunk(raw)
                self._grows(section, size)
        else:
            self._message(raw, section).set_whole(raw)
            self._grows(section, self._size)
        return True

    def _read_message_metadata(self, event: StreamEvent) -> bool:
        """Of the older mode `messages`: {message id: {"metadata": …}}, before the message's pieces."""
        if not isinstance(event.data, Mapping):
            return False
        for entry in event.data.values():
            about = entry.get("metadata") if isinstance(entry, Mapping) else None
            self._metadata = about if isinstance(about, Mapping) else {}
        return True

    def _read_accumulated(self, event: StreamEvent) -> bool:
        """Of the older mode `messages`: [the message so far], once per token, or [the whole message]."""
        messages = event.data if isinstance(event.data, list) else []
        for raw in messages:
            if isinstance(raw, Mapping) and role_of(raw) not in (None, "remove"):
                partial = event.mode == "messages/partial"
                self._tokens += partial
                section = self._section_of_task(self._metadata, event.namespace)
                self._message(raw, section).set_whole(raw, finished=not partial)
        return bool(messages)

    def _message(self, raw: Mapping[str, JSON], section: Section, *, streaming: bool = False) -> MessageBuilder:
        """The builder of a message: found by its id or what stands for it, else a new one at the section's end."""
        section.made = None
        message_id = raw.get("id")
        message_id = message_id if isinstance(message_id, str) and message_id else None
        found = self._find(message_id)
        if found is not None:
            found[1].made = None
            return found[0]
        builder = None if message_id is not None and streaming else without_id(raw, section, message_id, streaming)
        if builder is None:
            builder = MessageBuilder(message_id, role_of(raw) or "?")
            if len(section.messages) >= MOST_MESSAGES:
                self._drop_messages(section, MOST_MESSAGES // 4)
            section.messages.append(builder)
        if message_id is not None:
            self._messages[message_id] = (builder, section)
        return builder

    def _find(self, message_id: str | None) -> tuple[MessageBuilder, Section] | None:
        """By id; a message that was streamed as `lc_run--x` may be `lc_run--x-0` in the state, or the reverse."""
        if message_id is None:
            return None
        for candidate in (message_id, f"{message_id}-0", _ATTEMPT_SUFFIX.sub("", message_id)):
            if candidate in self._messages and (candidate == message_id or message_id.startswith(("lc_run-", "run-"))):
                return self._messages[candidate]
        return None

    # Sections

    def _section_of_task(self, about: Mapping[str, JSON], namespace: _Namespace) -> Section:
        """The section of the task that a message's metadata names."""
        task, node, step = (about.get(key) for key in ("langgraph_checkpoint_ns", "langgraph_node", "langgraph_step"))
        path = tuple(task.split("|")) if isinstance(task, str) and task else ()
        namespace = namespace or path[:-1]
        node = node if isinstance(node, str) and node else (path[-1].split(":", 1)[0] if path else "?")
        key = task if isinstance(task, str) and task else f"{'|'.join(namespace)}|{node}|{step}"
        section = self._by_task.get(key)
        if section is None:
            section = self._begin(node, namespace, key)
            section.task = task if path else None
        if section.step is None and isinstance(step, int) and not isinstance(step, bool):
            section.step, section.made = step, None
        return section

    def _begin(self, node: str, namespace: _Namespace, key: str | None = None) -> Section:
        self._begin_parents(namespace)
        section = self._add(Section(node, namespace, self._events))
        if key is not None:
            self._by_task[key] = section
        return section

    def _begin_parents(self, namespace: _Namespace) -> None:
        """A subgraph's first event begins the node that runs it."""
        for depth, part in enumerate(namespace, start=1):
            task = "|".join(namespace[:depth])
            known = self._by_task.get(task)
            # A subgraph with its own checkpointer has no task id: the next run of it is another execution.
            if known is None or (known.finished and ":" not in part):
                parent = Section(part.split(":", 1)[0], namespace[: depth - 1], self._events, task=task)
                self._by_task[task] = self._add(parent)

    def _add(self, section: Section) -> Section:
        if len(self._sections) >= MOST_SECTIONS:
            self._drop_oldest(MOST_SECTIONS // 4)
        self._sections.append(section)
        return section

    def _drop_messages(self, section: Section, count: int) -> None:
        gone = {id(message) for message in section.messages[:count]}
        del section.messages[:count]
        self._dropped += len(gone)
        self._forget(lambda message, _: id(message) in gone)

    def _forget(self, is_gone: Callable[[MessageBuilder, Section], bool]) -> None:
        """Said again, what is not kept any more is no news all the same."""
        for message_id in [message_id for message_id, pair in self._messages.items() if is_gone(*pair)]:
            del self._messages[message_id]
            self._known[message_id] = None
        for message_id in list(islice(self._known, max(0, len(self._known) - MOST_KNOWN))):
            del self._known[message_id]

    def _drop_oldest(self, count: int) -> None:
        gone = self._sections[:count]
        del self._sections[:count]
        self._dropped += len(gone)
        self._held -= sum(section.size for section in gone)
        lost = {id(section) for section in gone}
        self._by_task = {task: section for task, section in self._by_task.items() if id(section) not in lost}
        self._forget(lambda _, section: id(section) in lost)

    # What nodes wrote

    def _read_updates(self, event: StreamEvent) -> bool:
        if not isinstance(event.data, Mapping):
            return False
        about = event.data.get("__metadata__")
        cached = isinstance(about, Mapping) and about.get("cached") is True
        for node, update in event.data.items():
            if node == "__interrupt__":
                self._at_breakpoint = self._at_breakpoint or update == []
                self._ask(update)
            elif node != "__metadata__":
                section = self._end_of_node(node, event.namespace, update, cached)
                section.filled = event.filled
        return True

    def _end_of_node(self, node: str, namespace: _Namespace, update: JSON, cached: bool) -> Section:
        messages = list(messages_in(update))
        section = self._section_of_update(node, namespace, messages) or self._begin(node, namespace)
        for raw in self._news(messages, section):
            self._message(raw, section).set_whole(raw)
        self._finish(section)
        section.update, section.cached = update, cached
        self._grows(section, self._size)
        return section

    def _section_of_update(
        self, node: str, namespace: _Namespace, messages: list[Mapping[str, JSON]]
    ) -> Section | None:
        """Which open execution of the node an update ends: an update does not name its task."""
        open_ones = [s for s in self._sections if not s.finished and s.node == node and s.namespace == namespace]
        if len(open_ones) < 2:
            return open_ones[0] if open_ones else None
        for raw in messages:
            found = self._find(text(raw.get("id")))
            if found is not None and any(found[1] is section for section in open_ones):
                return found[1]
        return next((section for section in open_ones if not section.messages), open_ones[0])

    def _news(self, messages: list[Mapping[str, JSON]], section: Section) -> list[Mapping[str, JSON]]:
        """The messages of an update that are new. A subgraph's result repeats the conversation up to its own."""
        news: list[Mapping[str, JSON]] = []
        for raw in messages:
            message_id = text(raw.get("id"))
            found = self._find(message_id)
            if found is not None and found[1] is section:
                news.append(raw)
            elif found is not None or message_id in self._known:
                news = [kept for kept in news if (pair := self._find(text(kept.get("id")))) and pair[1] is section]
            else:
                news.append(raw)
        return news

    def _finish(self, section: Section) -> None:
        section.finished, section.made = True, None
        for message in section.messages:
            message.finish()

    def _read_task(self, event: StreamEvent) -> bool:
        """The mode `tasks`: a start with `input`, an end with `result`, `error` and `interrupts`."""
        data = event.data
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            return False
        key = "|".join((*event.namespace, f"{data['name']}:{data.get('id')}"))
        section = self._by_task.get(key) or self._begin(data["name"], event.namespace, key)
        section.task, section.made = key, None
        if "input" not in data:
            error = data.get("error")
            detail = error.get("message") if isinstance(error, Mapping) else error
            section.error = None if detail is None else str(detail)
            self._ask(data.get("interrupts"))
            if not data.get("interrupts"):
                self._finish(section)
        return True

    def _ask(self, interrupts: JSON) -> None:
        """Remember questions; the same one comes once for every graph around the node that asked."""
        for raw in interrupts if isinstance(interrupts, list) else ():
            if isinstance(raw, Mapping) and len(self._interrupts) < MOST_OTHERS:
                asked = Interrupt(raw.get("value"), text(raw.get("id")) or text(raw.get("interrupt_id")))
                if not any(same_question(asked, other) for other in self._interrupts):
                    self._interrupts.append(asked)

    # Everything else

    def _grows(self, section: Section, size: int) -> None:
        """A section holds more: older ones may have to go."""
        section.size += size
        self._held += size
        if self._held > MOST_CHARACTERS and self._sections[0] is not section:
            count, left = 0, self._held
            while left > MOST_CHARACTERS and self._sections[count] is not section:
                left -= self._sections[count].size
                count += 1
            self._drop_oldest(count)

    def _read_custom(self, event: StreamEvent) -> bool:
        self._begin_parents(event.namespace)
        self._beside.keep_custom(CustomEvent(event.data, event.namespace, self._events), self._size)
        return True

    def _read_metadata(self, event: StreamEvent) -> bool:
        data = event.data
        if not isinstance(data, Mapping):
            return False
        begun, self._run_id = self._run_id, text(data.get("run_id")) or self._run_id
        if begun is not None and begun == self._run_id and "status" not in data:
            self._begin_again()
        attempt = data.get("attempt")
        self._attempt = attempt if isinstance(attempt, int) else self._attempt
        self._ended = self._ended or data.get("status") == "run_done"
        return True

    def _begin_again(self) -> None:
        """The server runs again what had not ended, under the same names: it was stopped, or tries once more."""
        for section in self._sections:
            if not section.finished:
                self._finish(section)
                section.cut = True
        cut = {id(section) for section in self._sections if section.cut}
        self._by_task = {task: section for task, section in self._by_task.items() if id(section) not in cut}
        self._messages = {i: pair for i, pair in self._messages.items() if id(pair[1]) not in cut}

    def _read_error(self, event: StreamEvent) -> bool:
        data = event.data if isinstance(event.data, Mapping) else {"message": event.data}
        kind, message = data.get("error"), data.get("message")
        self._error = RunError("error" if kind is None else str(kind), "" if message is None else str(message))
        return True

    def _read_end(self, _event: StreamEvent) -> bool:
        self._ended = True
        return True
