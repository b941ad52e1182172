"""``python -m stats220`` of the student wheel, unpacked: no staff's part, no typer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stats220 import __version__
from stats220.staff.build.wheel import build_wheel

ROOT = Path(__file__).resolve().parents[2]
LAB = {"title": "Tiny", "module": "tiny", "points": 3, "problems": [], "locked": {}, "stubs": {}}
INDEX = {"build": "abc", "course": {"name": "Tiny"}, "labs": {"lab1_tiny": LAB}}
# As where these were never installed: what is None there cannot be imported.
WITHOUT = """\
import runpy, sys
missing, *rest = sys.argv[1:]
sys.modules.update(dict.fromkeys(missing.split(",")))
sys.argv[1:] = rest
runpy.run_module("stats220", run_name="__main__")
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: Any) -> Run:
    """Runs a command of the unpacked wheel in a folder of its own."""
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("folder")
    wheel = build_wheel(
        ROOT, tmp_path_factory.mktemp("wheel"), INDEX, without=set(), unlocked=set()
    )
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    assert not (site / "stats220" / "staff").exists()

    def call(*arguments: str, without: str = "typer") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", WITHOUT, without, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
        )

    return call


def write(folder: Path, lab: str, *sources: str) -> str:
    """A notebook's file."""
    cells = [{"cell_type": "code", "id": f"c{i}", "source": s} for i, s in enumerate(sources)]
    path = folder / "mine.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {"stats220": {"lab": lab}}}))
    return str(path)


def test_version(run: Run) -> None:
    done = run("version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{__version__}\n", "")


def test_doctor_says_a_line_each(run: Run) -> None:
    done = run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    for what in ("Python", "libraries", "device", "memory", "disk", "data", "weights", "widgets"):
        assert f" {what} " in done.stdout
    assert "build abc, with lab1_tiny" in done.stdout


def test_doctor_helps_where_torch_is_missing(run: Run) -> None:
    done = run("doctor", without="typer,torch,torchvision")
    assert (done.returncode, done.stderr) == (0, "")
    assert "-> pip install torch torchvision\n" in done.stdout
    assert "ok disk" in done.stdout  # and the others still help


def test_validate_says_what_is_wrong(run: Run, tmp_path: Path) -> None:
    done = run("validate", write(tmp_path, "lab1_tiny", "x = 1", "def f(:"))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("error: ")
    assert "is not Python, line 1" in done.stdout


def test_validate_passes_a_sound_notebook(run: Run, tmp_path: Path) -> None:
    done = run("validate", write(tmp_path, "lab1_tiny", "x = 1"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing is missing.\n", "")


def test_validate_without_such_a_file_says_so_in_a_line(run: Run) -> None:
    done = run("validate", "absent.ipynb")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: absent.ipynb cannot be read")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["grade", "build", "nonsense"])
def test_other_commands_are_for_staff(run: Run, command: str) -> None:
    done = run(command, "lab4_pose", "--out", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`{command}` is no command for students" in done.stderr
    assert "doctor, validate, version" in done.stderr
    assert "is for staff: install from the course's repository" in done.stderr


def test_without_a_command_it_lists_them(run: Run) -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in ("doctor", "validate", "version"))


def test_the_staffs_own_command_is_the_whole_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stats220", "grade", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "--isolation" in done.stdout
