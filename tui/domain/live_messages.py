"""Messages while they are being streamed: token by token, tool arguments piece by piece, then complete.

A builder takes the pieces in and costs little per piece; its snapshots are immutable and made only when asked for.
Nothing raises on odd data: what cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic_core import from_json

from tui.domain.checkpoint import JSON
from tui.domain.json_values import JSONError, loads
from tui.domain.message_parts import content_parts
from tui.domain.messages import Message, role_of


@dataclass(frozen=True, slots=True)
class LiveToolCall:
    """A tool call as far as it has been streamed. `args_text` is the JSON text so far."""

    id: str | None
    name: str
    args_text: str = ""
    known_args: JSON = None
    """The arguments as the complete message has them; None while they form."""

    @property
    def args(self) -> JSON:
        """The arguments so far: of a text that breaks off in the middle what is already there; {} at the beginning."""
        if self.known_args is not None:
            return self.known_args
        try:
            return loads(self.args_text)
        except JSONError:
            return _partial(self.args_text)


def _partial(text: str) -> JSON:
    try:
        value: JSON = from_json(text, allow_partial="trailing-strings") if text.strip() else {}
    except ValueError:
        return text
    return value


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """A message as far as it has been streamed. Texts are raw: sanitise before showing."""

    id: str | None
    role: str
    name: str | None = None
    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[LiveToolCall, ...] = ()
    tool_call_id: str | None = None
    """On a tool's result: the call that it answers."""
    status: str | None = None
    usage: Mapping[str, int] | None = None
    tokens: int = 0
    """Chunks received; 0 for a message that arrived in one piece."""
    finished: bool = False
    raw: JSON = field(default=None, repr=False, compare=False)
    """The complete message, once the server sent it."""


def is_chunk(raw: Mapping[str, JSON]) -> bool:
    """Whether this is a piece of a message (its content is to be appended) and not a whole one."""
    kind = raw.get("type")
    return (isinstance(kind, str) and kind.endswith("Chunk")) or isinstance(raw.get("tool_call_chunks"), list)


@dataclass(slots=True)
class _CallBuilder:
    """One tool call that is being streamed."""

    index: JSON
    id: str | None = None
    name: str = ""
    pieces: list[str] = field(default_factory=list)


class MessageBuilder:
    """Collects the pieces of one message."""

    def __init__(self, message_id: str | None, role: str) -> None:
        self.id = message_id
        self.role = role
        self.finished = False
        self._tokens = 0
        self._name: str | None = None
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_CallBuilder] = []
        self._usage: dict[str, int] = {}
        self._whole: JSON = None
        self._snapshot: LiveMessage | None = None

    @property
    def answers(self) -> str | None:
        """The tool call that a tool's result answers."""
        return Message(self._whole).tool_call_id

    def add_chunk(self, raw: Mapping[str, JSON]) -> None:
        """Append a piece. Pieces that come after the whole message change nothing."""
        self._snapshot = None
        self._tokens += 1
        if self._whole is not None and self.finished:
            return
        content = raw.get("content")
        if isinstance(content, str):
            self._text.append(content)
        else:
            for part in content_parts(content):
                if part.kind == "reasoning":
                    self._reasoning.append(part.text)
                else:
                    self._text.append(part.text if part.kind == "text" else f"[{part.text}]")
        for chunk in _call_chunks(raw, content):
            self._add_call_chunk(chunk)
        if raw.get("usage_metadata"):
            # Counts add up: some providers send the input's with the first piece and the output's with the last.
            for key, count in (Message(raw).usage or {}).items():
                self._usage[key] = self._usage.get(key, 0) + count
        if isinstance(name := raw.get("name"), str) and name:
            self._name = name
        if raw.get("chunk_position") == "last":
            self.finished = True

    def _add_call_chunk(self, chunk: Mapping[str, JSON]) -> None:
        index, call_id, name, args = (chunk.get(key) for key in ("index", "id", "name", "args"))
        call_id = call_id if isinstance(call_id, str) and call_id else None
        call = self._call_at(index, call_id)
        if call is None:
            call = _CallBuilder(index)
            self._calls.append(call)
        call.id = call.id or call_id
        if isinstance(name, str) and not call.name:
            call.name = name
        if isinstance(args, str):
            call.pieces.append(args)

    def _call_at(self, index: JSON, call_id: str | None) -> _CallBuilder | None:
        """The call that a piece belongs to: the same index, unless it says that it is another call."""
        for call in reversed(self._calls):
            if index is None and (call_id is None or call.id == call_id):
                return call
            if index is not None and call.index == index and (call_id is None or call.id in (None, call_id)):
                return call
        return None

    def set_whole(self, raw: Mapping[str, JSON], *, finished: bool = True) -> None:
        """Take the message as it is now; what was collected from pieces is replaced."""
        self._snapshot = None
        self._whole = raw
        self.finished = finished
        self._text, self._reasoning, self._calls = [], [], []
        role = role_of(raw)
        self.role = role if role is not None else self.role
        if isinstance(message_id := raw.get("id"), str) and message_id:
            self.id = message_id

    def finish(self) -> None:
        """No more pieces will come."""
        if not self.finished:
            self.finished = True
            self._snapshot = None

    def snapshot(self) -> LiveMessage:
        """The message so far; the same object as before if nothing came in."""
        if self._snapshot is None:
            self._snapshot = self._from_whole() if self._whole is not None else self._from_pieces()
        return self._snapshot

    def _from_whole(self) -> LiveMessage:
        view = Message(self._whole)
        calls = tuple(LiveToolCall(call.id, call.name, known_args=call.args) for call in view.tool_calls)
        return LiveMessage(
            id=self.id,
            role=self.role,
            name=view.name or self._name,
            text=view.text,
            reasoning=view.reasoning,
            tool_calls=calls,
            tool_call_id=view.tool_call_id,
            status=view.status,
            usage=view.usage or self._usage or None,
            tokens=self._tokens,
            finished=self.finished,
            raw=self._whole,
        )

    def _from_pieces(self) -> LiveMessage:
        # What was joined once is kept as one piece, so that the next snapshot joins only what is new.
        self._text, self._reasoning = ["".join(self._text)], ["".join(self._reasoning)]
        for call in self._calls:
            call.pieces = ["".join(call.pieces)]
        return LiveMessage(
            id=self.id,
            role=self.role,
            name=self._name,
            text=self._text[0],
            reasoning=self._reasoning[0],
            tool_calls=tuple(LiveToolCall(call.id, call.name, call.pieces[0]) for call in self._calls),
            usage=dict(self._usage) or None,
            tokens=self._tokens,
            finished=self.finished,
        )


def _call_chunks(raw: Mapping[str, JSON], content: JSON) -> Iterator[Mapping[str, JSON]]:
    """The pieces of tool calls in a chunk: beside the content, or else among its blocks."""
    chunks = raw.get("tool_call_chunks")
    if not chunks and isinstance(content, list):
        chunks = [b for b in content if isinstance(b, Mapping) and b.get("type") == "tool_call_chunk"]
    for chunk in chunks if isinstance(chunks, list) else ():
        if isinstance(chunk, Mapping):
            yield chunk
