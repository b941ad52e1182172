"""Nbgrader's gradebook: read back with nbgrader's own tools, formgrader's among them."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny_lab
from nbgrader.api import Gradebook, MissingEntry, get_alembic_version
from sqlalchemy import inspect

from benchmarks import postgresql
from stats220.errors import GradingError
from stats220.staff.grade.gradebook import (
    INDEXES,
    Book,
    gradebook_url,
    prepare_gradebook,
    write_gradebook,
)
from stats220.staff.grade.marked import marked_notebook
from stats220.staff.grade.mend import mend
from stats220.staff.grade.results import CellError, SubmissionResult
from stats220.staff.grade.run import ungraded

LAB = tiny_lab.LAB


@pytest.fixture
def url(tmp_path: Path) -> str:
    return gradebook_url(tmp_path)


@pytest.fixture
def book(url: str) -> Iterator[Any]:
    prepare_gradebook(url, tiny_lab.release())
    with Gradebook(url) as opened:
        yield opened


def result(student: str, points: dict[str, float], answer: str = "") -> SubmissionResult:
    blank = ungraded(
        tiny_lab.release(), "", student=student, isolation="bwrap", submission_sha256="ab"
    )
    exercises = tuple(
        replace(
            e,
            points=points.get(e.name, 0),
            status="passed" if points.get(e.name) == e.max_points else "not attempted",
        )
        for e in blank.exercises
    )
    questions = tuple(replace(q, answered=bool(answer), answer=answer) for q in blank.questions)
    return replace(blank, exercises=exercises, questions=questions, notes=())


ADA = result("ada", {"double": 4, "Counter": 1, "halve": 3}, "Because.")
BEN = result("ben", {})


def grade(book: Any, name: str, student: str) -> Any:
    book.db.expire_all()
    return book.find_grade(name, LAB, LAB, student)


def test_the_lab_is_there_as_nbgrader_would_have_it(book: Any) -> None:
    notebook = book.find_notebook(LAB, LAB)
    assert {c.name: c.max_score for c in notebook.grade_cells} == {
        "test_double": 4,
        "test_Counter": 2,
        "why": 2,
    }
    assert {c.name for c in notebook.solution_cells} == {"double", "Counter", "halve", "why"}
    assert book.find_assignment(LAB).max_score == 8  # the bonus is outside the total
    source = book.find_source_cell("test_double", LAB, LAB)
    assert (source.locked, source.source) == (True, "check.double(double)")
    assert (
        notebook.kernelspec
        == '{"name": "python3", "display_name": "Python 3", "language": "python"}'
    )


def test_scores_and_what_waits_for_a_person(url: str, book: Any) -> None:
    write_gradebook(url, tiny_lab.release(), [ADA, BEN])
    assert (
        grade(book, "test_double", "ada").auto_score,
        grade(book, "test_Counter", "ada").auto_score,
    ) == (4, 1)
    assert (grade(book, "why", "ada").auto_score, grade(book, "why", "ada").needs_manual_grade) == (
        None,
        True,
    )
    assert (grade(book, "why", "ben").auto_score, grade(book, "why", "ben").needs_manual_grade) == (
        0,
        False,
    )
    assert book.find_submission(LAB, "ada").score == 5
    assert book.find_submission(LAB, "ada").needs_manual_grade
    assert not book.find_submission(LAB, "ben").needs_manual_grade
    assert book.find_comment("why", LAB, LAB, "ben").auto_comment == "No response."
    assert book.find_comment("why", LAB, LAB, "ada").auto_comment is None


def test_an_answer_out_of_place_waits_for_a_person(url: str, book: Any) -> None:
    (question,) = BEN.questions
    elsewhere = replace(question, candidates=("Because.",))
    write_gradebook(url, tiny_lab.release(), [replace(BEN, questions=(elsewhere,))])
    found = grade(book, "why", "ben")
    assert (found.auto_score, found.needs_manual_grade) == (None, True)
    assert book.find_comment("why", LAB, LAB, "ben").auto_comment is None


def test_who_handed_in_nothing_has_no_submission(url: str, book: Any) -> None:
    write_gradebook(url, tiny_lab.release(), [replace(BEN, submission_sha256="")])
    assert book.find_student("ben").id == "ben"
    with pytest.raises(MissingEntry):
        book.find_submission(LAB, "ben")


def content(url: str) -> list[str]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return sorted(connection.iterdump())


def test_a_rerun_changes_nothing(url: str) -> None:
    write_gradebook(url, tiny_lab.release(), [ADA, BEN])
    before = content(url)
    write_gradebook(url, tiny_lab.release(), [BEN, ADA])
    assert content(url) == before


def test_marks_given_by_hand_stay_and_are_looked_at_again_only_after_a_change(
    url: str, book: Any
) -> None:
    write_gradebook(url, tiny_lab.release(), [ADA])
    marked = grade(book, "why", "ada")
    marked.manual_score, marked.needs_manual_grade = 1.5, False
    book.find_comment("why", LAB, LAB, "ada").manual_comment = "good"
    book.db.commit()
    write_gradebook(url, tiny_lab.release(), [ADA])
    assert (
        grade(book, "why", "ada").manual_score,
        grade(book, "why", "ada").needs_manual_grade,
    ) == (1.5, False)
    write_gradebook(url, tiny_lab.release(), [ADA], resubmitted={"ada"})
    assert (
        grade(book, "why", "ada").manual_score,
        grade(book, "why", "ada").needs_manual_grade,
    ) == (1.5, True)
    assert book.find_comment("why", LAB, LAB, "ada").comment == "good"
    assert book.find_submission(LAB, "ada").score == 6.5


def test_results_are_there_as_they_come(url: str) -> None:
    """Between two results others can read and write: the second write sees a manual score given meanwhile."""
    with closing(Book(url, tiny_lab.release())) as ours:
        ours.write(ADA)
        with Gradebook(url) as others:
            grade = next(
                g
                for g in others.find_submission_notebook(LAB, LAB, "ada").grades
                if g.auto_score is None
            )
            name, grade.manual_score, grade.needs_manual_grade = grade.name, 1.5, False
            others.db.commit()
        ours.write(BEN)
        ours.write(ADA)
    with Gradebook(url) as others:
        assert others.find_grade(name, LAB, LAB, "ada").manual_score == 1.5
        assert {s.student.id for s in others.assignment_submissions(LAB)} == {"ada", "ben"}


def test_two_labs_share_a_gradebook(url: str, book: Any) -> None:
    other = replace(tiny_lab.release(), lab="lab1_other")
    write_gradebook(url, other, [replace(ADA, lab="lab1_other")])
    write_gradebook(url, tiny_lab.release(), [ADA])
    assert {a.name for a in book.assignments} == {LAB, "lab1_other"}
    assert book.find_student("ada").score == 10


def test_a_lab_that_has_changed_is_refused_once_it_has_submissions(url: str, book: Any) -> None:
    changed = tiny_lab.release()
    changed.notebook.cells = [c for c in changed.notebook.cells if "Counter" not in c.id]
    prepare_gradebook(url, changed)  # nobody has handed in: the lab is brought up to date
    book.db.expire_all()
    assert {c.name for c in book.find_notebook(LAB, LAB).grade_cells} == {"test_double", "why"}
    prepare_gradebook(url, tiny_lab.release())
    write_gradebook(url, tiny_lab.release(), [ADA])
    with pytest.raises(GradingError, match="another --out or gradebook"):
        prepare_gradebook(url, changed)
    assert grade(book, "test_Counter", "ada").auto_score == 1


def test_a_gradebook_in_use_is_one_clear_line(url: str) -> None:
    prepare_gradebook(url, tiny_lab.release())
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(
            GradingError, match=r"database is locked\): close what has it open"
        ) as error:
            write_gradebook(f"{url}?timeout=0.1", tiny_lab.release(), [ADA])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("sqlite:////nowhere/at/all/gradebook.db", "unable to open database file"),
        ("no url", "cannot be used"),
        ("oracle+nothing://u:secret@h/d", "cannot be used"),
    ],
)
def test_a_url_that_leads_nowhere_is_one_clear_line(bad: str, says: str) -> None:
    with pytest.raises(GradingError, match=says) as error:
        prepare_gradebook(bad, tiny_lab.release())
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_a_file_that_is_no_gradebook_is_refused_and_kept(tmp_path: Path, url: str) -> None:
    (tmp_path / "gradebook.db").write_text("my thesis " * 1000)
    with pytest.raises(GradingError, match="not a database"):
        prepare_gradebook(url, tiny_lab.release())
    assert (tmp_path / "gradebook.db").read_text().startswith("my thesis")


def test_the_version_of_the_tables_is_what_nbgrader_notes(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_gradebook(url, tiny_lab.release())
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", scripts)  # for the command that nbgrader calls
    assert versions == [(get_alembic_version(),)]


# ---- formgrader


def test_formgrader_shows_the_marked_notebook(tmp_path: Path, url: str) -> None:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    mended = mend(tiny_lab.release(), tiny_lab.as_bytes(tiny_lab.key()))
    place = tmp_path / "autograded" / "ada" / LAB / f"{LAB}.ipynb"
    place.parent.mkdir(parents=True)
    errors = (CellError("given-1", "NameError: x"),)
    place.write_text(marked_notebook(mended.notebook, replace(ADA, cells=errors)))
    write_gradebook(url, tiny_lab.release(), [ADA])

    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.CourseDirectory.db_url = url
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    assert api.get_autograded_students(LAB) == {"ada"}
    (listed,) = api.get_notebook_submissions(LAB, LAB)
    assert (listed["student"], listed["score"], listed["needs_manual_grade"]) == ("ada", 5, True)

    shown = nbformat.read(place, as_version=4)
    nbformat.validate(shown)
    by_id = {cell.id: cell for cell in shown.cells}
    assert by_id["test-double"].outputs[0].text.startswith("double: 4 of 4, passed")
    assert by_id["given-1"].outputs[0].text == "NameError: x\n"
    (question,) = ADA.questions
    elsewhere = replace(question, answered=False, answer="", candidates=("*Because.*", "Why?"))
    text = marked_notebook(mended.notebook, replace(ADA, questions=(elsewhere,)))
    (answer,) = [c for c in nbformat.reads(text, as_version=4).cells if c.id == "answer-why"]
    assert "Nothing stands in the place of this answer" in answer.source
    assert "<em>Because.</em>" in answer.source
    assert "Why?" in answer.source
    assert by_id["answer-why"].metadata.nbgrader.grade_id == "why"


def test_a_result_does_not_cost_a_look_at_all_that_are_there(url: str) -> None:
    """Nbgrader's own tables make the database read every grade and comment of the gradebook for one submission."""
    write_gradebook(url, tiny_lab.release(), [ADA, BEN])
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        for table in ("grade", "comment"):
            query = f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE notebook_id = 'x'"
            ((*_, how),) = connection.execute(query)
            assert how.startswith(f"SEARCH {table} USING INDEX")


def test_a_gradebook_without_the_indexes_gets_them(url: str) -> None:
    prepare_gradebook(url, tiny_lab.release())
    with Gradebook(url) as opened:
        for index in INDEXES:
            index.drop(opened.engine)
    prepare_gradebook(url, tiny_lab.release())
    with Gradebook(url) as opened:
        for index in INDEXES:
            names = [
                found["name"] for found in inspect(opened.engine).get_indexes(index.table.name)
            ]
            assert index.name in names


# ---- PostgreSQL


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="the extra 'postgresql' is not installed")
    if problem := postgresql.problem():
        pytest.skip(problem)
    with postgresql.scratch_server() as started:
        yield started.url


def shown(url: str) -> list[Any]:
    """What nbgrader's tools read of the class."""
    with Gradebook(url) as opened:
        students = [(s.id, s.score, s.max_score) for s in opened.students]
        grades = [
            (g.student.id, g.name, g.auto_score, g.manual_score, g.needs_manual_grade, g.score)
            for submission in opened.assignment_submissions(LAB)
            for notebook in submission.notebooks
            for g in notebook.grades
        ]
        return [sorted(students), sorted(grades, key=str), opened.average_assignment_score(LAB)]


def test_postgresql_holds_what_sqlite_holds(server: str, url: str) -> None:
    for place in (server, url):
        prepare_gradebook(place, tiny_lab.release())
        write_gradebook(place, tiny_lab.release(), [ADA, BEN])
        with Gradebook(place) as opened:
            marked = opened.find_grade("why", LAB, LAB, "ada")
            marked.manual_score, marked.needs_manual_grade = 1.5, False
            opened.db.commit()
        write_gradebook(place, tiny_lab.release(), [BEN, ADA])  # a rerun; marks stay
    students, grades, _ = shown(server)
    assert students == [("ada", 6.5, 8), ("ben", 0, 8)]
    assert ("ada", "why", None, 1.5, False, 1.5) in grades
    assert shown(server) == shown(url)


def test_a_server_that_is_not_there_is_one_line_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the extra 'postgresql' is not installed")
    nowhere = f"postgresql+psycopg://grader:secret@/postgres?host={tmp_path}"
    with pytest.raises(GradingError, match="cannot be used") as error:
        prepare_gradebook(nowhere, tiny_lab.release())
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)
