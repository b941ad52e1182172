"""What goes public, and what never does; versions that were published keep their bytes; keys wait for their date."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from tiny_course import COURSE_FILE, edit, write_course
from typer.testing import CliRunner

from stats220.errors import AuthorError, GradingError
from stats220.staff.build import build_all
from stats220.staff.build.publish import publish
from stats220.staff.cli import app

DATES = "points = 9\nout = 2026-01-20\ndue = 2026-02-06\nsolutions = 2026-02-10"
SECRETS = (
    "value + OFFSET",  # of the key
    "takes the root of a quarter",  # a hidden check
    "forgets to add the offset",  # an attempt
    "So that numbers a little below zero",  # a model answer
    "nbgrader>=0.9",  # the staff's tools
)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = write_course(tmp_path / "course")
    edit(root, COURSE_FILE, "points = 9", DATES)
    edit(root, COURSE_FILE, 'term = "Spring"', 'term = "Spring"\nrepository = "uni/labs"')
    (root / "CHANGELOG.md").write_text("# Changelog\n\n- First.\n")
    build_all(root)
    return root


def everything(place: Path) -> str:
    """The text of all that was published, the wheel's files unpacked."""
    texts = []
    for path in sorted(place.rglob("*")):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                texts += [wheel.read(name).decode() for name in wheel.namelist()]
        elif path.is_file():
            texts.append(path.read_text())
    return "\n".join(texts)


def test_students_get_notebooks_wheel_and_a_page(course: Path, tmp_path: Path) -> None:
    published = publish(course, tmp_path / "public")
    assert published.files == (
        "CHANGELOG.md",
        "README.md",
        "lab1_tiny.ipynb",
        "manifest.json",
        "stats220-1.2.3-py3-none-any.whl",
    )
    page = (tmp_path / "public" / "README.md").read_text()
    assert "# Tiny course, Spring" in page
    assert "| [Lab 1: Tiny](lab1_tiny.ipynb) | 9 | 2026-02-06 23:59 | [![Open in Colab]" in page
    assert "https://raw.githubusercontent.com/uni/labs/main/stats220-1.2.3-py3-none-any.whl" in page


def test_nothing_of_the_key_the_tests_or_the_staff_goes_public(
    course: Path, tmp_path: Path
) -> None:
    key = (course / "solutions/lab1_tiny.ipynb").read_text() + everything(course / "stats220")
    key += everything(course / "tests") + (course / "pyproject.toml").read_text()
    assert [secret for secret in SECRETS if secret not in key] == []  # the search would find them
    publish(course, tmp_path / "public")
    text = everything(tmp_path / "public")
    assert [secret for secret in SECRETS if secret in text] == []
    assert "stats220/staff" not in text


def test_a_zip_holds_the_same(course: Path, tmp_path: Path) -> None:
    published = publish(course, tmp_path / "out" / "public.zip")
    with zipfile.ZipFile(tmp_path / "out" / "public.zip") as packed:
        assert tuple(packed.namelist()) == published.files


def test_the_key_waits_for_its_date(course: Path, tmp_path: Path) -> None:
    early, late = datetime(2026, 2, 10, 23, 58), datetime(2026, 2, 11)
    with pytest.raises(GradingError, match="not to be seen before 2026-02-10 23:59"):
        publish(course, tmp_path / "public", solutions=["lab1_tiny"], now=early)
    assert not (tmp_path / "public").exists()
    published = publish(course, tmp_path / "public", solutions=["lab1_tiny"], now=late)
    assert "solutions/lab1_tiny.ipynb" in published.files
    with pytest.raises(GradingError, match="there is no lab 'lab2_none'; there are lab1_tiny"):
        publish(course, tmp_path / "public", solutions=["lab2_none"])
    with pytest.raises(GradingError, match=r"no lab 'lab1_tinny' \(did you mean 'lab1_tiny'\?\)"):
        publish(course, tmp_path / "public", solutions=["lab1_tinny"])


def test_a_key_without_a_date_is_never_published(course: Path, tmp_path: Path) -> None:
    edit(course, COURSE_FILE, DATES, "points = 9")
    build_all(course)
    with pytest.raises(GradingError, match="no date for its solutions: write solutions ="):
        publish(course, tmp_path / "public", solutions=["lab1_tiny"])


def test_a_published_version_keeps_its_bytes(course: Path, tmp_path: Path) -> None:
    publish(course, tmp_path / "public")
    publish(course, tmp_path / "public")  # the same again is nothing new
    edit(course, "stats220/checks/tiny/roots.py", "", "\n# a remark\n")
    with pytest.raises(
        AuthorError, match=r"1\.2\.3 was published with another wheel .*raise __version__"
    ):
        build_all(course)
    edit(course, "stats220/__init__.py", "1.2.3", "1.2.4")
    build_all(course)
    publish(course, tmp_path / "public")
    assert sorted(json.loads((course / "labs/published.json").read_text())) == ["1.2.3", "1.2.4"]
    assert [path.name for path in (tmp_path / "public").glob("*.whl")] == [
        "stats220-1.2.4-py3-none-any.whl"
    ]


def test_what_is_not_built_is_not_published(course: Path, tmp_path: Path) -> None:
    edit(course, "labs/lab1_tiny.py", "Roots and counters.", "Counters and roots.")
    with pytest.raises(
        GradingError, match=r"lab1_tiny.ipynb differs from the sources(.|\n)*before you publish"
    ):
        publish(course, tmp_path / "public")


def test_a_clone_keeps_its_own_files_and_strangers_are_not_overwritten(
    course: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    (clone / ".git").mkdir(parents=True)
    publish(course, clone)
    (clone / "syllabus.pdf").write_text("mine")
    publish(course, clone)
    assert (clone / "syllabus.pdf").exists()
    assert (clone / ".git").is_dir()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("mine")
    with pytest.raises(GradingError, match=r"holds thesis.tex, which was not published before"):
        publish(course, other)
    with pytest.raises(GradingError, match="is a file: name a folder"):
        publish(course, other / "thesis.tex")


def test_a_damaged_record_is_named(course: Path, tmp_path: Path) -> None:
    (course / "labs/published.json").write_text("[1]")
    with pytest.raises(GradingError, match=r"published.json is damaged .*last commit"):
        publish(course, tmp_path / "public")


def test_the_command_lists_what_it_wrote(course: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["publish", "--to", str(tmp_path / "p"), "--root", str(course)])
    assert done.exit_code == 0, done.output
    assert f"5 files in {tmp_path / 'p'}" in done.output


def test_validate_says_what_is_missing(course: Path) -> None:
    command = ["validate", str(course / "release/lab1_tiny.ipynb"), "--root", str(course)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "look: Problem 1a, shifted_root: not attempted yet" in done.output
    assert "look: Problem 1a, why_shift: no written answer yet (2 points)" in done.output
    notebook = json.loads((course / "release/lab1_tiny.ipynb").read_text())
    for cell in notebook["cells"]:
        if cell["id"] == "exercise-shifted_root":
            cell["source"] = "def shifted_root(value) return 1"
    broken = course / "broken.ipynb"
    broken.write_text(json.dumps(notebook))
    done = CliRunner().invoke(app, ["validate", str(broken), "--root", str(course)])
    assert done.exit_code == 1
    assert "error: cell 6, shifted_root is not Python, line 1" in done.output


def test_a_key_that_was_published_is_in_the_next_wheel(course: Path, tmp_path: Path) -> None:
    late = datetime(2026, 2, 11)
    first = publish(course, tmp_path / "public", solutions=["lab1_tiny"], now=late)
    assert first.unlocked == ("lab1_tiny",)
    assert "stats220/reference" not in everything(tmp_path / "public")
    with pytest.raises(AuthorError, match="raise __version__"):  # another wheel, another version
        build_all(course)
    edit(course, "stats220/__init__.py", "1.2.3", "1.2.4")
    build_all(course)
    second = publish(course, tmp_path / "public")
    assert second.unlocked == ()
    assert "solutions/lab1_tiny.ipynb" in second.files  # what was public is not taken back
    [wheel] = (tmp_path / "public").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = [name for name in packed.namelist() if "reference" in name]
        names_of_key = [
            f"stats220/reference/tiny/{name}.py" for name in ("__init__", "counter", "roots")
        ]
        assert names == ["stats220/reference/__init__.py", *names_of_key]
    text = everything(tmp_path / "public")
    assert "value + OFFSET" in text
    assert [secret for secret in SECRETS[1:3] if secret in text] == []  # hidden checks, attempts


def test_what_is_not_unlocked_stays_out_of_an_unlocked_wheel(course: Path) -> None:
    edit(course, COURSE_FILE, "points = 9", "points = 9\nunlocked = true")
    hidden = 'checks(1, "takes the root of a quarter", hint="0.5 squared is 0.25.")'
    leak = f"\n\ndef leak(checks):\n    {hidden}\n"
    edit(course, "stats220/reference/tiny/roots.py", "", leak)
    edit(course, "stats220/__init__.py", "1.2.3", "1.2.4")
    with pytest.raises(AuthorError, match="students would receive"):
        build_all(course)
