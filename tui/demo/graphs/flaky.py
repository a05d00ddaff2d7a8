"""The importer that fails: `load` raises at a bad row until the row is repaired, or the state says `fixed`."""

import operator
from typing import Annotated, NotRequired

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tui.demo.graphs.scripted import settings_of, take_time

DEFAULT_ROWS = ["2026-01-01;12.5", "2026-01-02;13.25", "2026-01-03;n/a", "2026-01-04;11.0"]


class Measurement(TypedDict):
    """One imported row: a day, and a value in °C."""

    day: str
    value: float


class State(TypedDict):
    """The rows as text, what became of them, and a log. `fixed` makes bad rows be skipped instead of failing."""

    rows: NotRequired[list[str]]
    fixed: NotRequired[bool]
    imported: Annotated[list[Measurement], operator.add]
    log: Annotated[list[str], operator.add]
    mean: NotRequired[float]


class Update(TypedDict, total=False):
    """What a node writes."""

    rows: list[str]
    imported: list[Measurement]
    log: list[str]
    mean: float


async def read(state: State, config: RunnableConfig) -> Update:
    """Take the given rows, or some of its own with a bad one among them."""
    await take_time(settings_of(config), 5)
    rows = state.get("rows") or DEFAULT_ROWS
    return {"rows": rows, "log": [f"read {len(rows)} rows"]}


async def load(state: State, config: RunnableConfig) -> Update:
    """Turn rows into measurements. Raises `ValueError` at the first bad row unless the state says `fixed`."""
    await take_time(settings_of(config), 10)
    imported: list[Measurement] = []
    skipped = 0
    for number, row in enumerate(state.get("rows", []), start=1):
        day, _, text = row.partition(";")
        try:
            imported.append(Measurement(day=day, value=float(text)))
        except ValueError:
            if not state.get("fixed"):
                raise ValueError(f"row {number}: {text!r} is not a number") from None
            skipped += 1
    return {"imported": imported, "log": [f"imported {len(imported)} rows, skipped {skipped}"]}


async def report(state: State, config: RunnableConfig) -> Update:
    """Compute the mean of what was imported."""
    await take_time(settings_of(config), 5)
    values = [measurement["value"] for measurement in state["imported"]]
    if not values:
        return {"log": ["nothing to report"]}
    return {"mean": round(sum(values) / len(values), 2), "log": ["reported"]}


builder = StateGraph(State)
builder.add_node("read", read)
builder.add_node("load", load)
builder.add_node("report", report)
builder.add_edge(START, "read")
builder.add_edge("read", "load")
builder.add_edge("load", "report")
builder.add_edge("report", END)
graph = builder.compile(name="flaky")
