"""All keys by context, for the help and for the test that no two of them clash."""

from __future__ import annotations

from textual.binding import Binding
from textual.dom import DOMNode

from tui.screens.debugger import DebuggerScreen
from tui.screens.help import bindings_of
from tui.screens.panes import PanesScreen
from tui.screens.runs import RunsScreen
from tui.widgets.args_editor import ArgsEditor
from tui.widgets.input_editor import InputEditor
from tui.widgets.inspector import Inspector
from tui.widgets.line_view import LineView
from tui.widgets.live_pane import LivePane
from tui.widgets.question_line import QuestionLine
from tui.widgets.state_tree import StateTree
from tui.widgets.threads_list import ThreadsList
from tui.widgets.timeline import Timeline


def contexts(app: type[DOMNode]) -> list[tuple[str, list[Binding]]]:
    """(title, bindings) of every place where keys act, in the order of the help. `app` is the app's class."""
    return [
        ("Everywhere outside a text field", bindings_of(app, PanesScreen, DebuggerScreen)),
        ("Moving", bindings_of(LineView)),
        ("Threads", bindings_of(ThreadsList)),
        ("Timeline", bindings_of(Timeline)),
        ("Inspector", bindings_of(Inspector)),
        ("Inspector, State tab", bindings_of(StateTree)),
        ("Editor of tool arguments", bindings_of(ArgsEditor)),
        ("Editor of an input", bindings_of(InputEditor)),
        ("Live", bindings_of(LivePane)),
        ("Runs", bindings_of(RunsScreen)),
        ("A question", bindings_of(QuestionLine)),
    ]
