"""``otter run`` (otter-grader) on an equivalent assignment: the same notebooks, the same checks as tests of its own kind.

Otter wants other versions of what is installed here, so it lives in an environment of its own, which sees this one's packages::

    python -m venv build/otter && build/otter/bin/pip install otter-grader
"""

from __future__ import annotations

import json
import os
import site
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from benchmarks.meter import Cost, measure

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("STATS220_OTTER", ROOT / "build" / "otter"))
OTTER = HOME / "bin" / "otter"

# One test an exercise: all points of its visible and hidden checks, or none.
TEST = """OK_FORMAT = False
from otter.test_files import test_case

name, points = {name!r}, {points}

@test_case(points={points})
def test(env):
    from stats220.checks import {module} as visible
    from stats220.reference.{module} import hidden
    found = [getattr(room, {name!r})(env[{name!r}]).points for room in (visible, hidden) if hasattr(room, {name!r})]
    assert sum(found) == {points}
"""


def problem() -> str:
    """Why it cannot be measured here; empty where it can."""
    if not OTTER.exists():
        return f"not installed: python -m venv {HOME} && {HOME}/bin/pip install otter-grader"
    for folder in HOME.glob("lib/python3*/site-packages"):
        # Its own packages come first; PyTorch and the labs' others are those of this environment.
        (folder / "stats220-bench.pth").write_text("\n".join([*site.getsitepackages(), str(ROOT)]))
    done = subprocess.run(
        [OTTER.with_name("python"), "-c", "import otter, torch, stats220.checks"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def write_tests(folder: Path, lab: str) -> None:
    """The lab's checks as otter's tests."""
    from stats220.staff.build.release import Release

    release = Release.load(ROOT, lab)
    folder.mkdir()
    for exercise in release.exercises:
        text = TEST.format(name=exercise.name, points=exercise.points, module=release.module)
        (folder / f"{exercise.name}.py").write_text(text)


def grader(
    lab: str, submissions: Callable[..., Iterator[tuple[str, Any]]]
) -> Callable[[int, Path], tuple[Cost, dict[str, float]]]:
    """``otter run`` for each notebook, one command after the other, without explore cells and without the lab's own check cells."""
    from stats220.staff.build.release import Release

    core = {e.name for e in Release.load(ROOT, lab).exercises if not e.bonus}

    def run(number: int, folder: Path) -> tuple[Cost, dict[str, float]]:
        env = {"PATH": os.pathsep.join([str(OTTER.parent), os.environ["PATH"]])}
        write_tests(folder / "tests", lab)
        subprocess.run(
            [str(OTTER), "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"],
            cwd=folder,
            env={**os.environ, **env},
            check=True,
            capture_output=True,
        )
        students = []
        for (student, notebook), _ in zip(
            submissions(lab, explore=False), range(number), strict=False
        ):
            for cell in notebook.cells:
                if cell.metadata.stats220.role in ("test", "install", "hand in"):
                    cell.source = ""
            (folder / student).mkdir()
            nbformat.write(notebook, folder / f"{student}.ipynb")
            students.append(student)
        words = "for s in %s; do otter run $s.ipynb -a autograder.zip -o $s --no-logo; done"
        cost = measure(["/bin/sh", "-e", "-c", words % " ".join(students)], cwd=folder, env=env)
        points = {}
        for student in students:
            found = json.loads((folder / student / "results.json").read_text())["tests"]
            points[student] = sum(
                test["score"]
                for test in found
                if test["name"].split()[0] in core and "score" in test
            )
        return cost, points

    return run
