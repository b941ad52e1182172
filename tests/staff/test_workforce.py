"""Worker processes that die, get stuck, or lose who started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stats220.errors import GradingError
from stats220.staff.grade import clock, workforce
from stats220.staff.grade.workforce import Blamed, Workforce

Item = tuple[int, str]


def nothing(_: object) -> None:
    """A worker that needs no beginning."""


def exit_at_once(_: object) -> None:
    """A worker that never gets to work."""
    os._exit(1)


def cannot_begin(_: object) -> None:
    """A worker whose release fits no checks, say."""
    raise GradingError("no such checks")


def begin_once(mark: object) -> None:
    """A worker that gets to work, but for the first one."""
    if not Path(str(mark)).exists():
        Path(str(mark)).touch()
        os._exit(1)


def square(item: Item, blamed: Blamed) -> int:
    """``item[0]`` squared; a negative one ends the process, twice or (where it may leave a mark) once."""
    number, mark = item
    if number < 0 and not (mark and Path(mark).exists()):
        if mark:
            Path(mark).touch()
        os._exit(1)
    return number**2


def stages(item: Item, blamed: Blamed) -> str:
    """What becomes of three stages, of which one ends the process: by itself, in a loop, or in a loop of compiled code."""
    done = []
    for stage in ("first", "second", "third"):
        clock.at(stage)
        clock.allow(1.0)
        if stage in blamed:
            done.append(f"{stage}: {blamed[stage]}")
        elif stage != item[1]:
            done.append(stage)
        elif item[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        elif item[0] == 1:
            time.sleep(60)
        else:
            pow(3, 10**9)  # one call, which holds Python's lock
    clock.at("")
    return ", ".join(done)


def refuse(item: Item, blamed: Blamed) -> int:
    """No sandbox, say."""
    raise GradingError("no sandbox")


def force(
    jobs: int, start: Callable[..., None] = nothing, setup: object = None
) -> Workforce[Item, int]:
    return Workforce(square, lambda item, why: item[0], jobs=jobs, start=start, setup=setup)


def test_a_dead_worker_costs_one_retry(tmp_path: Path) -> None:
    items = [(1, ""), (-2, str(tmp_path / "mark")), (3, ""), (4, "")]
    assert sorted(force(2).results(items)) == [1, 4, 9, 16]


def test_what_kills_its_worker_twice_is_reported_and_the_rest_is_done() -> None:
    items = [(n, "") for n in (1, 2, -3, 4, -5, 6)]
    assert sorted(force(2).results(items)) == [-5, -3, 1, 4, 16, 36]


def test_workers_that_never_work_are_the_operators_error() -> None:
    with pytest.raises(GradingError, match="end as soon as they begin"):
        list(force(2, exit_at_once).results([(n, "") for n in range(8)]))


def test_a_worker_that_does_not_begin_costs_its_item_nothing(tmp_path: Path) -> None:
    items = [(2, ""), (3, "")]
    assert sorted(force(1, begin_once, tmp_path / "mark").results(items)) == [4, 9]


def test_what_a_worker_cannot_do_at_all_is_raised() -> None:
    refusing: Workforce[Item, int] = Workforce(
        refuse, lambda item, why: 0, jobs=2, start=nothing, setup=None
    )
    with pytest.raises(GradingError, match="no sandbox"):
        list(refusing.results([(1, ""), (2, "")]))
    assert multiprocessing.active_children() == []


def test_a_worker_goes_on_while_its_result_is_used(tmp_path: Path) -> None:
    from sandboxes import wait_until  # not above: each worker would import the labs' requirements

    mark = tmp_path / "mark"
    found = force(1).results([(1, ""), (-2, str(mark))])
    assert next(found) == 1
    assert wait_until(mark.exists, 30)  # the second item's, which nobody has asked for yet
    assert list(found) == [4]


def test_what_a_worker_cannot_begin_with_is_raised() -> None:
    with pytest.raises(GradingError, match="no such checks"):
        list(force(1, cannot_begin).results([(1, "")]))


def test_leaving_early_ends_the_workers() -> None:
    found = force(2).results([(n, "") for n in range(50)])
    assert next(found) in (0, 1)
    found.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (0, "it ended the grader's own process"),
        (1, "it took too long in the grader's own process"),
        (2, "it took too long in the grader's own process"),
    ],
)
def test_a_stage_that_ends_its_worker_costs_that_stage(how: int, why: str) -> None:
    workers: Workforce[Item, str] = Workforce(
        stages, lambda item, why: "died", jobs=2, start=nothing, setup=None
    )
    items = [(how, "second"), (0, "none"), (how, "third")]
    assert sorted(workers.results(items)) == [
        "first, second, third",
        f"first, second, third: {why}",
        f"first, second: {why}, third",
    ]


def work_until_killed(mark: Path) -> None:
    """In a process of its own: a workforce, whose workers' numbers it leaves."""
    found = force(2).results([(n, "") for n in range(2)])
    next(found)
    children = [child.pid for child in multiprocessing.active_children()]
    mark.write_text(" ".join(map(str, children)))
    time.sleep(60)


def test_workers_end_with_who_started_them_even_if_that_is_killed(tmp_path: Path) -> None:
    from sandboxes import (
        wait_until,
    )  # not above, where each worker would import the labs' requirements

    mark = tmp_path / "pids"
    process = multiprocessing.get_context("spawn").Process(target=work_until_killed, args=(mark,))
    process.start()
    assert wait_until(lambda: mark.exists() and mark.read_text() != "", 60)
    workers = [Path("/proc", pid) for pid in mark.read_text().split()]
    assert len(workers) == 2
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert wait_until(lambda: not any(worker.exists() for worker in workers), 10)


def test_a_worker_that_nobody_listens_to_any_more_ends_without_a_traceback() -> None:
    ours, theirs = multiprocessing.Pipe()
    theirs.close()
    with pytest.raises(SystemExit) as end:
        workforce._send(ours, ("begun", None))
    assert end.value.code is None
