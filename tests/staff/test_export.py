"""Out of the grader: people's marks in grades, report and feedback; files that the importers of Canvas and Moodle take."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from nbgrader.api import Gradebook
from tiny_lab import ANSWERS, LAB
from typer.testing import CliRunner

from stats220.errors import GradingError
from stats220.staff.cli import app
from stats220.staff.export.export import export
from stats220.staff.grade import worker
from stats220.staff.grade.course import grade_class

ROSTER = """\
id,name,section,email,canvas_id,moodle_id
007,Ada Lovelace,Mon,ada@uni.edu,12345,1234567
008,Ben Hopper,Tue,ben@uni.edu,23456,2345678
009,=Cleo Noether,Tue,cleo@uni.edu,34567,3456789
"""
MOODLE = {
    "007": f"Ada Lovelace_1234567_assignsubmission_file_/{LAB}.ipynb",
    "008": f"Ben Hopper_2345678_assignsubmission_file_/{LAB}.ipynb",
}
CANVAS = {
    "007": f"lovelaceada_12345_6789_{LAB}-1.ipynb",
    "008": f"hopperben_LATE_23456_7000_{LAB}.ipynb",
}
COMMENT = "Good, <b>but</b> why twice?"


def write(folder: Path, names: dict[str, str]) -> Path:
    work = {"007": tiny_lab.key(), "008": tiny_lab.with_answers({"double": ANSWERS["double"]})}
    for student, name in names.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        notebook = work[student]
        tiny_lab.find(notebook, "answer-why").source = f"Because, says {student}."
        path.write_bytes(tiny_lab.as_bytes(notebook))
    (folder / "roster.csv").write_text(ROSTER)
    return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a class graded from Moodle's download, and one of its answers marked by a person."""
    place = tmp_path_factory.mktemp("export")
    root = tiny_lab.write_root(place / "root")
    with (root / "labs" / "course.toml").open("a") as file:
        file.write("due = 2026-02-06\n[late]\npercent_a_day = 10\n")
    tiny_lab.install_checks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "start", tiny_lab.start_worker)
        moodle = write(place / "moodle", MOODLE)
        (moodle / "extensions.csv").write_text(
            f"id,lab,due,handed_in\n007,{LAB},2026-02-09,2026-02-08 12:00\n008,{LAB},,2026-02-08 12:00\n"
        )
        grade_class(root, LAB, moodle, place / "out", jobs=1, isolation="none", seed=7)
    with Gradebook(f"sqlite:///{place / 'out' / 'gradebook.db'}") as book:
        mark(book, "007", 1.5)
        book.find_comment("why", LAB, LAB, "007").manual_comment = COMMENT
        book.db.commit()
    return place


def mark(book: Any, student: str, points: float) -> None:
    grade = book.find_grade("why", LAB, LAB, student)
    grade.manual_score, grade.needs_manual_grade = points, False
    book.db.commit()


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text().splitlines()))


def test_moodle_gets_grades_and_feedback_by_its_own_names(graded: Path) -> None:
    out = graded / "out"
    done = export(graded / "root", LAB, graded / "moodle", out, "moodle")
    head, ada, ben = table(out / "export/moodle" / f"grades-{LAB}.csv")
    # What mod/assign/feedback/offline looks for in a worksheet.
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(head)
    assert [ada[head.index(c)] for c in ("Identifier", "ID number", "Grade", "Maximum grade")] == [
        *("Participant 1234567", "007", "7.5", "8"),
    ]
    # 4 points, two days late; the answer is not marked yet.
    assert ben[head.index("Grade")] == "3.2"
    comment = ben[head.index("Feedback comments")]
    assert "1 still to be marked" in comment
    assert "0.8 points taken off 4" in comment
    with zipfile.ZipFile(out / "export/moodle" / f"feedback-{LAB}.zip") as packed:
        assert packed.namelist() == [
            f"{Path(name).parent}/{LAB}-feedback.html" for name in MOODLE.values()
        ]
        page = packed.read(packed.namelist()[0]).decode()
    assert "Good, &lt;b&gt;but&lt;/b&gt; why twice?" in page
    assert "1.5 points" in page
    assert "in time, with an extension" in page
    assert "1 students have something that a person has not marked yet" in done.notes


def test_marks_and_days_late_are_in_our_own_files(graded: Path) -> None:
    out = graded / "out"
    export(graded / "root", LAB, graded / "moodle", out, "folders")
    head, *rows = table(out / f"grades-{LAB}.csv")
    lines = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    columns = ("why", "score", "questions", "total", "days_late", "penalty", "final")
    assert [lines["007"][c] for c in columns] == ["1.5", "6", "0 to mark", "7.5", "0", "0", "7.5"]
    assert [lines["008"][c] for c in columns] == ["", "4", "1 to mark", "4", "2", "0.8", "3.2"]
    assert lines["008"]["lateness"] == "2 days late, 2 at 10 % each"
    assert (lines["009"]["status"], lines["009"]["name"]) == ("not handed in", "'=Cleo Noether")
    report = (out / f"report-{LAB}.html").read_text()
    assert "1 to mark" in report
    assert '<td class="num">3.2</td>' in report


def test_canvas_gets_its_gradebooks_columns_and_the_files_own_numbers(
    graded: Path, tmp_path: Path
) -> None:
    out = graded / "out"
    canvas = write(tmp_path / "canvas", CANVAS)
    shutil.copyfile(graded / "moodle" / "extensions.csv", canvas / "extensions.csv")
    export(graded / "root", LAB, canvas, out, "canvas", assignment="Lab 0 (77)")
    head, possible, ada, ben = table(out / "export/canvas" / f"grades-{LAB}.csv")
    assert head == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 0 (77)"),
    ]
    assert possible == ["    Points Possible", "", "", "", "", "8"]
    assert ada == ["Lovelace, Ada", "12345", "007", "ada", "Mon", "7.5"]
    assert ben[-1] == "3.2"
    with zipfile.ZipFile(out / "export/canvas" / f"feedback-{LAB}.zip") as packed:
        # The reader takes the first two numbers between underscores: the student's, the submission's.
        numbers = [[p for p in n.split("_") if p.isdigit()][:2] for n in packed.namelist()]
    assert numbers == [["12345", "6789"], ["23456", "7000"]]


def test_pages_marked_again_are_the_same_but_for_the_mark(graded: Path) -> None:
    page = graded / "out" / "feedback" / "007" / f"{LAB}.html"
    export(graded / "root", LAB, graded / "moodle", graded / "out", "folders")
    before = page.read_text()
    export(graded / "root", LAB, graded / "moodle", graded / "out", "folders")
    assert page.read_text() == before
    with Gradebook(f"sqlite:///{graded / 'out' / 'gradebook.db'}") as book:
        mark(book, "007", 0.25)
        export(graded / "root", LAB, graded / "moodle", graded / "out", "folders")
        assert "0.25 points" in page.read_text()
        assert "1.5 points" not in page.read_text()
        mark(book, "007", 1.5)


def test_who_has_no_file_there_is_named(graded: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "part", {"007": MOODLE["007"]})
    done = export(graded / "root", LAB, folder, graded / "out", "canvas")
    assert any(note.endswith("canvas has no name for them here: 007") for note in done.notes)


def test_an_empty_folder_is_one_clear_line(graded: Path, tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="holds no results of lab0_tiny: run `stats220 grade"):
        export(graded / "root", LAB, graded / "moodle", tmp_path / "nothing", "moodle")


def test_the_command(graded: Path) -> None:
    arguments = ["export", LAB, str(graded / "moodle"), "--out", str(graded / "out")]
    done = CliRunner().invoke(app, [*arguments, "--to", "moodle", "--root", str(graded / "root")])
    assert done.exit_code == 0, done.output
    assert "2 feedback pages in the zip" in done.output
