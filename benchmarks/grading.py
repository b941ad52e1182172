"""Seconds a submission: our grader against ``nbgrader autograde``, on the same honest notebooks.

Both run in one go on one machine. nbgrader starts a kernel a notebook, imports PyTorch in it and runs every cell; ours
forks a warm process, skips the cells that are not graded and runs the checks outside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import nbformat

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent


def run(quick: bool = True, lab: str = "lab4_pose") -> list[Row]:
    """Grade a small class of answer keys (4, or 20 in full) with both."""
    from stats220.staff.build import build_all
    from stats220.staff.grade.course import grade_class

    num_students = 4 if quick else 20
    build_all(ROOT, [lab])
    key = nbformat.read(ROOT / "solutions" / f"{lab}.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch) / "course"
        shutil.copytree(ROOT / "build" / "nbgrader", course)
        for number in range(num_students):
            folder = course / "submitted" / f"student{number:03}" / lab
            folder.mkdir(parents=True)
            nbformat.write(key, folder / f"{lab}.ipynb")

        start = perf_counter()
        results = grade_class(
            ROOT, lab, course / "submitted", Path(scratch) / "ours", jobs=1, isolation="bwrap"
        )
        ours = (perf_counter() - start) / num_students
        if any(result.score != result.max_score for result in results):
            raise RuntimeError(
                "an answer key lost points with our grader: see stats220 attempts " + lab
            )

        nbgrader = [sys.executable, "-m", "nbgrader"]
        # The kernel that nbgrader starts is the one of this environment, whether or not it is activated.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        for command in (["generate_assignment", lab, "--force"], ["autograde", lab, "--force"]):
            start = perf_counter()
            subprocess.run(
                [*nbgrader, *command],
                cwd=course,
                env={**os.environ, "PATH": path},
                check=True,
                capture_output=True,
            )
        peer = (perf_counter() - start) / num_students
    return [
        Row(
            "grading",
            f"{num_students} answer keys of {lab}, one at a time",
            f"{ours:.1f} s each",
            f"{peer:.1f} s each",
            peer / ours,
            "nbgrader autograde, same notebooks and checks, no sandbox",
        )
    ]
