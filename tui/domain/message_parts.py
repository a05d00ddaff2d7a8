"""What a message's content is made of: texts, thoughts, and media that are named instead of dumped.

Providers write content as a string or as a list of blocks, each in its own dialect: Anthropic, OpenAI, Google, and
LangChain's own blocks (v0 and v1). Tool calls among the blocks are not parts: `tui.domain.messages` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui.domain.checkpoint import JSON

TOOL_CALL_BLOCKS = frozenset(
    {"tool_use", "tool_call", "tool_call_chunk", "function_call", "custom_tool_call", "input_json_delta"}
)
"""Blocks that belong to tool calls."""

_MEDIA_KEYS = ("source", "image_url", "input_audio", "file")
_DATA_KEYS = ("base64", "data", "file_data", "url")
_THOUGHT_KEYS = ("reasoning", "thinking", "text")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: `kind` is text, reasoning, media or other; `text` what to show (raw, not yet sanitised).

    For media and other parts the text is a name such as "image/png, 12 KB".
    """

    kind: str
    text: str


def content_parts(content: JSON) -> Iterator[Part]:
    """The parts of a message's content in order, whatever its shape; tool calls are left out."""
    for block in content if isinstance(content, list) else [content]:
        if isinstance(block, str):
            if block:
                yield Part("text", block)
        elif isinstance(block, Mapping):
            part = _block_part(block)
            if part is not None:
                yield part
        elif block is not None:
            yield Part("other", "unknown block" if isinstance(block, list) else str(block))


def _block_part(block: Mapping[str, JSON]) -> Part | None:
    given = block.get("type")
    kind = given if isinstance(given, str) else None
    if kind in TOOL_CALL_BLOCKS:
        return None
    if kind in ("text", "output_text", "input_text", "refusal", None):
        text = block.get("refusal" if kind == "refusal" else "text")
        if isinstance(text, str):
            return Part("text", text) if text else None
        if kind is not None:
            return None
    if kind in ("reasoning", "thinking", "reasoning_content"):
        return _thought(block)
    if kind == "redacted_thinking":
        return Part("reasoning", "(redacted)")
    media = _media_name(block, kind or "file")
    return Part("media", media) if media else Part("other", kind or "unknown block")


def _thought(block: Mapping[str, JSON]) -> Part | None:
    for key in _THOUGHT_KEYS:
        if isinstance(text := block.get(key), str) and text:
            return Part("reasoning", text)
    summary = block.get("summary")
    texts = [part.get("text") for part in summary if isinstance(part, Mapping)] if isinstance(summary, list) else []
    joined = "\n".join(text for text in texts if isinstance(text, str))
    return Part("reasoning", joined) if joined else None


def _media_name(block: Mapping[str, JSON], kind: str) -> str | None:
    """ "image/png, 12 KB" or "image, https://…" for a block that carries or names a file; None for others."""
    holder: JSON = block
    for key in _MEDIA_KEYS:
        if key in block:
            holder = block[key]
            break
    fields: Mapping[str, JSON] = holder if isinstance(holder, Mapping) else {"url": holder}
    data = next((fields[key] for key in _DATA_KEYS if isinstance(fields.get(key), str)), None)
    title = next((fields[k] for k in ("filename", "file_id", "fileId") if isinstance(fields.get(k), str)), None)
    if data is None and title is None:
        return None
    mime = next((m for k in ("mime_type", "media_type", "format") if isinstance(m := fields.get(k), str)), None)
    if data is not None and data.startswith("data:"):
        header, _, data = data.partition(",")
        mime = mime or header[5:].split(";", 1)[0]
    name = mime or kind.removesuffix("_url")
    if data is None:
        return f"{name}, {title}"
    if data.startswith(("http://", "https://", "gs://", "s3://", "file://")):
        return f"{name}, {data}"
    return ", ".join(filter(None, (name, title, size_words(len(data) * 3 // 4))))


def size_words(size: int) -> str:
    """A number of bytes, humane: 812 B, 12 KB, 3.4 MB."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB"
