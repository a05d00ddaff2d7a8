"""What the connected server can do and what it lacks, tried on request with reads that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.dialogs import TextScreen
from tui.session.doctor import capabilities
from tui.widgets.finding_lines import findings_page

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


def show_server(screen: DebuggerScreen) -> None:
    """Look, and show what was found."""

    async def look() -> None:
        findings = await capabilities(screen.session)
        screen.app.push_screen(TextScreen(f"What {screen.address} can do", findings_page(findings)))

    screen.work.start(look, group="server", says="looking at the server")
