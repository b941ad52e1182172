"""A whole class, by worker processes: what is written, and what can stop it."""

from __future__ import annotations

import csv
import hashlib
import multiprocessing
import os
import pickle
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from nbgrader.api import Gradebook
from outputs import descendants
from sandboxes import wait_until
from tiny_lab import ANSWERS, LAB

from stats220.errors import GradingError
from stats220.staff import cli
from stats220.staff.build.release import Release
from stats220.staff.grade import classfiles, course, files, setup, worker
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.journal import Journal
from stats220.staff.grade.plan import make_plan
from stats220.staff.grade.results import SubmissionResult, from_json
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
    head, *rows = csv.reader((graded / f"grades-{LAB}.csv").read_text().splitlines())
    assert head == [
        *("student", "name", "section", "double", "Counter", "halve (bonus)", "score", "max_score"),
        *("bonus", "questions", "status", "handed_in"),
        *("why", "total", "days_late", "penalty", "final", "lateness"),
    ]
    assert [row[0] for row in rows] == sorted([*CLASS, "jo"])
    for row in rows:
        right = CLASS[row[0]][1] if row[0] in CLASS else None
        double, counter, halve = right or (0, 0, 0)
        assert row[3:9] == [str(n) for n in (double, counter, halve, double + counter, 6, halve)]
    states = {row[0]: row[10] for row in rows}
    assert (states["ada"], states["dan"], states["gus"], states["jo"]) == (
        "graded",
        "lost",
        "not graded",
        "not graded",
    )


def test_the_gradebook_agrees(graded: Path) -> None:
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(LAB)}
        assert {s.id for s in book.students} == {*CLASS, "jo"}
    # Ida's file ended the process before it could be hashed, hal's is of another lab, jo has none: these have no submission.
    handed_in = {s: right for s, (_, right) in CLASS.items() if s not in ("ida", "hal")}
    expected = {s: sum((right or (0, 0, 0))[:2]) for s, right in handed_in.items()}
    assert scores == expected


def test_pages_and_notebooks_are_there(graded: Path) -> None:
    for student in [*CLASS, "jo"]:
        assert (graded / "feedback" / student / f"{LAB}.html").stat().st_size > 500
    assert "ada" in (graded / f"report-{LAB}.html").read_text()
    marked = {p.parent.parent.name for p in (graded / "autograded").glob(f"*/{LAB}/{LAB}.ipynb")}
    assert marked == {student for student, (_, right) in CLASS.items() if right is not None}


def test_nothing_is_left_running_or_lying_about(graded: Path) -> None:
    assert multiprocessing.active_children() == []
    assert scraps(graded) == []


def scraps(out: Path) -> list[Path]:
    """Hidden files that are neither the lock nor the journal."""
    kept = (".lock", f".{LAB}.graded", f".{LAB}.booked", f".{LAB}.class")
    return [path for path in out.rglob(".*") if path.name not in kept]


def bytes_of(out: Path) -> dict[str, str]:
    """Every result file, without the seconds."""
    files = [*(out / "results").rglob("*.json"), out / f"grades-{LAB}.csv"]
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
    grade(root, submissions, out, jobs=1, again=True)
    assert bytes_of(out) == first
    with Gradebook(url) as book:
        assert book.find_grade("test_double", LAB, LAB, "ben").score == 3.5


# ---- what is graded already


def times(out: Path) -> dict[str, int]:
    """When each file of a student or of the class was written."""
    files = [p for p in out.rglob("*") if p.is_file() and p.name != ".lock"]
    return {str(p.relative_to(out)): p.stat().st_mtime_ns for p in files}


def test_a_finished_class_is_not_graded_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben")), tmp_path / "out"
    first = grade(root, submissions, out)
    before = times(out)
    monkeypatch.setattr(course, "prepared", None)  # no sandbox is as much as prepared
    assert make_plan(
        root, LAB, submissions, out, isolation=ISOLATION, settings=[repr(TIMES)]
    ).is_finished
    assert grade(root, submissions, out) == first
    after = times(out)
    assert {name for name in after if after[name] != before.get(name)} <= {"gradebook.db"}


def test_all_whose_file_is_not_clear_are_named_before_a_class_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, submissions = tiny_lab.write_root(tmp_path / "root"), tmp_path / "in"
    (root / "labs").mkdir(exist_ok=True)
    (root / "labs" / "course.toml").touch()
    for student in hand_in(submissions, ("ada", "ben", "cleo")).iterdir():
        if student.name != "cleo":
            (student / "old.ipynb").write_bytes(CLASS["dan"][0])
    said: list[str] = []
    monkeypatch.setattr(course, "grade_class", lambda *a, **options: said.append("graded") or [])
    monkeypatch.setattr(cli.typer, "echo", lambda line, err=False: said.append(line))
    with pytest.raises(SystemExit, match="0"):
        cli.app(
            ["grade", LAB, str(submissions), "--out", str(tmp_path / "out"), "--root", str(root)]
        )
    files = f"{LAB}.ipynb, old.ipynb; keep one of them and grade again"
    assert said[:3] == [
        f"not graded: ada: handed in {LAB} more than once: {files}",
        f"not graded: ben: handed in {LAB} more than once: {files}",
        "graded",
    ]


def test_a_changed_notebook_is_graded_alone_and_the_class_stays(root: Path, tmp_path: Path) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben", "cleo")), tmp_path / "out"
    grade(root, submissions, out)
    before = times(out)
    (submissions / "ben" / f"{LAB}.ipynb").write_bytes(answers())
    assert [r.score for r in grade(root, submissions, out)] == [6, 6, 0]
    changed = {
        name.split("/")[1]
        for name, when in times(out).items()
        if before.get(name) != when and "/" in name
    }
    assert changed == {"ben", f".{LAB}.class"}
    lines = (out / f"grades-{LAB}.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["student", "ada", "ben", "cleo"]


def test_one_student_can_be_graded_and_the_class_stays(root: Path, tmp_path: Path) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben")), tmp_path / "out"
    grade(root, submissions, out)
    before = times(out)
    assert len(grade(root, submissions, out, students=["ben"], again=True)) == 2
    changed = {
        name.split("/")[1]
        for name, when in times(out).items()
        if before.get(name) != when and name.startswith("results/")
    }
    assert "ada" not in changed
    assert "ada" in (out / f"grades-{LAB}.csv").read_text()
    with pytest.raises(
        GradingError, match=r"holds nothing of 'bem' \(did you mean 'ben'\?\); there are 2 students"
    ):
        grade(root, submissions, out, students=["bem"])


def test_a_late_student_alone_joins_the_class(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade(root, hand_in(tmp_path / "in", ("ada", "ben")), out)
    found = grade(root, hand_in(tmp_path / "late", ("cleo",)), out)
    assert [r.student for r in found] == ["ada", "ben", "cleo"]
    for page in (f"grades-{LAB}.csv", f"report-{LAB}.html"):
        assert "ada" in (out / page).read_text()


def test_other_limits_or_another_release_grade_anew(root: Path, tmp_path: Path) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada",)), tmp_path / "out"
    grade(root, submissions, out)

    def todo(project: Path, settings: list[str]) -> int:
        return len(
            make_plan(project, LAB, submissions, out, isolation=ISOLATION, settings=settings).todo
        )

    assert todo(root, [repr(TIMES)]) == 0
    assert todo(root, []) == 1
    other = tiny_lab.write_root(tmp_path / "other")
    with (other / "release" / "stats220.whl").open("ab") as wheel:
        wheel.write(b"another build")
    manifest = other / "release" / "manifest.json"
    sha256 = hashlib.sha256((other / "release" / "stats220.whl").read_bytes()).hexdigest()
    manifest.write_text(
        re.sub(r'("wheel": \{[^}]*"sha256": ")\w+', rf"\g<1>{sha256}", manifest.read_text())
    )
    assert todo(other, [repr(TIMES)]) == 1


@pytest.mark.parametrize("moment", ["page", "result", "journal", "class", "gradebook"])
def test_cut_off_anywhere_the_same_call_goes_on(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The disk fills, or the power goes, before a file is written: the next run's files are those of a run without a break."""
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben", "cleo")), tmp_path / "out"
    grade(root, submissions, tmp_path / "whole", jobs=1, seed=7)
    place = {
        "page": (course, "write_page"),
        "result": (course, "to_json"),
        "journal": (Journal, "finish"),
        "class": (classfiles, "grades_csv"),
        "gradebook": (course, "write_gradebook"),
    }[moment]
    real, calls = getattr(*place), []

    def broken(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) == (1 if moment in ("class", "gradebook") else 2):
            raise GradingError("no space left")
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(*place, broken)
        with pytest.raises(GradingError, match="no space left"):
            grade(root, submissions, out, jobs=1, seed=7)
    grade(root, submissions, out, jobs=1)
    assert bytes_of(out) == bytes_of(tmp_path / "whole")
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        assert {s.student.id: s.score for s in book.assignment_submissions(LAB)} == {
            "ada": 6,
            "ben": 5,
            "cleo": 0,
        }


def test_a_gradebook_that_fails_in_between_is_written_at_the_end(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it open at that moment stops no class."""
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben")), tmp_path / "out"
    real, calls = course.Book.write, []

    def locked_once(self: course.Book, *args: Any, **kwargs: Any) -> None:
        calls.append(args)
        if len(calls) == 1:
            raise GradingError("the gradebook is locked")
        real(self, *args, **kwargs)

    monkeypatch.setattr(course.Book, "write", locked_once)
    grade(root, submissions, out, jobs=1)
    assert len(calls) == 3  # the first, and both at the end
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        assert {s.student.id for s in book.assignment_submissions(LAB)} == {"ada", "ben"}


def test_the_roster_names_people_sections_and_who_is_missing(root: Path, tmp_path: Path) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "finn")), tmp_path / "out"
    (submissions / "roster.csv").write_text(
        "id,name,section,email\n007,Ada L.,Mon,ada@uni.edu\n008,Ben H.,Tue,ben@uni.edu\n"
    )
    found = grade(root, submissions, out, jobs=1)
    assert [r.student for r in found] == ["007", "finn"]
    assert "finn is not on the roster" in found[1].notes
    _, *rows = csv.reader((out / f"grades-{LAB}.csv").read_text().splitlines())
    assert rows[0][:3] == ["007", "Ada L.", "Mon"]
    assert (rows[1][:3], rows[1][10]) == (["008", "Ben H.", "Tue"], "not handed in")


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
        GradingError,
        match=r"interrupted: 1 of 3 submissions are graded, and kept in .*; the same command goes on",
    ):
        grade(root, hand_in(tmp_path / "in", ("ada", "ben", "cleo")), out)
    assert len(results(out)) == 1
    assert not (out / f"grades-{LAB}.csv").exists()
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
    assert (
        said
        == f"interrupted: 1 of 2 submissions are graded, and kept in {out}; the same command goes on"
    )
    assert results(out)["ada"].score == 6
    assert scraps(out) == []


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
    (out / f"grades-{LAB}.csv").write_text("of last week")
    given = {"root": root, "lab": LAB, "submissions": submissions, "out": out}
    given |= damage(root, submissions, out)
    with pytest.raises(GradingError, match=says) as error:
        grade_class(**given, isolation=ISOLATION)
    assert "\n" not in str(error.value)
    assert (out / f"grades-{LAB}.csv").read_text() == "of last week"


def test_without_bubblewrap_grading_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "bwrap_problem", lambda: "bubblewrap is not installed")
    with pytest.raises(
        GradingError, match=r"bubblewrap is not installed; or trust .* --isolation none"
    ):
        grade(root, hand_in(tmp_path / "in", ("ada",)), tmp_path / "out", isolation="bwrap")


def test_a_wheel_of_another_version_stops_a_class_before_it_costs_anybody(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "line"
    shutil.copytree(Path(setup.line.__file__).parent, newer)
    (newer / "wire.py").write_text("MAGIC = b'S221'\n")
    monkeypatch.setattr(setup.line, "__file__", str(newer / "__init__.py"))
    with pytest.raises(GradingError, match=r"do not speak the same version .*stats220 build"):
        grade(root, hand_in(tmp_path / "in", ("ada",)), tmp_path / "out")


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


def test_the_modules_of_a_labs_own_cells_are_known(root: Path) -> None:
    made = Release.load(root, LAB)
    cell = next(c for c in made.notebook.cells if c.metadata.stats220.role == "given")
    cell.source = (
        "import numpy as np, scipy.signal\nif True:\n    from torch.nn import functional as F"
    )
    found = setup.given_modules(made)
    assert {"numpy", "scipy.signal", "torch.nn.functional"} <= set(found)
    cell.source = "%matplotlib inline\nimport numpy"
    assert "torch.nn.functional" not in setup.given_modules(made)


def test_setup_and_results_can_be_pickled(root: Path) -> None:

    made = setup.Setup(Release.load(root, LAB), root, None, "none")
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.release.notebook == tiny_lab.notebook()
