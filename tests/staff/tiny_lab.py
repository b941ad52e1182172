"""A small released lab, made by hand: two exercises, a bonus, a question, an explore cell. Its answers and its checks too."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sandboxes import unpack_student_wheel

from stats220.checks import Checks
from stats220.staff.build.release import (
    Release,
    ReleasedExercise,
    ReleasedQuestion,
    sha256_of,
)
from stats220.staff.grade import grading, worker

LAB = "lab0_tiny"
STUBS = {
    "double": "def double(x):\n    # twice the array\n    raise NotImplementedError('double')",
    "Counter": "class Counter:\n    def __init__(self):\n        self.count = ...\n\n    def step(self):\n        raise NotImplementedError('Counter.step')",
    "halve": "def halve(x):\n    raise NotImplementedError('halve')",
}
ANSWERS = {
    "double": "def double(x):\n    return 2 * x",
    "Counter": "class Counter:\n    def __init__(self):\n        self.count = 0\n\n    def step(self):\n        self.count += 1\n        return self.count",
    "halve": "def halve(x):\n    return x / HALF",
}
IMPORTS = "import numpy as np"
HELPER = "HALF = 2\n\n\ndef helper(x):\n    return np.asarray(x) + 1"
EXPLORE = "trained = np.ones(3)"
QUESTION = "### Question\nWhy?"
PLACEHOLDER = "*Your answer here.*"


def _code(
    source: str, cell_id: str, role: str, nbgrader: dict[str, Any] | None = None, **own: Any
) -> Any:
    cell = new_code_cell(source, id=cell_id)
    cell.metadata["stats220"] = {"role": role, **own}
    if nbgrader is not None:
        plain = {
            "schema_version": 3,
            "grade": False,
            "solution": False,
            "locked": True,
            "task": False,
        }
        cell.metadata["nbgrader"] = {**plain, **nbgrader}
    return cell


def _text(source: str, cell_id: str, role: str, **own: Any) -> Any:
    cell = new_markdown_cell(source, id=cell_id)
    cell.metadata["stats220"] = {"role": role, **own}
    return cell


def _exercise(name: str, points: int, bonus: bool = False) -> list[Any]:
    solution = {"grade_id": name, "solution": True, "locked": False}
    test: dict[str, Any] = {"grade_id": f"test_{name}"}
    if not bonus:
        test |= {"grade": True, "points": points}
    call = f"check.{name}({name})"
    return [
        _code(
            STUBS[name], f"exercise-{name}", "exercise", solution, name=name, minutes=5, bonus=bonus
        ),
        _code(call, f"test-{name}", "test", test, name=name, points=points, bonus=bonus),
    ]


def notebook() -> Any:
    """The notebook that students received."""
    answer = _text(PLACEHOLDER, "answer-why", "answer", name="why", points=2)
    answer.metadata["nbgrader"] = {
        "schema_version": 3, "grade": True, "solution": True, "locked": False, "task": False, "points": 2, "grade_id": "why",
    }  # fmt: skip
    cells = [
        _code("import stats220", "install", "install", {"grade_id": "install"}),
        _text("# Tiny lab", "text-1", "text"),
        _code(IMPORTS, "given-1", "given", {"grade_id": "given_1"}),
        *_exercise("double", 4),
        _code(EXPLORE, "explore-1", "explore", minutes=0.5),
        _code(HELPER, "given-2", "given", {"grade_id": "given_2"}),
        *_exercise("Counter", 2),
        _text(QUESTION, "question-why", "question", name="why"),
        answer,
        *_exercise("halve", 3, bonus=True),
    ]
    made = new_notebook(cells=cells)
    made.metadata["stats220"] = {"lab": LAB, "version": 1}
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return made


def release() -> Release:
    """The release, as the grader reads it."""
    exercises = (
        ReleasedExercise("double", 4, 3, 1, 5, False),
        ReleasedExercise("Counter", 2, 2, 0, 5, False),
        ReleasedExercise("halve", 3, 3, 0, 5, True),
    )
    questions = (ReleasedQuestion("why", 2),)
    nowhere = Path("nowhere")
    return Release(LAB, "tiny", nowhere, "", 8, 10, exercises, questions, nowhere, notebook())


def key() -> Any:
    """The notebook, solved."""
    return with_answers(ANSWERS)


def with_answers(answers: dict[str, str]) -> Any:
    """The notebook with these exercises filled in."""
    filled = notebook()
    for cell in filled.cells:
        own = cell.metadata.stats220
        if own.role == "exercise" and own.name in answers:
            cell.source = answers[own.name]
    return filled


def as_bytes(made: Any) -> bytes:
    """The notebook's file."""
    return nbformat.writes(made).encode()


def find(made: Any, cell_id: str) -> Any:
    """The cell of that id."""
    return next(cell for cell in made.cells if cell.id == cell_id)


def without_metadata(made: Any) -> Any:
    """As when every cell had been retyped: no metadata, other ids."""
    bare = deepcopy(made)
    bare.metadata.clear()
    for i, cell in enumerate(bare.cells):
        cell.metadata.clear()
        cell.id = f"x{i}"
    return bare


def write_root(root: Path) -> Path:
    """A project that has released the lab: what the grader reads of it."""
    solutions = root / "solutions"
    solutions.mkdir(parents=True)
    (solutions / f"{LAB}.ipynb").write_bytes(as_bytes(key()))
    folder = root / "release"
    folder.mkdir(parents=True)
    (root / "labs").mkdir()
    (root / "labs" / "course.toml").write_text(
        f'[course]\nname = "Tiny"\n[labs.{LAB}]\ntitle = "Lab 0: tiny"\npoints = 8\n'
    )
    path, wheel = folder / f"{LAB}.ipynb", folder / "stats220.whl"
    path.write_bytes(as_bytes(notebook()))
    packages = unpack_student_wheel(root / "packages")
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in sorted(packages.rglob("*.py")):
            archive.write(file, file.relative_to(packages))
    ours = release()
    entry = {
        "file": path.name,
        "sha256": sha256_of(path),
        "points": ours.points,
        "minutes": ours.minutes,
        "exercises": [asdict(e) for e in ours.exercises],
        "questions": [asdict(q) for q in ours.questions],
    }
    manifest = {"labs": {LAB: entry}, "wheel": {"file": wheel.name, "sha256": sha256_of(wheel)}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return root


def start_worker(setup: Any) -> None:
    """Begin a worker process that knows these checks. A notebook with the word below ends the process itself."""
    install_checks()
    read = grading.mend

    def fragile(released: Release, data: bytes) -> Any:
        if b"END THE WORKER" in data:
            os._exit(1)
        return read(released, data)

    grading.mend = fragile  # type: ignore[attr-defined]
    worker.start(setup)


# ---- the checks: 2 and 3 are what doubling and counting are, whatever the answer key says


def _double(double: Any) -> Checks:
    checks = Checks("double", hidden_points=1)
    with checks(1, "doubles a number"):
        checks.equal(double(3), 6)
    with checks(2, "doubles an array"):
        import numpy as np

        checks.equal(double(np.arange(3)), np.array([0, 2, 4]))
    return checks


def _double_hidden(double: Any) -> Checks:
    checks = Checks("double", hidden=True)
    with checks(1, "doubles a negative number"):
        checks.equal(double(-1.5), -3.0)
    return checks


def _counter(Counter: Any) -> Checks:
    checks = Checks("Counter")
    with checks(2, "counts"):
        counter = Counter()
        counter.step()
        checks.equal(counter.step(), 2)
    return checks


def _halve(halve: Any) -> Checks:
    checks = Checks("halve")
    with checks(3, "halves"):
        checks.equal(halve(8), 4.0)
    return checks


def install_checks() -> tuple[ModuleType, ModuleType]:
    """Make the checks importable as ``stats220.checks.tiny`` and ``stats220.reference.tiny.hidden``."""
    names = ("stats220.checks.tiny", "stats220.reference.tiny", "stats220.reference.tiny.hidden")
    visible, package, hidden = (ModuleType(name) for name in names)
    vars(visible).update(double=_double, Counter=_counter, halve=_halve)
    vars(hidden).update(double=_double_hidden)
    sys.modules.update(zip(names, (visible, package, hidden), strict=True))
    return visible, hidden
