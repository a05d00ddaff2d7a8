"""Frames are kept as they came, in bounded memory."""

from __future__ import annotations

import pytest

from tui.domain.transcript import StreamEvent
from tui.session import frames
from tui.session.frames import FrameLog
from tui.widgets.event_lines import frame_line, gap_words, json_text
from tui.widgets.lines import plain, width_of


def test_times_are_told_from_the_first_and_from_the_one_before() -> None:
    log = FrameLog()
    for at in (100.0, 100.5, 103.0):
        log.add(StreamEvent("x", {}), at)
    assert [(frame.at, frame.gap) for _, frame in log.since(0)] == [(0, 0), (0.5, 0.5), (3.0, 2.5)]


def test_the_oldest_go_first_and_numbers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_FRAMES", 3)
    log = FrameLog()
    for number in range(10):
        log.add(StreamEvent("x", number), 0.0)
    assert (log.count, len(log)) == (10, 3)
    assert [(number, frame.text) for number, frame in log.since(0)] == [(7, "7"), (8, "8"), (9, "9")]
    assert [number for number, _ in log.since(9)] == [9]
    assert list(log.since(10)) == []


def test_big_frames_push_out_others_but_the_newest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_BYTES", 100)
    log = FrameLog()
    log.add(StreamEvent("x", None, raw="a" * 60), 0.0)
    log.add(StreamEvent("x", None, raw="b" * 60), 0.0)
    assert [frame.text[0] for _, frame in log.since(0)] == ["b"]
    log.add(StreamEvent("x", None, raw="c" * 500), 0.0)
    assert [frame.text[0] for _, frame in log.since(0)] == ["c"]


def test_names_and_ids_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_BYTES", 100)
    log = FrameLog()
    for number in range(9):
        log.add(StreamEvent("n" * 30, None, "i" * 30, raw=""), float(number))
    assert (len(log), log.count) == (1, 9)


def test_what_came_is_kept_as_it_came() -> None:
    log = FrameLog()
    log.add(StreamEvent("x", {"n": 1.0}, raw='{"n": 1.00}'), 0.0)
    log.add(StreamEvent("x", float("nan")), 0.0)
    texts = [frame.text for _, frame in log.since(0)]
    assert texts[0] == '{"n": 1.00}'
    assert "cannot be written" in texts[1]
    assert len(list(json_text(frame for _, frame in log.since(0)))) == 2


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_rows_are_never_wider_than_their_list(width: int) -> None:
    log = FrameLog()
    log.add(StreamEvent("이벤트|" * 9, {"말": "긴 \x1b[2J 이름 👨‍👩‍👧" * 30}), 0.0)
    ((_, frame),) = log.since(0)
    line = frame_line(0, frame, width)
    assert width_of(line) <= width
    assert "\x1b" not in plain(line)


@pytest.mark.parametrize(("seconds", "words"), [(0.0124, "+0.012s"), (12.34, "+12.3s"), (185.0, "+3:05")])
def test_gaps_in_words(seconds: float, words: str) -> None:
    assert gap_words(seconds) == words
