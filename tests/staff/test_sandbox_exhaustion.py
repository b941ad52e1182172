"""Hostile code that uses up what it is given, or will not end. Every attack ends with its sandbox, and the next one works."""

from __future__ import annotations

import errno
import json
import os

import pytest
from sandboxes import LIMITS, MIB, needs_bwrap, outcome, run

from stats220.line.failures import SandboxLost, SandboxTimeout
from stats220.staff.grade.sandbox import Sandbox, SandboxPool

pytestmark = needs_bwrap


# Using things up


def test_forks_are_bounded_and_end_with_the_sandbox(sandbox: Sandbox) -> None:
    sandbox.session.run_cell("""
children = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
        children += 1
except BlockingIOError:
    pass
""")
    assert LIMITS.processes - 4 <= sandbox.session.get("children") < LIMITS.processes


def test_a_fork_bomb_ends_with_the_sandbox(sandbox: Sandbox) -> None:
    sandbox.session.timeout = 3.0
    with pytest.raises(SandboxLost):
        sandbox.session.run_cell("""
while True:
    try:
        os.fork()
    except OSError:
        pass
""")


def test_threads_are_bounded_and_do_not_matter(sandbox: Sandbox) -> None:
    sandbox.session.run_cell("""
import threading
started = 0
try:
    while True:
        threading.Thread(target=lambda: [print("noise") or time.sleep(0.01) for _ in range(10**6)],
                         daemon=True).start()
        started += 1
except RuntimeError:
    pass
""")
    assert sandbox.session.get("started") < LIMITS.processes
    sandbox.session.run_cell("x = 3")
    assert sandbox.session.get("x") == 3


@pytest.mark.parametrize(
    "hog",
    [
        "x = bytearray(1 << 40)",
        "x = []\nwhile True: x.append(bytearray(50 << 20))",
        "import torch\nx = torch.zeros(1 << 33)",
        "import numpy\nx = numpy.ones((1 << 30,))",
    ],
)
def test_a_process_that_wants_too_much_memory_gets_an_error(sandbox: Sandbox, hog: str) -> None:
    assert outcome(sandbox, hog) in ("MemoryError", "RuntimeError", "_ArrayMemoryError")
    sandbox.session.run_cell("x = None\nok = [0] * 1000")


@pytest.mark.parametrize(
    "hog",
    [
        # Shared memory that belongs to no file, and many processes of which each stays within its limit.
        f"import mmap\nx = mmap.mmap(-1, {2048 * MIB})\nfor i in range(0, len(x), 4096): x[i] = 1\ntime.sleep(30)",
        f"for _ in range(6):\n    if os.fork() == 0:\n        x = b'1' * {300 * MIB}\n        time.sleep(60)\ntime.sleep(30)",
    ],
)
def test_all_processes_together_are_held_to_a_total(sandbox: Sandbox, hog: str) -> None:
    with pytest.raises(SandboxLost) as error:
        sandbox.session.run_cell(hog)
    assert not isinstance(error.value, SandboxTimeout)
    assert sandbox.why_lost() == "out of memory"


@pytest.mark.parametrize("folder", [".", "/dev/shm"])
def test_a_disk_filler_runs_into_the_end_of_its_own_folder(sandbox: Sandbox, folder: str) -> None:
    sandbox.session.run_cell(f"""
total, number = 0, 0
try:
    while True:
        with open(f"{folder}/{{number}}", "wb", 0) as file:
            for _ in range(8):
                total += file.write(b"x" * (1 << 20))
        number += 1
except OSError as error:
    problem = os.strerror(error.errno)
""")
    assert sandbox.session.get("problem") == os.strerror(errno.ENOSPC)
    size = LIMITS.work_bytes if folder == "." else LIMITS.shared_bytes
    assert sandbox.session.get("total") <= size


def test_files_are_bounded_in_size_and_number(sandbox: Sandbox) -> None:
    assert outcome(sandbox, "open('large', 'wb', 0).truncate(1 << 40)") == "EFBIG"
    assert outcome(sandbox, "x = [open(os.devnull) for _ in range(100)]") == "EMFILE"
    many = "for number in range(10**6): open(str(number), 'w').close()"
    assert outcome(sandbox, many) == "ENOSPC"


# Ends, and the line to the grader


@pytest.mark.parametrize(
    "attack",
    [
        "os._exit(0)",
        "os.kill(os.getpid(), signal.SIGKILL)",
        "os.close(3)",
        "os.close(4)",
        "os.closerange(0, 100)",
        "os.write(4, b'garbage' * 1000)",
        "os.write(4, b'')\nos.write(4, bytes(1 << 16))",
        "os.dup2(os.open('/dev/zero', os.O_RDONLY), 3)",
        "os.dup2(os.open('/dev/null', os.O_WRONLY), 4)",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "import threading; threading.Thread(target=lambda: [os.write(4, b'x' * 4096) for _ in range(10**6)]).start()",
        "sys.setrecursionlimit(10**9)\nf = lambda: f()\nf()",
    ],
)
def test_a_broken_line_costs_only_the_sandbox(sandbox: Sandbox, attack: str) -> None:
    sandbox.session.timeout = 3.0
    cells = iter([attack, "x = 1", "x = 2"])
    with pytest.raises(SandboxLost):
        any(map(sandbox.session.run_cell, cells))


def test_a_daemon_ends_with_the_sandbox(sandbox: Sandbox) -> None:
    sandbox.session.run_cell("""
import subprocess
for number in range(1, 65):
    if number not in (9, 19, 32, 33):
        signal.signal(number, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
subprocess.Popen(["/usr/bin/setsid", "/usr/bin/nohup", "/usr/bin/sleep", "600"])
time.sleep(0.3)
alive = len([name for name in os.listdir("/proc") if name.isdigit()])
""")
    assert sandbox.session.get("alive") >= 6
    # The fixture looks for what is left.


def test_orphans_end_with_a_process_that_exits(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxLost):
        sandbox.session.run_cell("""
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
os._exit(3)
""")
    assert sandbox.why_lost() == "exited with status 3"
    # The fixture looks for what is left.


def test_results_are_the_same_after_all_this(guarded_pool: SandboxPool) -> None:
    source = "import json, torch\nprint(json.dumps(torch.rand(2, generator=torch.manual_seed(1)).tolist()))"
    assert json.loads(run(guarded_pool, source)) == json.loads(run(guarded_pool, source))
