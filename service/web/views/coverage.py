"""The coverage map: topics down, kinds of sources across."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.listening.coverage import Coverage, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A topic at a kind of source."""

    kind: str
    signals: int
    depth: int  # 0..4: how dark the cell is


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """A topic's row."""

    topic_id: str
    name: str
    share: Share
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageMap:
    """The map, with what it lacks in words."""

    rows: tuple[CoverageRow, ...]
    kinds: tuple[Share, ...]
    gaps: tuple[str, ...]


def coverage_map(found: Coverage, names: Mapping[str, str]) -> CoverageMap:
    """Return the map of ``found``; topics are called by ``names``, else by their ids."""
    most = max(found.cells.values(), default=0) or 1
    rows = tuple(
        CoverageRow(
            topic_id=share.name,
            name=names.get(share.name, share.name),
            share=share,
            cells=tuple(
                Cell(
                    kind=kind.name,
                    signals=(number := found.cells.get((share.name, kind.name), 0)),
                    depth=_depth(number, most),
                )
                for kind in found.kinds
            ),
        )
        for share in found.topics
    )
    return CoverageMap(rows=rows, kinds=found.kinds, gaps=tuple(map(_words, found.gaps)))


def _depth(number: int, most: int) -> int:
    return 0 if not number else 1 + min(3, 4 * number // (most + 1))


def _words(gap: str) -> str:
    """Return a gap without the command that a terminal's reader is told of."""
    said = gap.partition(": `harken")[0]
    return said[:1].upper() + said[1:]
