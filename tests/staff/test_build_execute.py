"""Running the solutions: outputs, environment, and a clear word about the cell that fails."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from tiny_course import COUNTER_FILE, LAB_FILE, edit, line_of, write_course

from stats220.errors import AuthorError
from stats220.staff.build import build_all, execute

LAST = "print(roots)\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The tiny course with checks that only say how many points there are, so that its kernel imports nothing heavy."""
    write_course(tmp_path)
    points = "{'shifted_root': 3, 'Counter': 3, 'twice': 1}"
    says = f"return lambda student: {points}[check.__name__]"
    edit(tmp_path, "stats220/checks/__init__.py", "return check", says)
    return tmp_path


def outputs(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(
        output.get("text", output.get("data", {}).get("text/plain", ""))
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )


@pytest.mark.slow
def test_solution_is_run_explore_cells_too_with_the_environment(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATS220_DATA", "/some/cache")
    edit(course, LAB_FILE, "# %matplotlib inline\n", "import os\n")
    edit(
        course,
        LAB_FILE,
        LAST,
        f'{LAST}print("data in", os.environ["STATS220_DATA"], "checkpoints", os.environ["STATS220_CHECKPOINTS"])\n',
    )
    report = build_all(course, execute=True)
    executed = report.labs[0].executed
    assert executed is not None
    assert executed.notebook == course / "build" / "solutions" / "lab1_tiny.ipynb"
    printed = outputs(executed.notebook)
    assert "stats220 1.2.3" in printed  # the course's own package, not the one that is installed
    assert "[1.0, 1.4142135623730951, 1.7320508075688772, 2.0, 2.23606797749979]" in printed
    assert "data in /some/cache checkpoints off" in printed
    assert "1.7320508075688772" in executed.page.read_text()
    assert "output_type" not in (course / "solutions" / "lab1_tiny.ipynb").read_text()
    assert str(executed.page) in report.text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("1 / 0", "raised ZeroDivisionError: division by zero"),
        ("import time; time.sleep(60)", "took more than 3 seconds"),
        ("import os; os._exit(3)", "ended its kernel"),
    ],
)
def test_a_failing_cell_is_named(
    course: Path, monkeypatch: pytest.MonkeyPatch, code: str, says: str
) -> None:
    monkeypatch.setattr(execute, "LEAST_SECONDS", 3)
    monkeypatch.setattr(execute, "SLOWER", 0)
    edit(course, LAB_FILE, "", f"\n# %% explore minutes_cpu=0.1\nprint('before')\n{code}\n")
    with pytest.raises(AuthorError, match=says) as caught:
        build_all(course, execute=True)
    error = caught.value
    assert error.file == LAB_FILE
    assert error.line == line_of(course, LAB_FILE, "print('before')")
    assert "build/solutions/lab1_tiny.ipynb" in error.remedy
    # What ran before is kept; a kernel that dies may take its last words with it.
    assert "1.7320508075688772" in outputs(course / "build" / "solutions" / "lab1_tiny.ipynb")


@pytest.mark.slow
def test_a_key_that_does_not_get_its_points_is_not_executed_well(course: Path) -> None:
    edit(course, "stats220/checks/__init__.py", "'Counter': 3", "'Counter': 2.5")
    with pytest.raises(
        AuthorError, match=r"the key's Counter gets 2.5 of 3 points from its visible checks"
    ) as caught:
        build_all(course, execute=True)
    assert caught.value.line == line_of(course, LAB_FILE, "check.Counter(Counter)")
    assert "build/solutions/lab1_tiny.ipynb" in caught.value.remedy


@pytest.mark.slow
def test_a_failing_exercise_is_pointed_at_in_the_lab(course: Path) -> None:
    edit(course, COUNTER_FILE, "class Counter:", "class Counter(dict, list):")
    with pytest.raises(
        AuthorError, match="exercise-Counter of the solution raised TypeError"
    ) as caught:
        build_all(course, execute=True)
    assert caught.value.line == line_of(course, LAB_FILE, "import Counter")
