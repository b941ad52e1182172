"""One row a comparison: two things measured in one run on one machine, so that their ratio means something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import median
from time import perf_counter, process_time

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
        Above 1, ours is better: peer's over ours where less is better, ours over peer's where more is; NaN: there is no peer.
    note
        Who the peer is, and what was held equal.
    better
        "less" (time, memory, error) or "more" (precision, correlation).
    """

    benchmark: str
    case: str
    ours: str
    peer: str
    ratio: float
    note: str = ""
    better: str = "less"


def seconds(call: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of ``repeats`` runs, in seconds: the one least disturbed by the rest of the machine."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def paired(
    ours: Callable[[], object], peer: Callable[[], object], pairs: int = 3
) -> tuple[float, float, float]:
    """Processor seconds of both, by turns (ours, peer, ours, peer, ...), so that what else the machine does falls on both.

    Parameters
    ----------
    ours, peer
        What to run.
    pairs
        How often, after a first run of each that is not counted.

    Returns
    -------
    ours, peer : float
        Median seconds.
    ratio : float
        Median over pairs of peer's over ours.
    """
    times = []
    for _ in range(pairs + 1):
        pair = []
        for call in (ours, peer):
            start = process_time()
            call()
            pair.append(process_time() - start)
        times.append(pair)
    mine, theirs = zip(*times[1:], strict=True)
    return median(mine), median(theirs), median(b / a for a, b in times[1:])


def as_table(rows: Sequence[Row]) -> Table:
    """All rows in one table."""
    table = Table(
        *("benchmark", "case", "ours", "peer", "better is", "ratio", "note"),
        title="Benchmarks (ratio above 1: ours is better)",
    )
    for row in rows:
        ratio = f"{row.ratio:.2f}x" if row.ratio < 2 else f"{row.ratio:.1f}x"
        ratio = "-" if isnan(row.ratio) else ratio
        table.add_row(row.benchmark, row.case, row.ours, row.peer, row.better, ratio, row.note)
    return table
