"""A class graded by a Dask cluster whose workers are killed, frozen and of no use, against the same class on one machine."""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from outputs import descendants, left_in
from sandboxes import wait_until
from tiny_class import CLASS, ISOLATION, TIMES, answers, hand_in
from tiny_lab import LAB

from stats220.errors import GradingError
from stats220.staff.build.release import Release
from stats220.staff.grade import cluster, course, remote, setup
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.journal import Journal
from stats220.staff.grade.plan import make_plan
from stats220.staff.grade.submissions import collect

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

REFUSED = r"worker at tcp.* is not used: its recordings"
SLOW = "def double(x):\n    import time\n    time.sleep(0.8)\n    return 2 * x"
STUDENTS = ("ada", "ben", "dan", "gus", "ida")
SLOW_STUDENTS = tuple(f"a{number}" for number in range(6))  # the first to be graded


class LocalDask:
    """A scheduler and workers, each a process of its own, started as an operator would."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(self.file))
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        assert wait_until(self.file.exists, 60)
        while not (text := self.file.read_text()).endswith("}"):  # being written
            time.sleep(0.05)
        self.address: str = json.loads(text)["address"]

    def add(self, name: str, **environment: str) -> None:
        options = ("--no-nanny", "--nthreads", "1", "--name", name, "--local-directory")
        self.workers[name] = self._start(
            "worker", self.address, *options, str(self.folder), **environment
        )

    def _start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        # The tests' own modules, as the tiny lab's checks are in none of the package.
        here = str(Path(__file__).parent)
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                env={**os.environ, "PYTHONPATH": here, **environment},
                stdout=log,
                stderr=log,
            )

    def close(self) -> None:
        for process in [*self.workers.values(), self.scheduler]:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDask]:
    started = LocalDask(tmp_path_factory.mktemp("dask"))
    for name in ("one", "two", "three"):
        started.add(name)
    yield started
    started.close()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lab.write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module", autouse=True)
def _tiny_workers() -> Iterator[None]:
    tiny_lab.install_checks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course.worker, "start", tiny_lab.start_worker)
        patch.setattr(cluster, "SILENT_SECONDS", 4.0)
        patch.setattr(cluster, "POLL_SECONDS", 0.1)
        patch.setattr(cluster, "CONNECT_SECONDS", 3.0)
        yield


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hand_in(tmp_path_factory.mktemp("in"), STUDENTS)
    for number, student in enumerate(SLOW_STUDENTS):
        (folder / student).mkdir()
        (folder / student / f"{LAB}.ipynb").write_bytes(answers(double=f"{SLOW} + 0 * {number}"))
    return folder


def grade(root: Path, submissions: Path, out: Path, **options: Any) -> None:
    options = {"isolation": ISOLATION, "time_limits": TIMES, "jobs": 2, "seed": 7, **options}
    grade_class(root, LAB, submissions, out, **options)


def test_killed_and_frozen_workers_change_no_byte(
    root: Path, handed_in: Path, dask: LocalDask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dask.add("other", STATS220_DATA=str(handed_in))  # of no use: it is named, and not used
    grade(root, handed_in, tmp_path / "alone")
    known: dict[str, str] = {}
    names: list[str] = []
    frozen: list[str] = []
    repeated: list[str] = []
    below: dict[int, bytes] = {}
    give, hand_out = cluster.Cluster._give, cluster.Cluster._hand_out
    overdue = cluster._Machine.overdue
    signals = {"one": signal.SIGKILL, "two": signal.SIGSTOP}

    def strike(name: str) -> None:
        below.update(descendants(dask.workers[name].pid) if name == "one" else {})
        dask.workers[name].send_signal(signals[name])

    def watched_give(self: Any, client: Any, machine: Any, task: Any, *rest: Any) -> None:
        give(self, client, machine, task, *rest)
        if task is None:  # to begin
            workers = client.scheduler_info()["workers"]
            known[machine.address] = workers[machine.address]["name"]
            return
        name = known[machine.address]
        names.append(name)
        if name == "two":
            frozen.append(task.submission.student)
        if name in signals and names.count(name) == 2:
            threading.Timer(0.2, strike, [name]).start()  # in the middle of it

    def in_rounds(self: Any, client: Any) -> None:
        """One task each until both have been struck, so that each of the three is at work then."""
        free = [machine.num_free > 0 for machine in self._machines.values()]
        if min(names.count(name) for name in signals) == 2 or sum(free) == 3:
            hand_out(self, client)

    def watched_overdue(self: Any) -> list[Any]:
        found = overdue(self)
        repeated.extend(task.submission.student for task in found)
        return found

    monkeypatch.setattr(cluster.Cluster, "_give", watched_give)
    monkeypatch.setattr(cluster._Machine, "overdue", watched_overdue)
    monkeypatch.setattr(cluster.Cluster, "_hand_out", in_rounds)
    with pytest.warns(UserWarning, match=REFUSED):
        grade(root, handed_in, tmp_path / "many", cluster=str(dask.file))
    assert dask.workers["one"].wait(10) == -signal.SIGKILL
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 20)
    assert frozen[-1] in repeated
    assert names.count("one") == names.count("two") == 2
    assert left_in(tmp_path / "many") == left_in(tmp_path / "alone")
    assert (tmp_path / "many" / "results" / "ada" / f".{LAB}.graded").exists()

    # The frozen one wakes up, with a result that nobody waits for, and works again.
    dask.workers["two"].send_signal(signal.SIGCONT)
    with pytest.warns(UserWarning, match=REFUSED):
        grade(root, handed_in, tmp_path / "again", cluster=dask.address)
    assert left_in(tmp_path / "again") == left_in(tmp_path / "alone")
    for name in ("two", "other"):
        dask.workers[name].kill()


def test_a_scheduler_that_goes_is_one_line_and_nothing_is_lost(
    root: Path, handed_in: Path, dask: LocalDask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    finish = Journal.finish

    def strike(*arguments: Any) -> None:
        finish(*arguments)
        dask.scheduler.kill()

    monkeypatch.setattr(Journal, "finish", strike)
    with pytest.raises(GradingError, match=r"scheduler at .* is gone.*the same command goes on"):
        grade(root, handed_in, out, cluster=dask.address)
    options: dict[str, Any] = {"isolation": ISOLATION, "seed": 7, "settings": [repr(TIMES)]}
    plan = make_plan(root, LAB, handed_in, out, **options)
    done = list(out.glob(f"results/*/.{LAB}.graded"))
    assert 0 < len(done) == len(plan.found) - len(plan.todo)
    with pytest.raises(GradingError, match=r"no Dask scheduler answers at .*docs/scaling\.md"):
        grade(root, handed_in, out, cluster=dask.address)
    # A worker that is left behind ends, with all that it started.
    assert wait_until(lambda: dask.workers["three"].poll() is not None, 60)


# ---- what is sent, and what a worker refuses


@pytest.fixture
def order(root: Path) -> remote.Order:
    made = setup.Setup(Release.load(root, LAB), root / "packages", root, ISOLATION)
    return remote.Order.of(made, tiny_lab.start_worker)


def test_no_path_of_the_grading_host_is_sent(
    root: Path, handed_in: Path, order: remote.Order
) -> None:
    found = collect(handed_in, LAB)
    sent = pickle.dumps([order, *[remote.carried(submission) for submission in found]])
    for place in (root, handed_in):
        assert str(place).encode() not in sent
    read = {submission.student: submission.read() for submission in pickle.loads(sent)[1:]}
    assert read["ada"] == CLASS["ada"][0]
    assert order.wheel == (root / "release" / "stats220.whl").read_bytes()


def test_an_unreadable_submission_is_unreadable_there_too(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / f"{LAB}.ipynb").write_bytes(b"{}")
    (submission,) = collect(tmp_path, LAB)
    (tmp_path / "ada" / f"{LAB}.ipynb").unlink()
    with pytest.raises(remote.SubmissionError) as here:
        submission.read()
    with pytest.raises(remote.SubmissionError) as there:
        remote.carried(submission).read()
    assert str(there.value) == str(here.value)


@pytest.mark.parametrize("what", ["Python", "torch", "stats220", "recordings (STATS220_DATA)"])
def test_a_worker_that_would_grade_otherwise_refuses(order: remote.Order, what: str) -> None:
    other = remote.replace(order, machine={**order.machine, what: "another"})
    with pytest.raises(GradingError, match=rf"its {re.escape(what)} is .*, and another where"):
        remote.begin(pickle.dumps(other))


def test_a_worker_without_a_sandbox_refuses(
    order: remote.Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "bwrap_problem", lambda: "bubblewrap is not installed")
    other = remote.replace(order, setup=remote.replace(order.setup, isolation="bwrap"))
    with pytest.raises(GradingError, match="bubblewrap is not installed"):
        remote.begin(pickle.dumps(other))


def test_a_worker_under_a_nanny_says_how_to_start_it(
    order: remote.Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = remote.multiprocessing.current_process()
    monkeypatch.setitem(process._config, "daemon", True)  # type: ignore[attr-defined]
    with pytest.raises(GradingError, match="--no-nanny"):
        remote.begin(pickle.dumps(order))


def test_an_order_that_has_ended_begins_again(order: remote.Order) -> None:
    remote.end(order.key)  # never begun: nothing to put away
    with pytest.raises(remote.Ended):
        remote.grade(order.key, remote.Carried("ada", Path()))
