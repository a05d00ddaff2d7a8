"""The stock keeper: a state without messages. Some keys are replaced at every write, some have a reducer and grow."""

import operator
from typing import Annotated, NotRequired

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tui.demo.graphs.scripted import settings_of, take_time

BATCH = 9_007_199_254_740_993
"""2⁵³ + 1: an integer that a float cannot hold. A client that rounds numbers shows itself here."""

REORDER_BELOW = 20
REORDER_UP_TO = 100


class Order(TypedDict):
    """So many pieces of an item leave the stock."""

    item: str
    quantity: int


class State(TypedDict):
    """`stock`, `orders`, `batch`, `short` are replaced at each write; `movements` and `total_out` have reducers."""

    stock: NotRequired[dict[str, int]]
    orders: NotRequired[list[Order]]
    batch: NotRequired[int]
    short: NotRequired[list[str]]
    movements: Annotated[list[str], operator.add]
    total_out: Annotated[int, operator.add]


class Update(TypedDict, total=False):
    """What a node writes."""

    stock: dict[str, int]
    batch: int
    short: list[str]
    movements: list[str]
    total_out: int


async def pick(state: State, config: RunnableConfig) -> Update:
    """Take what was ordered out of the stock, as far as it reaches."""
    await take_time(settings_of(config), 5)
    stock = dict(state.get("stock") or {})
    movements: list[str] = []
    taken = 0
    for order in state.get("orders") or []:
        item, wanted = order["item"], order["quantity"]
        given = min(wanted, stock.get(item, 0))
        stock[item] = stock.get(item, 0) - given
        taken += given
        movements.append(f"{item} -{given}" + (f" ({wanted - given} missing)" if given < wanted else ""))
    return {"stock": stock, "movements": movements, "total_out": taken, "batch": BATCH}


async def count(state: State, config: RunnableConfig) -> Update:
    """Note which items run short."""
    await take_time(settings_of(config), 5)
    return {"short": [item for item, pieces in (state.get("stock") or {}).items() if pieces < REORDER_BELOW]}


async def reorder(state: State, config: RunnableConfig) -> Update:
    """Fill up what runs short."""
    await take_time(settings_of(config), 5)
    stock = dict(state.get("stock") or {})
    movements: list[str] = []
    for item in state.get("short") or []:
        movements.append(f"{item} +{REORDER_UP_TO - stock.get(item, 0)}")
        stock[item] = REORDER_UP_TO
    return {"stock": stock, "short": [], "movements": movements}


def route(state: State) -> str:
    """Reorder only what runs short."""
    return "reorder" if state.get("short") else END


builder = StateGraph(State)
builder.add_node("pick", pick)
builder.add_node("count", count)
builder.add_node("reorder", reorder)
builder.add_edge(START, "pick")
builder.add_edge("pick", "count")
builder.add_conditional_edges("count", route, ["reorder", END])
builder.add_edge("reorder", END)
graph = builder.compile(name="inventory")
