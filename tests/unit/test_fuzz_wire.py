"""Answers that are nearly right, and answers that are anything: read or refused in words, and drawn without harm."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.hostile import server
from tests.hostile.anything import nearly, values
from tests.unit.agent_server_fakes import Script, Step, backend, raw
from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.base import ThreadQuery
from tui.backends.errors import BackendError
from tui.domain.checkpoint import Checkpoint, CheckpointRef
from tui.domain.messages import read_messages
from tui.domain.safe_text import UNSEEN, hidden_count
from tui.domain.thread_titles import thread_title
from tui.domain.tree import CheckpointTree
from tui.widgets.checkpoint_rows import Facts, RunFacts, checkpoint_rows
from tui.widgets.lines import Line, plain, width_of
from tui.widgets.message_lines import conversation
from tui.widgets.run_rows import run_line, run_page
from tui.widgets.thread_rows import preview_line, thread_line
from tui.widgets.timeline_rows import TimelineRows
from tui.widgets.value_rows import state_lines, tree_json_lines
from tui.widgets.value_tree import ValueTree

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
WIDTH = 60
EXAMPLES = settings(max_examples=40, deadline=None, phases=(Phase.reuse, Phase.generate))  # shrinking takes minutes


def harmless(lines: Iterable[Line], width: int = WIDTH) -> None:
    for line in lines:
        assert width_of(line) <= width
        assert not UNSEEN.search(plain(line)), plain(line)


def said(value: Any) -> Step:
    """An answer as a server writes it that escapes all but ASCII, lone surrogates too."""
    return raw(json.dumps(value).encode())


def client(value: Any) -> AgentServerBackend:
    return backend(Script(said(value)))


@EXAMPLES
@given(nearly(server.thread()) | values)
async def test_threads(row: Any) -> None:
    try:
        page = await client([row, server.thread()]).search_threads(ThreadQuery())
        alone = [await client(row).get_thread("t")]
    except BackendError:
        return
    for thread in (*page.threads, *alone):
        harmless([thread_line(thread, NOW, WIDTH), preview_line(thread, WIDTH)])
        assert not hidden_count(thread_title(thread))


@EXAMPLES
@given(nearly(server.run()) | values)
async def test_runs(row: Any) -> None:
    try:
        found = [*await client([row, server.run()]).runs("t"), await client(row).get_run("t", "r")]
    except BackendError:
        return
    for run in found:
        harmless([run_line(run, NOW, 200)], 200)
        harmless((paragraph.line for paragraph in run_page(run)), 10**9)


@EXAMPLES
@given(st.lists(nearly(server.checkpoint(2)) | values, min_size=1, max_size=3))
async def test_histories(rows: list[Any]) -> None:
    try:
        page = await client([*rows, server.checkpoint(1)]).history("t", limit=10)
    except BackendError:
        return
    found = [checkpoint for checkpoint in page.checkpoints if checkpoint.checkpoint_id]
    tree = CheckpointTree("t")
    tree.add(found)
    tree.mark_complete()
    view = TimelineRows(tree)
    view.update()
    for number in range(len(view.lanes)):
        harmless([view.line(number, view.path_to(number), WIDTH)])
        assert isinstance(view.search_text(number), str)
    for checkpoint in found:
        draw(checkpoint, tree.parent(checkpoint.checkpoint_id))


def draw(checkpoint: Checkpoint, parent: Checkpoint | None) -> None:
    """Every tab of the inspector."""
    facts = Facts(checkpoint, parent, 1, True, RunFacts(), NOW)
    harmless((row.line for row in checkpoint_rows(facts, WIDTH)), WIDTH)
    harmless(conversation(read_messages(checkpoint.values), WIDTH).rows)
    for closes, lines in ((False, state_lines), (True, tree_json_lines)):
        tree = ValueTree(checkpoint.values, closes=closes, opens=lambda node: node.depth < 3)
        harmless(line for row in tree.rows() for line in lines(row, WIDTH))


@EXAMPLES
@given(nearly(server.checkpoint(2)) | values)
async def test_states(row: Any) -> None:
    try:
        found = [await client(row).head("t"), await client(row).checkpoint("t", CheckpointRef("x"))]
    except BackendError:
        return
    for checkpoint in found:
        if checkpoint is not None:
            draw(checkpoint, None)


@EXAMPLES
@given(nearly(server.assistant()) | values, nearly({"version": "1", "langgraph_py_version": "2"}) | values)
async def test_assistants_and_servers(row: Any, info: Any) -> None:
    script = Script(said(info), said([row]), said([row]))
    client = backend(script)
    try:
        assert (await client.connect()).kind
        await client.assistants()
    except BackendError:
        return
