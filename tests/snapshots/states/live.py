"""The live pane: a run from its first event to the line that it folds to, played from recorded streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tests.snapshots.recorded import RecordedBackend, recorded_backend, recorded_stream
from tests.snapshots.stage import Act, State
from tests.ui.driving import Driver
from tui.demo.seed import FLAKY, REFUND, SF
from tui.domain.checkpoint import Checkpoint
from tui.domain.transcript import StreamEvent


def playing(
    events: Iterable[StreamEvent],
    ends: str | None = None,
    grows: Callable[[Sequence[Checkpoint]], Checkpoint] | None = None,
) -> Callable[[], RecordedBackend]:
    """The recorded threads, whose next run streams these events."""

    def make() -> RecordedBackend:
        backend = recorded_backend()
        backend.plays, backend.run_ends, backend.grows = list(events), ends, grows
        return backend

    return make


def replayed(until: str, *keys: str, over: bool = False) -> Act:
    """A replay, until a text is in the live pane."""

    async def act(driver: Driver) -> None:
        driver.screen.live_pane.clock = lambda: 65.0
        await driver.select_step(1)
        await driver.press("r")
        await driver.yes()
        await driver.until(lambda: driver.screen.live.run_id, "the run")
        if over:
            await driver.run_over()
        await driver.until(lambda: until in driver.text("#live"), until)
        await driver.press(*keys)

    return act


def answer(rows: Sequence[Checkpoint]) -> Checkpoint:
    """The recorded answer once more, on the newest checkpoint."""
    return replace(rows[4], parent_id=rows[-1].checkpoint_id)


def of(title: str) -> Callable[[Sequence[Checkpoint]], Checkpoint]:
    """The newest checkpoint of another thread, as where the run ended."""

    def grow(rows: Sequence[Checkpoint]) -> Checkpoint:
        backend = recorded_backend()
        last = backend.rows[backend.titled(title)][-1]
        return replace(last, parent_id=rows[-1].checkpoint_id, step=3)

    return grow


TRACEBACK = """Traceback (most recent call last):
  File "/app/graph.py", line 58, in load
    amount = float(text)
ValueError: row 3: 'n/a' is not a number"""

AGENT, RESEARCH, FAILED, ASKED = map(recorded_stream, ("agent", "research", "flaky", "approval"))

FAILED[-1] = StreamEvent("error", {"error": "ValueError", "message": TRACEBACK})

STATES = (
    State("live-waiting", replayed("waiting for the run", "4"), SF, playing(AGENT[:1])),
    State("live-tool-args", replayed("search", "4"), SF, playing(AGENT[:12])),
    State("live-tokens", replayed("search", "4"), SF, playing(AGENT[:34])),
    State("live-progress", replayed("look_up", "4"), SF, playing(RESEARCH[:47])),
    State("live-report", replayed("draft", "4"), SF, playing(RESEARCH[:90])),
    State("live-scrolled-back", replayed("draft", "4", "g"), SF, playing(RESEARCH[:100])),
    State("live-beside-the-tree", replayed("draft", "2"), SF, playing(RESEARCH[:90])),
    State("live-over", replayed("success", "2", over=True), SF, playing(AGENT, "success", answer)),
    State("live-over-opened", replayed("success", "4", over=True), SF, playing(AGENT, "success", answer)),
    State("live-error-folded", replayed("error", "4", over=True), SF, playing(FAILED, "error", of(FLAKY))),
    State("live-error-unfolded", replayed("error", "4", "space", over=True), SF, playing(FAILED, "error", of(FLAKY))),
    State("live-error-line", replayed("error", "2", over=True), SF, playing(FAILED, "error", of(FLAKY)), messages=True),
    State("live-interrupted", replayed("waits", "4", over=True), SF, playing(ASKED, "success", of(REFUND))),
    State("live-cancelled", replayed("cancelled", "4", over=True), SF, playing(AGENT[:20], "interrupted")),
    State("live-raw-events", replayed("search", "4", "R"), SF, playing(AGENT[:34])),
)
