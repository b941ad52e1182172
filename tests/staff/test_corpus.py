"""The corpus of broken, crashing and cheating submissions, as one class of the tiny lab."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import tiny_lab
from corpus import CASES, Case, Lab
from sandboxes import LIMITS, needs_bwrap

from stats220.staff.build.release import Release
from stats220.staff.grade import course
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.results import SubmissionResult, from_json, to_json

pytestmark = needs_bwrap
TIMES = TimeLimits(cell_seconds=8, problem_seconds=4)
ROOT = str(Path(__file__).resolve().parents[2])  # a path of the grader's own machine
SECRETS = ("Leak", "environ", "site-packages/", ROOT, "/home/", "/root/")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lab.write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def lab(root: Path) -> Lab:
    return Lab(Release.load(root, tiny_lab.LAB), tiny_lab.ANSWERS)


@pytest.fixture(scope="module")
def graded(root: Path, lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    for case in CASES:
        (folder / "in" / case.name).mkdir(parents=True)
        (folder / "in" / case.name / f"{lab.release.lab}.ipynb").write_bytes(case.file(lab))
    tiny_lab.install_checks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course.worker, "start", tiny_lab.start_worker)
        grade_class(
            root, lab.release.lab, folder / "in", folder / "out",
            limits=LIMITS, time_limits=TIMES, jobs=4, seed=7,
        )  # fmt: skip
    return folder / "out"


def result_of(graded: Path, case: Case) -> SubmissionResult:
    path = graded / "results" / case.name / f"{tiny_lab.LAB}.json"
    return from_json(path.read_text())


def test_there_are_enough() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 80


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.name}")
def test_each_gets_what_it_must(case: Case, graded: Path, lab: Lab) -> None:
    result = result_of(graded, case)
    found = {e.name: e.points for e in result.exercises}
    assert found == lab.expected(case.costs), (result.notes, result.exercises)
    assert not any("the grader failed" in note for note in result.notes)
    assert any(note.startswith("not graded") for note in result.notes) == (case.costs == "ungraded")
    assert re.search(case.says, to_json(result))
    assert all(q.needs_a_person for q in result.questions) or not case.person


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.name}")
def test_none_tells_of_the_machine_or_of_hidden_inputs(case: Case, graded: Path) -> None:
    page = (graded / "feedback" / case.name / f"{tiny_lab.LAB}.html").read_text()
    code = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)  # the student's own
    assert "<script" not in page
    result = result_of(graded, case)
    hidden = [c.message for e in result.exercises for c in e.checks if c.hidden]
    assert not [m for m in hidden if any(secret in m for secret in SECRETS)]
    assert ROOT not in code
    assert "-packages/" not in code
    marked = graded / "autograded" / case.name / tiny_lab.LAB / f"{tiny_lab.LAB}.ipynb"
    assert not marked.exists() or "<script" not in texts(marked)


def texts(path: Path) -> str:
    """The text cells of a notebook, which formgrader would set as HTML."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
