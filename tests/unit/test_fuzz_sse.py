"""Streams of anything: events that are nearly right, and bytes that are none; read or refused, and drawn safely."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.hostile import server
from tests.hostile.anything import nearly, texts, values
from tests.unit.agent_server_fakes import Script, backend, events
from tui.backends.errors import BackendError
from tui.domain.requests import RunRequest, RunSetup
from tui.domain.safe_text import UNSEEN
from tui.domain.transcript import StreamEvent
from tui.domain.transcript_builder import transcript_of
from tui.widgets.lines import plain, width_of
from tui.widgets.live_lines import LiveLines

REQUEST = RunRequest(RunSetup("agent"))
MODES = ["messages", "messages|sub:1", "updates", "custom", "error", "metadata", "values", "messages/partial", "end"]
EXAMPLES = settings(max_examples=40, deadline=None, phases=(Phase.reuse, Phase.generate))  # shrinking takes minutes


async def read(data: bytes, cuts: list[int]) -> list[StreamEvent]:
    """What comes of a stream that arrives in pieces, up to where it is refused."""
    ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[start:end] for start, end in pairwise(ends)]
    found: list[StreamEvent] = []
    try:
        async with backend(Script(events(*pieces))).stream_run("t", REQUEST) as stream:
            async for event in stream:
                found.append(event)  # noqa: PERF401  # what came before the error counts
    except BackendError:
        return found
    return found


def draw(found: list[StreamEvent]) -> None:
    """What the live pane makes of them, at every step."""
    for unfolded in (False, True):
        lines = LiveLines()
        lines.unfolded = unfolded
        for count in (len(found) // 2, len(found)):
            lines.update(transcript_of(found[:count]), 80, float(count), over=count == len(found))
            for line in lines.lines:
                assert width_of(line) <= 80
                assert not UNSEEN.search(plain(line)), plain(line)


def written(frames: list[tuple[str, Any]]) -> bytes:
    lines = [f"event: {event}\r\ndata: {json.dumps(data)}\r\n\r\n" for event, data in frames]
    return "".join(lines).encode("utf-8", "replace")


@EXAMPLES
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
async def test_bytes_that_are_no_stream(data: bytes, cuts: list[int]) -> None:
    draw(await read(data, cuts))


names = st.sampled_from(MODES) | texts.map(lambda text: text.replace("\n", "").replace("\r", ""))


@EXAMPLES
@given(st.lists(st.tuples(names, values), max_size=5), st.lists(st.integers(0, 2000), max_size=5))
async def test_events_of_anything(frames: list[tuple[str, Any]], cuts: list[int]) -> None:
    draw(await read(written(frames), cuts))


@EXAMPLES
@given(st.data())
async def test_events_that_are_nearly_right(data: st.DataObject) -> None:
    right = server.events()
    frames = [
        (event, data.draw(nearly(value)) if data.draw(st.booleans()) else value)
        for event, value in data.draw(st.permutations(right))
    ]
    draw(await read(written(frames), []))


async def test_events_that_are_right() -> None:
    found = await read(written(server.events()), [])
    assert [event.event for event in found] == [event for event, _ in server.events()]
    draw(found)
