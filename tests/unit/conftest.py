"""Settings of the property tests: no deadline for one example, because machines that test are busy."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("forkpoint", deadline=None)
settings.load_profile("forkpoint")
