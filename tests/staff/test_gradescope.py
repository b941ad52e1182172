"""Gradescope's autograder: the zip, run in a folder as its container lays it out, and results.json held against the documented form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_results import RESULT

from stats220.staff.build.release import Release
from stats220.staff.export.autograder import main, results_json
from stats220.staff.export.gradescope import write_autograder
from stats220.staff.grade.sandbox import bwrap_problem

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
LAB = "lab5_triangulation"

# Written from Gradescope's documentation, "Autograder Specifications", section "Output Format".
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEST: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": FORMAT,
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["score"]}, {"required": ["tests"]}],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "integer"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST},
        "leaderboard": {"type": "array"},
    },
}


def check(content: Any) -> None:
    jsonschema.validate(content, SCHEMA)


def test_a_result_has_the_documented_form() -> None:
    content = results_json(RESULT)
    check(content)
    bonus = [test for test in content["tests"] if "(bonus)" in test["name"]]
    assert bonus
    assert not any("score" in test for test in bonus)


def test_hidden_checks_say_their_hints_after_the_due_date_only() -> None:
    exercise = RESULT.exercises[0]
    hint, name = "Mind the sign.", "keeps the sign of small values"
    hidden = replace(
        exercise.checks[0],
        what=name, hint=hint, hidden=True, status="failed", points=0, max_points=2,
        message="expected 3.25, got 4",
    )  # fmt: skip
    result = replace(RESULT, exercises=(replace(exercise, checks=(hidden,), points=0),), score=0)
    tests = results_json(result)["tests"]
    assert {t["visibility"] for t in tests if hint in t["output"]} == {"after_due_date"}
    seen = json.dumps([t for t in tests if t["visibility"] == "visible"])
    assert name not in seen
    assert "3.25" not in json.dumps(tests)  # of a hidden check's values nothing is told, ever


def test_without_a_sandbox_the_staff_is_told() -> None:
    tests = results_json(replace(RESULT, isolation="none"))["tests"]
    assert [t["visibility"] for t in tests if "without a sandbox" in t["output"]] == ["hidden"]
    assert not any("without a sandbox" in t["output"] for t in results_json(RESULT)["tests"])


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The container's folders: source/ unpacked, submission/ and results/ empty."""
    place = tmp_path_factory.mktemp("autograder")
    write_autograder(ROOT, LAB, place / "autograder.zip", isolation="none")
    with zipfile.ZipFile(place / "autograder.zip") as packed:
        packed.extractall(place / "source")
        for info in packed.infolist():
            (place / "source" / info.filename).chmod(info.external_attr >> 16 & 0o777)
    (place / "results").mkdir()
    return place


def run(autograder: Path) -> subprocess.CompletedProcess[str]:
    """As Gradescope does: nothing of this checkout is on the path, and only the image's Python is there."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(autograder), "AUTOGRADER": str(autograder), "PYTHON": sys.executable,
        "STATS220_DATA": str(autograder / "no data"),
    }  # fmt: skip
    return subprocess.run(
        [autograder / "source" / "run_autograder"],
        env=environment, cwd=autograder, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip


def test_the_zip_holds_no_answers(autograder: Path) -> None:
    source = autograder / "source"
    for file in (source / "stats220" / "reference").rglob("*.py"):
        assert "hidden" in file.parts or file.read_text() == ""
    assert not (source / "solutions").exists()
    assert {p.name for p in (source / "release").glob("*.ipynb")} == {f"{LAB}.ipynb"}
    assert not any(path.name == "answers.md" for path in source.rglob("*"))
    requirements = (source / "requirements.txt").read_text().splitlines()
    assert any(line.startswith("nbgrader") for line in requirements)
    for script in ("setup.sh", "run_autograder"):
        assert os.access(source / script, os.X_OK)
        subprocess.run(["bash", "-n", source / script], check=True)


@pytest.mark.slow
def test_the_key_gets_full_marks_in_a_folder_laid_out_as_the_container(autograder: Path) -> None:
    release = Release.load(ROOT, LAB)
    most = sum(e.points for e in release.exercises if not e.bonus)
    submission = autograder / "submission"
    submission.mkdir()
    (submission / "my work.ipynb").write_bytes((ROOT / "solutions" / f"{LAB}.ipynb").read_bytes())
    done = run(autograder)
    assert done.returncode == 0, done.stderr
    content = json.loads((autograder / "results" / "results.json").read_text())
    check(content)
    assert content["score"] == most
    # What a student adds up is what is recorded.
    assert sum(test.get("score", 0) for test in content["tests"]) == most
    assert str(autograder) not in json.dumps(content)


def test_no_notebook_is_said_and_no_sandbox_is_no_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stats220.errors import GradingError
    from stats220.staff.grade import setup

    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "readme.txt").write_text("hello")
    (tmp_path / "source").symlink_to(ROOT)
    main(LAB, tmp_path, "none")
    content = json.loads((tmp_path / "results" / "results.json").read_text())
    check(content)
    assert "No notebook of lab5_triangulation" in content["output"]
    (tmp_path / "results" / "results.json").unlink()
    (tmp_path / "submission" / f"{LAB}.ipynb").write_bytes(
        (ROOT / "release" / f"{LAB}.ipynb").read_bytes()
    )
    monkeypatch.setattr(setup, "bwrap_problem", lambda: "no sandbox can be had here")
    with pytest.raises(GradingError, match="no sandbox"):
        main(LAB, tmp_path, "bwrap")
    assert not (tmp_path / "results" / "results.json").exists()
    assert bwrap_problem is not setup.bwrap_problem
