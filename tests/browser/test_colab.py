"""A student's day on a stand-in for Colab: the first cell fetches the course's wheel, answers get their points, the hand-in is graded like any other."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from colab import make_environment, publisher, saved_by_colab, versions
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from stats220.staff.build.installcell import install_cell
from stats220.staff.build.release import read_manifest
from stats220.staff.build.releaseindex import index_of
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.sandbox import bwrap_problem

ROOT = Path(__file__).resolve().parents[2]
LAB = "lab4_pose"
SOLVED = ("preprocess", "bernoulli_loss", "downsample")
MINUTE = 60


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in's Python; its page shows ``page.json`` beside it."""
    place = tmp_path_factory.mktemp("colab")
    try:
        return make_environment(place / "environment", place / "page.json")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no package index can be reached: {str(error.stderr)[-300:]}")


class Kernel:
    """A kernel of the stand-in, in a folder of its own."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.manager = KernelManager()
        command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager._kernel_spec = KernelSpec(argv=command, language="python")
        gone = ("PYTHONPATH", "STATS220_DATA", "VIRTUAL_ENV")
        environment = {name: value for name, value in os.environ.items() if name not in gone}
        self.manager.start_kernel(cwd=str(folder), env=environment)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=MINUTE)

    def run(self, source: str) -> str:
        """What a cell prints and shows, as text."""
        shown: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            data = content.get("data", {})
            shown.append(
                content.get("text", "") + data.get("text/html", data.get("text/plain", ""))
            )
            shown.extend(content.get("traceback", []))

        self.client.execute_interactive(source, timeout=300, output_hook=hear, allow_stdin=False)
        return "\n".join(text for text in shown if text)

    def end(self) -> None:
        """End it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def published_notebook(root: Path, address: str) -> dict[str, Any]:
    """The released notebook, whose first cell names the publisher."""
    notebook: dict[str, Any] = json.loads((root / "release" / f"{LAB}.ipynb").read_text())
    wheel, index = read_manifest(root / "release")["wheel"], index_of(root)
    assert index is not None
    url = f"{address}/{wheel['file']}"
    for cell in notebook["cells"]:
        if cell["id"] == "install":
            cell["source"] = install_cell(
                LAB, wheel=wheel["file"], sha256=wheel["sha256"], url=url, build=index.build
            )
    return notebook


def answered(notebook: dict[str, Any]) -> dict[str, Any]:
    """The same with the key's answers to the problems of `SOLVED`."""
    key = json.loads((ROOT / "solutions" / f"{LAB}.ipynb").read_text())
    solved = {cell["id"]: cell["source"] for cell in key["cells"]}
    wanted = {f"exercise-{name}" for name in SOLVED}
    cells = [
        {**cell, "source": solved[cell["id"]]} if cell["id"] in wanted else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


@pytest.mark.slow
def test_first_cell_to_grades(python: Path, tmp_path: Path) -> None:
    folder, before = tmp_path / "content", versions(python)
    folder.mkdir()
    assert before["ipython"].startswith("7.34")
    assert before["numpy"].startswith("2.")
    assert not {"nbgrader", "jaxtyping", "stats220"} & set(before)
    with publisher(ROOT / "release") as address:
        notebook = answered(published_notebook(ROOT, address))
        source = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
        kernel = Kernel(python, folder)
        try:
            first = kernel.run(source["install"])
            assert "for a GPU choose Runtime, Change runtime type, GPU" in first
            assert "WARNING" not in first
            given = [name for name in source if name.startswith("given-")]
            for name in [given[0], *(f"exercise-{name}" for name in SOLVED)]:
                assert kernel.run(source[name]) == "", name
            for name in SOLVED:
                table = kernel.run(source[f"test-{name}"])
                assert "more at grading" in table
                assert "not yet" not in table
            page = python.parents[2] / "page.json"
            page.write_text(json.dumps(saved_by_colab(notebook)))
            said = kernel.run("stats220.submit(team=['Ada'])")
            assert f"Wrote {folder / f'{LAB}.zip'}" in said, said
            assert "On Colab: the folder symbol on the left" in said
        finally:
            kernel.end()
    after = versions(python)
    new = set(after) - set(before)
    assert {"stats220", "jaxtyping"} <= new
    assert {name: version for name, version in after.items() if name not in new} == before
    points = grade(folder / f"{LAB}.zip", tmp_path, answered(json.loads((ROOT / "release" / f"{LAB}.ipynb").read_text())))  # fmt: skip
    assert points["colab"] == points["laptop"]
    assert [name for name, value in points["colab"].items() if value] == sorted(SOLVED)


def grade(handed_in: Path, folder: Path, elsewhere: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Points by exercise, of what was handed in on Colab and of the same answers in a notebook from a laptop."""
    if why := bwrap_problem():
        pytest.skip(why)
    for student in ("colab", "laptop"):
        (folder / "submissions" / student).mkdir(parents=True)
    with zipfile.ZipFile(handed_in) as packed:
        packed.extract(f"{LAB}.ipynb", folder / "submissions" / "colab")
    (folder / "submissions" / "laptop" / f"{LAB}.ipynb").write_text(json.dumps(elsewhere))
    results = grade_class(ROOT, LAB, folder / "submissions", folder / "graded", jobs=1)
    return {
        result.student: {e.name: e.points for e in sorted(result.exercises, key=lambda e: e.name)}
        for result in results
    }


def test_a_publisher_that_is_gone_is_named(python: Path, tmp_path: Path) -> None:
    with publisher(tmp_path) as address:
        notebook = published_notebook(ROOT, address)
    [install] = ["".join(cell["source"]) for cell in notebook["cells"] if cell["id"] == "install"]
    done = subprocess.run([python, "-S", "-c", install], cwd=tmp_path, capture_output=True, text=True)  # fmt: skip
    assert "cannot be fetched" in done.stderr
    assert "check network and proxy" in done.stderr
    assert "then upload" in done.stderr
