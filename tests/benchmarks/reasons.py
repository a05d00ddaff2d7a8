"""Why a target is missed, and how close the limit is, by figure and row. A test asks for one for every row that is."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[tuple[str, str], str] = {
    ("P1", "cold start: threads of a local server listed"): (
        "All of it is processor time of one process. The imports alone take about 300 ms, almost twice the whole start "
        "of the bare app: 105 ms are Textual's, 45 ms those of httpx with what it stands on, 45 ms those of pydantic "
        "with the first models, 105 ms those of the command line and the app. Three panes with their styles and first "
        "layout take about 80 ms more, three requests and the list about 20 ms."
    ),
}
