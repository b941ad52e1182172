"""nbgrader's own commands on a built course give the points of the checks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from tiny_course import use_real_checks, write_course

from stats220.staff.build import build_all
from stats220.staff.build.notebooks import NEEDS_CELLS

PACKAGE = Path(__file__).resolve().parents[2] / "stats220"
LAB = "lab1_tiny"

NOISY = """
import sys
import warnings


def shifted_root(value):
    print("hello")
    print("trouble", file=sys.stderr)
    warnings.warn("more trouble")
    if value < -1:
        raise ValueError("no root")
    return math.sqrt(value + OFFSET)
"""
PARTLY = """
def shifted_root(value):
    return math.sqrt(abs(value + OFFSET))
"""
BROKEN = "def shifted_root(value: return"
CHEAT = """
class Root:
    def __call__(self, value): return self
    def __repr__(self): return "1000"
    def __eq__(self, other): return True
shifted_root = Root()
"""


@dataclass
class Course:
    """A built course, nbgrader's folder of it, and its environment."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "build" / "nbgrader"

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # nbgrader calls its own tools by name.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {
            **os.environ,
            "PATH": path,
            "PYTHONPATH": str(self.root),
            "OMP_NUM_THREADS": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )

    def submit(self, student: str, sources: dict[str, str]) -> None:
        """Hand in what nbgrader released, with the source of some cells replaced."""
        notebook = nbformat.read(self.folder / "release" / LAB / f"{LAB}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = sources.get(cell.id, cell.source)
        path = self.folder / "submitted" / student / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)

    def grades(self, student: str) -> dict[str, tuple[float | None, bool]]:
        """Automatic score of each graded cell, and whether it waits for a marker."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            notebook = gradebook.find_submission_notebook(LAB, LAB, student)
            return {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for grade in notebook.grades
            }


@pytest.fixture(scope="module")
def course(tmp_path_factory: Any) -> Course:
    root = write_course(tmp_path_factory.mktemp("course"))
    use_real_checks(root, PACKAGE)
    build_all(root)
    made = Course(root)
    done = made.nbgrader("generate_assignment", LAB)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def graded(course: Course) -> Course:
    key = nbformat.read(course.root / "solutions" / f"{LAB}.ipynb", as_version=4)
    solved = {cell.id: cell.source for cell in key.cells}
    course.submit("blank", {})
    course.submit("right", solved)
    course.submit("partly", {"exercise-shifted_root": PARTLY})
    course.submit("noisy", {"exercise-shifted_root": NOISY})
    course.submit("broken", {**solved, "exercise-shifted_root": BROKEN})
    course.submit(
        "cheat",
        {
            "exercise-shifted_root": CHEAT,
            "test-shifted_root": "1000",
            "test-Counter": "'all of it'",
        },
    )
    done = course.nbgrader("autograde", LAB)
    assert done.returncode == 0, done.stderr
    return course


def test_source_notebooks_pass_nbgraders_schema(course: Course) -> None:
    source = nbformat.read(course.folder / "source" / LAB / f"{LAB}.ipynb", as_version=4)
    release = nbformat.read(course.root / "release" / f"{LAB}.ipynb", as_version=4)
    for notebook in (source, release):
        MetadataValidator().validate_nb(notebook)
        assert sum("nbgrader" in cell.metadata for cell in notebook.cells) > 3
    source.cells[0].metadata["nbgrader"] = {"schema_version": 3}
    with pytest.raises(ValidationError):
        MetadataValidator().validate_nb(source)


def test_hidden_tests_are_in_the_source_and_not_in_the_release(course: Course) -> None:
    source = nbformat.read(course.folder / "source" / LAB / f"{LAB}.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in source.cells}
    assert sources["test-shifted_root"] == (
        f"check.shifted_root(shifted_root){NEEDS_CELLS}\n"
        "### BEGIN HIDDEN TESTS\n"
        "from stats220.reference.tiny import hidden\n"
        "check.shifted_root(shifted_root) + hidden.shifted_root(shifted_root)\n"
        "### END HIDDEN TESTS"
    )
    assert sources["test-Counter"] == f"check.Counter(Counter){NEEDS_CELLS}"  # has no hidden checks


def test_generate_assignment_gives_the_release_again(course: Course) -> None:
    made = nbformat.read(course.folder / "release" / LAB / f"{LAB}.ipynb", as_version=4)
    release = nbformat.read(course.root / "release" / f"{LAB}.ipynb", as_version=4)
    assert [(cell.id, cell.cell_type, cell.source) for cell in made.cells] == [
        (cell.id, cell.cell_type, cell.source) for cell in release.cells
    ]


def test_gradebook_knows_the_points(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_notebook(LAB, LAB)
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        assert points == {"test_shifted_root": 4, "test_Counter": 3, "why_shift": 2}
        assert notebook.max_score == 9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "root", "counter", "answer"),
    [
        ("right", 4, 3, (None, True)),
        ("blank", 0, 0, (0, False)),
        ("partly", 3, 0, (0, False)),  # 2 visible and 1 hidden; the check of the error is worth 1
        ("noisy", 4, 0, (0, False)),  # stderr and warnings cost nothing
        ("broken", 0, 3, (None, True)),
        ("cheat", 0, 0, (0, False)),
    ],
)
def test_autograde_gives_the_points_of_the_checks(
    graded: Course, student: str, root: int, counter: int, answer: Any
) -> None:
    assert graded.grades(student) == {
        "test_shifted_root": (root, False),
        "test_Counter": (counter, False),
        "why_shift": answer,
    }


@pytest.mark.slow
def test_explore_cells_are_not_run(graded: Course) -> None:
    path = graded.folder / "autograded" / "right" / LAB / f"{LAB}.ipynb"
    [explore] = [
        cell for cell in nbformat.read(path, as_version=4).cells if cell.id.startswith("explore")
    ]
    assert explore.outputs == []


@pytest.fixture(scope="module")
def validated(course: Course, tmp_path_factory: Any) -> dict[str, str]:
    """What nbgrader's Validate says of a notebook as released, filled in partly, and solved."""
    folder = tmp_path_factory.mktemp("validated")
    said = {}
    for name, source, sources in (
        ("blank", "release", {}),
        ("partly", "solutions", {"exercise-shifted_root": PARTLY}),
        ("solved", "solutions", {}),
    ):
        notebook = nbformat.read(course.root / source / f"{LAB}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = sources.get(cell.id, cell.source)
        nbformat.write(notebook, folder / f"{name}.ipynb")
        done = course.nbgrader("validate", str(folder / f"{name}.ipynb"))
        assert done.returncode == 0, done.stderr
        assert "ValidateApp | WARNING" not in done.stderr, done.stderr
        said[name] = done.stdout
    return said


@pytest.mark.slow
def test_validate_calls_a_blank_exercise_not_attempted(validated: dict[str, str]) -> None:
    said = validated["blank"]
    assert "VALIDATION FAILED ON 2 CELL(S)" in said  # the bonus is none of them
    for exercise in ("shifted_root", "Counter"):
        assert re.search(rf"\b{exercise}: not attempted yet$", said, re.MULTILINE)
    assert "Partial credit" not in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_validate_names_the_check_that_failed_and_its_hint(validated: dict[str, str]) -> None:
    said = validated["partly"]
    assert "VALIDATION FAILED ON 1 CELL(S)" in said
    assert "shifted_root: 2 of 3 points here" in said
    assert "✗ refuses -2" in said
    assert "Hint: -2 + 1 has no root." in said
    assert "takes the root of 8 + 1" not in said  # that passed
    assert "Partial credit" not in said


@pytest.mark.slow
def test_validate_calls_a_solved_notebook_a_success(validated: dict[str, str]) -> None:
    """Although the hidden point is not to be had there."""
    assert validated["solved"] == "Success! Your notebook passes all the tests.\n"
