"""What a command costs, all processes that it starts included, wherever they move: measured by a control group of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.1
MEMORY_SECONDS = 1.0
MIB = 1 << 20


@dataclass(frozen=True)
class Cost:
    """What a command cost.

    Attributes
    ----------
    cpu, wall : float
        Processor seconds of all its processes together, and seconds by the clock.
    first : float
        Seconds by the clock until its first result; NaN where nothing was waited for.
    peak_mib : float
        The most memory that its processes held at a time: their own shares of it, and the libraries' code once.
    """

    cpu: float
    wall: float
    first: float
    peak_mib: float


def measure(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    first: Callable[[], bool] | None = None,
) -> Cost:
    """Run a command to its end.

    Parameters
    ----------
    command, cwd, env
        What to run, where, with which variables on top of this process's.
    first
        Asked ten times a second whether the first result is there.

    Raises
    ------
    RuntimeError
        It failed, or no control group can be had here (to be root is enough on most machines).
    """
    with _group() as group:
        start, peak, found = time.monotonic(), 0.0, float("nan")
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group / "cgroup.procs"), *command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with process:
            looked = -MEMORY_SECONDS
            while process.poll() is None:
                if time.monotonic() - looked > MEMORY_SECONDS:
                    looked = time.monotonic()
                    peak = max(peak, _memory(group))
                if found != found and first is not None and first():
                    found = time.monotonic() - start
                time.sleep(SAMPLE_SECONDS)
            wall = time.monotonic() - start
            if process.returncode:
                said = process.stdout.read() if process.stdout else ""
                raise RuntimeError(f"{' '.join(command)} failed: {said[-2000:]}")
        if found != found and first is not None and first():
            found = wall
        _wait_until_empty(group)
        return Cost(_cpu_seconds(group), wall, found, peak / MIB)


@contextlib.contextmanager
def _group() -> Iterator[Path]:
    """A folder of the kernel's that counts the processor time of whoever is in it, version 1 or 2."""
    root = Path("/sys/fs/cgroup")
    parent = root / "cpuacct" if (root / "cpuacct").is_dir() else root
    group = parent / f"stats220-bench-{uuid.uuid4().hex}"
    try:
        group.mkdir()
    except OSError as error:
        raise RuntimeError(
            f"no control group can be made in {parent} ({error}): run as root"
        ) from error
    try:
        yield group
    finally:
        _wait_until_empty(group)
        # What the command has made below is its own to remove; where it was ended it could not.
        for folder in sorted(group.rglob("*"), reverse=True):
            if folder.is_dir():
                folder.rmdir()
        group.rmdir()


def _pids(group: Path) -> list[str]:
    files = [group / "cgroup.procs", *group.rglob("*/cgroup.procs")]
    return [pid for file in files for pid in file.read_text().split()]


def _wait_until_empty(group: Path, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while _pids(group) and time.monotonic() < end:
        time.sleep(SAMPLE_SECONDS)


def _cpu_seconds(group: Path) -> float:
    if (usage := group / "cpuacct.usage").exists():
        return int(usage.read_text()) / 1e9
    fields = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(fields["usage_usec"]) / 1e6


def _memory(group: Path) -> float:
    """Bytes that the processes of a group hold."""
    own, code = 0, 0
    for pid in _pids(group):
        with contextlib.suppress(OSError):  # it has ended
            shares = _fields(Path("/proc", pid, "smaps_rollup").read_text())
            own += shares.get("Pss_Anon", 0) + shares.get("Pss_Shmem", 0)
            code = max(code, _fields(Path("/proc", pid, "status").read_text()).get("RssFile", 0))
    return 1024 * (own + code)


def _fields(text: str) -> dict[str, int]:
    words = [line.split() for line in text.splitlines()]
    return {w[0].rstrip(":"): int(w[1]) for w in words if len(w) == 3 and w[2] == "kB"}
