"""The whole way, on the real labs: the sample class through our grader, the honest part of it through plain nbgrader too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from stats220.staff.build.course import read_course
from stats220.staff.build.release import Release
from stats220.staff.demo import sample_class, write_class
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.results import SubmissionResult
from stats220.staff.grade.sandbox import bwrap_problem

ROOT = Path(__file__).resolve().parents[2]
LABS = sorted(read_course(ROOT).labs)
HONEST = ("ada-full-marks", "ben-partly-right", "cleo-blank")

pytestmark = pytest.mark.slow


def solved(lab: str) -> NotebookNode:
    return nbformat.read(ROOT / "solutions" / f"{lab}.ipynb", as_version=4)


def with_one_blank(release: Release, lab: str, exercise: str) -> NotebookNode:
    """The key with one exercise as it was released."""
    stubs = {
        cell.metadata.stats220.name: cell.source
        for cell in release.notebook.cells
        if cell.metadata.stats220.role == "exercise"
    }
    notebook = deepcopy(solved(lab))
    for cell in notebook.cells:
        if (cell.metadata.stats220.role, cell.metadata.stats220.get("name")) == (
            "exercise",
            exercise,
        ):
            cell.source = stubs[exercise]
    return notebook


@pytest.fixture(scope="module", params=LABS)
def release(request: pytest.FixtureRequest) -> Release:
    return Release.load(ROOT, request.param)


@pytest.fixture(scope="module")
def graded(
    release: Release, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, SubmissionResult]:
    """The sample class, and the key with each exercise left blank in turn, by student."""
    if problem := bwrap_problem():
        pytest.skip(problem)
    folder = tmp_path_factory.mktemp("class")
    submissions = sample_class(release.notebook, solved(release.lab))
    for exercise in release.exercises:
        submissions[f"without-{exercise.name}"] = with_one_blank(
            release, release.lab, exercise.name
        )
    write_class(submissions, release.lab, folder / "submitted")
    results = grade_class(
        ROOT,
        release.lab,
        folder / "submitted",
        folder / "graded",
        jobs=2,
        time_limits=TimeLimits(cell_seconds=30, problem_seconds=15),  # the endless one uses it up
    )
    return {result.student: result for result in results}


def lost(result: SubmissionResult) -> dict[str, str]:
    """Status of each exercise without full marks."""
    return {e.name: e.status for e in result.exercises if e.points < e.max_points}


def test_the_answer_key_gets_full_marks(graded: dict[str, SubmissionResult]) -> None:
    result = graded["ada-full-marks"]
    assert lost(result) == {}
    assert result.score == result.max_score > 0
    assert result.isolation == "bwrap"
    assert result.mended == ()


def test_the_release_gets_nothing_and_every_stub_is_not_attempted(
    graded: dict[str, SubmissionResult], release: Release
) -> None:
    result = graded["cleo-blank"]
    assert result.score == 0
    assert lost(result) == dict.fromkeys((e.name for e in release.exercises), "not attempted")


def test_leaving_one_exercise_blank_costs_exactly_its_points(
    graded: dict[str, SubmissionResult], release: Release
) -> None:
    for exercise in release.exercises:
        result = graded[f"without-{exercise.name}"]
        assert lost(result) == {exercise.name: "not attempted"}
        own = 0 if exercise.bonus else exercise.points
        assert result.score == result.max_score - own


@pytest.mark.parametrize("student", ["dan-crashing", "eva-endless"])
def test_a_crash_or_an_endless_loop_costs_its_exercise(
    graded: dict[str, SubmissionResult], student: str
) -> None:
    (status,) = lost(graded[student]).values()
    assert status == "lost"


def test_a_cheat_gets_nothing(graded: dict[str, SubmissionResult]) -> None:
    result = graded["finn-cheating"]
    assert result.score == 0
    assert all(e.points == 0 for e in result.exercises)


@pytest.fixture(scope="module")
def nbgraders_scores(
    release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gradebook]:
    """The gradebook of plain ``nbgrader autograde`` on the honest submissions."""
    course = tmp_path_factory.mktemp("nbgrader") / "course"
    built = ROOT / "build" / "nbgrader"
    if not (built / "source" / release.lab).is_dir():
        pytest.skip("no nbgrader course here: run `stats220 build` first")
    shutil.copytree(
        built, course, ignore=shutil.ignore_patterns("*.db", "submitted", "autograded", "release")
    )
    submissions = sample_class(release.notebook, solved(release.lab))
    for student in HONEST:
        folder = course / "submitted" / student / release.lab
        folder.mkdir(parents=True)
        nbformat.write(submissions[student], folder / f"{release.lab}.ipynb")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in ("generate_assignment", "autograde"):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", command, release.lab],
            cwd=course,
            env={**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    with closing(Gradebook(f"sqlite:///{course}/gradebook.db")) as gradebook:
        yield gradebook


@pytest.mark.parametrize("student", HONEST)
def test_plain_nbgrader_gives_the_same_points(
    graded: dict[str, SubmissionResult],
    nbgraders_scores: Gradebook,
    release: Release,
    student: str,
) -> None:
    for exercise in graded[student].exercises:
        if exercise.bonus:  # outside of nbgrader's total
            continue
        grade = nbgraders_scores.find_grade(
            f"test_{exercise.name}", release.lab, release.lab, student
        )
        assert (grade.auto_score, grade.max_score) == (exercise.points, exercise.max_points)
