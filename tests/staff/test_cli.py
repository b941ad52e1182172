"""The command as an operator meets it: exit codes, and one clear line for what cannot be done."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stats220 import __version__

CODE = "from stats220.staff.cli import main; main()"


def stats220(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True
    )


def one_line(text: str) -> str:
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


def empty_folder(tmp_path: Path) -> Path:
    (tmp_path / "submissions").mkdir()
    return tmp_path / "submissions"


def no_folder(tmp_path: Path) -> Path:
    return tmp_path / "nowhere"


def damaged_zip(tmp_path: Path) -> Path:
    (tmp_path / "class.zip").write_bytes(b"PK\x03\x04 this is no zip")
    return tmp_path / "class.zip"


def student_twice(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("ada/lab4_pose.ipynb", "{}")
        archive.writestr("ada/lab4_pose/lab4_pose.ipynb", "{}")
    return tmp_path / "class.zip"


@pytest.mark.parametrize(
    ("submissions", "says"),
    [
        (empty_folder, "submissions"),
        (no_folder, "nowhere"),
        (damaged_zip, "zip"),
    ],
)
def test_submissions_that_cannot_be_graded(
    root: Path, tmp_path: Path, submissions: Callable[[Path], Path], says: str
) -> None:
    out = tmp_path / "graded"
    out.mkdir()
    (out / "grades-lab4_pose.csv").write_text("already here\n")
    done = stats220("grade", "lab4_pose", submissions(tmp_path), "--out", out, cwd=root)
    assert done.returncode == 2
    assert says in one_line(done.stderr)
    assert (out / "grades-lab4_pose.csv").read_text() == "already here\n"


@pytest.mark.parametrize(
    "command",
    [("build", "lab9_dreams"), ("attempts", "lab9_dreams"), ("grade", "lab9_dreams", ".")],
)
def test_a_lab_that_does_not_exist(root: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    options = ["--out", tmp_path / "out"] if command[0] == "grade" else []
    done = stats220(*command, *options, cwd=root)
    assert done.returncode == 2
    assert "lab9_dreams" in done.stderr
    assert "lab4_pose" in done.stderr  # the labs that there are
    assert not (tmp_path / "out").exists()


def test_a_home_folder_that_nobody_has_is_not_made_here(root: Path, tmp_path: Path) -> None:
    command = ("grade", "lab4_pose", empty_folder(tmp_path), "--out", "~nosuchuser/graded")
    done = stats220(*command, "--root", root, cwd=tmp_path)
    assert done.returncode == 2
    assert "~nosuchuser is nobody's home folder" in one_line(done.stderr)
    assert not (tmp_path / "~nosuchuser").exists()


def test_outside_of_a_repository(tmp_path: Path) -> None:
    done = stats220("build", cwd=tmp_path)
    assert done.returncode == 2
    assert "--root" in one_line(done.stderr)


def test_a_build_imports_nothing_slow_and_runs_on_windows(root: Path) -> None:
    """Where there is no ``fcntl``, nor what else only Unix has."""
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('fcntl', 'resource', 'pwd', 'grp', 'termios')))\n"
        "from stats220.staff.cli import main\n"
        "sys.argv = ['stats220', 'build', '--check', 'lab4_pose']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "slow = ('torch', 'matplotlib', 'scipy', 'nbconvert', 'nbgrader', 'IPython', 'lark')\n"
        "sys.exit([name for name in slow if name in sys.modules] or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "lab4_pose: " in done.stdout, done.stderr


@pytest.mark.parametrize("command", ["grade", "attempts", "demo"])
def test_what_cannot_run_on_windows_says_wsl(root: Path, tmp_path: Path, command: str) -> None:
    """Where there is no ``fcntl``, nor what else only Unix has."""
    arguments = {
        "grade": ["lab4_pose", str(tmp_path), "--out", str(tmp_path / "out")],
        "attempts": ["lab4_pose"],
        "demo": ["--out", str(tmp_path / "out")],
    }[command]
    code = (
        "import sys, importlib.util as u\n"
        "unix = ('fcntl', 'resource', 'pwd', 'grp', 'termios')\n"
        "sys.modules.update(dict.fromkeys(unix))\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name in unix else find(name, *more)\n"
        f"sys.argv = ['stats220', '{command}', *{arguments!r}]\n"
        "from stats220.staff.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"`stats220 {command}` needs Linux or macOS: on Windows, run it in WSL" in one_line(
        done.stderr
    )


def test_the_package_is_the_command(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stats220", "version"], cwd=root, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, __version__)


def test_a_plan_imports_nothing_slow(root: Path) -> None:
    """So that a finished run, which grades nothing, takes a second."""
    code = (
        "import sys, stats220.staff.cli, stats220.staff.grade.plan\n"
        "slow = ('torch', 'matplotlib', 'scipy', 'nbconvert', 'nbgrader', 'IPython', 'sqlalchemy')\n"
        "sys.exit([name for name in slow if name in sys.modules] or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_help_names_the_commands(root: Path) -> None:
    done = stats220("--help", cwd=root)
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("build", "grade", "attempts", "demo"))
