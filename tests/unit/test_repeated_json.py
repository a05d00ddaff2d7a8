"""Rows that repeat each other are read as if each were read alone, and cost what changed."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_sharing import values
from tui.domain import repeated_json
from tui.domain.json_values import JSONError, loads
from tui.domain.repeated_json import RepeatedJSON

LAYOUTS: list[dict[str, Any]] = [
    {"separators": (",", ":")},
    {"indent": 1},
    {"separators": (" ,\n", " :\t"), "ensure_ascii": False},
]
"""Ways to write JSON."""


def plain(value: Any) -> str:
    """A value by type, order of keys and digits."""
    return repr(value)


FEW = [-1, 20, 10**9]
"""Commas of a row that has few parts: every row is compared, some are, and only those of the first page."""


def assert_reads_as_each_alone(pages: list[bytes]) -> None:
    for few in FEW:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(repeated_json, "_FEW_COMMAS", few)
            reader = RepeatedJSON()
            read = [reader.read(page) for page in pages]
            assert [plain(page) for page in read] == [plain(loads(page)) for page in pages]
            # Read again, from the newest: what was kept is still what it was.
            assert [plain(reader.read(page)) for page in pages] == [plain(page) for page in read]


@given(
    st.lists(st.lists(st.fixed_dictionaries({"values": values, "next": values}) | values, max_size=4), max_size=4),
    st.sampled_from(LAYOUTS),
)
def test_any_pages_read_as_each_alone(pages: list[Any], layout: dict[str, Any]) -> None:
    assert_reads_as_each_alone([json.dumps(page, **layout).encode() for page in pages])


def message(number: int, size: int = 40) -> dict[str, Any]:
    return {"type": "ai", "id": f"m{number}", "content": "word " * size, "n": number, "f": number / 8, "calls": []}


def changed(state: dict[str, Any], rng: random.Random) -> None:
    """One of the things that happen between two rows of a history."""
    messages, table, rows = state["messages"], state["table"], state["deep"]["in"]["rows"]
    number = rng.randrange(10**6)
    match rng.randrange(12):
        case 0 if messages:
            messages.pop()
        case 1 if messages:
            messages.pop(0)
        case 2 if messages:
            messages[rng.randrange(len(messages))] = message(number)
        case 3 if messages:
            messages[rng.randrange(len(messages))]["content"] = "é" * rng.randrange(3000)
        case 4:
            messages.insert(rng.randrange(len(messages) + 1), message(number, rng.randrange(300)))
        case 5 if table:
            del table[rng.choice(list(table))]
        case 6:
            table[f"k{number}"] = [number / 3, True, None, 10**30, "x" * 100]
        case 7:
            state["table"] = dict(sorted(table.items(), key=lambda _: rng.random()))
        case 8:
            rows.append({"id": number, "vector": [rng.random() for _ in range(50)]})
        case 9 if rows:
            rows[rng.randrange(len(rows))]["vector"][3] = 1.0
        case 10:
            state["turn"] = rng.choice([1, 1.0, True, "1", None, 12, 123, -0.0, 0, [], {}])
        case _:
            state["deep"]["in"][f"s{number % 5}"] = "y" * rng.randrange(6000)


@pytest.mark.parametrize("seed", range(12))
def test_a_history_reads_as_each_row_alone(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(repeated_json, "_WORTHWHILE", rng.choice([16, 500, 4096]))
    monkeypatch.setattr(repeated_json, "_FAST_FROM", rng.choice([2, 256]))
    monkeypatch.setattr(repeated_json, "_SHARED_PAGE", rng.choice([1000, 4_000_000]))
    state: dict[str, Any] = {
        "messages": [message(n) for n in range(30)],
        "table": {f"k{n}": n for n in range(30)},
        "deep": {"in": {"rows": [{"id": n, "vector": [n / 7] * 50} for n in range(20)]}},
        "turn": 1,
    }
    layout = rng.choice(LAYOUTS)
    pages: list[bytes] = []
    for _ in range(15):
        rows = []
        for step in range(rng.randrange(6)):
            for _change in range(rng.randrange(3)):
                changed(state, rng)
            rows.append(json.loads(json.dumps({"values": state, "metadata": {"step": step}, "next": ["a"]})))
        pages.append(json.dumps(rows, **layout).encode())
    assert_reads_as_each_alone(pages)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[1, 2, 3]", "[1, 2, 34]"),
        ("[12]", "[1]"),
        ("[1, 2]", "[1, 2.0]"),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 2, "c": 3}'),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 3}'),
        ('{"a": 1, "a": 2, "b": 3}', '{"a": 1, "b": 3}'),
        ('{"a": [1, 2]}', '{"a": {"a": [1, 2]}}'),
        ('["a", "b", "c"]', '["b", "c", "d"]'),
        ('["a", "a", "b"]', '["a", "b", "a"]'),
        ("[]", "[[]]"),
        ('{"": {}}', "{}"),
        (r'["\ud800", "\u00e9"]', r'["\ud800", "é"]'),
        ("[1e400, NaN, -Infinity]", "[1e400, NaN, 1]"),
        ("[123456789012345678901234567890]", "[12345678901234567890123456789]"),
    ],
)
def test_what_is_nearly_the_same_stays_apart(before: str, after: str) -> None:
    for wrap in ("[%s]", '[{"values": %s}]', '[{"values": {"k": %s, "z": 0}}]', '[{"values": {"k": {"l": %s}}}]'):
        assert_reads_as_each_alone([(wrap % one).encode() for one in (before, after, before)])
        rows = wrap[1:-1] % before + ", " + wrap[1:-1] % after
        assert_reads_as_each_alone([f"[{rows}]".encode()])


@pytest.mark.parametrize(
    "value",
    ["}", "{", '"}', "]}[{", "\\", [], {}, {"}": "{"}, [[], [{}], "]]"], {"a": {"b": [{"c": "}}}"}]}}, "\ud800", 1e308],
)
def test_brackets_in_texts_end_nothing(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_json, "_FAST_FROM", 2)
    rows = [{"values": {"k": {"l": {"m": {"before": n, "it": value}, "n": [value, n]}}}} for n in range(3)]
    assert_reads_as_each_alone([json.dumps(rows).encode()])


@pytest.mark.parametrize("broken", ['{"a": 1,}', '{"a" 1}', "[1 2]", '{"a": {"b": }}', '["\t"]', '{"a": tru}'])
def test_what_the_fast_parser_refuses_is_refused(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_json, "_FAST_FROM", 2)
    with pytest.raises(JSONError):
        RepeatedJSON().read(f'[{{"values": {{"k": {{"l": {{"m": {broken}}}}}}}}}]'.encode())


@pytest.mark.parametrize("few", FEW)
@pytest.mark.parametrize(
    "raw",
    [b"", b"  ", b"[", b"[1", b"[1,", b"[1,]", b"[,1]", b"[1 2]", b'[{"a" 1}]', b'[{"a":1,}]', b"[{1:2}]", b"[1]x",
     b'[{"a":1}', b'["\xff"]', b'["\n"]', b"nonsense", b"[" * 500 + b"]" * 500, b"[" + b"9" * 5000 + b"]",
     b'[{"values":' + b"[" * 420 + b"]" * 420 + b"}]"],
)  # fmt: skip
def test_what_is_no_json_is_refused_as_the_careful_reader_does(
    raw: bytes, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeated_json, "_FEW_COMMAS", few)
    reader = RepeatedJSON()
    good = json.dumps([{"values": {"messages": [message(1)]}}]).encode()
    assert reader.read(good) == json.loads(good)
    with pytest.raises(JSONError) as ours:
        reader.read(raw)
    with pytest.raises(JSONError) as theirs:
        loads(raw)
    assert str(ours.value) == str(theirs.value)
    assert reader.read(good) == json.loads(good)


@pytest.mark.parametrize("raw", [b"{}", b'{"detail": "no"}', b"3", b"\xef\xbb\xbf[1]", b" [ ] ", b"[[1], 2, null]"])
def test_other_answers_are_read_as_they_are(raw: bytes) -> None:
    assert plain(RepeatedJSON().read(raw)) == plain(loads(raw))


def history(steps: int) -> list[bytes]:
    """The rows of a thread that grew by one message a step, newest first, each a page."""
    messages = [message(n) for n in range(steps)]
    return [
        json.dumps([{"values": {"messages": messages[:count], "turn": count}, "metadata": {"step": count}}]).encode()
        for count in range(steps, 0, -1)
    ]


@pytest.mark.parametrize("few", FEW)
def test_what_repeats_is_one_object(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_json, "_FEW_COMMAS", few)
    reader = RepeatedJSON()
    first, second, third = (reader.read(page)[0]["values"]["messages"] for page in history(3))
    assert first[0] is second[0] is third[0]
    assert first[1] is second[1]
    assert (len(first), len(second), len(third)) == (3, 2, 1)


def test_what_was_forgotten_is_read_anew_and_shared_all_the_same() -> None:
    reader = RepeatedJSON()
    first, second, third = history(3)
    newest = reader.read(first)[0]["values"]["messages"]
    reader.forget(over=len(first))
    assert reader.read(second)[0]["values"]["messages"][0] is newest[0]
    reader.forget()
    read = reader.read(third)
    assert plain(read) == plain(loads(third))
    assert read[0]["values"]["messages"][0] is newest[0]


def test_rows_of_few_parts_cost_no_comparing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"values": {"text": "x" * 5000, "turn": step}, "metadata": {"step": step}} for step in range(50)]
    pages = [json.dumps(rows).encode()] * 3
    reader = RepeatedJSON()
    first = reader.read(pages[0])
    monkeypatch.delattr(RepeatedJSON, "_rows")
    second, third = map(reader.read, pages[1:])
    assert first == second == third == rows
    assert first[7]["values"] is second[7]["values"] is third[7]["values"]


def test_reading_costs_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = history(300)
    reader = RepeatedJSON()
    scan = reader._scan
    parsed: list[int] = []

    def counted(text: str, at: int) -> tuple[Any, int]:
        value, end = scan(text, at)
        parsed.append(end - at)
        return value, end

    monkeypatch.setattr(reader, "_scan", counted)
    for page in pages:
        reader.read(page)
    # The newest row whole, and of each other one little more than what is not in the row before.
    assert sum(parsed) < 0.03 * sum(map(len, pages))
