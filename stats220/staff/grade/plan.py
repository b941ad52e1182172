"""What a grading run has to do: whose submissions there are, and which of them are graded already. Imports nothing that takes seconds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stats220.errors import GradingError
from stats220.staff.build.release import Release
from stats220.staff.build.spelling import nearest
from stats220.staff.grade.files import write_atomically
from stats220.staff.grade.journal import Journal, graded_students, surroundings
from stats220.staff.grade.roster import Person, assign, read_roster
from stats220.staff.grade.submissions import Submission, collect

SEED = "seed.txt"
ROSTER = "roster.csv"  # beside the submissions, where none is named


@dataclass(frozen=True)
class Plan:
    """A run, before it begins.

    Attributes
    ----------
    release
        What the class received.
    found, todo
        All submissions of this run, and those that are not graded yet.
    people, absent
        The roster, and those of it who have handed in nothing.
    journal
        What is graded, in the output folder.
    seed
        What the checks draw their inputs from.
    submissions, roster
        Where they are; None where there is no roster.
    """

    release: Release
    found: tuple[Submission, ...]
    todo: tuple[Submission, ...]
    people: tuple[Person, ...]
    absent: tuple[Person, ...]
    journal: Journal
    seed: int
    submissions: Path
    roster: Path | None

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing to grade and nothing to write."""
        students = graded_students(self.journal.out, self.release.lab)
        return not self.todo and self.journal.class_is_done(students)

    def unclear(self) -> list[str]:
        """A line a student of this run whose file could not be told or read, all at once: before a class is graded they can be mended."""
        return [f"{found.student}: {found.problem}" for found in self.todo if found.problem]


def make_plan(
    root: Path,
    lab: str,
    submissions: Path,
    out: Path,
    *,
    isolation: str,
    settings: Sequence[object] = (),
    seed: int | None = None,
    students: Sequence[str] = (),
    again: bool = False,
    roster: Path | None = None,
) -> Plan:
    """Find the submissions, and what is left to do.

    Parameters
    ----------
    root, lab, submissions, out, isolation, seed, students, again, roster
        As in `stats220.staff.grade.course.grade_class`.
    settings
        Limits that are not the default ones.

    Raises
    ------
    GradingError
        There is no such lab, nothing to grade, no such student, or the folders lie within each other.
    """
    release = Release.load(root, lab)
    found, people, absent, path = find_class(release, submissions, roster)
    if submissions.resolve() in (out.resolve(), *out.resolve().parents):
        raise GradingError(
            f"{out} lies in {submissions}, where it would be taken for a student: use another --out"
        )
    if students:
        known = [submission.student for submission in found]
        for name in students:
            if name not in known:
                raise GradingError(
                    f"{submissions} holds nothing of {name!r}{nearest(name, known)}; there are {len(known)} students"
                )
        found = [submission for submission in found if submission.student in students]
    seed = kept_seed(out, seed)
    journal = Journal(out, lab, surroundings(release, isolation, seed, *settings))
    todo = [submission for submission in found if again or not journal.is_done(submission)]
    return Plan(
        release,
        tuple(found),
        tuple(todo),
        tuple(people),
        tuple(absent),
        journal,
        seed,
        submissions,
        path,
    )


def find_class(
    release: Release, submissions: Path, roster: Path | None
) -> tuple[list[Submission], list[Person], list[Person], Path | None]:
    """The submissions under the roster's ids, the roster, who of it has handed in nothing, and where the roster is (None: nowhere)."""
    found = collect(submissions, release.lab, untouched={release.sha256})
    path = roster or (submissions / ROSTER if (submissions / ROSTER).is_file() else None)
    if path is None:
        return found, [], [], None
    people = read_roster(path)
    found, absent = assign(found, people)
    return found, people, absent, path


def kept_seed(out: Path, seed: int | None) -> int:
    """The seed given, else that of the folder's earlier runs, else a new one."""
    path = out / SEED
    if seed is None and path.exists():
        try:
            return int(path.read_text("utf-8"))
        except ValueError as error:
            raise GradingError(f"{path} is damaged: give --seed, or delete it") from error
    return seed if seed is not None else secrets.randbelow(1 << 32) or 1  # 0 is a notebook's


def keep_seed(out: Path, seed: int) -> None:
    """Note in the folder what this run, and those after it, draw from; for who holds the folder."""
    path, text = out / SEED, f"{seed}\n"
    if not path.exists() or path.read_text("utf-8") != text:  # a finished run writes nothing
        write_atomically(path, text)
