"""Every command in every document: it runs in a copy of the project, or it is listed here with the reason why it cannot, and is parsed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import nbformat
import pytest
from documents import (
    Command,
    documents,
    extras,
    inline_commands,
    shell_commands,
    stats220_arguments,
    students_commands,
)
from typer.testing import CliRunner

from stats220.staff.build.publish import README
from stats220.staff.cli import app
from stats220.staff.grade.sandbox import bwrap_problem
from stats220.student import command as students

ROOT = Path(__file__).resolve().parents[2]
SHELL = list(shell_commands(ROOT))
LAB = "lab4_pose"
SECONDS = 300

# What is not run here, and why. Each is parsed all the same.
ELSEWHERE = {
    r"python -m pip install (jupyterlab|torch)": "fetches PyTorch; test_colab.py installs the same wheel",
    r"labs/bin/jupyter lab": "of that environment; tests/browser opens JupyterLab",
    r"^make ": "this test is a part of it",
    r"build --execute": "minutes; test_build_execute.py runs it on a small course",
    r"attempts lab4_pose": "minutes; make test runs it for each lab",
    r"--cluster|^dask |sbatch|^#!/bin/bash": "needs machines; test_cluster.py has its own",
    r"^kubectl ": "needs Kubernetes",
}
# What serves until it is ended: what it prints when it is ready.
SERVERS = {r"stats220 preview": r"at (http://\S+)", r"jupyter server": r"(http://127\S+)"}


def reason_not_to_run(command: Command) -> str:
    return next((why for what, why in ELSEWHERE.items() if re.search(what, command.text)), "")


HERE = [command for command in SHELL if not reason_not_to_run(command)]


def test_each_reason_is_that_of_a_command() -> None:
    unused = [what for what in ELSEWHERE if not any(re.search(what, c.text) for c in SHELL)]
    assert unused == []
    assert len(HERE) >= 15


@pytest.mark.parametrize("command", SHELL, ids=str)
def test_a_command_is_one_of_the_shell(command: Command) -> None:
    parsed = subprocess.run(["bash", "-n"], input=command.text, text=True, capture_output=True)
    assert parsed.returncode == 0, parsed.stderr
    for target in re.findall(r"^make (\w+)", command.text):
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("command", [*SHELL, *inline_commands(ROOT)], ids=str)
def test_options_are_those_of_the_program(command: Command) -> None:
    for arguments in stats220_arguments(command.text):
        assert accepts(arguments) == ""


def test_students_are_told_of_their_own_commands() -> None:
    """By the documents, and by the page that is published; test_student_command.py runs each of them."""
    texts = [path.read_text(encoding="utf-8") for path in documents(ROOT)]
    told = [arguments for text in (*texts, README) for arguments in students_commands(text)]
    for arguments in told:
        assert vars(students._parser().parse_args(arguments))["command"] in students.COMMANDS
    assert {arguments[0] for arguments in told} == {"doctor", "validate"}
    assert len(told) >= 6


def test_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents(ROOT))
    named = set(extras(text))
    assert named - set(project["optional-dependencies"]) == set()
    assert {"recordings", "staff", "postgresql"} <= named


def accepts(arguments: list[str]) -> str:
    """What the program says against its arguments: it reads all options before it helps."""
    result = CliRunner().invoke(app, [*arguments, "--help"])
    return result.output if result.exit_code else ""


def test_an_unknown_option_or_command_is_seen() -> None:
    for wrong in (["grade", "lab4_pose", "x", "--output", "y"], ["bulid"], ["new", "lap", "x"]):
        assert "No such" in accepts(wrong)


def not_in_a_clone(folder: str, names: list[str]) -> set[str]:
    """Of a folder's names those that a clone lacks."""
    here = {".venv", ".git", "build", "graded"} if Path(folder) == ROOT else set()
    return {
        name for name in names if name in here or name == "__pycache__" or name.endswith("_cache")
    }


def copy_of_the_project(place: Path) -> Path:
    """What a clone has, but for the labs that the documents do not name, with keys that are due."""
    clone = place / "course" / "stats220"
    shutil.copytree(ROOT, clone, ignore=not_in_a_clone)
    (clone / ".venv").symlink_to(ROOT / ".venv")
    course = clone / "labs" / "course.toml"
    tables = re.split(r"(?m)^(?=\[labs\.\w+\])", course.read_text())
    kept = [table for table in tables if not table.startswith("[labs.") or LAB in table]
    text = "".join(kept).replace(f"[labs.{LAB}]\n", f"[labs.{LAB}]\nsolutions = 2020-01-01\n")
    course.write_text(text)
    for folder in ("labs", "release", "solutions"):
        for path in [*(clone / folder).glob("lab*.py"), *(clone / folder).glob("*.ipynb")]:
            if path.stem != LAB:
                path.unlink()
    submissions = clone / "submissions" / "ada"
    submissions.mkdir(parents=True)
    shutil.copyfile(ROOT / "release" / f"{LAB}.ipynb", submissions / f"{LAB}.ipynb")
    (clone / "submissions" / "roster.csv").write_text(
        "id,name,section,email,canvas_id,moodle_id\nada,Ada Lovelace,1,ada@example.edu,7,9\n"
    )
    return clone


@pytest.mark.slow
def test_the_commands_run_one_after_another(tmp_path: Path) -> None:
    if why := bwrap_problem():
        pytest.skip(why)
    clone = copy_of_the_project(tmp_path)
    [wheel] = (ROOT / "release").glob("*.whl")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(clone),  # this copy's package, in which the commands write a lab
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }  # fmt: skip
    subprocess.run("git init -q && git add -A", shell=True, cwd=clone, env=environment, check=True)
    document = ""
    for command in HERE:
        if command.document != document:  # each has a reader who has published nothing yet
            document = command.document
            (clone / "labs" / "published.json").unlink(missing_ok=True)
        text = command.text
        if "jupyter server" in text:
            text += " --allow-root --no-browser --port 0 --ServerApp.port_retries=0"
        if "preview" in text:
            text += " --port 0"
        log = tmp_path / "log.txt"
        ready = next((what for name, what in SERVERS.items() if name in text), None)
        with log.open("w") as file:
            run = subprocess.Popen(
                ["bash", "-c", text], cwd=clone, env=environment, stdout=file, stderr=file, start_new_session=True
            )  # fmt: skip
        try:
            if ready:
                with urllib.request.urlopen(wait_for(ready, log, run), timeout=60) as page:
                    assert page.status == 200, command
            else:
                code = run.wait(timeout=SECONDS)
                assert code == 0, f"{command}\n{log.read_text()[-3000:]}"
        finally:
            if run.poll() is None:
                os.killpg(run.pid, 15)
                run.wait(timeout=60)
    check_what_they_left(clone, wheel.name)


def wait_for(pattern: str, log: Path, run: subprocess.Popen[bytes]) -> str:
    """The address that a server prints when it is ready."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and run.poll() is None:
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no {pattern} in:\n{log.read_text()[-3000:]}")


def check_what_they_left(clone: Path, wheel: str) -> None:
    """The files that the documents promise."""
    graded, public = clone / "graded", clone.parent
    for path in (
        f"grades-{LAB}.csv", f"results/ada/{LAB}.json", f"feedback/ada/{LAB}.html", f"report-{LAB}.html", "gradebook.db",
    ):  # fmt: skip
        assert (graded / path).is_file(), path
    assert (public / "public" / wheel).is_file()
    assert (public / "stats220-labs" / "solutions" / f"{LAB}.ipynb").is_file()
    assert (clone / "build" / f"{LAB}-autograder.zip").is_file()
    cells = nbformat.read(clone / "release" / "lab7_spikes.ipynb", as_version=4).cells
    assert "exercise-bin_spikes" in [cell.id for cell in cells]
    assert (clone / "release" / "lab8_decoding.ipynb").is_file()
