"""The demo's threads, made by really running the graphs: idle, interrupted, failed and busy ones, one with branches.

They go the way of the user's own runs (plan, send, verify, follow), with the graphs' own pace: a fork of one of them
runs as the original did, so nothing may be set here that the user would not want repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.base import Backend
from tui.backends.errors import BackendError
from tui.demo.server import DemoError
from tui.domain.checkpoint import JSON, Checkpoint
from tui.domain.plans import PlanError, TravelPlan, choose_tool_call, plan_fork, plan_input
from tui.domain.requests import RunSetup
from tui.session.events import RunEnd, TravelEvent
from tui.session.open_thread import OpenThread
from tui.session.session import Session
from tui.session.travel import carry_out

Progress = Callable[[str], None]

SF = "weather in SF"
"""The newcomer's thread: a wrong answer and no fork yet, updated last."""
BRANCHED = "weather in SF, forked twice"
REFUND = "refund of order 1182"
REPORT = "report on solar power"
FLAKY = "flaky import"
KOREAN = "샌프란시스코 날씨 🙂"
INVENTORY = "inventory (no messages)"

TITLES: tuple[str, ...] = (SF, BRANCHED, REFUND, REPORT, FLAKY, KOREAN, INVENTORY)

REPORT_SETTINGS: Mapping[str, JSON] = {"delay": 0.1, "sections": 60}
"""About five minutes of writing, so that there is a busy thread to look at, to join and to cancel."""

WRONG_QUESTION = "what's the weather in sf"
RIGHT_QUERY = "weather in San Francisco"
NEXT_QUERY = "weather in San Francisco tomorrow"


async def seed(
    backend: Backend, on_progress: Progress | None = None, *, on_first: Callable[[str], None] | None = None
) -> None:
    """Make the demo's threads; returns when all but the busy one have come to rest.

    "weather in SF" comes first, because everybody begins with it (`on_first` hears its id), then the others at the
    same time. In the end it is touched, so that it heads the list.

    Raises:
        DemoError: A run did not end as it should.
        BackendError: The server did not do what was asked.
    """
    maker = _Maker(Session(backend), on_progress or (lambda _: None))
    first = await maker.run_new(SF, "agent", said(WRONG_QUESTION))
    if on_first is not None:
        on_first(first.thread_id)
    try:
        async with asyncio.TaskGroup() as together:
            for make in (
                maker.make_busy,
                maker.make_branches,
                maker.make_korean,
                maker.make_inventory,
                maker.make_refund,
                maker.make_failure,
            ):
                together.create_task(make())
    except* (BackendError, PlanError, DemoError) as failures:
        raise failures.exceptions[0] from None
    if isinstance(backend, AgentServerBackend):
        await backend.threads_api.patch(first.thread_id, {"title": SF})


def said(text: str) -> JSON:
    """A graph's input: a message of the user."""
    return {"messages": [{"role": "user", "content": text}]}


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes one kind of thread per method."""

    session: Session
    tell: Progress

    async def make_busy(self) -> None:
        """A long report that is being written."""
        opened, setup = await self._new(REPORT, "research")
        plan = plan_input(opened.tree, None, said("write a report on solar power"), setup)
        await self.session.backend.start_run(opened.thread_id, plan.run_request(None))
        self.tell(f"{REPORT}: running")

    async def make_branches(self) -> None:
        """The wrong answer, forked with the right query, and that fork forked again."""
        opened = await self.run_new(BRANCHED, "agent", said(WRONG_QUESTION))
        await self._fork(opened, RIGHT_QUERY)
        await self._fork(opened, NEXT_QUERY)

    async def make_korean(self) -> None:
        """Two turns in Korean."""
        opened = await self.run_new(KOREAN, "agent", said("샌프란시스코 날씨 어때? 🙂"))
        await self._run_again(opened, said("그럼 내일 서울은요? 가족 👨‍👩‍👧 여행이에요 ✈️"))

    async def make_inventory(self) -> None:
        """A state without messages, two turns long."""
        stock = {"bolts": 120, "nuts": 25, "washers": 400}
        orders = [{"item": "nuts", "quantity": 10}, {"item": "washers", "quantity": 150}]
        opened = await self.run_new(INVENTORY, "inventory", {"stock": stock, "orders": orders})
        await self._run_again(opened, {"orders": [{"item": "bolts", "quantity": 130}]})

    async def make_refund(self) -> None:
        """A payment that waits for an approval."""
        await self.run_new(REFUND, "approval", said("please refund order 1182"), RunEnd.WAITING)

    async def make_failure(self) -> None:
        """An import that stopped at a bad row."""
        rows = ["2026-01-01;12.5", "2026-01-02;13.25", "2026-01-03;n/a", "2026-01-04;11.0"]
        await self.run_new(FLAKY, "flaky", {"rows": rows}, RunEnd.ERROR)

    async def run_new(self, title: str, graph: str, value: JSON, expected: RunEnd = RunEnd.SUCCESS) -> OpenThread:
        """Make a thread and run a graph on it."""
        opened, setup = await self._new(title, graph)
        await self._carry_out(opened, plan_input(opened.tree, None, value, setup), expected)
        return opened

    async def _run_again(self, opened: OpenThread, value: JSON) -> None:
        """A second turn on the same thread."""
        setup = await self.session.setup_for_input(opened.thread)
        await self._carry_out(opened, plan_input(opened.tree, None, value, setup), RunEnd.SUCCESS)

    async def _fork(self, opened: OpenThread, query: str) -> None:
        """Fork with another query from the newest checkpoint that waits for the tool."""
        before = _before_tool(opened)
        call = choose_tool_call(opened.tree, before, None)
        setup = await self.session.setup_for_replay(opened, before)
        plan = plan_fork(opened.tree, before, {call.id or "": {"query": query}}, setup)
        await self._carry_out(opened, plan, RunEnd.SUCCESS)

    async def _new(self, title: str, graph: str) -> tuple[OpenThread, RunSetup]:
        thread = await self.session.backend.create_thread(metadata={"title": title})
        config = {"configurable": dict(REPORT_SETTINGS)} if graph == "research" else None
        setup = await self.session.setup_for_input(thread, config=config, assistant=graph)
        return OpenThread(self.session.backend, thread), setup

    async def _carry_out(self, opened: OpenThread, plan: TravelPlan, expected: RunEnd) -> None:
        title = str(opened.thread.metadata.get("title", ""))
        ended = await carry_out(opened, plan, _unheard)
        if ended.end is not expected:
            why = f": {ended.error}" if ended.error else ""
            raise DemoError(f"The demo's thread {title!r} ended with {ended.end.value!r}{why}.")
        self.tell(f"{title}: {ended.end.value}")


def _before_tool(opened: OpenThread) -> Checkpoint:
    """The newest checkpoint that waits for the tool: at first the model's own, after a fork the edited one."""
    waiting = [checkpoint for checkpoint in opened.tree if checkpoint.next == ("action",)]
    if not waiting:
        raise DemoError("The demo's weather agent did not ask for its tool.")
    return max(waiting, key=lambda checkpoint: checkpoint.checkpoint_id)


def _unheard(_event: TravelEvent) -> None:
    """Nobody watches these runs."""
