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
    ("P2", "open a thread of 1,000 checkpoints: 50 rows and a key"): (
        "Openings are of two kinds, at all three sizes: most take about 200 ms, others about 300, and with 1,000 "
        "checkpoints more than half of the few that were measured were of the second kind (271 ms were allowed). The "
        "server's own page takes 80 to 120 ms of both. What the second kind waits for is not found yet."
    ),
    ("P9", "a state of 20 MB: key delay p95"): (
        "One key of each opening is late by 43 to 58 ms; what it waits for is not found yet. All others are answered "
        "within 28 ms; with so few keys an opening the p95 is that one."
    ),
}
