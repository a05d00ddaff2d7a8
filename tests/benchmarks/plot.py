"""Plots of cost against size as SVG, without a plotting library. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from tests.benchmarks.results import Plot, Series, number

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 84, 40, 84, 60
COLOURS = ("#2563eb", "#d97706", "#059669", "#be185d", "#6d28d9")
DASHES = ("", "6 4", "2 3", "10 3 2 3", "1 4")
_STYLE = "text{font-family:ui-sans-serif,system-ui,sans-serif;font-size:13px;fill:#1f2937}"


@dataclass(frozen=True, slots=True)
class Axis:
    """Where values go: `ticks` are drawn, the first and last of them are its ends."""

    ticks: Sequence[float]
    start: float
    end: float
    log: bool

    def place(self, value: float) -> float:
        """The position of a value, in pixels."""
        measure: Callable[[float], float] = math.log10 if self.log else float
        low, high = measure(self.ticks[0]), measure(self.ticks[-1])
        share = (measure(value) - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)


def svg(plot: Plot) -> str:
    """The plot as an SVG document."""
    xs = [x for series in plot.series for x, _ in series.points]
    ys = [y for series in plot.series for _, y in series.points]
    if not xs:
        raise ValueError(f"The plot {plot.name!r} has no points.")
    x_axis = Axis(ticks(xs, log=plot.log_x), LEFT, WIDTH - RIGHT, plot.log_x)
    y_axis = Axis(ticks(ys if plot.log_y else [0.0, *ys], log=plot.log_y), HEIGHT - BOTTOM, TOP, plot.log_y)
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(plot.title)}</title><style>{_STYLE}</style>",
        f'<rect {size} fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" style="font-size:16px;font-weight:600">{escape(plot.title)}</text>',
        *_grid(x_axis, y_axis, plot),
        *_legend(plot.series),
    ]
    for number_, series in enumerate(plot.series):
        parts += _series(series, number_, x_axis, y_axis)
    return "\n".join([*parts, "</svg>", ""])


def ticks(values: Iterable[float], *, log: bool) -> list[float]:
    """Round numbers from at or below the smallest value to at or above the largest."""
    found = [value for value in values if value > 0] if log else list(values)
    low, high = (min(found), max(found)) if found else (1.0, 10.0)
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return [10.0**power for power in range(first, max(last, first + 1) + 1)]
    step = _round_step((high - low) / 5 or 1.0)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    return [count * step for count in range(first, max(last, first + 1) + 1)]


def _round_step(step: float) -> float:
    """1, 2 or 5 times a power of ten, not below `step`."""
    power: float = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step - power * 1e-9)


def _grid(x_axis: Axis, y_axis: Axis, plot: Plot) -> list[str]:
    lines: list[str] = []
    for tick in y_axis.ticks:
        y = y_axis.place(tick)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(tick)}</text>')
    for tick in x_axis.ticks:
        x = x_axis.place(tick)
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#f3f4f6"/>')
        lines.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{number(tick)}</text>')
    middle_x, middle_y = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    lines += [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM}" stroke="#6b7280"/>',
        f'<text x="{middle_x}" y="{HEIGHT - 14}" text-anchor="middle">{escape(plot.x_label)}</text>',
        f'<text transform="translate(20 {middle_y}) rotate(-90)" text-anchor="middle">{escape(plot.y_label)}</text>',
    ]
    return lines


def _legend(series: Sequence[Series]) -> list[str]:
    lines: list[str] = []
    x = float(LEFT)
    for place, one in enumerate(series):
        lines.append(_stroke([(x, 50.0), (x + 26, 50.0)], place))
        lines.append(f'<text x="{x + 32:.0f}" y="54">{escape(one.name)}</text>')
        x += 32 + 7.2 * len(one.name) + 24
    return lines


def _series(series: Series, place: int, x_axis: Axis, y_axis: Axis) -> list[str]:
    points = [(x_axis.place(x), y_axis.place(y)) for x, y in sorted(series.points)]
    colour = COLOURS[place % len(COLOURS)]
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}">'
        f"<title>{escape(series.name)}: {number(value)} at {number(size)}</title></circle>"
        for (x, y), (size, value) in zip(points, sorted(series.points), strict=True)
    ]
    return [_stroke(points, place), *dots]


def _stroke(points: Sequence[tuple[float, float]], place: int) -> str:
    """A line in the colour and the dashes of a series: neither alone tells two apart for everybody."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = DASHES[place % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{COLOURS[place % len(COLOURS)]}" stroke-width="2"{dashed}/>'
