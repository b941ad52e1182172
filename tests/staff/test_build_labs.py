"""The labs of this repository: they build, and what is committed is what their sources give."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from stats220.staff.build.course import find_labs, read_course
from stats220.staff.build.release import Release
from stats220.staff.build.sources import Sources, read_sources

ROOT = Path(__file__).resolve().parents[2]
if not (ROOT / "labs" / "course.toml").exists():
    pytest.skip("this copy has no labs/", allow_module_level=True)
COURSE = read_course(ROOT)
LABS = find_labs(ROOT, COURSE)
COLUMNS_SHOWN = 100  # JupyterLab shows about so many of a code cell; students scroll for the rest


@pytest.fixture(scope="module", params=sorted(LABS))
def sources(request: pytest.FixtureRequest) -> Sources:
    return read_sources(ROOT, LABS[request.param], COURSE.labs[request.param])


@pytest.fixture(scope="module")
def built() -> dict[str, Any]:
    """What a build of all labs in a process of its own finds, and which of the heavy modules it imported."""
    code = (
        "import json, sys; from pathlib import Path; from stats220.staff.build import build_all\n"
        f"report = build_all(Path({str(ROOT)!r}), check=True)\n"
        "heavy = [m for m in sys.modules if m == 'torch' or m.startswith(('stats220.reference', 'stats220.checks'))]\n"
        "said = {'differences': report.differences, 'text': report.text(), 'heavy': heavy}\n"
        "print(json.dumps(said | {'labs': [lab.name for lab in report.labs]}, default=str))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_committed_release_and_solutions_are_what_the_sources_give(built: dict[str, Any]) -> None:
    assert built["differences"] == [], built["text"]
    assert set(built["labs"]) == set(LABS)


def test_the_builder_imports_neither_torch_nor_the_key(built: dict[str, Any]) -> None:
    assert built["heavy"] == []


def test_release_lists_every_exercise_and_question(sources: Sources) -> None:
    release = Release.load(ROOT, sources.lab.name)
    assert [exercise.name for exercise in release.exercises] == [
        cell.name for cell in sources.exercise_cells()
    ]
    core = sum(exercise.points for exercise in release.exercises if not exercise.bonus)
    assert (
        core + sum(question.points for question in release.questions)
        == COURSE.labs[release.lab].points
    )


def test_stubs_are_python_that_says_which_exercise_is_not_written_yet(sources: Sources) -> None:
    for exercise in sources.exercises.values():
        tree = ast.parse(exercise.stub)
        raised = [
            node.exc.args[0].value  # type: ignore[attr-defined]
            for node in ast.walk(tree)
            if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
        ]
        dots = [
            node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value is ...
        ]
        assert raised or dots
        assert {name.partition(".")[0] for name in raised} <= {exercise.name}


@pytest.mark.parametrize("folder", ["release", "solutions"])
@pytest.mark.parametrize("lab", sorted(LABS))
def test_no_line_of_a_code_cell_is_wider_than_what_jupyterlab_shows(lab: str, folder: str) -> None:
    notebook = nbformat.read(ROOT / folder / f"{lab}.ipynb", as_version=4)
    wide = [
        f"{folder}/{lab}.ipynb, cell {i}, line {number} has {len(line)} characters: {line.strip()}"
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for number, line in enumerate(cell.source.splitlines(), start=1)
        if len(line) > COLUMNS_SHOWN
    ]
    assert not wide, f"wrap at {COLUMNS_SHOWN} characters, then build:\n" + "\n".join(wide)
