"""A run that is killed, whenever that is, loses nothing: the same call goes on, and leaves what a run without a break leaves.

What is killed is a fork, with results that are made up: only what is written counts here. ``python -m benchmarks kills`` kills
the whole command, its workers and sandboxes included, at moments that a clock draws.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
import sqlalchemy
import tiny_lab
from nbgrader.api import Gradebook
from outputs import left_in
from sqlalchemy.exc import OperationalError
from tiny_lab import LAB

from stats220.errors import GradingError
from stats220.staff.build.release import Release
from stats220.staff.grade import course, files, grading, plan, worker
from stats220.staff.grade.results import ExerciseResult
from stats220.staff.grade.run import summarise
from stats220.staff.grade.setup import Setup
from stats220.staff.grade.submissions import Submission
from stats220.staff.grade.worker import Graded

KILLS = 50
POINTS = {"ada": 4, "ben": 3, "cleo": 0, "dan": 2}
SEED = 7


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lab.write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    for student in POINTS:
        (folder / student).mkdir()
        notebook = tiny_lab.key()
        notebook.cells[1].source += f"\nby {student}"
        (folder / student / f"{LAB}.ipynb").write_bytes(tiny_lab.as_bytes(notebook))
    return folder


def made_up(release: Release, submission: Submission) -> Graded:
    """What a worker would give; the seconds differ from run to run, as they do."""
    points, student = POINTS[submission.student], submission.student
    exercises = {
        "double": ExerciseResult("double", points, 4, False, "partial", random.random(), "", ())
    }
    result = summarise(
        release,
        exercises,
        student=student,
        isolation="bwrap",
        memory_limit="watched",
        seed=SEED,
        submission_sha256=hashlib.sha256(submission.read()).hexdigest(),
        seconds=random.random(),
    )
    return Graded(result, f"<p>{student}'s page</p>", tiny_lab.as_bytes(tiny_lab.key()).decode())


def run(
    root: Path, submissions: Path, out: Path, patch: pytest.MonkeyPatch, **options: Any
) -> None:
    """Grade, without workers."""

    @contextlib.contextmanager
    def prepared(release: Release, *args: Any) -> Iterator[Setup]:
        yield Setup(release, root, None, "none")

    def graded(setup: Setup, found: list[Submission], *args: Any) -> Iterator[Graded]:
        for submission in found:
            yield made_up(setup.release, submission)

    patch.setattr(
        plan, "surroundings", lambda *args: "the same"
    )  # of files that do not change meanwhile
    patch.setattr(files.os, "fsync", lambda fd: None)  # the machine goes on
    patch.setattr(course, "prepared", prepared)
    patch.setattr(course, "begin_server", lambda *args: None)
    patch.setattr(course, "_graded", graded)
    course.grade_class(root, LAB, submissions, out, isolation="none", seed=SEED, **options)


def on_each_write(tick: Callable[[], None]) -> None:
    """From here on, call before each file that is opened to write, moved or removed, and each statement to the gradebook."""
    own = os.getpid()

    def audit(event: str, details: tuple[Any, ...]) -> None:
        writes = event in ("os.rename", "os.remove", "os.mkdir", "os.chmod", "os.truncate")
        if event == "open" and isinstance(details[2], int):
            writes = bool(details[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if writes and os.getpid() == own:
            tick()

    def statement(*args: Any) -> None:
        tick()

    sys.addaudithook(audit)
    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", statement)
    sqlalchemy.event.listen(sqlalchemy.Engine, "commit", statement)


def in_a_fork(work: Callable[[], None]) -> int:
    """Run in a fork; its exit status, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        _be_the_fork(work)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _be_the_fork(work: Callable[[], None]) -> NoReturn:
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def grade(
    root: Path,
    submissions: Path,
    out: Path,
    moment: int = sys.maxsize,
    fault: Callable[[], None] = die,
) -> int:
    """Grade in a fork, with that fault from that write on; its exit status, 2 where it said in one line why it ended."""
    count = SimpleNamespace(writes=0)

    def tick() -> None:
        count.writes += 1
        if count.writes > moment:
            fault()

    def work() -> None:
        on_each_write(tick)
        try:
            run(root, submissions, out, pytest.MonkeyPatch())
        except GradingError as error:
            os.write(2, str(error).encode())
            os._exit(2)
        (out.parent / "writes").write_text(str(count.writes))

    return in_a_fork(work)


def full() -> None:
    """What a full disk says, to Python and to SQLite."""
    if sys._getframe(2).f_code.co_name == "statement":
        raise OperationalError("", {}, sqlite3.OperationalError("database or disk is full"))
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def locked() -> None:
    """What SQLite says of a gradebook that another program holds."""
    if sys._getframe(2).f_code.co_name == "statement":
        raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))


def read_only() -> None:
    """What a file system says that has become read-only."""
    if sys._getframe(2).f_code.co_name == "statement":
        raise OperationalError(
            "", {}, sqlite3.OperationalError("attempt to write a readonly database")
        )
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


@pytest.fixture(scope="module")
def whole(root: Path, submissions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a run without a break."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert grade(root, submissions, out) == 0
    return out


def test_killed_at_fifty_moments_nothing_is_lost(
    root: Path, submissions: Path, whole: Path, tmp_path: Path
) -> None:
    """Each run is killed at a moment of its own; one that comes to its end is compared, and another is begun."""
    rng, kills, ended = random.Random(0), 0, 0
    writes = int((whole.parent / "writes").read_text())
    expected = left_in(whole)
    assert len(expected["gradebook"]) == 12  # double, Counter, why of four students
    out = tmp_path / "out-0"
    while kills < KILLS:
        status = grade(root, submissions, out, rng.randrange(writes))
        assert status in (0, -signal.SIGKILL)
        kills += status != 0
        if status == 0 or kills == KILLS:
            assert grade(root, submissions, out) == 0
            assert left_in(out) == expected
            ended += 1
            out = tmp_path / f"out-{ended}"
    assert ended > KILLS // 10  # a run that never got to its end would say nothing


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (full, "(?i)no space left|is full"),
        (read_only, "Read-only file system|readonly database"),
        (locked, "close what has it open, then run again"),
    ],
)
def test_a_disk_that_gives_out_is_one_line_and_the_same_call_goes_on(
    root: Path,
    submissions: Path,
    whole: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    fault: Callable[[], None],
    says: str,
) -> None:
    writes = int((whole.parent / "writes").read_text())
    expected, out = left_in(whole), tmp_path / "out"
    for moment in range(3, writes, writes // 8):
        status = grade(root, submissions, out, moment, fault)
        said = capfd.readouterr().err
        assert status == 2 or not said, said
        if status == 2:
            assert len(said.splitlines()) == 1
            assert re.search(says, said)
    assert grade(root, submissions, out) == 0
    assert left_in(out) == expected


def test_a_person_looks_again_at_another_file_even_after_a_kill(
    root: Path, submissions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when the result of another file stands, and the gradebook does not know of it."""
    out, mine = tmp_path / "out", shutil.copytree(submissions, tmp_path / "in")
    place = ("why", LAB, LAB, "ada")
    with monkeypatch.context() as patch:
        run(root, mine, out, patch)
        with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as gradebook:
            grade = gradebook.find_grade(*place)
            grade.manual_score, grade.needs_manual_grade = 1.0, False
            gradebook.db.commit()
        (mine / "ada" / f"{LAB}.ipynb").write_bytes(tiny_lab.as_bytes(tiny_lab.key()))

        def killed() -> None:
            patch.setattr(course.Book, "write", lambda *args, **options: die())
            run(root, mine, out, patch)

        assert in_a_fork(killed) == -signal.SIGKILL
        run(root, mine, out, patch)
        with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as gradebook:
            grade = gradebook.find_grade(*place)
            assert (grade.manual_score, grade.needs_manual_grade) == (1.0, True)


@pytest.mark.parametrize("gone", [True, False])
def test_a_sandbox_tool_that_is_gone_half_way_stops_the_class(
    root: Path, submissions: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    """Else all who are left would be booked as "not graded"; one sandbox that fails is one submission's, and tried again."""
    release = Release.load(root, LAB)
    own = SimpleNamespace(setup=Setup(release, root, None, "bwrap"), served=True, pool=None)
    monkeypatch.setattr(worker, "_worker", own)
    monkeypatch.setattr(worker, "bwrap_problem", lambda: "bubblewrap is gone" if gone else None)

    def fails(*args: Any) -> NoReturn:
        raise GradingError("a sandbox did not start")

    monkeypatch.setattr(grading, "grade_submission", fails)
    submission = Submission("ada", submissions)
    if gone:
        with pytest.raises(GradingError, match="a sandbox did not start"):
            worker.work(submission, {})
    else:
        (note,) = worker.work(submission, {}).result.notes
        assert note == "not graded: the grader had no sandbox for it: a sandbox did not start"
        assert course.OUR_FAULT in note


def test_another_run_does_not_change_the_seed_of_a_folder_in_use(
    root: Path, submissions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with files.output_folder(out), monkeypatch.context() as patch:
        plan.keep_seed(out, 3)
        with pytest.raises(GradingError, match="is in use by"):
            run(root, submissions, out, patch)
    assert (out / "seed.txt").read_text() == "3\n"
