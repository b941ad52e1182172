"""Shared by the tests of the sandbox: a student wheel's folder, and a look at what a sandbox left behind."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stats220.staff.grade.sandbox import Limits, Sandbox, SandboxPool, bwrap_problem

PACKAGE = Path(__file__).resolve().parents[2] / "stats220"
MIB = 1 << 20
LIMITS = Limits(
    memory_bytes=512 * MIB,
    total_memory_bytes=1024 * MIB,
    cpu_seconds=60,
    processes=24,
    open_files=64,
    file_bytes=16 * MIB,
    work_bytes=32 * MIB,
    shared_bytes=16 * MIB,
)

# A cell that finds its user as the machine calls it: where the caller is root, users inside are those of a namespace.
OWN_UID = """
import os
uid = os.getuid()
inside, outside, count = map(int, open("/proc/self/uid_map").read().split())
uid += outside - inside
"""

_problem = bwrap_problem()
needs_bwrap = pytest.mark.skipif(_problem is not None, reason=_problem or "")


def unpack_student_wheel(into: Path) -> Path:
    """Copy what a student wheel holds of the package: no answers, no staff."""
    ignored = shutil.ignore_patterns("reference", "staff", "__pycache__")
    shutil.copytree(PACKAGE, into / "stats220", ignore=ignored)
    into.chmod(0o755)  # pytest's temporary folders are closed to others
    return into


def fields(status: str) -> dict[str, str]:
    """Split a /proc/<pid>/status."""
    return dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)


def processes_of(uid: int) -> list[str]:
    """List the processes on this machine that run as ``uid``, each by its /proc/<pid>/status."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
        except OSError:  # it ended meanwhile
            continue
        if f"\nUid:\t{uid}\t" in status:
            found.append(status)
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait for ``condition()`` to hold; whether it came to."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def run(pool: SandboxPool, source: str) -> str:
    """Run a cell in a sandbox of its own; what it printed."""
    with pool.start() as sandbox:
        sandbox.session.run_cell(source)
        return sandbox.session.printed


def outcome(sandbox: Sandbox, attack: str) -> str:
    """Run an attack; "done", or the name of the error that stopped it (for an OSError, that of its number)."""
    indented = "\n    ".join(attack.strip().splitlines())
    sandbox.session.run_cell(f"""
import errno
try:
    {indented}
    outcome = "done"
except OSError as error:
    outcome = errno.errorcode.get(error.errno, type(error).__name__)
except BaseException as error:
    outcome = type(error).__name__
""")
    return str(sandbox.session.get("outcome"))
