"""One row a comparison: two things measured in one run on one machine, so that their ratio means something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from time import perf_counter

from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes
    ----------
    benchmark, case
        What was measured, and on which input.
    ours, peer
        The two figures, with their units, as text.
    ratio
        Peer's over ours: above 1, ours is faster (or smaller); NaN: there is no peer.
    note
        Who the peer is, and what was held equal.
    """

    benchmark: str
    case: str
    ours: str
    peer: str
    ratio: float
    note: str = ""


def seconds(call: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of ``repeats`` runs, in seconds: the one least disturbed by the rest of the machine."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def as_table(rows: Sequence[Row]) -> Table:
    """All rows in one table."""
    table = Table("benchmark", "case", "ours", "peer", "ratio", "note", title="Benchmarks")
    for row in rows:
        ratio = "-" if isnan(row.ratio) else f"{row.ratio:.1f}x"
        table.add_row(row.benchmark, row.case, row.ours, row.peer, ratio, row.note)
    return table
