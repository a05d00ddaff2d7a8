"""A run as lines: what grows costs what is new, places stay where they are, progress becomes bars, errors fold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tui.domain.progress import Progress, progress_of
from tui.domain.transcript import CustomEvent, NodeSection, RunError, StreamEvent, Transcript
from tui.domain.transcript_builder import TranscriptBuilder, transcript_of
from tui.widgets import growing_text, live_lines
from tui.widgets.growing_text import GrowingText
from tui.widgets.lines import break_points, plain, width_of, wrap_text
from tui.widgets.live_lines import LiveLines


def chunk(text: str, node: str = "agent", message: str = "a1", **more: Any) -> StreamEvent:
    about = {"langgraph_node": node, "langgraph_checkpoint_ns": f"{node}:{message}"}
    return StreamEvent("messages", [{"type": "AIMessageChunk", "id": message, "content": text, **more}, about])


def shown(transcript: Transcript, width: int = 80, **more: Any) -> list[str]:
    lines = LiveLines()
    lines.update(transcript, width, **more)
    assert all(width_of(line) <= width for line in lines.lines)
    return [plain(line) for line in lines.lines]


def section(node: str, order: int, **more: Any) -> NodeSection:
    return NodeSection(node, order=order, **more)


@pytest.mark.parametrize(
    ("data", "progress"),
    [
        ({"progress": 0.5}, Progress("", 0.5)),
        ({"progress": 50, "source": "costs"}, Progress("costs", 0.5)),
        ({"progress": 1.0}, Progress("", 1.0)),
        ({"progress": 1}, Progress("", 0.01)),
        ({"progress": 3, "total": 6, "message": "reading"}, Progress("", 0.5, "3/6", "reading")),
        ({"done": 2, "total": 8, "file": "a.csv"}, Progress("a.csv", 0.25, "2/8")),
        ({"step": 1, "steps": 4}, Progress("", 0.25, "1/4")),
        ({"percent": 12.5, "topic": "solar", "source": "costs"}, Progress("solar · costs", 0.125)),
        ({"percent": 250}, Progress("", 1.0)),
        ({"progress": -1.0}, Progress("", 0.0)),
    ],
)
def test_what_looks_like_progress(data: Any, progress: Progress) -> None:
    assert progress_of(data) == progress


@pytest.mark.parametrize(
    "data",
    [
        *(None, 5, "half", [], {}, {"step": 3}, {"done": 1}, {"total": 3}, {"progress": "50%"}, {"progress": True}),
        *({"progress": float("nan")}, {"percent": float("inf")}, {"done": 1, "total": 0}, {"progress": 10**400}),
    ],
)
def test_what_does_not(data: Any) -> None:
    assert progress_of(data) is None


@pytest.mark.parametrize("cells", [1, 7, 40])
@pytest.mark.parametrize("seed", range(4))
def test_a_growing_text_is_wrapped_as_if_it_had_come_at_once(cells: int, seed: int) -> None:
    dice = random.Random(seed)
    pieces = [
        "word ",
        "longer-word-than-any-line ",
        "한국어",
        " 👨‍👩‍👧",
        "\n",
        "\n\n",
        "  ",
        "\t",
        "\x1b[31m",
        "x",
        "e\u0301",
    ]
    growing = GrowingText(cells)
    text = ""
    for _ in range(120):
        text += dice.choice(pieces)
        lines = [plain(line) for line in growing.lines(text)]
    whole = [plain(line) for line in GrowingText(cells).lines(text)]
    assert lines == whole
    assert "".join("".join(lines).split()) == "".join("".join(wrap_text(_safe(text), cells)).split())


def _safe(text: str) -> str:
    return text.replace("\x1b", "␛")


def test_one_long_paragraph_is_not_wrapped_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def counting(text: str, cells: int) -> Any:
        looked_at.append(len(text))
        return break_points(text, cells)

    monkeypatch.setattr(growing_text, "break_points", counting)
    growing = GrowingText(40)
    text = ""
    for number in range(3000):
        text += f"w{number} "
        lines = growing.lines(text)
    assert max(looked_at) < 40 * 60
    assert " ".join(plain(line) for line in lines).split() == text.split()


def test_of_an_endless_text_the_newest_lines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_text, "MOST_LINES", 10)
    lines = [plain(line) for line in GrowingText(20).lines("\n".join(f"line {n}" for n in range(100)))]
    assert lines[0] == "┄ 89 earlier lines"
    assert lines[-1] == "line 99"


def test_nodes_have_marks_and_times() -> None:
    lines = LiveLines()
    running = Transcript(sections=(section("agent", 1),))
    lines.update(running, 60, now=10.0)
    assert plain(lines.lines[0]).startswith("▸ agent")
    ended = section("agent", 1, finished=True, update={"n": 1})
    lines.update(replace(running, sections=(ended,)), 60, now=11.5)
    assert plain(lines.lines[0]).startswith("✓ agent")
    assert plain(lines.lines[0]).endswith("1.5s")
    alone = section("action", 2, finished=True, update={"m": 2})
    lines.update(replace(running, sections=(ended, alone)), 60, now=11.75)
    assert plain(lines.lines[1]).endswith("0.2s"), "it has run since the one before had ended"
    failed = section("load", 3, error="boom")
    lines.update(replace(running, sections=(ended, alone, failed)), 60, now=12.0)
    assert plain(lines.lines[2]).startswith("✗ load")


def test_a_run_that_is_joined_late_has_no_times() -> None:
    lines = LiveLines(timed=False)
    one = section("agent", 1)
    lines.update(Transcript(sections=(one,)), 60, now=1.0)
    lines.update(Transcript(sections=(replace(one, finished=True, update={"n": 1}),)), 60, now=2.0)
    assert plain(lines.lines[0]).rstrip().endswith("n = 1")


def test_what_was_cut_short_is_not_said_to_go_on() -> None:
    transcript = Transcript(sections=(section("agent", 1),), custom=(CustomEvent({"progress": 50}, order=2),))
    assert [line[0] for line in shown(transcript)] == ["▸", "▸"]
    assert [line[0] for line in shown(transcript, over=True)] == ["┄", "┄"]


def test_parallel_tasks_have_numbers_and_subgraphs_their_path() -> None:
    transcript = Transcript(
        sections=(
            section("plan", 1),
            section("look_up", 2, finished=True),
            section("look_up", 3),
            section("write", 4),
            section("draft", 5, namespace=("write:1",)),
            section("polish", 6, namespace=("write:1", "a_rather_long_name:2", "inner:3")),
        )
    )
    names = [line[2:18].rstrip() for line in shown(transcript)]
    assert names == ["plan", "look_up 1", "look_up 2", "write", " write › draft", "polish"]
    assert shown(transcript, 120)[-1][2:26].rstrip() == "… › inner › polish"


def test_progress_of_one_thing_is_one_bar() -> None:
    events = [
        CustomEvent({"progress": percent, "source": source}, order=order)
        for order, (percent, source) in enumerate(
            [(0, "costs"), (0, "risks"), (50, "costs"), (100, "costs"), (10, "risks"), (0, "costs")], start=1
        )
    ]
    text = shown(Transcript(custom=tuple(events)), 100)
    assert [(line[0], line.split("%")[0].split()[-1]) for line in text] == [("✓", "100"), ("▸", "10"), ("▸", "0")]
    assert "█" * 24 in text[0]
    assert "costs" in text[0]
    assert "risks" in text[1]


def test_a_bar_keeps_its_place_and_its_memory() -> None:
    builder = TranscriptBuilder()
    lines = LiveLines()
    for percent in range(0, 101, 4):
        builder.feed(StreamEvent("custom", {"progress": percent}))
        builder.feed(StreamEvent("custom", {"note": percent}))
        lines.update(builder.snapshot(), 100)
    text = [plain(line) for line in lines.lines]
    assert text[0].startswith("✓ progress")
    assert sum("progress" in line for line in text) == 1
    assert sum("note" in line for line in text) == 26


def test_a_traceback_is_folded_to_what_went_wrong() -> None:
    trace = "Traceback (most recent call last):\n" + '  File "x.py", line 1\n' * 20 + "KeyError: 'rows'"
    transcript = Transcript(sections=(section("load", 1, error=trace),), error=RunError("KeyError", trace))
    text = shown(transcript)
    assert len(text) == 4
    assert text[0].endswith("KeyError: 'rows'")
    assert "22 lines of traceback" in text[1]
    lines = LiveLines()
    lines.unfolded = True
    lines.update(transcript, 80)
    assert sum("x.py" in plain(line) for line in lines.lines) == 40


def test_a_long_result_is_cut_until_it_is_unfolded() -> None:
    tool = {"type": "tool", "id": "t", "name": "search", "tool_call_id": "c", "content": "\n".join(map(str, range(50)))}
    transcript = transcript_of([StreamEvent("updates", {"action": {"messages": [tool]}})])
    text = shown(transcript)
    assert text[0].startswith("✓ action  search -> 0")
    assert "38 more lines · space shows all" in text[-1]
    lines = LiveLines()
    lines.unfolded = True
    lines.update(transcript, 80)
    assert plain(lines.lines[-1]).endswith("49")


def test_a_place_stays_true_while_what_is_above_grows() -> None:
    builder = TranscriptBuilder()
    lines = LiveLines()
    for node, message in (("one", "a"), ("two", "b")):
        builder.feed(chunk("\n".join(f"{node} {n}" for n in range(10)), node, message))
    lines.update(builder.snapshot(), 60)
    at = next(n for n, line in enumerate(lines.lines) if "two 4" in plain(line))
    place = lines.place_at(at)
    builder.feed(chunk("\nmore" * 30, "one", "a"))
    lines.update(builder.snapshot(), 60)
    assert "two 4" in plain(lines.lines[lines.line_of(place)])
    assert lines.line_of(lines.place_at(0)) == 0


def test_only_the_newest_parts_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_lines, "MOST_ITEMS", 5)
    transcript = Transcript(sections=tuple(section(f"n{number}", number, finished=True) for number in range(20)))
    text = shown(transcript)
    assert text[0] == "┄ 15 earlier parts"
    assert text[-1].startswith("✓ n19")


@pytest.mark.parametrize("width", [1, 8, 20, 40, 80, 200])
def test_every_line_fits(width: int) -> None:
    tool = {"type": "tool", "id": "t", "name": "검색 🙂", "tool_call_id": "c", "content": "한국어 👨‍👩‍👧 " * 40}
    events: Sequence[StreamEvent] = [
        chunk("긴 답변 " * 50),
        StreamEvent("updates|a_very_long_subgraph_name:1|inner:2", {"노드": {"messages": [tool], "값": ["x"] * 40}}),
        StreamEvent("custom", {"progress": 40, "what": "한국어 " * 30}),
        StreamEvent("custom|write:1", {"tick": "x" * 500}),
        StreamEvent("error", {"error": "ValueError", "message": "bad " * 100}),
    ]
    lines = LiveLines()
    lines.update(transcript_of(events), width, now=1.0)
    assert all(width_of(line) <= max(width, 24) for line in lines.lines)


def test_events_of_unknown_kinds_are_shown_as_they_came() -> None:
    transcript = transcript_of([StreamEvent("weather|sub:1", {"wind": 9}), StreamEvent("weather", "\x1b[2J")])
    lines = LiveLines()
    lines.update(transcript, 80)
    text = "\n".join(plain(line) for line in lines.lines)
    assert "weather" in text
    assert "wind" in text
    assert "\x1b" not in text
    lines.update(transcript, 80)
    assert "\n".join(plain(line) for line in lines.lines) == text, "each once"


def test_a_bar_goes_on_when_only_the_name_of_what_is_done_changes() -> None:
    builder, lines = TranscriptBuilder(), LiveLines()

    def told(**event: Any) -> list[str]:
        builder.feed(StreamEvent("custom", event))
        lines.update(builder.snapshot(), 80)
        return [plain(line) for line in lines.lines]

    told(progress=0, file="a.csv")
    assert [line.split()[0] for line in told(progress=50, file="b.csv")] == ["▸"], "one bar, and it moves"
    text = told(progress=100, file="c.csv")
    assert len(text) == 1
    assert text[0].startswith("✓ progress")
    assert text[0].endswith("100%  c.csv")
    told(progress=0, source="costs", topic="tea")
    told(progress=0, source="risks", topic="tea")
    assert len(told(progress=50, source="costs", topic="tea")) == 3, "what is told side by side stays apart"


def test_nodes_are_timed_from_when_the_run_or_the_step_began() -> None:
    builder, lines = TranscriptBuilder(), LiveLines()

    def at(now: float, event: StreamEvent) -> list[str]:
        builder.feed(event)
        lines.update(builder.snapshot(), 80, now)
        return [plain(line).split()[-1] for line in lines.lines]

    at(10.0, StreamEvent("metadata", {"run_id": "r", "attempt": 1}))
    at(11.0, chunk("It is"))
    assert at(11.5, StreamEvent("updates", {"agent": None})) == ["1.5s"], "with what it thought at first"
    assert at(11.7, StreamEvent("updates", {"action": None})) == ["1.5s", "0.2s"]
    parallel = at(11.8, StreamEvent("updates", {"action": None}))
    assert parallel == ["1.5s", "0.2s", "done"], "it may have begun with the other"


def test_the_node_that_failed_is_marked_when_that_is_known() -> None:
    transcript = Transcript(sections=(section("plan", 1, finished=True), section("load", 2)))
    assert [line[0] for line in shown(transcript, over=True, failed=("load",))] == ["✓", "✗"]
    assert [line[0] for line in shown(transcript, over=True)] == ["✓", "┄"]
