"""Authoring as docs/authoring.md tells it: a new lab and a new exercise build, and their checks are proved, before a word is changed."""

from __future__ import annotations

import re
import threading
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from tiny_course import COURSE_FILE, LAB_FILE, edit, use_real_checks, write_course
from typer.testing import CliRunner

from stats220.errors import AuthorError
from stats220.staff.build import build_all
from stats220.staff.build.course import LAB_NAME
from stats220.staff.build.preview import Preview, serve_preview
from stats220.staff.build.scaffold import PLACE, new_exercise, new_lab
from stats220.staff.cli import app

PACKAGE = Path(__file__).resolve().parents[2] / "stats220"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = write_course(tmp_path)
    edit(
        root,
        LAB_FILE,
        "import math\n",
        "import math\n\nimport numpy as np\nfrom jaxtyping import Float\n",
    )
    return root


def points_of(root: Path, lab: str) -> dict[str, int]:
    cells = nbformat.read(root / "release" / f"{lab}.ipynb", as_version=4).cells
    own = [cell.metadata.stats220 for cell in cells if cell.metadata.stats220.role == "test"]
    return {entry.name: entry.points for entry in own}


def test_a_new_exercise_builds_and_is_worth_its_points(course: Path) -> None:
    written = new_exercise(course, "lab1_tiny", "fit_line")
    assert all(path.is_file() for path in written)
    report = build_all(course)
    assert report.labs[0].points == 9 + 3
    assert points_of(course, "lab1_tiny")["fit_line"] == 3
    assert PLACE in (course / "stats220/checks/tiny/fit_line.py").read_text()


def test_a_new_lab_builds(course: Path) -> None:
    new_lab(course, "lab7_spikes")
    new_exercise(course, "lab7_spikes", "bin_spikes")
    report = build_all(course)
    assert {lab.name: lab.points for lab in report.labs} == {"lab1_tiny": 9, "lab7_spikes": 6}
    assert points_of(course, "lab7_spikes") == {"first_exercise": 3, "bin_spikes": 3}


def test_the_new_attempts_get_what_they_say(course: Path) -> None:
    """In this process, with the project's own recorder: what `stats220 attempts` does in the sandbox."""
    new_lab(course, "lab7_spikes")
    use_real_checks(course, PACKAGE)
    names: dict[str, object] = {}
    for room in ("checks/spikes", "reference/spikes/hidden"):
        scope: dict[str, object] = {}
        exec((course / "stats220" / room / "first_exercise.py").read_text(), scope)
        names[room] = scope["first_exercise"]
    got = {}
    for path in sorted((course / "tests/attempts/lab7_spikes").glob("*.py")):
        scope = {}
        exec("import numpy as np\n" + path.read_text(), scope)
        results = [r for check in names.values() for r in check(scope["first_exercise"]).results]  # type: ignore[operator]
        expected = re.search(r"# points: (\w+)", path.read_text())
        assert expected is not None
        got[path.stem] = (expected[1], sum(result.points for result in results))
    assert {expected for expected, _ in got.values()} == {"all", "less", "0", "1"}
    for expected, points in got.values():
        assert (
            points == 3
            if expected == "all"
            else points < 3
            if expected == "less"
            else points == int(expected)
        )


@pytest.mark.parametrize(
    ("lab", "name", "says"),
    [
        ("lab1_tiney", "fit_line", r"no lab 'lab1_tiney' \(did you mean 'lab1_tiny'\?\)"),
        ("lab1_tiny", "fit line", "no name for an exercise"),
        ("lab1_tiny", "lambda", "no name for an exercise"),
        ("lab1_tiny", "_hidden", "no name for an exercise"),
        ("lab1_tiny", "twice", "twice is there already"),
        ("lab1_tiny", "roots", "roots is there already"),
    ],
)
def test_a_new_exercise_is_refused(course: Path, lab: str, name: str, says: str) -> None:
    before = sorted(course.rglob("*"))
    with pytest.raises(AuthorError, match=says):
        new_exercise(course, lab, name)
    assert sorted(course.rglob("*")) == before


@pytest.mark.parametrize(
    ("lab", "says"),
    [
        ("Lab 7", "no name for a lab"),
        ("lab1_tiny", "there already"),
        ("lab2_tiny", "there already"),
    ],
)
def test_a_new_lab_is_refused(course: Path, lab: str, says: str) -> None:
    with pytest.raises(AuthorError, match=says):
        new_lab(course, lab)


@pytest.mark.parametrize(
    ("lab", "proper"),
    [("decoding", "lab2_decoding"), ("Lab 7", "lab7_spikes"), ("8-De coding", "lab8_de_coding")],
)
def test_a_name_that_is_none_is_put_right(course: Path, lab: str, proper: str) -> None:
    assert LAB_NAME.fullmatch(proper)
    with pytest.raises(AuthorError) as caught:
        new_lab(course, lab)
    assert caught.value.remedy.startswith(f"name it as {proper}: ")


def test_the_command_says_what_to_do_next(course: Path) -> None:
    done = CliRunner().invoke(
        app, ["new", "exercise", "lab1_tiny", "fit_line", "--root", str(course)]
    )
    assert done.exit_code == 0, done.output
    assert "stats220/checks/tiny/fit_line.py" in done.output
    assert (
        "Replace what is marked WRITE, then: stats220 build lab1_tiny && stats220 attempts lab1_tiny"
        in done.output
    )


def test_a_preview_is_made_again_on_save_and_shows_errors(course: Path) -> None:
    preview = Preview(course, "lab1_tiny")
    assert preview.refresh()
    assert "NotImplementedError" in preview.page
    assert not preview.refresh()
    edit(course, LAB_FILE, "Roots and counters.", "Counters and roots.")
    assert preview.refresh()
    assert "Counters and roots." in preview.page
    edit(course, COURSE_FILE, "points = 9", "points = 8")
    assert preview.refresh()
    assert "does not build" in preview.page
    assert "course.toml" in preview.page
    assert "NotImplementedError" not in Preview(course, "lab1_tiny", key=True).page


def test_a_preview_is_served_on_this_machine(course: Path) -> None:
    addresses: list[str] = []
    options = {"port": 0, "started": addresses.append}
    threading.Thread(
        target=serve_preview, args=(course, "lab1_tiny"), kwargs=options, daemon=True
    ).start()
    for _ in range(300):
        if addresses:
            break
        time.sleep(0.1)
    with urllib.request.urlopen(addresses[0], timeout=30) as page:
        assert "Roots and counters." in page.read().decode()
    with urllib.request.urlopen(addresses[0] + "version", timeout=30) as version:
        assert version.read() == b'{"version": 1}'


def test_a_preview_of_no_lab(course: Path) -> None:
    with pytest.raises(AuthorError, match=r"no lab 'lab1_tinny' \(did you mean 'lab1_tiny'\?\)"):
        Preview(course, "lab1_tinny")
