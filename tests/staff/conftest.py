"""Shared by the tests of grading: the tiny lab's checks, workers and root, and the pools that its sandboxes come from."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_lab
from sandboxes import LIMITS, OWN_UID, processes_of, run, unpack_student_wheel

from stats220.staff.build.release import Release
from stats220.staff.grade import attempts, course, setup
from stats220.staff.grade.sandbox import Limits, Sandbox, SandboxPool, bubblewrap, bwrap_problem


@pytest.fixture
def tiny_checks() -> None:
    """The tiny lab's checks, as they were before a test changed them."""
    tiny_lab.install_checks()


@pytest.fixture(scope="module")
def tiny_workers() -> Iterator[None]:
    """Worker processes that know the tiny lab's checks."""
    tiny_lab.install_checks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course.worker, "start", tiny_lab.start_worker)
        yield


@pytest.fixture(scope="module")
def one_warm_process() -> Iterator[None]:
    """What each run prepares anew, seconds of imports, is prepared once for the tests of what a run gives."""
    real, made = setup.prepared, {}

    @contextlib.contextmanager
    def prepared(
        release: Release, isolation: str, limits: Limits | None = None
    ) -> Iterator[setup.Setup]:
        which = (release.wheel, isolation, limits)
        if which not in made:
            made[which] = kept.enter_context(real(release, isolation, limits))
        yield made[which]

    with contextlib.ExitStack() as kept, pytest.MonkeyPatch.context() as patch:
        for runs in (course, attempts):
            patch.setattr(runs, "prepared", prepared)
        yield


@pytest.fixture(scope="module")
def tiny_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository's root that has released the tiny lab."""
    return tiny_lab.write_root(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxPool]:
    """Sandboxes to grade the tiny lab in, isolated where this machine can."""
    packages = unpack_student_wheel(tmp_path_factory.mktemp("wheel"))
    packages.chmod(0o755)
    with SandboxPool(
        packages, limits=LIMITS, isolation="none" if bwrap_problem() else "bwrap"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def guarded_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxPool]:
    """Isolated sandboxes with what an attack may be after: recordings, and a secret in the grader's environment."""
    packages = unpack_student_wheel(tmp_path_factory.mktemp("packages"))
    data = tmp_path_factory.mktemp("data")
    (data / "frames.csv").write_text("1,2\n")
    (data / "frames.csv").chmod(0o666)  # a careless owner
    data.chmod(0o755)
    os.environ["STATS220_TEST_SECRET"] = "hunter2"
    with SandboxPool(packages, data=data, limits=LIMITS) as pool:
        yield pool
    del os.environ["STATS220_TEST_SECRET"]


@pytest.fixture
def sandbox(guarded_pool: SandboxPool) -> Iterator[Sandbox]:
    """A sandbox; when it is closed nothing of its user is left, and the next one works."""
    with guarded_pool.start() as sandbox:
        sandbox.session.timeout = 30.0
        sandbox.session.run_cell("import ctypes, os, signal, socket, sys, time" + OWN_UID)
        uid = sandbox.session.get("uid")
        yield sandbox
    if bubblewrap.runs_as_root():
        assert processes_of(uid) == []
    assert run(guarded_pool, "print(1)") == "1\n"
