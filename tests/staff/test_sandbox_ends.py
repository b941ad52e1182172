"""Processes that hold a sandbox are killed, pools change threads, graders end: nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandboxes import (
    LIMITS,
    OWN_UID,
    PACKAGE,
    fields,
    needs_bwrap,
    processes_of,
    run,
    unpack_student_wheel,
    wait_until,
)

from stats220.line.failures import SandboxLost
from stats220.staff.grade.sandbox import SandboxPool, bubblewrap


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_student_wheel(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def pool(packages: Path) -> Iterator[SandboxPool]:
    with SandboxPool(packages, limits=LIMITS) as pool:
        yield pool


@needs_bwrap
def test_a_pool_whose_warm_process_died_starts_another(packages: Path) -> None:
    with SandboxPool(packages, limits=LIMITS) as pool:
        with pool.start() as first:
            assert pool._zygote is not None
            family = descendants(pool._zygote._process.pid)
            pool._zygote._process.kill()
            pool._zygote._process.wait()
            assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
            with pytest.raises(SandboxLost):
                first.session.run_cell("pass")
            assert first.why_lost() == "ended together with the warm process"
        assert run(pool, "print(1)") == "1\n"


@needs_bwrap
@pytest.mark.skipif(not bubblewrap.runs_as_root(), reason="finds the processes by their user")
@pytest.mark.parametrize(
    ("generation", "reason"),
    [
        (1, "killed from outside the sandbox"),  # init
        (2, "ended together with the warm process"),  # the warden, whose death takes init along
    ],
)
def test_killing_a_process_that_holds_a_sandbox_ends_it(
    pool: SandboxPool, generation: int, reason: str
) -> None:
    with pool.start() as sandbox:
        sandbox.session.run_cell(OWN_UID)
        uid = sandbox.session.get("uid")
        (status,) = processes_of(uid)
        for _ in range(generation):
            pid = int(fields(status)["PPid"])
            status = Path(f"/proc/{pid}/status").read_text()
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not processes_of(uid))
        with pytest.raises(SandboxLost):
            sandbox.session.run_cell("pass")
        assert sandbox.why_lost() == reason
    assert run(pool, "print(1)") == "1\n"


@needs_bwrap
def test_closing_ends_it_though_another_process_holds_copies_of_its_lines(
    pool: SandboxPool,
) -> None:
    sandbox = pool.start()
    copy = os.fork()
    if copy == 0:
        signal.pause()
    try:
        sandbox.close()
    finally:
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)
    with pytest.raises(SandboxLost):
        sandbox.session.run_cell("pass")


@needs_bwrap
def test_a_pool_outlives_the_thread_that_first_used_it(packages: Path) -> None:
    # bubblewrap's --die-with-parent means the thread.
    with SandboxPool(packages, limits=LIMITS) as pool:
        thread = threading.Thread(target=lambda: pool.start().close())
        thread.start()
        thread.join()
        assert pool._zygote is not None
        first = pool._zygote
        assert run(pool, "print(1)") == "1\n"
        assert pool._zygote is first


GRADER = """
import os, signal, sys, time
from pathlib import Path
from stats220.staff.grade.sandbox import SandboxPool
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell runs in the background
with SandboxPool(Path(sys.argv[1])) as pool:
    sandbox = pool.start()
    sandbox.session.run_cell('''
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
''')
    print(pool._zygote._process.pid, flush=True)
    time.sleep(600)
"""


def descendants(pid: int) -> set[int]:
    """List the processes that ``pid`` started, and those that they did."""
    found = {pid}
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(text.rpartition(")")[2].split()[1])
    for _ in range(len(parents)):
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more
    return found


@needs_bwrap
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_grader_that_ends_leaves_nothing_behind(packages: Path, number: signal.Signals) -> None:
    mounts = Path("/proc/self/mounts").read_text()
    with subprocess.Popen(
        [sys.executable, "-c", GRADER, str(packages)],
        cwd=PACKAGE.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as grader:
        assert grader.stdout is not None
        warm = int(grader.stdout.readline())
        family = descendants(warm)
        assert len(family) >= 6  # bubblewrap twice, zygote, warden, init, student, its daemon
        grader.send_signal(number)
        try:
            grader.wait(60)
        except subprocess.TimeoutExpired:
            grader.kill()
            raise
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert Path("/proc/self/mounts").read_text() == mounts
