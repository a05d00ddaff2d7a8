"""Why a target is missed, and how close the limit is, by figure and row. A test asks for one for every row that is."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[tuple[str, str], str] = {}
