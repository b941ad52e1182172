"""Reading the attempts bank: one attempt at one exercise a file, with a header that says what it must get."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import nbformat

from stats220.errors import AuthorError, GradingError

if TYPE_CHECKING:
    from stats220.staff.build.release import Release, ReleasedExercise

Points = int | Literal["all", "less"]
HEADER = re.compile(r"#\s*(\w+):\s*(.*?)\s*$")
KEYS = ("exercise", "says", "points")
FORMAT = (
    "begin the file with `# exercise: NAME`, `# says: WHY`, and `# points: N`, `all` or `less`; "
    "then the code of the exercise's cell"
)


@dataclass(frozen=True)
class Attempt:
    """One attempt at one exercise.

    Attributes
    ----------
    exercise
        The exercise whose cell it fills.
    says
        The misconception, or why it is right.
    points
        What its checks must give: a number, "all", or "less" (than all).
    code
        The cell.
    """

    path: Path
    exercise: str
    says: str
    points: Points
    code: str

    @property
    def is_key(self) -> bool:
        """Whether it is the answer key's own."""
        return self.path.suffix == ".ipynb"

    def is_right(self, max_points: float) -> bool:
        """Whether it must get full marks."""
        return self.points in ("all", max_points)

    def fits(self, points: float, max_points: float) -> bool:
        """Whether these points are as its header says."""
        if self.points == "less":
            return points < max_points
        return points == (max_points if self.points == "all" else self.points)


def read_bank(bank: Path, release: Release) -> list[Attempt]:
    """Read every ``*.py`` of a folder.

    Raises
    ------
    AuthorError
        A file is not an attempt.
    GradingError
        There are none.
    """
    paths = sorted(bank.glob("*.py")) if bank.is_dir() else []
    if not paths:
        raise GradingError(f"no attempts in {bank}: give a folder of NAME.py with --bank; {FORMAT}")
    exercises = {e.name: e for e in release.exercises}
    return [read_attempt(path, exercises) for path in paths]


def read_key(root: Path, release: Release) -> list[Attempt]:
    """The answer key's own cells, which must get all points: a wrong key, too, is found."""
    path = root / "solutions" / f"{release.lab}.ipynb"
    if not path.is_file():
        raise GradingError(f"{path} is missing: run `stats220 build`")
    cells = [
        c for c in nbformat.read(path, as_version=4).cells if c.metadata.stats220.role == "exercise"
    ]
    return [
        Attempt(path, c.metadata.stats220.name, "the answer key", "all", c.source) for c in cells
    ]


def read_attempt(path: Path, exercises: Mapping[str, ReleasedExercise]) -> Attempt:
    """Read one attempt; raises AuthorError with the line that is wrong."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorError(f"this file cannot be read: {error}", file=path, remedy=FORMAT) from error

    def wrong(message: str, number: int, remedy: str = FORMAT) -> AuthorError:
        excerpt = lines[number - 1 : number]
        return AuthorError(message, file=path, line=number, excerpt=excerpt, remedy=remedy)

    header: dict[str, str] = {}
    line_of: dict[str, int] = {}
    for number, line in enumerate(lines[: len(KEYS)], 1):
        match = HEADER.match(line)
        key, value = match.groups() if match else ("", "")
        if key not in KEYS:
            missing = next(key for key in KEYS if key not in header)
            raise wrong(f"a `# {missing}:` line is missing before this one", number)
        if key in header or not value:
            raise wrong(f"`# {key}:` {'is given twice' if key in header else 'is empty'}", number)
        header[key], line_of[key] = value, number
    if not any(line.strip() for line in lines[len(KEYS) :]):
        raise wrong("there is no code", max(len(lines), 1))
    name = header["exercise"]
    if name not in exercises:
        known = ", ".join(exercises)
        raise wrong(f"the lab has no exercise {name!r}", line_of["exercise"], f"use one of {known}")
    points = _points(header["points"], exercises[name])
    if points is None:
        what = f"neither `all`, `less`, nor a whole number from 0 to {exercises[name].points}"
        raise wrong(f"the points are {what}", line_of["points"], "say what the checks must give")
    return Attempt(path, name, header["says"], points, "\n".join(lines[len(KEYS) :]).strip("\n"))


def _points(text: str, exercise: ReleasedExercise) -> Points | None:
    if text == "all":
        return "all"
    if text == "less":
        return "less"
    return int(text) if text.isdecimal() and int(text) <= exercise.points else None
