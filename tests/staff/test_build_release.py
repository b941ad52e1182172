"""What a build writes: notebooks, wheel, manifest; the same bytes each time, and only those of the course."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tiny_course import COURSE_FILE, LAB_FILE, edit, write_course

from stats220.errors import AuthorError, GradingError
from stats220.staff.build import build_all
from stats220.staff.build.release import Release, ReleasedExercise, ReleasedQuestion

NOTEBOOK, SOLUTION = "release/lab1_tiny.ipynb", "solutions/lab1_tiny.ipynb"
WHEEL = "release/stats220-1.2.3-py3-none-any.whl"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write_course(tmp_path)
    build_all(tmp_path)
    return tmp_path


def cells(path: Path) -> dict[str, Any]:
    return {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}


def all_bytes(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("release", "solutions")
        for path in sorted((root / folder).rglob("*"))
    }


def test_cells_carry_role_name_points_and_minutes(course: Path) -> None:
    found = cells(course / NOTEBOOK)
    described = [{**cell.metadata.stats220} for cell in found.values()]
    assert described == [
        {"role": "text"},
        {"role": "text"},
        {"role": "install"},
        {"role": "given"},
        {"role": "text"},
        {"role": "exercise", "name": "shifted_root", "minutes": 10, "bonus": False},
        {"role": "test", "name": "shifted_root", "points": 4, "bonus": False},
        {"role": "exercise", "name": "Counter", "minutes": 15, "bonus": False},
        {"role": "test", "name": "Counter", "points": 3, "bonus": False},
        {"role": "question", "name": "why_shift"},
        {"role": "answer", "name": "why_shift", "points": 2},
        {"role": "exercise", "name": "twice", "minutes": 5, "bonus": True},
        {"role": "test", "name": "twice", "points": 1, "bonus": True},
        {"role": "explore", "minutes": 0.1, "minutes_gpu": 0},
        {"role": "hand in"},
    ]


def test_nbgrader_metadata_of_each_kind_of_cell(course: Path) -> None:
    found = cells(course / NOTEBOOK)

    def flags(cell_id: str) -> tuple[Any, ...]:
        entries = found[cell_id].metadata.nbgrader
        assert entries.schema_version == 3
        return (
            entries.grade_id,
            entries.grade,
            entries.solution,
            entries.locked,
            entries.get("points"),
        )

    assert flags("install") == ("install", False, False, True, None)
    assert flags("exercise-shifted_root") == ("shifted_root", False, True, False, None)
    assert flags("test-shifted_root") == ("test_shifted_root", True, False, True, 4)
    assert flags("answer-why_shift") == ("why_shift", True, True, False, 2)
    assert flags("test-twice") == ("test_twice", False, False, True, None)
    unmarked = [cell for cell in found.values() if "nbgrader" not in cell.metadata]
    assert {cell.metadata.stats220.role for cell in unmarked} == {"text", "question", "explore"}


def test_release_and_solution_differ_in_exercises_and_answers_only(course: Path) -> None:
    release, solution = cells(course / NOTEBOOK), cells(course / SOLUTION)
    assert list(release) == list(solution)
    different = [cell_id for cell_id, cell in release.items() if cell != solution[cell_id]]
    assert different == [
        "exercise-shifted_root",
        "exercise-Counter",
        "answer-why_shift",
        "exercise-twice",
    ]
    assert release["answer-why_shift"].source == "*Your answer here.*"
    assert solution["answer-why_shift"].source.startswith("So that numbers")
    assert "return value + value" in solution["exercise-twice"].source
    assert all(release[cell_id].metadata == solution[cell_id].metadata for cell_id in release)


def test_notebook_metadata_and_no_outputs(course: Path) -> None:
    for path in (NOTEBOOK, SOLUTION):
        notebook = nbformat.read(course / path, as_version=4)
        nbformat.validate(notebook)
        assert notebook.metadata.stats220 == {"lab": "lab1_tiny", "version": 1}
        assert notebook.metadata.kernelspec.name == "python3"
        for cell in notebook.cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None


def test_magics_are_comments_in_the_lab_and_magics_in_the_notebook(course: Path) -> None:
    [explore] = [
        cell
        for cell in cells(course / NOTEBOOK).values()
        if cell.metadata.stats220.role == "explore"
    ]
    assert explore.source.startswith("%matplotlib inline\n")
    assert explore.metadata.tags == ["skip-execution"]


def test_equal_text_cells_get_ids_of_their_own(tmp_path: Path) -> None:
    write_course(tmp_path)
    edit(tmp_path, LAB_FILE, "", "\n# %% [markdown]\n# Rest.\n" * 3 + "\n# %%\nprint(1)\n" * 3)
    build_all(tmp_path)
    found = cells(tmp_path / NOTEBOOK)
    ids = [cell_id for cell_id in found if found[cell_id].source in ("Rest.", "print(1)")]
    assert len(ids) == 6
    assert [cell_id.rpartition("-")[2] for cell_id in ids[1:3]] == ["2", "3"]
    marked = [
        cell.metadata.nbgrader.grade_id for cell in found.values() if "nbgrader" in cell.metadata
    ]
    assert len(marked) == len(set(marked))


def test_ids_stay_when_other_cells_change(course: Path) -> None:
    before = list(cells(course / NOTEBOOK))
    edit(
        course,
        LAB_FILE,
        "# %% [markdown]\n# ## Problem",
        "# %%\nprint(0)\n\n# %% [markdown]\n# ## Problem",
    )
    build_all(course)
    after = list(cells(course / NOTEBOOK))
    assert [cell_id for cell_id in after if cell_id in before] == before


def test_builds_give_the_same_bytes_in_another_process_and_folder(
    course: Path, tmp_path_factory: Any
) -> None:
    other = write_course(tmp_path_factory.mktemp("other"))
    script = f"from pathlib import Path; from stats220.staff.build import build_all; build_all(Path({str(other)!r}))"
    package = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ,
        "PYTHONPATH": str(package),
        "PYTHONHASHSEED": "7",
        "SOURCE_DATE_EPOCH": "1700000000",
    }
    os.chmod(other / "LICENSE", 0o600)
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
    assert all_bytes(other) == all_bytes(course)


def test_check_passes_after_a_build_and_writes_nothing(course: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in course.rglob("*")}
    report = build_all(course, check=True)
    assert report.ok
    assert "no leaks" in report.text()
    assert {path: path.stat().st_mtime_ns for path in course.rglob("*")} == before


def test_check_names_every_file_that_differs(course: Path) -> None:
    (course / NOTEBOOK).write_bytes((course / NOTEBOOK).read_bytes().replace(b"Tiny", b"Tidy"))
    (course / SOLUTION).unlink()
    (course / "release" / "lab0_old.ipynb").write_text("{}")
    with zipfile.ZipFile(course / WHEEL, "a") as wheel:
        wheel.writestr("more.txt", "more")
    report = build_all(course, check=True)
    assert not report.ok
    assert list(report.differences) == [
        f"{NOTEBOOK} differs from the sources",
        f"{WHEEL} differs from the sources",
        f"{SOLUTION} is missing",
        "release/lab0_old.ipynb is of no lab",
    ]
    assert "run `stats220 build` and commit" in report.text()


def test_check_says_where_outputs_were_left_in(course: Path) -> None:
    notebook = nbformat.read(course / SOLUTION, as_version=4)
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="hello")]
    nbformat.write(notebook, course / SOLUTION)
    assert build_all(course, check=True).differences == (f"{SOLUTION} holds outputs",)


def test_a_changed_source_is_a_difference(course: Path) -> None:
    edit(course, LAB_FILE, "Roots and counters", "Counters and roots")
    assert f"{NOTEBOOK} differs from the sources" in build_all(course, check=True).differences
    build_all(course)
    assert build_all(course, check=True).ok


def test_files_of_old_labs_and_old_wheels_go(course: Path) -> None:
    edit(course, "stats220/__init__.py", "1.2.3", "1.3.0")
    (course / "solutions" / "lab0_old.ipynb").write_text("{}")
    build_all(course)
    assert sorted(path.name for path in (course / "release").iterdir()) == [
        "lab1_tiny.ipynb",
        "manifest.json",
        "stats220-1.3.0-py3-none-any.whl",
    ]
    assert [path.name for path in (course / "solutions").iterdir()] == ["lab1_tiny.ipynb"]


def test_manifest_lists_hashes_points_and_minutes(course: Path) -> None:
    manifest = json.loads((course / "release" / "manifest.json").read_text())
    entry = manifest["labs"]["lab1_tiny"]
    assert entry["sha256"] == hashlib.sha256((course / NOTEBOOK).read_bytes()).hexdigest()
    assert (entry["points"], entry["minutes"]) == (9, 33)
    assert manifest["wheel"] == {
        "file": Path(WHEEL).name,
        "sha256": hashlib.sha256((course / WHEEL).read_bytes()).hexdigest(),
    }


def test_release_loads(course: Path) -> None:
    release = Release.load(course, "lab1_tiny")
    assert (release.lab, release.module, release.points, release.minutes) == (
        "lab1_tiny",
        "tiny",
        9,
        33,
    )
    assert release.exercises == (
        ReleasedExercise("shifted_root", 4, 3, 1, 10, False),
        ReleasedExercise("Counter", 3, 3, 0, 15, False),
        ReleasedExercise("twice", 1, 1, 0, 5, True),
    )
    assert release.questions == (ReleasedQuestion("why_shift", 2),)
    assert release.wheel == course / WHEEL
    assert len(release.notebook.cells) == 15


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda root: (root / NOTEBOOK).unlink(), "is missing"),
        (lambda root: (root / NOTEBOOK).write_text("{}"), "is not the file"),
        (lambda root: (root / WHEEL).unlink(), "is missing"),
        (lambda root: (root / "release/manifest.json").write_text("{"), "is damaged"),
        (lambda root: (root / "release/manifest.json").write_text("[]"), "is damaged"),
        (lambda root: (root / "release/manifest.json").unlink(), "is missing"),
    ],
)
def test_a_damaged_release_is_refused(course: Path, damage: Any, says: str) -> None:
    damage(course)
    with pytest.raises(GradingError, match=says):
        Release.load(course, "lab1_tiny")


def test_no_such_lab_in_the_release(course: Path) -> None:
    with pytest.raises(GradingError, match=r"no lab 'lab2_none'.*released labs: lab1_tiny"):
        Release.load(course, "lab2_none")


def add_second_lab(root: Path) -> None:
    """A second lab, `lab2_small`, whose module is a copy of the first one's."""
    rename = {
        "reference.tiny": "reference.small",
        "checks.tiny": "checks.small",
        "import tiny": "import small",
    }
    copied = [
        root / LAB_FILE,
        *(
            p
            for room in ("checks", "reference")
            for p in (root / "stats220" / room / "tiny").rglob("*")
        ),
    ]
    for path in filter(Path.is_file, copied):
        text = path.read_text()
        for old, new in rename.items():
            text = text.replace(old, new)
        name = (
            str(path.relative_to(root)).replace("lab1_tiny", "lab2_small").replace("tiny", "small")
        )
        edit(root, name, "", text)
    edit(root, COURSE_FILE, "", '\n[labs.lab2_small]\ntitle = "Lab 2: Small"\npoints = 9\n')


def test_one_of_two_labs_can_be_built(course: Path) -> None:
    add_second_lab(course)
    assert [lab.name for lab in build_all(course).labs] == ["lab1_tiny", "lab2_small"]
    before = all_bytes(course)
    edit(course, LAB_FILE, "Roots and counters.", "Counters and roots.")
    report = build_all(course, ["lab2_small"])
    assert [lab.name for lab in report.labs] == ["lab2_small"]
    edit(course, LAB_FILE, "Counters and roots.", "Roots and counters.")
    assert all_bytes(course) == before
    assert build_all(course, ["lab2_small"], check=True).ok


def test_the_wheel_is_searched_for_the_answers_of_labs_that_are_not_built(course: Path) -> None:
    """Its exceptions count, and none is called superfluous: it may be needed for a notebook that is not built."""
    add_second_lab(course)
    key, answer = "stats220/reference/tiny/counter.py", "return 2 * value + 0 * value"
    edit(course, key, "return value + value", answer)
    excuse = f'\n[[labs.lab1_tiny.allowed]]\nstatement = "{answer}"\nreason = "shown on purpose"\n'
    edit(course, "stats220/extra.py", "", f"def f(value):\n    {answer}\n")
    with pytest.raises(AuthorError, match="students would receive the solution of twice") as leak:
        build_all(course, ["lab2_small"])
    assert leak.value.file.endswith("stats220/extra.py")
    edit(course, COURSE_FILE, "", excuse)
    build_all(course, ["lab2_small"])
    edit(course, "stats220/extra.py", answer, "return 3")
    build_all(course, ["lab2_small"])
    edit(course, LAB_FILE, "OFFSET = 1.0", "OFFSET = = 1.0")
    with pytest.raises(AuthorError, match=r"lab1_tiny\.py:\d+: "):
        build_all(course, ["lab2_small"])


def test_a_new_lab_alone_keeps_the_others_entries(course: Path) -> None:
    add_second_lab(course)
    build_all(course, ["lab2_small"])
    manifest = json.loads((course / "release/manifest.json").read_text())
    assert list(manifest["labs"]) == ["lab1_tiny", "lab2_small"]
    (course / "release/manifest.json").write_text("{")
    with pytest.raises(AuthorError, match="build all labs at once"):
        build_all(course, ["lab2_small"])


def test_nothing_is_written_when_the_second_lab_fails(tmp_path: Path) -> None:
    write_course(tmp_path)
    add_second_lab(tmp_path)
    edit(tmp_path, "labs/lab2_small.py", "points=4", "points=5")
    with pytest.raises(AuthorError):
        build_all(tmp_path)
    assert not (tmp_path / "release").exists()
    assert not (tmp_path / "build").exists()


def test_the_student_wheel_holds_the_students_part_only(course: Path) -> None:
    with zipfile.ZipFile(course / WHEEL) as wheel:
        names = wheel.namelist()
        metadata = wheel.read("stats220-1.2.3.dist-info/METADATA").decode()
        assert wheel.testzip() is None
    assert names[:5] == [
        "stats220/__init__.py",
        "stats220/checks/__init__.py",
        "stats220/checks/tiny/__init__.py",
        "stats220/checks/tiny/roots.py",
        "stats220/release.json",
    ]
    assert all(name.startswith("stats220-1.2.3.dist-info/") for name in names[5:])
    assert "Requires-Dist: numpy>=1.26" in metadata
    assert "Requires-Dist: extra[a]>=1; python_version < '4'" in metadata
    assert metadata.startswith("Metadata-Version: 2.4\n")
    assert "nbgrader" not in metadata
    assert "entry_points.txt" not in "".join(names)


def test_the_student_wheel_installs(course: Path, tmp_path_factory: Any) -> None:
    target = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        "--target",
        str(target),
    ]
    subprocess.run([*command, str(course / WHEEL)], check=True)
    assert (target / "stats220" / "checks" / "tiny" / "roots.py").is_file()
    assert not (target / "stats220" / "reference").exists()
