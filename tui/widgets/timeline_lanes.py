"""The lanes left of a timeline row: what passes, what joins, what is bright. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.domain.lanes import Block, Chain, Row, RowKind
from tui.domain.marks import Mark
from tui.widgets.lines import Part

MARK_STYLES = {
    Mark.HEAD: "mark-head",
    Mark.EDIT: "mark-edit",
    Mark.REPLAY: "mark-replay",
    Mark.WAITING: "mark-waiting",
    Mark.CANCELLED: "warning",
    Mark.ERROR: "mark-error",
    Mark.RUNNING: "mark-running",
}


@dataclass(frozen=True, slots=True)
class Path:
    """The way from a selected checkpoint down to its root: for each branch on it, the youngest checkpoint on the way.

    Costs one step for each branch, however long these are.
    """

    selected: str | None = None
    chain: Chain | None = None
    """The branch of the selected checkpoint."""
    _limits: dict[str, str] = field(default_factory=dict)

    @classmethod
    def to(cls, selected: str, chain: Chain) -> Path:
        """The path to a checkpoint on a branch."""
        limits: dict[str, str] = {}
        at: Chain | None = chain
        limit = selected
        while at is not None:
            limits[at.start] = limit
            limit = at.fork_point or ""
            at = at.parent
        return cls(selected, chain, limits)

    def holds(self, chain: Chain, checkpoint_id: str) -> bool:
        """Whether a checkpoint of a branch lies on the path."""
        limit = self._limits.get(chain.start)
        return limit is not None and checkpoint_id <= limit

    def is_lane(self, chain: Chain) -> bool:
        """Whether this is the selected checkpoint's branch, above it as well."""
        return self.chain is not None and self.chain.start == chain.start

    def same_way(self, other: Path) -> bool:
        """Whether both end on the same branch, so that only the rows between the two differ."""
        return self.chain is not None and other.chain is not None and self.chain.start == other.chain.start


def lane_parts(block: Block, row: Row, path: Path, mark: Mark, columns: int) -> list[Part]:
    """The lanes of a row, 1 + 2 x columns cells wide; a join or a fold is drawn from the lane that it leaves."""
    chain = block.chain
    edges = _edges(chain)
    parts: list[Part] = [(" ", "")]
    if row.kind in (RowKind.JOIN, RowKind.BRANCH, RowKind.MORE) and edges:
        on_path = path.holds(chain, chain.start)
        beside, above = edges.pop()
        parts += [_line(lane, passing, path) for lane, passing in edges]
        parts.append(("├", _style(beside.lane, bright=on_path or path.holds(beside, above) or path.is_lane(beside))))
        if row.kind is RowKind.JOIN:
            return [*parts, ("─╯", _style(chain.lane, bright=on_path))]
        parts += [("─", _style(chain.lane, bright=on_path)), (mark.shape, _style(chain.lane, bright=on_path))]
    else:
        bright = path.holds(chain, row.checkpoint_id) or path.is_lane(chain)
        parts += [_line(lane, passing, path) for lane, passing in edges]
        parts.append((mark.shape, MARK_STYLES.get(mark) or _style(chain.lane, bright=bright)))
    parts.append((" " + "  " * max(0, columns - chain.lane - 1), ""))
    return parts


def _edges(chain: Chain) -> list[tuple[Chain, str]]:
    """The branches that pass left of a branch, from lane 0 on, each with the checkpoint above the line that passes."""
    edges: list[tuple[Chain, str]] = []
    while chain.parent is not None:
        edges.append((chain.parent, chain.beside or ""))
        chain = chain.parent
    edges.reverse()
    return edges


def _line(lane: Chain, above: str, path: Path) -> Part:
    return "│ ", _style(lane.lane, bright=path.holds(lane, above) or path.is_lane(lane))


def _style(lane: int, *, bright: bool) -> str:
    return f"lane-{lane % 5 + 1}" if bright else "calm"
