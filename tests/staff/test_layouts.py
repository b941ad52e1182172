"""The layouts that learning platforms export, made to their documented forms: who handed in what, when, and late or not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from test_submissions import LAB, marked

from stats220.errors import GradingError
from stats220.staff.grade.roster import Person, read_roster
from stats220.staff.grade.submissions import Submission, collect

CANVAS = {
    "lovelaceada_12345_6789_lab4_pose.ipynb": "old",
    "lovelaceada_12345_6790_lab4_pose-1.ipynb": "new",
    "hopperben_LATE_23456_7000_lab4_pose.ipynb": "ben",
    "noether cleo_34567_7001_Copy of lab4_pose.ipynb": "cleo",
    "turingdan_45678_7002_lab4_pose.zip": "dan",
}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, more in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("lab4_pose.ipynb", marked(LAB, more))
        else:
            path.write_text(marked(LAB, more) if name.endswith(".ipynb") else more)
    return root


def described(found: list[Submission]) -> dict[str, tuple[str, bool, str]]:
    """Each student's number, whether late, and what the notebook holds (or why there is none)."""
    return {
        s.student: (
            s.id,
            s.late,
            s.problem.partition(":")[0] or s.read().decode().rpartition('"more": "')[2][:-2],
        )
        for s in found
    }


def test_canvas(tmp_path: Path) -> None:
    found = described(collect(write(tmp_path, CANVAS), LAB))
    assert found == {
        "hopperben": ("23456", True, "ben"),
        "lovelaceada": ("12345", False, "handed in lab4_pose more than once"),
        "noether cleo": ("34567", False, "cleo"),
        "turingdan": ("45678", False, "dan"),
    }


def test_canvas_in_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for name in list(CANVAS)[2:4]:
            archive.writestr(name, marked(LAB, "x"))
    assert list(described(collect(tmp_path / "submissions.zip", LAB))) == [
        "hopperben",
        "noether cleo",
    ]


def test_moodle(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "Ada Lovelace_1234567_assignsubmission_file_/lab4_pose.ipynb": "ada",
            "Ada Lovelace_1234567_assignsubmission_onlinetext_/onlinetext.html": "hello",
            "Ben Hopper_2345678_assignsubmission_file/work/my lab.ipynb": "ben",
            "Ben Hopper_3456789_assignsubmission_file_/lab4_pose.ipynb": "another ben",
            "Cleo Noether_4567890_assignsubmission_onlinetext_/onlinetext.html": "no file",
        },
    )
    assert described(collect(tmp_path, LAB)) == {
        "Ada Lovelace": ("1234567", False, "ada"),
        "Ben Hopper 2345678": ("2345678", False, "ben"),
        "Ben Hopper 3456789": ("3456789", False, "another ben"),
    }


GRADESCOPE = """\
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0123'
    :email: ada@uni.edu
  - :name: Ben Hopper
    :sid: '0456'
    :email: ben@uni.edu
  :created_at: 2026-02-06 23:10:00 -08:00
  :score:
submission_102:
  :submitters:
  - :name: Cleo Noether
    :sid:
    :email:
  :created_at: 2026-02-07 00:10:00 -08:00
"""


def test_gradescope_and_its_groups(tmp_path: Path) -> None:
    files = {"submission_101/lab4_pose.ipynb": "both", "submission_102/lab4_pose.ipynb": "cleo"}
    write(tmp_path, {f"assignment_1_export/{name}": text for name, text in files.items()})
    (tmp_path / "assignment_1_export/submission_metadata.yml").write_text(GRADESCOPE)
    found = collect(tmp_path, LAB)
    assert described(found) == {
        "Cleo Noether": ("", False, "cleo"),
        "ada": ("0123", False, "both"),
        "ben": ("0456", False, "both"),
    }
    assert {s.student: s.submitted[:16] for s in found}["ada"] == "2026-02-06 23:10"


@pytest.mark.parametrize("text", ["[", "submission_101: 3", "submission_101: {}", "- a"])
def test_a_damaged_list_of_gradescopes_is_named(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"submission_101/lab4_pose.ipynb": "a"})
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(GradingError, match=r"submission_metadata.yml is damaged .*export"):
        collect(tmp_path, LAB)


def test_brightspace(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "12345-67890 - Ada Lovelace - Feb 6, 2026 1159 PM/lab4_pose.ipynb": "ada",
            "12346-67890 - Ben Hopper - Feb 7, 2026 1201 AM/lab4_pose.ipynb": "ben",
            "index.html": "<html>",
        },
    )
    found = collect(tmp_path, LAB)
    assert [(s.student, s.submitted) for s in found] == [
        ("Ada Lovelace", "Feb 6, 2026 1159 PM"),
        ("Ben Hopper", "Feb 7, 2026 1201 AM"),
    ]


def test_nbgrader_and_clones_of_github_classroom(tmp_path: Path) -> None:
    files = {"ada/lab4_pose/lab4_pose.ipynb": "ada", "ada/lab4_pose/timestamp.txt": "2026-02-06"}
    assert list(described(collect(write(tmp_path / "submitted", files), LAB))) == ["ada"]
    clones = {
        "lab4-ada/README.md": "readme",
        "lab4-ada/release/lab4_pose.ipynb": "ada",
        "lab4-ada/.git/config": "x",
        "lab4-ben/lab4_pose.ipynb": "ben",
        "lab4-cleo/README.md": "nothing yet",
    }
    found = described(collect(write(tmp_path / "clones", clones), LAB))
    assert found["lab4-ada"][2] == "ada"
    assert found["lab4-ben"][2] == "ben"
    assert found["lab4-cleo"][2] == "no notebook of lab4_pose found"


def test_a_roster_as_a_registrars_spreadsheet_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes('\ufeffID, Name,Section\r\n007,"Lovelace, Ada",Mon\r\n,,\r\n'.encode())
    assert read_roster(path) == [Person("007", "Ada Lovelace", "Mon")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no roster: its first line names the columns"),
        ("id;name\n007;Ada\n", "is no roster"),
        ("name\nAda\n", "is no roster"),
        ("id,name\n,Ada\n", "roster.csv:2: no id"),
        ("id,name\n7/8,Ada\n", "roster.csv:2: no id, or one that no file can be named by"),
        ("id,name\n007,Ada\n007,Ben\n", "roster.csv:3: the id 007 is there twice"),
        ("id,name\n007,Lovelace, Ada\n", "roster.csv:2: more fields than columns: write a name with a comma in quotes"),
        ('id,name\n007,"Ada\n', "cannot be read as a roster"),
    ],
)  # fmt: skip
def test_a_roster_that_is_none_is_told_by_its_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text)
    with pytest.raises(GradingError, match=says):
        read_roster(path)
