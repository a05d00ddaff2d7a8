"""Why a target is missed, and how close the limit is, by figure and row. A test asks for one for every row that is."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[tuple[str, str], str] = {
    ("P1", "cold start: first frame"): (
        "At the limit: measurements of one day were between 1.32x and 1.41x. What is more than the bare app has are "
        "the imports of the command line and of the settings, about 55 ms."
    ),
    ("P1", "cold start: threads of a local server listed"): (
        "All of it is processor time of one process. The imports alone take about 300 ms, almost twice the whole start "
        "of the bare app: 105 ms are Textual's, 45 ms those of httpx with what it stands on, 45 ms those of pydantic "
        "with the first models, 105 ms those of the command line and the app. Three panes with their styles and first "
        "layout take about 80 ms more, three requests and the list about 20 ms."
    ),
    ("P5", "1,000 growing steps: steady memory"): (
        "At the limit: measured were 15.7 to 16.4 MB, 16.1 are allowed. The last 0.7 MB came when the "
        "key that reads everything began to go to the oldest checkpoint, too, whose rows and state are drawn."
    ),
    ("P5", "1,000 growing steps: load time"): (
        "At the limit: between 2.3x and 3.3x on one day, because both the 4 to 5 s of the app and the 1.3 to 2.2 s "
        "of parsing alone vary with the machine."
    ),
}
