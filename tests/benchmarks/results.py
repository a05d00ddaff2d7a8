"""What a benchmark found: figures beside their baselines, what they must reach, and points for plots. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limit:
    """What must be reached: at most `ratio` times the baseline plus `plus`, or at most `most`. Neither: no limit."""

    ratio: float | None = None
    plus: float = 0.0
    most: float | None = None

    def bound(self, baseline: float | None) -> float | None:
        """The largest value that still meets it; None without a limit."""
        if self.ratio is not None and baseline is not None:
            return self.ratio * baseline + self.plus
        return self.most

    def words(self, unit: str) -> str:
        """As it is written in the table."""
        if self.ratio is not None:
            times = f"{self.ratio:g}x" if self.ratio < 1 or self.ratio % 1 or not self.plus else f"{self.ratio:.0f}x"
            return f"{times} + {number(self.plus)} {unit}" if self.plus else times
        return f"{number(self.most)} {unit}" if self.most is not None else ""


NO_LIMIT = Limit()


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: the median of `samples`, or another figure over them that `value` gives."""

    figure: str
    what: str
    unit: str
    samples: Sequence[float]
    limit: Limit = NO_LIMIT
    baseline: float | None = None
    baseline_what: str = ""
    value: float = math.nan
    note: str = ""

    def __post_init__(self) -> None:
        if math.isnan(self.value):
            object.__setattr__(self, "value", median(self.samples))

    @property
    def ratio(self) -> float | None:
        """The figure over its baseline."""
        return self.value / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the limit is kept; None without one."""
        bound = self.limit.bound(self.baseline)
        return None if bound is None else self.value <= bound

    def as_json(self) -> dict[str, object]:
        """The row as JSON."""
        return {
            "figure": self.figure,
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "samples": list(self.samples),
            "baseline": self.baseline,
            "baseline_what": self.baseline_what,
            "ratio": self.ratio,
            "limit": self.limit.words(self.unit),
            "met": self.met,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a plot: points by size."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Plot:
    """Cost against size. `name` becomes the file's name; `log` axes are for sizes that grow by factors."""

    name: str
    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    log_x: bool = True
    log_y: bool = False


@dataclass(slots=True)
class Report:
    """What one figure found."""

    findings: list[Finding] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)


def median(samples: Sequence[float]) -> float:
    """The median; NaN of nothing."""
    return statistics.median(samples) if samples else math.nan


def percentile(samples: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the samples do not exceed, interpolated; NaN of nothing."""
    if not samples:
        return math.nan
    ordered = sorted(samples)
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def number(value: float | None) -> str:
    """A number with three digits that count, or a dash."""
    if value is None or math.isnan(value):
        return "-"
    if value and abs(value) < 100:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        text = f"{value:.{min(digits, 4)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:,.0f}"
