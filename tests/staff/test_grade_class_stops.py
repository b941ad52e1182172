"""What cuts the grading of a class off, and what stops it before it begins."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import tiny_lab
from outputs import descendants
from sandboxes import wait_until
from tiny_class import ISOLATION, grade, hand_in, results, scraps
from tiny_lab import LAB

from stats220.errors import GradingError
from stats220.staff.grade import course, files, setup, worker
from stats220.staff.grade.course import grade_class

pytestmark = pytest.mark.usefixtures("tiny_workers")


def test_an_interrupt_keeps_what_is_graded(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = course.write_page
    calls: list[str] = []

    def interrupted(*args: Any, **kwargs: Any) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append("once")
        written(*args, **kwargs)

    monkeypatch.setattr(course, "write_page", interrupted)
    out = tmp_path / "out"
    with pytest.raises(
        GradingError,
        match=r"interrupted: 1 of 3 submissions are graded, and kept in .*; the same command goes on",
    ):
        grade(tiny_root, hand_in(tmp_path / "in", ("ada", "ben", "cleo")), out)
    assert len(results(out)) == 1
    assert not (out / f"grades-{LAB}.csv").exists()
    assert multiprocessing.active_children() == []


def grade_until_terminated(root: Path, submissions: Path, out: Path) -> None:
    """In a process of its own: what ``stats220 grade`` does."""
    tiny_lab.install_checks()
    course.worker.start = tiny_lab.start_worker
    try:
        grade(root, submissions, out, jobs=1)
    except GradingError as error:
        (out / "said").write_text(str(error))


def test_sigterm_ends_like_ctrl_c(tiny_root: Path, tmp_path: Path) -> None:
    out, submissions = tmp_path / "out", hand_in(tmp_path / "in", ("ada", "eva"))
    arguments = (tiny_root, submissions, out)
    process = multiprocessing.get_context("spawn").Process(
        target=grade_until_terminated, args=arguments
    )
    process.start()
    booked = out / "results" / "ada" / f".{LAB}.booked"  # the last that is written of a student
    assert wait_until(booked.exists, 120)  # eva's is endless
    process.terminate()
    process.join(60)
    assert process.exitcode == 0
    said = (out / "said").read_text()
    assert (
        said
        == f"interrupted: 1 of 2 submissions are graded, and kept in {out}; the same command goes on"
    )
    assert results(out)["ada"].score == 6
    assert scraps(out) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")
def test_nothing_outlives_a_grader_that_is_killed(tiny_root: Path, tmp_path: Path) -> None:
    out, submissions = tmp_path / "out", hand_in(tmp_path / "in", ("ada", "eva"))
    process = multiprocessing.get_context("spawn").Process(
        target=grade_until_terminated, args=(tiny_root, submissions, out)
    )
    process.start()
    assert wait_until((out / "results" / "ada" / f"{LAB}.json").exists, 120)
    assert process.pid is not None
    below = descendants(process.pid)
    if ISOLATION == "bwrap":
        assert any(b"warm.zygote" in command for command in below.values())
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 20)


def test_scratch_of_a_killed_run_is_swept_and_that_of_a_running_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(files, "MIN_AGE_SECONDS", -1.0)
    left = tmp_path / "stats220-test-left"
    (left / "full").mkdir(parents=True)
    (tmp_path / "stats220-test-link").symlink_to(left)
    (tmp_path / "another").mkdir()
    with files.scratch_folder("stats220-test-") as one:
        assert not left.exists()
        with files.scratch_folder("stats220-test-") as two:
            assert one.is_dir()
            assert one != two
    assert {path.name for path in tmp_path.iterdir()} == {"another", "stats220-test-link"}


# ---- what stops a class before it begins, in one line, with nothing lost


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda root, sub, out: {"lab": "lab9_other"}, "no lab 'lab9_other'"),
        (lambda root, sub, out: {"submissions": sub / "nowhere"}, "does not exist"),
        (lambda root, sub, out: {"submissions": out}, "no submissions"),
        (lambda root, sub, out: {"out": sub / "graded"}, "taken for a student"),
        (
            lambda root, sub, out: {"gradebook_url": "sqlite:////nowhere/at/all.db"},
            "unable to open",
        ),
        (lambda root, sub, out: {"root": sub}, "manifest.json is missing"),
    ],
)
def test_bad_input_is_one_clear_line(
    tiny_root: Path, tmp_path: Path, damage: Callable[..., dict[str, Any]], says: str
) -> None:
    submissions, out = hand_in(tmp_path / "in", ("ada",)), tmp_path / "out"
    out.mkdir()
    (out / f"grades-{LAB}.csv").write_text("of last week")
    given = {"root": tiny_root, "lab": LAB, "submissions": submissions, "out": out}
    given |= damage(tiny_root, submissions, out)
    with pytest.raises(GradingError, match=says) as error:
        grade_class(**given, isolation=ISOLATION)
    assert "\n" not in str(error.value)
    assert (out / f"grades-{LAB}.csv").read_text() == "of last week"


def test_without_bubblewrap_grading_is_refused(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "bwrap_problem", lambda: "bubblewrap is not installed")
    with pytest.raises(
        GradingError, match=r"bubblewrap is not installed; or trust .* --isolation none"
    ):
        grade(tiny_root, hand_in(tmp_path / "in", ("ada",)), tmp_path / "out", isolation="bwrap")


def test_a_wheel_of_another_version_stops_a_class_before_it_costs_anybody(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "line"
    shutil.copytree(Path(setup.line.__file__).parent, newer)
    (newer / "wire.py").write_text("MAGIC = b'S221'\n")
    monkeypatch.setattr(setup.line, "__file__", str(newer / "__init__.py"))
    with pytest.raises(GradingError, match=r"do not speak the same version .*stats220 build"):
        grade(tiny_root, hand_in(tmp_path / "in", ("ada",)), tmp_path / "out")


def test_a_gradebook_in_use_stops_a_class_before_the_work(tiny_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    submissions, url = (
        hand_in(tmp_path / "in", ("ada",)),
        f"sqlite:///{out / 'gradebook.db'}?timeout=0.1",
    )
    with closing(sqlite3.connect(out / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradingError, match="close what has it open"):
            grade(tiny_root, submissions, out, gradebook_url=url)
    assert not (out / "results").exists()


def test_no_sandbox_at_all_stops_a_class(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course.worker, "start", start_without_sandbox)
    with pytest.raises(GradingError, match="no sandbox can be had today"):
        grade(tiny_root, hand_in(tmp_path / "in", ("ada", "ben")), tmp_path / "out")


def start_without_sandbox(prepared: setup.Setup) -> None:
    """A worker on a machine that starts no sandbox."""
    tiny_lab.install_checks()

    def fail(self: object) -> None:
        raise GradingError("no sandbox can be had today")

    setup.SandboxPool.start = fail  # type: ignore[assignment, method-assign]
    worker.start(prepared)
