"""The refund agent: it asks before it pays. `approve` stops at an interrupt, and only an approval leads on to `pay`.

The amount is in the tool call of the waiting step, so it can be edited there, and what is approved is what is paid.
"""

import operator
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict, override

from tui.demo.graphs.scripted import (
    Call,
    Reply,
    ScriptedModel,
    call_id,
    last_question,
    settings_of,
    take_time,
    text_of,
)

ORDERS: dict[str, tuple[float, str, str]] = {
    "1182": (42.5, "EUR", "a lamp that arrived broken"),
    "2047": (129.0, "EUR", "a chair in the wrong colour"),
    "3310": (8.9, "USD", "a book that never came"),
}
"""By order number: amount paid, currency, what was wrong."""

APPROVE = {"approve", "approved", "accept", "yes", "y", "ok", "true"}
REJECT = {"reject", "rejected", "deny", "no", "n", "false"}


class Payment(TypedDict):
    """Money that left the house."""

    order: str
    amount: float
    currency: str
    receipt: str


class State(TypedDict):
    """The conversation, and every payment that was made."""

    messages: Annotated[list[AnyMessage], add_messages]
    payments: Annotated[list[Payment], operator.add]


class Update(TypedDict, total=False):
    """What a node writes."""

    messages: list[AnyMessage]
    payments: list[Payment]


class RefundModel(ScriptedModel):
    """Finds the order, asks for the payment, and says how it ended."""

    @override
    def reply(self, messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Reply:
        """Answer from the newest tool result, or ask for the refund of the order that was named."""
        if messages and isinstance(messages[-1], ToolMessage):
            return Reply(_outcome(messages[-1]))
        question = last_question(messages)
        number = re.search(r"\b\d{3,}\b", question)
        if number is None:
            return Reply("Which order is it about? Please give me its number, such as 1182.")
        if number[0] not in ORDERS:
            return Reply(f"I cannot find an order {number[0]}. I know {', '.join(ORDERS)}.")
        amount, currency, reason = ORDERS[number[0]]
        args = {"order": number[0], "amount": amount, "currency": currency, "reason": reason}
        text = f"Order {number[0]} was {reason}. I will refund it, if you approve."
        return Reply(text, [Call("pay_refund", args, call_id(messages))])


def _outcome(result: ToolMessage) -> str:
    text = text_of(result)
    if result.status == "error":
        return f"Nothing was paid. {text}"
    return f"Done. {text} The customer will see it in two or three days."


MODEL = RefundModel()


async def agent(state: State, config: RunnableConfig) -> Update:
    """Let the model speak."""
    return {"messages": [await MODEL.ainvoke(state["messages"], settings=settings_of(config))]}


def approve(state: State) -> Command[Literal["pay", "agent"]]:
    """Ask a human about the payment; an answer that is neither yes nor no is asked again."""
    call = _call(state)
    args = call["args"]
    question = {
        "question": f"Pay {args.get('amount')} {args.get('currency', '')} back for order {args.get('order')}?",
        "tool": call["name"],
        "args": args,
        "options": ["approve", "reject"],
    }
    while (verdict := _verdict(answer := interrupt(question))) is None:
        question["problem"] = f"{answer!r} is neither approve nor reject."
    if verdict:
        return Command(goto="pay")
    why = answer.get("reason") if isinstance(answer, dict) else None
    text = f"The payment was rejected: {why}." if why else "The payment was rejected."
    refusal = ToolMessage(text, name=call["name"], tool_call_id=call["id"], status="error")
    return Command(goto="agent", update={"messages": [refusal]})


def _verdict(answer: Any) -> bool | None:
    """True to pay, False not to, None where the answer says neither."""
    if isinstance(answer, dict):
        answer = next((answer[key] for key in ("action", "decision", "type", "approved") if key in answer), None)
    word = str(answer).strip().lower()
    if word in APPROVE:
        return True
    return False if word in REJECT else None


async def pay(state: State, config: RunnableConfig) -> Update:
    """Pay the refund: the tool with a side effect, which a replay would run again."""
    call = _call(state)
    args = call["args"]
    await take_time(settings_of(config), 8)
    amount, order = args.get("amount"), str(args.get("order"))
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0:
        text = f"{amount!r} is not an amount that can be paid."
        return {"messages": [ToolMessage(text, name=call["name"], tool_call_id=call["id"], status="error")]}
    currency = str(args.get("currency", "EUR"))
    # The number of payments so far makes a payment that is made twice visible as a second receipt.
    payment = Payment(
        order=order, amount=amount, currency=currency, receipt=f"R-{order}-{len(state.get('payments') or []) + 1}"
    )
    text = f"Paid {amount:.2f} {currency} for order {order}, receipt {payment['receipt']}."
    result = ToolMessage(text, name=call["name"], tool_call_id=call["id"], artifact=dict(payment))
    return {"messages": [result], "payments": [payment]}


def _call(state: State) -> dict[str, Any]:
    message = state["messages"][-1]
    if not isinstance(message, AIMessage) or not message.tool_calls:
        raise ValueError("There is no payment to decide on: the last message calls no tool.")
    return dict(message.tool_calls[0])


def route(state: State) -> str:
    """To the human while the model wants to pay."""
    message = state["messages"][-1]
    return "approve" if isinstance(message, AIMessage) and message.tool_calls else END


builder = StateGraph(State)
builder.add_node("agent", agent)
builder.add_node("approve", approve)
builder.add_node("pay", pay)
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", route, ["approve", END])
builder.add_edge("pay", "agent")
graph = builder.compile(name="approval")
