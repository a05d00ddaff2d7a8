"""The app with a bug in it, whose error quotes a server: `?` raises instead of showing the keys.

`python -m tests.hostile.crashing` is run in a terminal by a test.
"""

from __future__ import annotations

import sys

from tests.fakes import FakeBackend
from tests.hostile.corpus import everything
from tui.app import ForkpointApp
from tui.session.session import Session


def crash(_app: ForkpointApp) -> None:
    said = everything(sendable=False)
    raise ValueError(said)


if __name__ == "__main__":
    backend = FakeBackend()
    backend.add_weather_thread()
    setattr(ForkpointApp, "action_help", crash)  # noqa: B010
    app = ForkpointApp(Session(backend))
    app.run()
    sys.exit(app.return_code)
