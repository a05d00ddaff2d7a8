"""The pictures of the README: `python -m tests.screenshots` makes them from recorded answers of a real server.

The same on every machine: recorded data, a clock that stands still, no blinking, no fonts from elsewhere.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.fakes import FakeBackend, FakeStream
from tests.snapshots.recorded import recorded_backend, shortly_after
from tests.ui.driving import Driver
from tui.app import ForkpointApp
from tui.domain.addresses import Address
from tui.domain.checkpoint import Checkpoint, CheckpointRef, Run
from tui.domain.requests import RunRequest, StateUpdate
from tui.domain.transcript import StreamEvent
from tui.session.session import Session

FOLDER = Path(__file__).parent.parent / "screenshots"
COMMAND = "python -m tests.screenshots"
FORKED = "weather in SF, forked twice"
RUN_SECONDS = 2.4


@dataclass
class ForkAgain(FakeBackend):
    """Plays a recorded fork once more: the same edit and the same answer, which stops in the middle of a sentence."""

    to_come: list[Checkpoint] = field(default_factory=list)
    """The recorded checkpoints of the fork: the edit, the tool's result, the answer."""

    async def update_state(self, thread_id: str, update: StateUpdate) -> CheckpointRef:
        """The edit, as the server wrote it."""
        del update
        self.rows[thread_id].append(self.to_come[0])
        return self.to_come[0].ref

    @asynccontextmanager
    async def stream_run(self, thread_id: str, request: RunRequest) -> AsyncIterator[FakeStream]:
        """The run, up to the middle of its answer."""
        run = Run(self.to_come[1].run_id or "", thread_id, request.setup.assistant_id, "running")
        self.run_list[thread_id].append(run)
        _, acted, answered = self.to_come
        tool, said = acted.values["messages"][-1], answered.values["messages"][-1]
        words = said["content"] if isinstance(said["content"], str) else said["content"][0]["text"]
        half = words[: len(words) * 2 // 3].rsplit(" ", 1)[0]
        chunks = [{"type": "AIMessageChunk", "id": said["id"], "content": word} for word in re.findall(r"\S+\s*", half)]
        yield FakeStream(
            run.run_id,
            [
                StreamEvent("metadata", {"run_id": run.run_id, "attempt": 1}),
                lambda: self.rows[thread_id].append(acted),
                StreamEvent("updates", {"action": {"messages": [tool]}}),
                *(
                    StreamEvent("messages", [chunk, {"langgraph_node": "agent", "langgraph_step": 3}])
                    for chunk in chunks
                ),
                asyncio.Event(),
            ],
        )


@dataclass(frozen=True)
class Shot:
    """A picture: what is on the screen, and how it got there."""

    name: str
    thread: str
    act: Callable[[Driver], Awaitable[None]]
    size: tuple[int, int] = (132, 28)
    theme: str = "forkpoint-dark"
    backend: Callable[[], FakeBackend] = recorded_backend


def thread_named(backend: FakeBackend, title: str) -> str:
    """The id of a recorded thread."""
    return next(i for i, thread in backend.threads.items() if thread.metadata.get("title") == title)


def before_the_fork() -> FakeBackend:
    """The recorded threads as they were before the first fork, which is about to be made again."""
    recorded = recorded_backend()
    thread_id = thread_named(recorded, FORKED)
    rows = recorded.rows[thread_id]
    edit = next(number for number, row in enumerate(rows) if row.source in ("update", "fork"))
    backend = ForkAgain(
        address=recorded.address,
        info=recorded.info,
        threads=dict(recorded.threads),
        rows={**recorded.rows, thread_id: rows[:edit]},
        run_list={**recorded.run_list, thread_id: recorded.run_list[thread_id][:1]},
        to_come=rows[edit : edit + 3],
    )
    del backend.threads[thread_named(recorded, "weather in SF")]
    thread = backend.threads[thread_id]
    backend.threads[thread_id] = replace(thread, metadata={**thread.metadata, "title": "weather in SF"})
    return backend


async def overview(driver: Driver) -> None:
    """The head: where the thread is now."""
    await driver.press("2", "g")


async def edit(driver: Driver) -> None:
    """The newest branch, at its edit."""
    await driver.press("2", "g", "j", "j")


async def fork(driver: Driver) -> None:
    """Edit the tool call, fork, and look while it runs."""
    await driver.select_step(1)
    pane = driver.screen.live_pane
    pane.clock = lambda: 0.0
    await driver.press("e")
    await driver.until(lambda: driver.screen.inspector.is_editing, "the editor")
    await driver.press("end", *["backspace"] * len("Santa Fe"))
    await driver.write("San Francisco")
    await driver.press("ctrl+s")
    await driver.yes()
    await driver.until(lambda: "wind comes" in driver.text("#live"), "half an answer")
    await driver.until(lambda: len(driver.screen.timeline.rows) > 6, "the fork in the tree")
    pane.clock = lambda: RUN_SECONDS
    pane.show_title()


async def branches(driver: Driver) -> None:
    """An older branch: its path is bright."""
    await driver.press("2", "G", "l")
    await driver.press("greater_than_sign")


async def stay(driver: Driver) -> None:
    """As it opens."""
    await driver.press("2")


async def state(driver: Driver) -> None:
    """A state, unfolded."""
    await driver.press("3", "down", "enter")


SHOTS = (
    Shot("overview", FORKED, overview),
    Shot("fork", "weather in SF", fork, backend=before_the_fork),
    Shot("branches", FORKED, branches),
    Shot("korean", "샌프란시스코 날씨 🙂", stay),
    Shot("light", "inventory (no messages)", state, theme="forkpoint-light"),
    Shot("narrow", FORKED, edit, size=(80, 24)),
)


async def take(shot: Shot) -> str:
    """The picture as SVG."""
    backend = shot.backend()
    now = shortly_after(recorded_backend())
    app = ForkpointApp(
        Session(backend),
        open_address=Address(thread_named(backend, shot.thread)),
        theme=shot.theme,
        profile="demo",
        now=lambda: now,
    )
    async with app.run_test(size=shot.size) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: driver.screen.is_ready, "the thread")
        await driver.until(lambda: driver.shown_id is not None, "the inspector")
        await shot.act(driver)
        await driver.until(lambda: driver.shown_id == driver.screen.timeline.selected, "the inspector")
        app.clear_notifications()
        await pilot.pause()
        return without_links(app.export_screenshot(title="forkpoint"))


def without_links(svg: str) -> str:
    """The picture without fonts from elsewhere: it looks the same offline and asks nobody for anything."""
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace", "font-family: ui-monospace, Menlo, Consolas, monospace")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main() -> None:
    """Make all of them."""
    FOLDER.mkdir(exist_ok=True)
    for shot in SHOTS:
        (FOLDER / f"{shot.name}.svg").write_text(asyncio.run(take(shot)), encoding="utf-8")


if __name__ == "__main__":
    main()
