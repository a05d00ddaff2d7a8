"""What a verb prints while a run streams, for people: columns, lost lines, events of kinds that nobody knows."""

from __future__ import annotations

import pytest

from tui.cli.encoding import in_ascii
from tui.cli.live_output import JsonPrinter, PlainPrinter
from tui.cli.options import Options
from tui.config import Connection
from tui.domain.cells import cell_len
from tui.domain.transcript import GAP, StreamEvent
from tui.domain.transcript_builder import KNOWN_MODES, TranscriptBuilder
from tui.session.events import HistoryLost, LineBack, LineLost, Streamed, TravelEvent

OPTIONS = Options(Connection("http://127.0.0.1:1"))


def printed(capsys: pytest.CaptureFixture[str], *events: TravelEvent) -> tuple[list[str], list[str]]:
    """What goes to standard output and to standard error."""
    printer = PlainPrinter(OPTIONS, "t")
    for event in events:
        printer.hear(event)
    out, err = capsys.readouterr()
    return out.splitlines(), err.splitlines()


def update(node: str) -> Streamed:
    return Streamed(StreamEvent("updates", {node: {"total": 7}}))


def test_nodes_with_wide_names_line_up(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["agent", "검색", "🙂", "e\u0301te\u0301", "👨‍👩‍👧"]
    lines, _ = printed(capsys, *map(update, names))
    assert len(lines) == len(names)
    assert {cell_len(line.partition("total")[0]) for line in lines} == {11}


def test_tokens_of_nodes_with_wide_names_line_up(capsys: pytest.CaptureFixture[str]) -> None:
    message = {"type": "AIMessageChunk", "id": "m", "content": "안녕하세요"}
    lines, _ = printed(capsys, Streamed(StreamEvent("messages", [message, {"langgraph_node": "검색"}])), update("검색"))
    assert cell_len(lines[0].partition("안녕")[0]) == 11


def test_a_lost_line_is_said_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    lost = LineLost(2, 5, "Connection refused.")
    out, err = printed(capsys, lost, LineBack(complete=True), LineBack(complete=False), HistoryLost(3))
    assert not any(out)
    assert err[0] == "line lost, reconnecting 2/5: Connection refused."
    assert err[1] == "Joined again."
    assert "filled from the history" in err[2]
    assert "lost 3 checkpoints" in err[3]


def test_the_place_of_a_gap_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    mark = StreamEvent(GAP, {"words": "line lost · 1 result filled from the history", "filled": 1}, filled=True)
    filled = StreamEvent("updates", {"agent": {"total": 7}}, filled=True)
    out, _ = printed(capsys, Streamed(mark), Streamed(filled))
    assert out[0] == "┄ line lost · 1 result filled from the history"
    assert out[1].startswith("agent")
    printer = JsonPrinter(OPTIONS, "t")
    printer.hear(Streamed(filled))
    printer.hear(update("agent"))
    first, second = capsys.readouterr().out.splitlines()
    assert '"filled":true' in first.replace(" ", "")
    assert "filled" not in second


def test_events_of_unknown_kinds_are_shown_as_they_came(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = printed(capsys, Streamed(StreamEvent("weather|sub:1", {"wind": 9})))
    assert "weather|sub:1" in out[0]
    assert "wind" in out[0]


def test_known_kinds_are_those_that_are_read() -> None:
    builder = TranscriptBuilder()
    assert set(builder._readers) <= KNOWN_MODES
    for mode in KNOWN_MODES - set(builder._readers):
        builder.feed(StreamEvent(mode, {}))
    assert not builder.snapshot().unknown


def token(text: str) -> Streamed:
    message = {"type": "AIMessageChunk", "id": "m", "content": text}
    return Streamed(StreamEvent("messages", [message, {"langgraph_node": "draft"}]))


def told(progress: int) -> Streamed:
    return Streamed(StreamEvent("custom", {"progress": progress, "source": "draft"}))


def test_progress_is_said_once_in_words_and_cuts_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    ended = Streamed(StreamEvent("updates", {"draft": {"messages": [{"type": "ai", "id": "m", "content": "1. One."}]}}))
    out, _ = printed(capsys, told(0), told(0), token("1."), told(20), told(40), update("beside"), token(" One."), ended)
    assert out == [
        "  ░░░░░░░░░░   0%  draft",
        "draft      1. One.",
        "  ████░░░░░░  40%  draft",
        "beside     total = 7",
    ]
    assert in_ascii(out[2]) == "  ####......  40%  draft"


def test_other_events_of_a_node_are_all_said(capsys: pytest.CaptureFixture[str]) -> None:
    other = Streamed(StreamEvent("custom", {"page": "3"}))
    out, _ = printed(capsys, other, other)
    assert len(out) == 2
    assert "page" in out[0]
