"""The class's own files, from all results of a lab and what people have marked: grades, report, and marks on the feedback pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stats220.errors import GradingError
from stats220.staff.build.course import read_course
from stats220.staff.build.problems import labels_of
from stats220.staff.build.release import Release
from stats220.staff.grade.files import write_atomically
from stats220.staff.grade.journal import graded_students
from stats220.staff.grade.lateness import (
    Lateness,
    class_lateness,
    doubts,
    extensions_beside,
    read_extensions,
)
from stats220.staff.grade.marks import Marks, read_marks
from stats220.staff.grade.results import SubmissionResult, from_json, to_dict
from stats220.staff.grade.roster import Person
from stats220.staff.grade.similar import answers_in, exercise_cells, looks
from stats220.staff.grade.table import grades_csv
from stats220.staff.report.classreport import write_report
from stats220.staff.report.marked import Said, with_marks
from stats220.staff.report.page import write_page


@dataclass(frozen=True)
class ClassResults:
    """A class after grading: the results, by student what was marked and how late it was, and what a person should look at in all of it."""

    results: Sequence[SubmissionResult]
    marks: Mapping[str, Marks]
    lateness: Mapping[str, Lateness]
    notes: Sequence[str]


def read_results(out: Path, lab: str) -> list[SubmissionResult]:
    """All results of a lab in an output folder, sorted by student.

    Raises
    ------
    GradingError
        One is damaged.
    """
    paths = [out / "results" / name / f"{lab}.json" for name in graded_students(out, lab)]
    return [from_json(path.read_text("utf-8"), where=str(path)) for path in paths]


def write_class_files(
    root: Path,
    release: Release,
    results: Sequence[SubmissionResult],
    out: Path,
    url: str,
    *,
    submissions: Path,
    roster: Path | None = None,
    people: Sequence[Person] = (),
    absent: Sequence[Person] = (),
) -> ClassResults:
    """Write ``grades-<lab>.csv`` and ``report-<lab>.html``, and bring the feedback pages up to date.

    Parameters
    ----------
    root
        The repository, for due dates and the late policy.
    release
        What the class received.
    results
        All of the lab.
    out
        The output folder.
    url
        The gradebook, which holds the results.
    submissions, roster
        Beside one of them lie extensions.
    people, absent
        The roster, and those of it who have handed in nothing.

    Raises
    ------
    GradingError
        The gradebook or the extensions cannot be read, or the place cannot be written to.
    """
    course, lab = read_course(root), release.lab
    marks = read_marks(url, lab)
    extensions = read_extensions(extensions_beside(submissions, roster))
    lateness = class_lateness(course, lab, out, extensions)
    notes = doubts(course, lab, results, extensions, people)
    lines = grades_csv(results, people=people, absent=absent, marks=marks, lateness=lateness)
    write_atomically(out / f"grades-{lab}.csv", lines)
    looked = _looks(root, release, out, results)
    said = {
        result.student: Said(
            marks.get(result.student, Marks()),
            lateness.get(result.student, Lateness()),
            looked.get(result.student, ()),
        )
        for result in results
    }
    write_report(
        [to_dict(result) for result in results],
        out / f"report-{lab}.html",
        title=course.labs[lab].title,
        exercises=[exercise.name for exercise in release.exercises],
        labels=labels_of(release.notebook),
        said=said,
        names={person.id: person.name for person in people},
        absent=[person.id for person in absent],
        notes=notes,
    )
    for result in results:
        _mark_page(out / "feedback" / result.student / f"{lab}.html", result, said[result.student])
    return ClassResults(results, marks, lateness, notes)


def _looks(
    root: Path, release: Release, out: Path, results: Sequence[SubmissionResult]
) -> dict[str, tuple[str, ...]]:
    """Similar answers, and those that reach for the checks; what the release and the key have says nothing."""
    lab, key = release.lab, root / "solutions" / f"{release.lab}.ipynb"
    given: dict[str, list[str]] = {}
    for path in (release.path, key):
        if path.is_file():
            for name, text in exercise_cells(path).items():
                given.setdefault(name, []).append(text)
    answers = answers_in(out, lab, [result.student for result in results])
    return looks(answers, given, [exercise.name for exercise in release.exercises])


def _mark_page(path: Path, result: SubmissionResult, said: Said) -> None:
    try:
        page = path.read_text("utf-8")
    except OSError as error:
        raise GradingError(
            f"{path} is gone ({error.strerror}): grade again with --again"
        ) from error
    marked = with_marks(page, to_dict(result), said)
    if marked != page:
        write_page(marked, path)
