"""The demo's threads as a newcomer finds them: every status, a wrong answer to fork, branches, Korean, no messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tui.backends.agent_server import AgentServerBackend
from tui.backends.base import Backend, ThreadQuery
from tui.demo import seed as seeding
from tui.demo.server import DemoError
from tui.domain.checkpoint import Thread
from tui.session.events import RunEnd
from tui.session.open_thread import OpenThread
from tui.session.session import Session


@dataclass
class Seeded:
    """The threads by title, newest first, and what was told while they were made."""

    backend: Backend
    threads: dict[str, Thread]
    told: list[str]

    async def open(self, title: str) -> OpenThread:
        opened = await Session(self.backend).open(self.threads[title])
        await opened.load_all()
        return opened


@pytest.fixture
async def seeded(server_url: str) -> AsyncIterator[Seeded]:
    backend = AgentServerBackend(server_url)
    await backend.connect()
    before = {thread.thread_id for thread in (await backend.search_threads(ThreadQuery(limit=1000))).threads}
    told: list[str] = []
    try:
        await seeding.seed(backend, told.append)
        page = await backend.search_threads(ThreadQuery(limit=1000))
        new = [thread for thread in page.threads if thread.thread_id not in before]
        yield Seeded(backend, {str(thread.metadata["title"]): thread for thread in new}, told)
    finally:
        for thread in (await backend.search_threads(ThreadQuery(limit=1000))).threads:
            if thread.thread_id not in before:
                await backend.delete_thread(thread.thread_id)
        await backend.close()


async def test_the_threads_are_what_the_demo_promises(seeded: Seeded) -> None:
    assert {title: thread.status for title, thread in seeded.threads.items()} == {
        seeding.SF: "idle",
        seeding.BRANCHED: "idle",
        seeding.REFUND: "interrupted",
        seeding.REPORT: "busy",
        seeding.FLAKY: "error",
        seeding.KOREAN: "idle",
        seeding.INVENTORY: "idle",
    }
    assert set(seeded.threads) == set(seeding.TITLES)
    assert next(iter(seeded.threads)) == seeding.SF
    assert {line.rsplit(": ", 1)[0] for line in seeded.told} == set(seeding.TITLES)

    # The newcomer's thread: the wrong answer at the head, nothing forked yet.
    fresh = await seeded.open(seeding.SF)
    assert len(fresh.tree) == 5
    assert len(fresh.tree.tips()) == 1
    assert fresh.tree.head is not None
    assert "31 °C" in fresh.tree.head.values["messages"][-1]["content"]

    branched = await seeded.open(seeding.BRANCHED)
    answers = [branched.tree[tip].values["messages"][-1]["content"] for tip in branched.tree.tips()]
    assert len(answers) == 3
    assert [("31 °C" in answer, "14 °C" in answer, "16 °C" in answer) for answer in sorted(answers)] == [
        (False, True, False),
        (False, False, True),
        (True, False, False),
    ]

    korean = await seeded.open(seeding.KOREAN)
    assert korean.tree.head is not None
    assert [message["type"] for message in korean.tree.head.values["messages"]] == ["human", "ai", "tool", "ai"] * 2
    assert "🧥" in korean.tree.head.values["messages"][3]["content"]
    assert "서울" in korean.tree.head.values["messages"][-1]["content"]

    stock = await seeded.open(seeding.INVENTORY)
    assert stock.tree.head is not None
    assert "messages" not in stock.tree.head.values
    assert stock.tree.head.values["batch"] == 2**53 + 1

    refund = await seeded.open(seeding.REFUND)
    assert refund.tree.head is not None
    (question,) = refund.tree.head.pending_interrupts
    assert question.value["question"] == "Pay 42.5 EUR back for order 1182?"

    failed = await seeded.open(seeding.FLAKY)
    assert failed.tree.head is not None
    assert failed.tree.head.errors == (("load", """ValueError("row 3: 'n/a' is not a number")"""),)

    report = seeded.threads[seeding.REPORT]
    (run,) = await seeded.backend.runs(report.thread_id)
    assert run.is_active


async def test_no_run_of_the_demo_is_set_up_in_a_way_that_a_fork_should_not_repeat(seeded: Seeded) -> None:
    opened = await seeded.open(seeding.SF)
    assert opened.tree.head is not None
    setup = await Session(seeded.backend).setup_for_replay(opened, opened.tree.head)
    assert setup.known
    assert "configurable" not in setup.config
    assert not setup.context


async def test_a_run_that_ends_otherwise_is_said(server_url: str) -> None:
    backend = AgentServerBackend(server_url)
    maker = seeding._Maker(Session(backend), lambda _: None)
    try:
        with pytest.raises(DemoError, match=r"'flaky import' ended with 'error'.*row 3"):
            await maker.run_new(seeding.FLAKY, "flaky", {}, RunEnd.SUCCESS)
    finally:
        await backend.close()
