"""A whole class, by worker processes: what is written, and what can stop it."""

from __future__ import annotations

import contextlib
import csv
import multiprocessing
import os
import pickle
import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from nbgrader.api import Gradebook
from sandboxes import wait_until
from tiny_lab import ANSWERS, LAB

from stats220.errors import GradingError
from stats220.staff.build.release import Release
from stats220.staff.grade import course, files, setup, worker
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.results import SubmissionResult, from_json
from stats220.staff.grade.runner import TimeLimits
from stats220.staff.grade.sandbox import bwrap_problem

ISOLATION = "none" if bwrap_problem() else "bwrap"
TIMES = TimeLimits(cell_seconds=10, problem_seconds=4)


def answers(**changed: str) -> bytes:
    return tiny_lab.as_bytes(tiny_lab.with_answers({**ANSWERS, **changed}))


def other_lab() -> bytes:
    other = tiny_lab.key()
    other.metadata.stats220.lab = "lab9_other"
    return tiny_lab.as_bytes(other)


# What each hands in, and the points of double, Counter, halve that are right for it (None: not graded).
CLASS: dict[str, tuple[bytes, tuple[int, int, int] | None]] = {
    "ada": (answers(), (4, 2, 3)),
    "ben": (answers(double="def double(x):\n    return abs(2 * x)"), (3, 2, 3)),
    "cleo": (tiny_lab.as_bytes(tiny_lab.notebook()), (0, 0, 0)),
    "dan": (answers(double="import os\n\n\ndef double(x):\n    os.abort()"), (0, 2, 3)),
    "eva": (answers(double="def double(x):\n    while True:\n        pass"), (0, 2, 3)),
    "finn": (
        answers(
            Counter="print('2 of 2')\nclass Counter:\n    def __eq__(self, other):\n        return True"
        ),
        (4, 0, 3),
    ),
    "gus": (b"not a notebook", None),
    "hal": (other_lab(), None),
    "ida": (answers().replace(b"# Tiny lab", b"END THE WORKER"), None),
}


def hand_in(folder: Path, students: tuple[str, ...] = tuple(CLASS)) -> Path:
    for student in students:
        (folder / student).mkdir(parents=True)
        (folder / student / f"{LAB}.ipynb").write_bytes(CLASS[student][0])
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lab.write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module", autouse=True)
def _tiny_workers() -> Iterator[None]:
    tiny_lab.install_checks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course.worker, "start", tiny_lab.start_worker)
        yield


def grade(root: Path, submissions: Path, out: Path, **options: Any) -> list[SubmissionResult]:
    options = {"isolation": ISOLATION, "time_limits": TIMES, "jobs": 2, **options}
    return grade_class(root, LAB, submissions, out, **options)


@pytest.fixture(scope="module")
def graded(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    (hand_in(folder / "in") / "jo").mkdir()  # handed in nothing
    grade(root, folder / "in", folder / "out")
    return folder / "out"


def results(out: Path) -> dict[str, SubmissionResult]:
    paths = (out / "results").glob(f"*/{LAB}.json")
    return {path.parent.name: from_json(path.read_text()) for path in paths}


def test_everybody_gets_what_is_right(graded: Path) -> None:
    found = results(graded)
    assert set(found) == {*CLASS, "jo"}
    for student, (_, right) in CLASS.items():
        assert tuple(e.points for e in found[student].exercises) == (right or (0, 0, 0)), student
    assert {e.status for e in found["dan"].exercises} == {"lost", "passed"}
    assert "limit for a problem" in found["eva"].exercises[0].message
    assert found["ada"].isolation == ISOLATION


def test_who_was_not_graded_is_told_why(graded: Path) -> None:
    found = results(graded)
    assert "the file is not a notebook" in found["gus"].notes[0]
    assert "a notebook of another lab: lab9_other" in found["hal"].notes[0]
    assert "ended the grader's own process" in found["ida"].notes[0]
    assert f"no notebook of {LAB} found" in found["jo"].notes[0]


def test_the_table_of_grades(graded: Path) -> None:
    head, *rows = csv.reader((graded / "grades.csv").read_text().splitlines())
    assert head == ["student", "double", "Counter", "halve (bonus)", "score", "max_score"]
    assert [row[0] for row in rows] == sorted([*CLASS, "jo"])
    for row in rows:
        right = CLASS[row[0]][1] if row[0] in CLASS else None
        double, counter, halve = right or (0, 0, 0)
        assert row[1:] == [str(n) for n in (double, counter, halve, double + counter, 6)]


def test_the_gradebook_agrees(graded: Path) -> None:
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(LAB)}
        assert {s.id for s in book.students} == {*CLASS, "jo"}
    # Ida's file ended the process before it could be hashed, jo has none: both have no submission.
    expected = {s: sum((right or (0, 0, 0))[:2]) for s, (_, right) in CLASS.items() if s != "ida"}
    assert scores == expected


def test_pages_and_notebooks_are_there(graded: Path) -> None:
    for student in [*CLASS, "jo"]:
        assert (graded / "feedback" / student / f"{LAB}.html").stat().st_size > 500
    assert "ada" in (graded / "report.html").read_text()
    marked = {p.parent.parent.name for p in (graded / "autograded").glob(f"*/{LAB}/{LAB}.ipynb")}
    assert marked == {student for student, (_, right) in CLASS.items() if right is not None}


def test_nothing_is_left_running_or_lying_about(graded: Path) -> None:
    assert multiprocessing.active_children() == []
    scraps = [p for p in graded.rglob(".*") if p.name != ".lock"]
    assert scraps == []


def bytes_of(out: Path) -> dict[str, str]:
    """Every result file, without the seconds."""
    files = [*(out / "results").rglob("*.json"), out / "grades.csv"]
    return {str(p.relative_to(out)): re.sub(r'"seconds": [\d.]+', "", p.read_text()) for p in files}


def test_a_rerun_gives_the_same_bytes_and_keeps_marks_given_by_hand(
    root: Path, tmp_path: Path
) -> None:
    submissions = hand_in(tmp_path / "in", ("ben", "dan"))
    out = tmp_path / "out"
    grade(root, submissions, out)
    first = bytes_of(out)
    url = f"sqlite:///{out / 'gradebook.db'}"
    with Gradebook(url) as book:
        book.find_grade("test_double", LAB, LAB, "ben").manual_score = 3.5
        book.db.commit()
    grade(root, submissions, out, jobs=1)
    assert bytes_of(out) == first
    with Gradebook(url) as book:
        assert book.find_grade("test_double", LAB, LAB, "ben").score == 3.5


def test_a_folder_keeps_its_seed_and_another_draws_its_own(root: Path, tmp_path: Path) -> None:
    submissions = hand_in(tmp_path / "in", ("cleo",))
    one, again, other = (
        grade(root, submissions, tmp_path / out, jobs=1)[0].seed for out in ("a", "a", "b")
    )
    assert one == again == int((tmp_path / "a" / "seed.txt").read_text())
    assert 0 not in (one, other)
    assert one != other
    assert grade(root, submissions, tmp_path / "a", jobs=1, seed=5)[0].seed == 5


def test_an_interrupt_keeps_what_is_graded(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = course.write_page
    calls: list[str] = []

    def interrupted(*args: Any, **kwargs: Any) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append("once")
        written(*args, **kwargs)

    monkeypatch.setattr(course, "write_page", interrupted)
    out = tmp_path / "out"
    with pytest.raises(
        GradingError, match=r"interrupted: 1 of 3 submissions are graded, and kept in"
    ):
        grade(root, hand_in(tmp_path / "in", ("ada", "ben", "cleo")), out)
    assert len(results(out)) == 1
    assert not (out / "grades.csv").exists()
    assert multiprocessing.active_children() == []


def grade_until_terminated(root: Path, submissions: Path, out: Path) -> None:
    """In a process of its own: what ``stats220 grade`` does."""
    tiny_lab.install_checks()
    course.worker.start = tiny_lab.start_worker
    try:
        grade(root, submissions, out, jobs=1)
    except GradingError as error:
        (out / "said").write_text(str(error))


def test_sigterm_ends_like_ctrl_c(root: Path, tmp_path: Path) -> None:
    out, submissions = tmp_path / "out", hand_in(tmp_path / "in", ("ada", "eva"))
    arguments = (root, submissions, out)
    process = multiprocessing.get_context("spawn").Process(
        target=grade_until_terminated, args=arguments
    )
    process.start()
    done = out / "results" / "ada" / f"{LAB}.json"
    assert wait_until(done.exists, 120)  # eva's is endless
    process.terminate()
    process.join(60)
    assert process.exitcode == 0
    said = (out / "said").read_text()
    assert said == f"interrupted: 1 of 2 submissions are graded, and kept in {out}"
    assert results(out)["ada"].score == 6
    assert [p for p in out.rglob(".*") if p.name != ".lock"] == []


def descendants(pid: int) -> dict[int, bytes]:
    """The processes below one, each with its command line."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(status.parent.name))
    found: dict[int, bytes] = {}
    waiting = list(parents.get(pid, []))
    while waiting:
        child = waiting.pop()
        with contextlib.suppress(OSError):
            found[child] = Path(f"/proc/{child}/cmdline").read_bytes()
        waiting += parents.get(child, [])
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")
def test_nothing_outlives_a_grader_that_is_killed(root: Path, tmp_path: Path) -> None:
    out, submissions = tmp_path / "out", hand_in(tmp_path / "in", ("ada", "eva"))
    process = multiprocessing.get_context("spawn").Process(
        target=grade_until_terminated, args=(root, submissions, out)
    )
    process.start()
    assert wait_until((out / "results" / "ada" / f"{LAB}.json").exists, 120)
    assert process.pid is not None
    below = descendants(process.pid)
    if ISOLATION == "bwrap":
        assert any(b"warm.zygote" in command for command in below.values())
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 20)


def test_scratch_of_a_killed_run_is_swept_and_that_of_a_running_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(files, "MIN_AGE_SECONDS", -1.0)
    left = tmp_path / "stats220-test-left"
    (left / "full").mkdir(parents=True)
    (tmp_path / "stats220-test-link").symlink_to(left)
    (tmp_path / "another").mkdir()
    with files.scratch_folder("stats220-test-") as one:
        assert not left.exists()
        with files.scratch_folder("stats220-test-") as two:
            assert one.is_dir()
            assert one != two
    assert {path.name for path in tmp_path.iterdir()} == {"another", "stats220-test-link"}


# ---- what stops a class before it begins, in one line, with nothing lost


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda root, sub, out: {"lab": "lab9_other"}, "no lab 'lab9_other'"),
        (lambda root, sub, out: {"submissions": sub / "nowhere"}, "does not exist"),
        (lambda root, sub, out: {"submissions": out}, "no submissions"),
        (lambda root, sub, out: {"out": sub / "graded"}, "taken for a student"),
        (
            lambda root, sub, out: {"gradebook_url": "sqlite:////nowhere/at/all.db"},
            "unable to open",
        ),
        (lambda root, sub, out: {"root": sub}, "manifest.json is missing"),
    ],
)
def test_bad_input_is_one_clear_line(
    root: Path, tmp_path: Path, damage: Callable[..., dict[str, Any]], says: str
) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada",)), tmp_path / "out"
    out.mkdir()
    (out / "grades.csv").write_text("of last week")
    given = {"root": root, "lab": LAB, "submissions": submissions, "out": out}
    given |= damage(root, submissions, out)
    with pytest.raises(GradingError, match=says) as error:
        grade_class(**given, isolation=ISOLATION)
    assert "\n" not in str(error.value)
    assert (out / "grades.csv").read_text() == "of last week"


def test_without_bubblewrap_grading_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "bwrap_problem", lambda: "bubblewrap is not installed")
    with pytest.raises(
        GradingError, match=r"bubblewrap is not installed; or trust .* --isolation none"
    ):
        grade(root, hand_in(tmp_path / "in", ("ada",)), tmp_path / "out", isolation="bwrap")


def test_a_gradebook_in_use_stops_a_class_before_the_work(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    submissions, url = (
        hand_in(tmp_path / "in", ("ada",)),
        f"sqlite:///{out / 'gradebook.db'}?timeout=0.1",
    )
    with closing(sqlite3.connect(out / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradingError, match="close what has it open"):
            grade(root, submissions, out, gradebook_url=url)
    assert not (out / "results").exists()


def test_no_sandbox_at_all_stops_a_class(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course.worker, "start", start_without_sandbox)
    with pytest.raises(GradingError, match="no sandbox can be had today"):
        grade(root, hand_in(tmp_path / "in", ("ada", "ben")), tmp_path / "out")


def start_without_sandbox(prepared: setup.Setup) -> None:
    """A worker on a machine that starts no sandbox."""
    tiny_lab.install_checks()

    def fail(self: object) -> None:
        raise GradingError("no sandbox can be had today")

    setup.SandboxPool.start = fail  # type: ignore[assignment, method-assign]
    worker.start(prepared)


def test_setup_and_results_can_be_pickled(root: Path) -> None:

    made = setup.Setup(Release.load(root, LAB), root, None, "none")
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.release.notebook == tiny_lab.notebook()
