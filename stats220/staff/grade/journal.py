"""What is graded already, and by what: a run that was ended goes on, a run that is done grades nothing.

Each finished submission has a line beside its result, a digest of all that its points depend on: the file, the release, the checks, the
grader, the limits, the environment, the seed. It is written last, so that what was cut off is graded again. Nothing here imports the checks.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stats220.staff.grade.files import clear_errors, write_atomically
from stats220.staff.grade.submissions import Submission, SubmissionError

if TYPE_CHECKING:
    from stats220.staff.build.release import Release

PACKAGE = Path(__file__).resolve().parents[2]
# What a verdict and its pages are made by, below the package.
MADE_BY = (
    "errors.py",
    "kernels.py",
    "arrays.py",
    "line",
    "checks",
    "data",
    "models",
    "staff/grade",
    "staff/report",
)
LIBRARIES = ("numpy", "scipy", "torch", "torchvision", "cvxpy", "ipython")


@dataclass(frozen=True)
class Journal:
    """The lines of one lab in an output folder.

    Attributes
    ----------
    out, lab
        The folder and the lab.
    surroundings
        A digest of all but the submission, see `surroundings`.
    """

    out: Path
    lab: str
    surroundings: str

    def line_of(self, submission: Submission) -> str:
        """What would be written of this submission, were it graded now."""
        try:
            content = hashlib.sha256(submission.read()).hexdigest()
        except SubmissionError as error:
            content = str(error)
        about = (
            submission.student,
            submission.notes,
            submission.problem,
            submission.submitted,
            submission.late,
        )
        return _digest([self.surroundings, content, repr(about)])

    def is_done(self, submission: Submission) -> bool:
        """Whether its result stands in the folder, and would be the same today."""
        return self._result(submission.student).is_file() and _read(
            self._line(submission.student)
        ) == self.line_of(submission)

    def begin(self, student: str) -> None:
        """Take the line away before anything of the student's is written: half of it is not done."""
        with clear_errors(self._line(student)):
            self._line(student).unlink(missing_ok=True)

    def finish(self, submission: Submission) -> None:
        """Write the line: everything of the student's is in its place."""
        write_atomically(self._line(submission.student), self.line_of(submission) + "\n")

    def is_booked(self, student: str) -> bool:
        """Whether the gradebook holds the student's result as it stands."""
        booked, _, _ = _read(self._booked(student)).partition("\n")
        return bool(booked) and booked == _read(self._line(student))

    def is_resubmitted(self, student: str, sha256: str) -> bool:
        """Whether the gradebook holds the result of another file than this one, as far as the journal tells."""
        booked, _, file = _read(self._booked(student)).partition("\n")
        return bool(booked) and file != sha256

    def book(self, student: str, sha256: str) -> None:
        """Note that the gradebook holds it, and of which file."""
        write_atomically(self._booked(student), f"{_read(self._line(student))}\n{sha256}\n")

    def class_is_done(self, students: Sequence[str]) -> bool:
        """Whether the class's own files are made from just these lines."""
        return _read(self._class_line()) == self._class_digest(students)

    def finish_class(self, students: Sequence[str]) -> None:
        """Note that the class's own files are made from these lines."""
        write_atomically(self._class_line(), self._class_digest(students) + "\n")

    def _class_digest(self, students: Sequence[str]) -> str:
        return _digest(f"{student} {_read(self._line(student))}" for student in sorted(students))

    def _class_line(self) -> Path:
        return self.out / "results" / f".{self.lab}.class"

    def _line(self, student: str) -> Path:
        return self.out / "results" / student / f".{self.lab}.graded"

    def _booked(self, student: str) -> Path:
        return self.out / "results" / student / f".{self.lab}.booked"

    def _result(self, student: str) -> Path:
        return self.out / "results" / student / f"{self.lab}.json"


def graded_students(out: Path, lab: str) -> list[str]:
    """Everybody who has a result of this lab in the folder, of whichever run."""
    return sorted(path.parent.name for path in (out / "results").glob(f"*/{lab}.json"))


def surroundings(release: Release, *settings: object) -> str:
    """A digest of what all submissions of a lab are graded by: release, checks, grader, libraries, and these settings."""
    hidden = PACKAGE / "reference" / release.module / "hidden"
    files = [path for part in MADE_BY for path in _files(PACKAGE / part)] + list(_files(hidden))
    parts = [
        release.sha256,
        hashlib.sha256(release.wheel.read_bytes()).hexdigest(),
        repr(settings),
    ]
    parts += [f"{name} {version}" for name, version in environment().items()]
    return _digest([*parts, *_contents(files)])


def environment() -> dict[str, str]:
    """Of Python and the libraries that verdicts depend on, the version of each."""
    return {"Python": platform.python_version(), **{name: _version(name) for name in LIBRARIES}}


def source_digest() -> str:
    """A digest of the whole package: two machines with the same one run the same code."""
    return _digest(_contents(_files(PACKAGE)))


def _contents(files: Iterable[Path]) -> list[str]:
    return [
        f"{path.relative_to(PACKAGE)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files
    ]


def _files(place: Path) -> Iterable[Path]:
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _version(name: str) -> str:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(name)
    return "not installed"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
