"""Worker processes that die."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stats220.errors import GradingError
from stats220.staff.grade.workforce import Workforce


def nothing(_: object) -> None:
    """A worker that needs no beginning."""


def exit_at_once(_: object) -> None:
    """A worker that never gets to work."""
    os._exit(1)


def square(item: tuple[int, str]) -> int:
    """``item[0]`` squared; a negative one ends the process, twice or (where it may leave a mark) once."""
    number, mark = item
    if number < 0 and not (mark and Path(mark).exists()):
        if mark:
            Path(mark).touch()
        os._exit(1)
    return number**2


def force(jobs: int, start: Callable[..., None] = nothing) -> Workforce[tuple[int, str], int]:
    return Workforce(square, lambda item: item[0], jobs=jobs, start=start, setup=None)


def test_a_dead_worker_costs_one_retry(tmp_path: Path) -> None:
    items = [(1, ""), (-2, str(tmp_path / "mark")), (3, ""), (4, "")]
    assert sorted(force(2).results(items)) == [1, 4, 9, 16]


def test_what_kills_its_worker_twice_is_reported_and_the_rest_is_done() -> None:
    items = [(n, "") for n in (1, 2, -3, 4, -5, 6)]
    assert sorted(force(2).results(items)) == [-5, -3, 1, 4, 16, 36]


def test_workers_that_never_work_are_the_operators_error() -> None:
    with pytest.raises(GradingError, match="end as soon as they begin"):
        list(force(2, exit_at_once).results([(n, "") for n in range(8)]))


def test_leaving_early_ends_the_workers() -> None:
    found = force(2).results([(n, "") for n in range(50)])
    assert next(found) in (0, 1)
    found.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
