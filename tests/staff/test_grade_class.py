"""A whole class, by worker processes: what is written, and what is graded again."""

from __future__ import annotations

import csv
import hashlib
import multiprocessing
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from nbgrader.api import Gradebook
from tiny_class import CLASS, ISOLATION, TIMES, answers, grade, hand_in, results, scraps
from tiny_lab import LAB

from stats220.errors import GradingError
from stats220.staff import cli
from stats220.staff.build.release import Release
from stats220.staff.grade import classfiles, course, setup, worker
from stats220.staff.grade.journal import Journal
from stats220.staff.grade.plan import make_plan

pytestmark = pytest.mark.usefixtures("tiny_workers")
THREE = ("ada", "ben", "cleo")


@pytest.fixture(scope="module")
def graded(tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    (hand_in(folder / "in") / "jo").mkdir()  # handed in nothing
    grade(tiny_root, folder / "in", folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def whole(
    tiny_root: Path, one_warm_process: None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The output of a run without a break."""
    folder = tmp_path_factory.mktemp("whole")
    grade(tiny_root, hand_in(folder / "in", THREE), folder / "out", jobs=1, seed=7)
    return folder / "out"


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
        if right is None:  # not a 0 until a person says so
            assert row[3:9] == ["", "", "", "", "6", ""]
            continue
        double, counter, halve = right
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


def bytes_of(out: Path) -> dict[str, str]:
    """Every result file, without the seconds."""
    files = [*(out / "results").rglob("*.json"), out / f"grades-{LAB}.csv"]
    return {str(p.relative_to(out)): re.sub(r'"seconds": [\d.]+', "", p.read_text()) for p in files}


@pytest.mark.usefixtures("one_warm_process")
def test_a_rerun_gives_the_same_bytes_and_keeps_marks_given_by_hand(
    tiny_root: Path, tmp_path: Path
) -> None:
    submissions = hand_in(tmp_path / "in", ("ben", "dan"))
    out = tmp_path / "out"
    grade(tiny_root, submissions, out)
    first = bytes_of(out)
    url = f"sqlite:///{out / 'gradebook.db'}"
    with Gradebook(url) as book:
        book.find_grade("test_double", LAB, LAB, "ben").manual_score = 3.5
        book.db.commit()
    grade(tiny_root, submissions, out, jobs=1, again=True)
    assert bytes_of(out) == first
    with Gradebook(url) as book:
        assert book.find_grade("test_double", LAB, LAB, "ben").score == 3.5


# ---- what is graded already


def times(out: Path) -> dict[str, int]:
    """When each file of a student or of the class was written."""
    files = [p for p in out.rglob("*") if p.is_file() and p.name != ".lock"]
    return {str(p.relative_to(out)): p.stat().st_mtime_ns for p in files}


def test_a_finished_class_is_not_graded_again(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben")), tmp_path / "out"
    first = grade(tiny_root, submissions, out)
    before = times(out)
    monkeypatch.setattr(course, "prepared", None)  # no sandbox is as much as prepared
    assert make_plan(
        tiny_root, LAB, submissions, out, isolation=ISOLATION, settings=[repr(TIMES)]
    ).is_finished
    assert grade(tiny_root, submissions, out) == first
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
    files = f"{LAB}.ipynb, old.ipynb"
    assert said[:4] == [
        f"not graded: ada: handed in {LAB} more than once: {files}",
        f"not graded: ben: handed in {LAB} more than once: {files}",
        "leave each of them one notebook: the same command then grades it",
        "graded",
    ]


@pytest.mark.usefixtures("one_warm_process")
def test_a_changed_notebook_is_graded_alone_and_the_class_stays(
    tiny_root: Path, tmp_path: Path
) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben", "cleo")), tmp_path / "out"
    grade(tiny_root, submissions, out)
    before = times(out)
    (submissions / "ben" / f"{LAB}.ipynb").write_bytes(answers())
    assert [r.score for r in grade(tiny_root, submissions, out)] == [6, 6, 0]
    changed = {
        name.split("/")[1]
        for name, when in times(out).items()
        if before.get(name) != when and "/" in name
    }
    assert changed == {"ben", f".{LAB}.class"}
    lines = (out / f"grades-{LAB}.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["student", "ada", "ben", "cleo"]


@pytest.mark.usefixtures("one_warm_process")
def test_one_student_can_be_graded_and_the_class_stays(tiny_root: Path, tmp_path: Path) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "ben")), tmp_path / "out"
    grade(tiny_root, submissions, out)
    before = times(out)
    assert len(grade(tiny_root, submissions, out, students=["ben"], again=True)) == 2
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
        grade(tiny_root, submissions, out, students=["bem"])


@pytest.mark.usefixtures("one_warm_process")
def test_a_late_student_alone_joins_the_class(tiny_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade(tiny_root, hand_in(tmp_path / "in", ("ada", "ben")), out)
    found = grade(tiny_root, hand_in(tmp_path / "late", ("cleo",)), out)
    assert [r.student for r in found] == ["ada", "ben", "cleo"]
    for page in (f"grades-{LAB}.csv", f"report-{LAB}.html"):
        assert "ada" in (out / page).read_text()


@pytest.mark.usefixtures("one_warm_process")
def test_other_limits_or_another_release_grade_anew(tiny_root: Path, tmp_path: Path) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada",)), tmp_path / "out"
    grade(tiny_root, submissions, out)

    def todo(project: Path, settings: list[str]) -> int:
        return len(
            make_plan(project, LAB, submissions, out, isolation=ISOLATION, settings=settings).todo
        )

    assert todo(tiny_root, [repr(TIMES)]) == 0
    assert todo(tiny_root, []) == 1
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
    tiny_root: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The disk fills, or the power goes, before a file is written: the next run's files are those of a run without a break."""
    submissions, out = hand_in(tmp_path / "in", THREE), tmp_path / "out"
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
            grade(tiny_root, submissions, out, jobs=1, seed=7)
    grade(tiny_root, submissions, out, jobs=1)
    assert bytes_of(out) == bytes_of(whole)
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        assert {s.student.id: s.score for s in book.assignment_submissions(LAB)} == {
            "ada": 6,
            "ben": 5,
            "cleo": 0,
        }


@pytest.mark.usefixtures("one_warm_process")
def test_a_gradebook_that_fails_in_between_is_written_at_the_end(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    grade(tiny_root, submissions, out, jobs=1)
    assert len(calls) == 3  # the first, and both at the end
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        assert {s.student.id for s in book.assignment_submissions(LAB)} == {"ada", "ben"}


@pytest.mark.usefixtures("one_warm_process")
def test_the_roster_names_people_sections_and_who_is_missing(
    tiny_root: Path, tmp_path: Path
) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada", "finn")), tmp_path / "out"
    (submissions / "roster.csv").write_text(
        "id,name,section,email\n007,Ada L.,Mon,ada@uni.edu\n008,Ben H.,Tue,ben@uni.edu\n"
    )
    found = grade(tiny_root, submissions, out, jobs=1)
    assert [r.student for r in found] == ["007", "finn"]
    assert "finn is not on the roster" in found[1].notes
    _, *rows = csv.reader((out / f"grades-{LAB}.csv").read_text().splitlines())
    assert rows[0][:3] == ["007", "Ada L.", "Mon"]
    assert (rows[1][:3], rows[1][10]) == (["008", "Ben H.", "Tue"], "not handed in")


@pytest.mark.usefixtures("one_warm_process")
def test_a_folder_keeps_its_seed_and_another_draws_its_own(tiny_root: Path, tmp_path: Path) -> None:
    submissions = hand_in(tmp_path / "in", ("cleo",))
    one, again, other = (
        grade(tiny_root, submissions, tmp_path / out, jobs=1)[0].seed for out in ("a", "a", "b")
    )
    assert one == again == int((tmp_path / "a" / "seed.txt").read_text())
    assert 0 not in (one, other)
    assert one != other
    assert grade(tiny_root, submissions, tmp_path / "a", jobs=1, seed=5)[0].seed == 5


def test_the_modules_of_a_labs_own_cells_are_known(tiny_root: Path) -> None:
    made = Release.load(tiny_root, LAB)
    cell = next(c for c in made.notebook.cells if c.metadata.stats220.role == "given")
    cell.source = (
        "import numpy as np, scipy.signal\nif True:\n    from torch.nn import functional as F"
    )
    found = setup.given_modules(made)
    assert {"numpy", "scipy.signal", "torch.nn.functional"} <= set(found)
    cell.source = "%matplotlib inline\nimport numpy"
    assert "torch.nn.functional" not in setup.given_modules(made)


def test_only_a_lab_with_optimizers_imports_what_is_behind_them(tiny_root: Path) -> None:
    made = Release.load(tiny_root, LAB)
    assert setup.behind_optimizers(made) == ()
    made.notebook.cells[-1].source = "As `torch.optim.SGD` does it."
    assert setup.behind_optimizers(made) == ("torch._dynamo",)
    assert "torch._dynamo" not in worker.modules(made)  # checks make no optimizer


def test_setup_and_results_can_be_pickled(tiny_root: Path) -> None:

    made = setup.Setup(Release.load(tiny_root, LAB), tiny_root, None, "none")
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.release.notebook == tiny_lab.notebook()
