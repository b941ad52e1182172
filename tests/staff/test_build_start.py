"""How a released notebook begins: the page *Start here*, headings with points, and the cell that installs the release's own wheel."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pytest
from test_build_release import NOTEBOOK, WHEEL, add_second_lab, cells
from tiny_course import COURSE_FILE, LAB_FILE, edit, write_course

from stats220.staff.build import build_all


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write_course(tmp_path)
    build_all(tmp_path)
    return tmp_path


class TestInstallCell:
    """The first cell, run as a student's kernel would, where stats220 is missing, present, or of another version."""

    def run(
        self, notebook: Path, folder: Path, package: Path | None
    ) -> subprocess.CompletedProcess[str]:
        # -S: no site-packages, so that only what the test puts there can be imported.
        code = cells(notebook)["install"].source
        environment = {"PYTHONPATH": str(package)} if package else {}
        return subprocess.run(
            [sys.executable, "-S", "-c", code],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )

    def test_present(self, course: Path, tmp_path: Path) -> None:
        done = self.run(course / NOTEBOOK, tmp_path, course)
        assert done.stdout == "stats220 1.2.3 begins lab1_tiny\n"

    def test_older_than_the_notebook(self, course: Path, tmp_path_factory: Any) -> None:
        other = write_course(tmp_path_factory.mktemp("old"))
        edit(other, "stats220/__init__.py", "def begin", "def end")
        done = self.run(course / NOTEBOOK, other, other)
        assert "WARNING: stats220 1.2.3 is older than this notebook" in done.stdout
        assert "%pip uninstall -y stats220" in done.stdout

    def test_missing_and_no_wheel(self, course: Path, tmp_path_factory: Any) -> None:
        done = self.run(course / NOTEBOOK, tmp_path_factory.mktemp("empty"), None)
        assert "stats220-1.2.3-py3-none-any.whl is not in" in done.stderr
        assert "upload" in done.stderr

    def test_missing_installs_the_wheel_beside_the_notebook(self, course: Path) -> None:
        done = self.with_fake_pip(course / NOTEBOOK, course / "release")
        wheel = str(course.resolve() / WHEEL)
        assert done.stdout.splitlines() == [wheel, "stats220 1.2.3 begins lab1_tiny"]

    def test_a_wheel_of_another_build_is_not_installed(
        self, course: Path, tmp_path_factory: Any
    ) -> None:
        folder = tmp_path_factory.mktemp("downloads")
        (folder / Path(WHEEL).name).write_bytes(b"another build")
        done = self.with_fake_pip(course / NOTEBOOK, folder)
        assert "is of another build than this notebook: download both again" in done.stderr
        assert done.stdout == ""

    @staticmethod
    def with_fake_pip(
        notebook: Path, folder: Path, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """pip itself is replaced: what matters is what it is asked, and that the import then works."""
        fake = (
            "import subprocess, sys\n"
            "def run(command, **options):\n"
            "    assert command[1:-1] == ['-m', 'pip', 'install', '--quiet']\n"
            "    print(command[-1]); sys.path.insert(0, command[-1])\n"
            "    return subprocess.CompletedProcess(command, 0)\n"
            "subprocess.run = run\n" + cells(notebook)["install"].source
        )
        command = [sys.executable, "-S", "-c", fake]
        return subprocess.run(
            command, cwd=folder, env=environment or {}, capture_output=True, text=True
        )

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            ("page", "gives a page and no wheel: a proxy or a login stands between"),
            ("cut", "cannot be fetched (IncompleteRead"),
            ("refused", "cannot be fetched (<urlopen error"),
            ("407", "cannot be fetched (HTTP Error 407"),
        ],
    )
    def test_a_proxy_between(self, tmp_path: Path, answer: str, says: str) -> None:
        """One that refuses, one that wants a login, one that answers a page of its own, one that cuts off."""

        class Proxy(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = b"<html>Please log in</html>"
                self.send_response(407 if answer == "407" else 200)
                self.send_header("Content-Length", str(len(body) + 99 * (answer == "cut")))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        write_course(tmp_path)
        edit(
            tmp_path,
            COURSE_FILE,
            'term = "Spring"',
            'wheel_url = "http://labs.invalid/stats220-1.2.3-py3-none-any.whl"',
        )
        build_all(tmp_path)
        with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
            port = server.server_port
            if answer != "refused":
                threading.Thread(target=server.serve_forever, daemon=True).start()
            else:
                server.server_close()
            proxy = {"http_proxy": f"http://127.0.0.1:{port}"}
            done = self.with_fake_pip(tmp_path / NOTEBOOK, tmp_path / "labs", proxy)
            if answer != "refused":
                server.shutdown()
        assert says in done.stderr
        assert "HTTPException" not in done.stderr.splitlines()[-1]
        assert done.stderr.splitlines()[-1].startswith("- stats220-1.2.3")

    def test_what_pip_says_is_shown_with_a_remedy(self, course: Path) -> None:
        code = (
            "import subprocess\n"
            "def run(command, **options):\n"
            "    return subprocess.CompletedProcess(command, 1, '', 'ERROR: [Errno 28] No space left on device')\n"
            "subprocess.run = run\n" + cells(course / NOTEBOOK)["install"].source
        )
        done = subprocess.run([sys.executable, "-S", "-c", code], cwd=course / "release", env={}, capture_output=True, text=True)  # fmt: skip
        assert (
            "No space left on device\nCheck network and proxy (HTTPS_PROXY), room on the disk"
            in done.stderr
        )

    def test_a_full_disk_under_the_fetched_wheel(self, tmp_path: Path) -> None:
        write_course(tmp_path)
        handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "release"))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_port}/{Path(WHEEL).name}"
            edit(tmp_path, COURSE_FILE, 'term = "Spring"', f'wheel_url = "{address}"')
            build_all(tmp_path)
            full = (
                "import tempfile\n"
                "def mkdtemp(): raise OSError(28, 'No space left on device')\n"
                "tempfile.mkdtemp = mkdtemp\n"
            )
            code = full + cells(tmp_path / NOTEBOOK)["install"].source
            done = subprocess.run([sys.executable, "-S", "-c", code], cwd=tmp_path / "labs", env={}, capture_output=True, text=True)  # fmt: skip
            server.shutdown()
        assert (
            "cannot be kept ([Errno 28] No space left on device): make room on the disk"
            in done.stderr
        )

    def test_the_address_in_course_toml_is_used(self, tmp_path: Path) -> None:
        write_course(tmp_path)
        address = "https://example.org/stats220-1.2.3-py3-none-any.whl"
        edit(
            tmp_path, COURSE_FILE, 'term = "Spring"', f'wheel_url = "{address}"\nrepository = "a/b"'
        )
        build_all(tmp_path)
        assert f'"{address}"\n' in cells(tmp_path / NOTEBOOK)["install"].source

    def test_a_repository_gives_the_address_and_a_badge(self, tmp_path: Path) -> None:
        write_course(tmp_path)
        edit(tmp_path, COURSE_FILE, 'term = "Spring"', 'repository = "uni/labs"\nref = "v2"')
        build_all(tmp_path)
        first, *_ = nbformat.read(tmp_path / NOTEBOOK, as_version=4).cells
        raw = "https://raw.githubusercontent.com/uni/labs/v2/stats220-1.2.3-py3-none-any.whl"
        assert (
            f'URL = "stats220-1.2.3-py3-none-any.whl", "{raw}"'
            in cells(tmp_path / NOTEBOOK)["install"].source
        )
        assert "colab.research.google.com/github/uni/labs/blob/v2/lab1_tiny.ipynb)" in first.source

    @pytest.mark.parametrize("published", ["the wheel", "another build", "nothing"])
    def test_the_published_wheel_is_fetched_and_checked(
        self, tmp_path: Path, published: str
    ) -> None:
        """From a server on this machine; where it does not have the very wheel, the one beside the notebook serves."""
        served = tmp_path / "served"
        served.mkdir()
        write_course(tmp_path)
        handler = partial(SimpleHTTPRequestHandler, directory=str(served))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_port}/{Path(WHEEL).name}"
            edit(tmp_path, COURSE_FILE, 'term = "Spring"', f'wheel_url = "{address}"')
            build_all(tmp_path)
            wheel = tmp_path / WHEEL
            if published != "nothing":
                content = wheel.read_bytes() if published == "the wheel" else b"PK, another build"
                (served / wheel.name).write_bytes(content)
            beside = self.with_fake_pip(tmp_path / NOTEBOOK, wheel.parent)
            alone = self.with_fake_pip(tmp_path / NOTEBOOK, tmp_path / "labs")
            server.shutdown()
        assert beside.stdout.splitlines()[1] == "stats220 1.2.3 begins lab1_tiny"
        if published == "the wheel":
            assert beside.stdout.splitlines()[0] != str(wheel.resolve())
            assert alone.stdout.splitlines()[1] == "stats220 1.2.3 begins lab1_tiny"
        else:
            assert beside.stdout.splitlines()[0] == str(wheel.resolve())
            says = (
                "is of another build"
                if published == "another build"
                else "cannot be fetched (HTTP Error 404"
            )
            assert f"{address} {says}" in alone.stderr


def test_start_here_lists_every_problem_with_points_and_minutes(course: Path) -> None:
    start = cells(course / NOTEBOOK)["start-here"].source
    for row in (
        "| Problem 1a | a shifted root (`shifted_root`) | 4 | 10 |",
        "(`twice`) | 1, bonus | 5 |",
        "(written) | 2 | 8 |",
        "| **together**, without the bonus | | **9** | **33** |",
    ):
        assert row in start
    assert "60 seconds" in start
    assert "due" not in start


def test_dates_and_rules_of_the_course_stand_in_start_here(tmp_path: Path) -> None:
    write_course(tmp_path)
    rules = 'hand_in = "Gradescope, Lab 1"\nlate_policy = "three late days in all"\ncollaboration = "Talk, but write alone."'
    edit(tmp_path, COURSE_FILE, 'term = "Spring"', rules)
    edit(
        tmp_path,
        COURSE_FILE,
        "points = 9",
        "points = 9\nout = 2026-01-20\ndue = 2026-02-06T17:00:00",
    )
    build_all(tmp_path)
    start = cells(tmp_path / NOTEBOOK)["start-here"].source
    assert "Due Friday, February 6, 17:00. three late days in all." in start
    assert "Talk, but write alone." in start
    assert "Gradescope, Lab 1" in start


def test_headings_carry_points_and_minutes_and_slow_cells_their_time(tmp_path: Path) -> None:
    write_course(tmp_path)
    edit(
        tmp_path,
        LAB_FILE,
        "# %% explore minutes_cpu=0.1\n",
        "# %% explore minutes_cpu=2 minutes_gpu=0.5\n",
    )
    build_all(tmp_path)
    sources = [cell.source for cell in nbformat.read(tmp_path / NOTEBOOK, as_version=4).cells]
    assert (
        "## Problem 1a: a shifted root (10 points, 38 min)" in sources
    )  # all that stands below it
    assert any(s.startswith("# Takes about 2 min on a CPU, 30 s on a GPU.\n") for s in sources)


def test_an_unreleased_lab_is_in_no_wheel(tmp_path: Path) -> None:
    write_course(tmp_path)
    add_second_lab(tmp_path)
    edit(
        tmp_path,
        COURSE_FILE,
        'title = "Lab 2: Small"\n',
        'title = "Lab 2: Small"\nreleased = false\n',
    )
    build_all(tmp_path)
    with zipfile.ZipFile(tmp_path / WHEEL) as wheel:
        names = wheel.namelist()
        index = json.loads(wheel.read("stats220/release.json"))
    assert "stats220/checks/tiny/roots.py" in names
    assert not [name for name in names if "small" in name]
    assert list(index["labs"]) == ["lab1_tiny"]


def test_builds_are_told_apart_within_a_version(course: Path, tmp_path_factory: Any) -> None:
    def build_of(root: Path) -> str:
        with zipfile.ZipFile(root / WHEEL) as wheel:
            return str(json.loads(wheel.read("stats220/release.json"))["build"])

    other = write_course(tmp_path_factory.mktemp("other"))
    edit(other, "stats220/checks/tiny/roots.py", "", "\n# a remark\n")
    build_all(other)
    assert build_of(other) != build_of(course)
    for root in (other, course):
        assert (
            f'LAB, BUILD = "lab1_tiny", "{build_of(root)}"'
            in cells(root / NOTEBOOK)["install"].source
        )
