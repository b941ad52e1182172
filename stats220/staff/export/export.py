"""``stats220 export``: what was graded and marked, out to the platform that the class uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from stats220.errors import GradingError
from stats220.staff.build.course import read_course
from stats220.staff.build.release import Release
from stats220.staff.export.feedback import write_feedback_zip
from stats220.staff.export.grades import Line, canvas_csv, moodle_csv
from stats220.staff.grade.classfiles import ClassResults, read_results, write_class_files
from stats220.staff.grade.files import output_folder, write_atomically
from stats220.staff.grade.gradebook import gradebook_url as default_url
from stats220.staff.grade.lateness import Lateness
from stats220.staff.grade.marks import Marks
from stats220.staff.grade.plan import find_class
from stats220.staff.grade.roster import Person
from stats220.staff.grade.submissions import Submission
from stats220.staff.grade.table import status_of, total_of


@dataclass(frozen=True)
class Exported:
    """What was written, and what the operator should know."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def export(
    root: Path,
    lab: str,
    submissions: Path,
    out: Path,
    platform: str,
    *,
    roster: Path | None = None,
    gradebook_url: str | None = None,
    assignment: str = "",
) -> Exported:
    """Read marks from the gradebook, bring the class's files up to date, and write those for a platform.

    Parameters
    ----------
    root, lab, submissions, out, roster, gradebook_url
        As for `stats220.staff.grade.course.grade_class`, with which `out` was filled.
    platform
        "canvas", "moodle", or "folders" (feedback alone, a folder a student).
    assignment
        Its name in Canvas, as its export writes it: "Lab 4 (1234)"; by default the lab's title.

    Raises
    ------
    GradingError
        Nothing is graded there, or something cannot be read or written.
    """
    release = Release.load(root, lab)
    results = read_results(out, lab) if out.is_dir() else []
    if not results:
        raise GradingError(f"{out} holds no results of {lab}: run `stats220 grade {lab}` first")
    found, people, absent, path = find_class(release, submissions, roster)
    with output_folder(out):
        graded = write_class_files(
            root,
            release,
            results,
            out,
            gradebook_url or default_url(out),
            submissions=submissions,
            roster=path,
            people=people,
            absent=absent,
        )
        folder = out / "export" / platform
        lines = _lines(graded, {s.student: s for s in found}, people)
        files = [out / f"grades-{lab}.csv", out / f"report-{lab}.html"]
        maximum = float(release.points)
        if platform == "canvas":
            files.append(folder / f"grades-{lab}.csv")
            title = assignment or read_course(root).labs[lab].title
            write_atomically(files[-1], canvas_csv(lines, title, maximum))
        elif platform == "moodle":
            files.append(folder / f"grades-{lab}.csv")
            write_atomically(files[-1], moodle_csv(lines, maximum))
        files.append(folder / f"feedback-{lab}.zip")
        number, left_out = write_feedback_zip(files[-1], found, out, lab, platform)
    return Exported(tuple(files), _notes(graded, lines, platform, number, left_out))


def _lines(graded: ClassResults, found: dict[str, Submission], people: list[Person]) -> list[Line]:
    known = {person.id: person for person in people}
    lines = []
    for result in graded.results:
        student = result.student
        person = known.get(student, Person(student))
        number = found[student].id if student in found else ""
        person = replace(
            person, canvas_id=person.canvas_id or number, moodle_id=person.moodle_id or number
        )
        marks = graded.marks.get(student)
        late = graded.lateness.get(student, Lateness())
        total, status = total_of(result, marks), status_of(result)
        # What nobody could grade is no 0 until a person says so.
        settled = status != "not graded" and late.days is not None
        grade = total - late.penalty(total) if settled else None
        lines.append(Line(person, grade, _comment(marks, late, total), status))
    return lines


def _comment(marks: Marks | None, late: Lateness, total: float) -> str:
    parts = []
    if marks and marks.to_mark:
        parts.append(f"{marks.to_mark} still to be marked.")
    if late.share:
        parts.append(f"{late.why}: {late.penalty(total):g} points taken off {total:g}.")
    return " ".join(parts)


def _notes(
    graded: ClassResults, lines: list[Line], platform: str, number: int, left_out: list[str]
) -> tuple[str, ...]:
    notes = [f"{number} feedback pages in the zip", *graded.notes]
    waiting = sum(1 for marks in graded.marks.values() if marks.to_mark)
    if waiting:
        notes.append(f"{waiting} students have something that a person has not marked yet")
    blank = [line.person.id for line in lines if line.grade is None]
    if blank:
        notes.append(f"no grade yet, left empty: {_some(blank)}")
    if left_out:
        notes.append(f"not in the zip, {platform} has no name for them here: {_some(left_out)}")
    return tuple(notes)


def _some(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
