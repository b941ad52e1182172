"""All that an author wrote for one lab, read and put together: the lab, its key, its checks, its model answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stats220.staff.build.answers import Answers, read_answers
from stats220.staff.build.checkpoints import CheckFolder, read_checks, read_hidden_checks
from stats220.staff.build.course import LabEntry
from stats220.staff.build.lab import Cell, Lab, read_lab
from stats220.staff.build.reference import Exercise, Reference, read_reference
from stats220.staff.build.spelling import nearest

MOST_EXERCISES = 9
MOST_MINUTES = 160


@dataclass(frozen=True)
class Sources:
    """What the notebooks of a lab are derived from."""

    lab: Lab
    reference: Reference
    checks: CheckFolder
    hidden: CheckFolder | None
    answers: Answers
    exercises: dict[str, Exercise]

    def exercise_cells(self) -> list[Cell]:
        """The cells that bring an exercise into the lab."""
        return self.lab.of_role("exercise")

    def is_bonus(self, exercise: str) -> bool:
        """Whether an exercise is outside the total."""
        return any(cell.bonus for cell in self.exercise_cells() if cell.name == exercise)

    def points(self, exercise: str) -> tuple[int, int]:
        """Visible and hidden points of an exercise."""
        visible = self.checks.functions[exercise]
        return visible.points, visible.hidden_points

    def exercise_minutes(self) -> float:
        """Minutes that the core exercises take together."""
        return sum(cell.minutes for cell in self.exercise_cells() if not cell.bonus)

    def core_minutes(self) -> float:
        """Minutes of the lab: core exercises and questions."""
        return self.exercise_minutes() + sum(cell.minutes for cell in self.lab.of_role("question"))

    def core_points(self) -> int:
        """Points of the lab: core exercises and questions."""
        tests = [cell for cell in self.lab.of_role("test") if not self.is_bonus(cell.name)]
        return sum(cell.points for cell in [*tests, *self.lab.of_role("question")])


def read_sources(root: Path, path: Path, entry: LabEntry) -> Sources:
    """Read everything of one lab.

    Raises
    ------
    AuthorError
        Where a file is missing or malformed, or the lab names an exercise that its key does not hold.
    """
    lab = read_lab(root, path, entry)
    reference = read_reference(root, lab.module)
    exercises: dict[str, Exercise] = {}
    for cell in lab.of_role("exercise"):
        exercise = reference.exercise(cell.name)
        if exercise is None:
            known = ", ".join(sorted(reference.definitions)) or "none"
            raise lab.error(
                f"unknown exercise {cell.name!r}{nearest(cell.name, reference.definitions)}",
                cell,
                remedy=f"write it in stats220/reference/{lab.module}/; there are: {known}",
            )
        if cell.name not in reference.exported:
            raise lab.error(
                f"stats220.reference.{lab.module} does not export {cell.name!r}",
                cell,
                remedy=f"import it in stats220/reference/{lab.module}/__init__.py",
            )
        exercises[cell.name] = exercise
    return Sources(
        lab,
        reference,
        read_checks(root, lab.module),
        read_hidden_checks(root, lab.module),
        read_answers(root, lab.module),
        exercises,
    )
