"""The coalescer: a first picture at once, then few, the last one complete."""

from __future__ import annotations

import asyncio

from tui.domain.transcript import StreamEvent, Transcript
from tui.session.live import LiveFeed


def token(text: str) -> StreamEvent:
    message = {"type": "AIMessageChunk", "id": "a1", "content": text}
    return StreamEvent("messages", [message, {"langgraph_node": "agent", "langgraph_checkpoint_ns": "agent:1"}])


def text_of(transcript: Transcript) -> str:
    return "".join(message.text for section in transcript.sections for message in section.messages)


async def test_the_first_event_shows_at_once_and_the_rest_together() -> None:
    pictures: list[Transcript] = []
    feed = LiveFeed(pictures.append, interval=3600)
    for letter in "abcdef":
        feed.feed(token(letter))
    assert [text_of(picture) for picture in pictures] == ["a"]
    feed.close()
    assert [text_of(picture) for picture in pictures] == ["a", "abcdef"]


async def test_what_came_meanwhile_shows_when_the_time_has_come() -> None:
    shown = asyncio.Event()
    pictures: list[Transcript] = []

    def on_picture(picture: Transcript) -> None:
        pictures.append(picture)
        if len(pictures) == 2:
            shown.set()

    feed = LiveFeed(on_picture, interval=0.01)
    feed.feed(token("a"))
    feed.feed(token("b"))
    feed.feed(token("c"))
    await asyncio.wait_for(shown.wait(), 10)
    assert text_of(pictures[-1]) == "abc"
    assert len(pictures) == 2


async def test_ten_thousand_events_are_a_few_pictures() -> None:
    pictures: list[Transcript] = []
    feed = LiveFeed(pictures.append, interval=3600)
    for _ in range(10_000):
        feed.feed(token("x"))
    feed.close()
    assert len(pictures) == 2
    assert text_of(pictures[-1]) == "x" * 10_000


async def test_a_closed_feed_is_silent() -> None:
    pictures: list[Transcript] = []
    feed = LiveFeed(pictures.append, interval=0.0)
    feed.feed(token("a"))
    feed.close()
    feed.close()
    feed.feed(token("b"))
    count = len(pictures)
    await asyncio.wait([asyncio.create_task(asyncio.sleep(0))])
    assert len(pictures) == count == 2
    assert text_of(pictures[-1]) == "a"


async def test_messages_that_were_there_before_are_no_news() -> None:
    pictures: list[Transcript] = []
    feed = LiveFeed(pictures.append, known=["m1"], interval=0.0)
    old = {"type": "human", "id": "m1", "content": "hi"}
    new = {"type": "ai", "id": "m2", "content": "hello"}
    feed.feed(StreamEvent("updates", {"agent": {"messages": [old, new]}}))
    feed.close()
    assert text_of(pictures[-1]) == "hello"
