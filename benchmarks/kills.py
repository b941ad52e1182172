"""The whole grader, its workers and sandboxes included, killed at moments that a clock draws; the same command goes on."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "staff"
STUDENTS = 12
KILLS, FULL_KILLS = 10, 50
GONE_SECONDS = 30.0  # for what a killed grader had started
# In a process of its own, with the checks of the tests' small lab: what `stats220 grade` does.
CODE = """
import sys
from pathlib import Path
import tiny_lab
from stats220.errors import GradingError
from stats220.staff.grade import course
root, submissions, out, isolation = sys.argv[1:]
tiny_lab.install_checks()
course.worker.start = tiny_lab.start_worker
try:
    course.grade_class(Path(root), tiny_lab.LAB, Path(submissions), Path(out), jobs=2, isolation=isolation, seed=7)
except GradingError as error:
    sys.exit(f"error: {error}")
"""


def run(quick: bool = True) -> list[Row]:
    """Kill a run (10 times, 50 in full; two in three by SIGKILL, the others by SIGTERM), go on with it, and compare; one row."""
    sys.path.insert(0, str(TESTS))
    import tiny_lab
    from outputs import descendants, left_in
    from sandboxes import wait_until

    from stats220.staff.grade.sandbox import bwrap_problem

    isolation = "none" if bwrap_problem() else "bwrap"
    rng, kills, ended, same, alive = random.Random(0), 0, 0, 0, 0
    wanted = KILLS if quick else FULL_KILLS
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        root = tiny_lab.write_root(folder / "root")
        write_class(folder / "in", tiny_lab)

        def begin(out: Path) -> subprocess.Popen[str]:
            words = [sys.executable, "-c", CODE, root, folder / "in", out, isolation]
            return subprocess.Popen(
                list(map(str, words)), cwd=TESTS, text=True, stderr=subprocess.PIPE
            )

        start = time.monotonic()
        finish(begin(folder / "whole"))
        seconds = time.monotonic() - start
        expected = left_in(folder / "whole")
        out = folder / "out-0"
        while kills < wanted:
            process, by = begin(out), signal.SIGTERM if kills % 3 == 2 else signal.SIGKILL
            begun = time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0, 0.9 * seconds))
            killed = process.poll() is None
            if killed:
                below = descendants(process.pid)
                process.send_signal(by)
                kills += 1
            said = process.communicate()[1]
            if killed:
                gone = wait_until(lambda b=below: not still_there(b), GONE_SECONDS)  # type: ignore[misc]
                alive += 0 if gone else len(still_there(below))
                if "Traceback" in said and by == signal.SIGKILL:
                    print(said, file=sys.stderr)
            elif process.returncode:
                raise RuntimeError(f"the grader failed by itself: {said}")
            else:  # the machine is less busy than it was at first
                seconds = min(seconds, time.monotonic() - begun)
            if not killed or kills == wanted:
                finish(begin(out))
                found = left_in(out)
                same += found == expected
                for name in expected.keys() | found.keys():
                    if found.get(name) != expected.get(name):
                        print(f"differs: {name}", file=sys.stderr)
                ended += 1
                out = folder / f"out-{ended}"
            print(
                f"{kills} kills, {ended} classes to the end, {same} the same, {alive} processes left",
                flush=True,
            )
    return [
        Row(
            "killed and gone on",
            f"{kills} kills, {STUDENTS} submissions, {isolation}",
            f"{same} of {ended} the same",
            f"{alive} processes left",
            ended / max(same, 1),
            f"an uninterrupted run took {seconds:.0f} s",
        )
    ]


def finish(process: subprocess.Popen[str]) -> None:
    """Wait for a run that nobody kills. Raises RuntimeError where it fails."""
    said = process.communicate()[1]
    if process.returncode:
        raise RuntimeError(f"the grader failed: {said}")


def still_there(below: dict[int, bytes]) -> list[int]:
    """Those processes that still run what they ran; a number may have a new owner."""
    found = []
    for pid, command in below.items():
        with contextlib.suppress(OSError):
            if command and Path(f"/proc/{pid}/cmdline").read_bytes() == command:
                found.append(pid)
    return found


def write_class(folder: Path, tiny_lab: Any) -> None:
    """Write a class in which some are right, some wrong, some crash, and one file is no notebook."""
    wrong = "def double(x):\n    return abs(2 * x)"
    crash = "import os\n\n\ndef double(x):\n    os.abort()"
    for number in range(STUDENTS):
        notebook = tiny_lab.key()
        if number % 4:
            answers = {**tiny_lab.ANSWERS, "double": wrong if number % 4 == 1 else crash}
            notebook = tiny_lab.with_answers(answers if number % 4 < 3 else {})
        student = folder / f"s{number:02d}"
        student.mkdir(parents=True)
        data = b"not a notebook" if number == STUDENTS - 1 else tiny_lab.as_bytes(notebook)
        (student / f"{tiny_lab.LAB}.ipynb").write_bytes(data)
