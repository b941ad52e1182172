"""Control groups, and what holds a submission's memory where there are none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandboxes import LIMITS, MIB, needs_bwrap, unpack_student_wheel

from stats220.line.failures import SandboxLost, StudentError
from stats220.staff.grade.sandbox import SandboxPool, groups
from stats220.staff.grade.sandbox.groups import GRADER, Parents

OURS = Parents.find()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_student_wheel(tmp_path_factory.mktemp("packages"))


@pytest.fixture(
    scope="module",
    params=[
        None,
        pytest.param(OURS, marks=pytest.mark.skipif(not OURS, reason="no control group to be had")),
    ],
    ids=["watched", "cgroup"],
)
def pool(packages: Path, request: pytest.FixtureRequest) -> Iterator[SandboxPool]:
    with SandboxPool(packages, limits=LIMITS, groups=request.param) as pool:
        yield pool


def kernel_memory() -> int:
    """What the kernel holds for itself on this machine: tables of pages, sockets' buffers."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return 1024 * (sizes["PageTables"] + sizes["SUnreclaim"])


FILLED_SOCKETS = """
import socket
pairs, full = [], 0
try:
    while True:
        pair = socket.socketpair()
        pairs.append(pair)
        for end in pair:
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
            try:
                while True:
                    end.send(bytes(1 << 16))
            except BlockingIOError:
                full += 1
except OSError:
    pass
"""
READ_NOTHING = """
import mmap
chunk, maps = 1 << 33, []
for _ in range(40):  # 320 GB that are never written: a page of zeros each, and the tables that say so
    maps.append(mmap.mmap(-1, chunk, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    for place in range(0, chunk, 1 << 12):
        maps[-1][place]
"""


@needs_bwrap
@pytest.mark.parametrize("source", [FILLED_SOCKETS, READ_NOTHING], ids=["sockets", "page tables"])
def test_memory_of_the_kernels_own_is_bounded_too(pool: SandboxPool, source: str) -> None:
    before = kernel_memory()
    with pool.start() as sandbox:
        sandbox.session.timeout = 3.0
        with contextlib.suppress(SandboxLost, StudentError):
            sandbox.session.run_cell(source)
        assert kernel_memory() - before < 200 * MIB


@needs_bwrap
def test_many_processes_that_share_the_memory_are_counted_together(pool: SandboxPool) -> None:
    source = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        x = bytearray(400 << 20)
        for i in range(0, len(x), 4096): x[i] = 1
        time.sleep(60)
time.sleep(60)
"""
    with pool.start() as sandbox:
        sandbox.session.timeout = 30.0
        try:
            sandbox.session.run_cell(source)
        except SandboxLost:
            assert sandbox.why_lost() in ("out of memory", "")


@needs_bwrap
@pytest.mark.skipif(OURS is None, reason="no control group to be had")
def test_a_group_is_joined_and_removed(packages: Path) -> None:
    assert OURS is not None
    with SandboxPool(packages, limits=LIMITS, groups=OURS) as pool:
        assert pool.memory_limit == "cgroup"
        with pool.start() as sandbox:
            sandbox.session.run_cell("found = open('/proc/self/cgroup').read()")
            words = sandbox.session.get("found").replace("\n", "/").split("/")
            (name,) = {word for word in words if word.startswith("stats220-") and word != GRADER}
            assert all((folder / name).is_dir() for folder in OURS.folders)
        assert not any((folder / name).exists() for folder in OURS.folders)


def test_without_a_group_the_result_says_so(packages: Path) -> None:
    assert SandboxPool(packages).memory_limit == "watched"
    assert SandboxPool(packages, isolation="none").memory_limit == "none"


# Version 2, on a tree of plain files


def fake_version_2(
    tmp_path: Path, *, procs: str | None = None, controllers: str = "cpu memory pids"
) -> Path:
    """A process's own files, and a delegated group that holds it."""
    proc, group = tmp_path / "proc", tmp_path / "cgroup" / "run-1.scope"
    proc.mkdir()
    group.mkdir(parents=True)
    (proc / "cgroup").write_text("0::/user.slice/run-1.scope\n")
    (proc / "mountinfo").write_text(
        f"22 1 0:21 / / rw - ext4 /dev/sda rw\n"
        f"30 22 0:26 /user.slice {tmp_path / 'cgroup'} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
    )
    (group / "cgroup.controllers").write_text(controllers)
    (group / "cgroup.procs").write_text(f"{os.getpid()}\n" if procs is None else procs)
    (group / "cgroup.subtree_control").write_text("")
    (group / GRADER).mkdir()
    return group


def test_version_2_gets_a_group_for_the_grader_and_one_a_submission(tmp_path: Path) -> None:
    group = fake_version_2(tmp_path)
    parents = Parents.find(tmp_path / "proc")
    assert parents == Parents(2, (group,))
    assert (group / GRADER / "cgroup.procs").read_text() == "0"
    made = parents.make(LIMITS)
    (folder,) = made.folders
    settings = {path.name: path.read_text() for path in folder.iterdir()}
    assert settings == {
        "memory.max": str(LIMITS.total_memory_bytes + 256 * MIB),
        "memory.swap.max": "0",
        "cpu.weight": "50",
        "pids.max": str(LIMITS.processes + 4),
    }
    with made.doors() as doors:
        (door,) = doors
        os.write(door, b"0")
    assert (folder / "cgroup.procs").read_text() == "0"


def test_groups_that_a_killed_grader_left_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = fake_version_2(tmp_path)
    for name in ("stats220-left", "stats220-in-use", "of-another"):
        (group / name).mkdir()
    (
        group / "stats220-in-use" / "a process"
    ).touch()  # as the kernel, which keeps what is not empty
    Parents.find(tmp_path / "proc")
    assert (group / "stats220-left").exists()  # too young: somebody may be about to use it
    monkeypatch.setattr(groups, "MIN_AGE_SECONDS", -1.0)
    Parents.find(tmp_path / "proc")
    assert {path.name for path in group.iterdir() if path.is_dir()} == {
        GRADER,
        "stats220-in-use",
        "of-another",
    }


def test_version_2_moves_nobody_elses_processes(tmp_path: Path) -> None:
    group = fake_version_2(tmp_path, procs=f"{os.getpid()}\n{os.getppid()}\n")
    assert Parents.find(tmp_path / "proc") is None
    assert not (group / GRADER / "cgroup.procs").exists()


def test_version_2_without_the_controllers_is_none(tmp_path: Path) -> None:
    fake_version_2(tmp_path, controllers="cpu")
    assert Parents.find(tmp_path / "proc") is None


def test_version_2_that_is_not_delegated_is_none(tmp_path: Path) -> None:
    group = fake_version_2(tmp_path)
    (group / "cgroup.subtree_control").unlink()
    (group / "cgroup.subtree_control").mkdir()  # not to be written to, not even by root
    assert Parents.find(tmp_path / "proc") is None


def test_no_control_groups_at_all_is_none(tmp_path: Path) -> None:
    assert Parents.find(tmp_path) is None
