"""The answers once more, from the top, in a fresh process: what worked by luck of a kernel's history shows."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from stats220.kernels import CHECKPOINTS
from stats220.student.validating import own, place_of, source_of

RUN = ("given", "exercise", "", "extra")  # and tests, whose results are kept
SECONDS = 600


def rerun(content: dict[str, Any], seconds: float = SECONDS) -> dict[str, Any]:
    """Run a notebook's answers and visible checks in a process of its own.

    Parameters
    ----------
    content : dict
        The notebook, parsed.
    seconds : float
        After which it is given up.

    Returns
    -------
    dict
        "checks": points and maximum by exercise; "errors": a line for each cell that raised; "stopped": why it did not come to its end, or "".
    """
    nothing: dict[str, Any] = {"checks": {}, "errors": []}
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            return _rerun(content, Path(folder), seconds)
    except OSError as error:
        room = f"{tempfile.gettempdir()} cannot be written ({error.strerror or error}): make room there"
        return {**nothing, "stopped": room}


def _rerun(content: dict[str, Any], folder: Path, seconds: float) -> dict[str, Any]:
    notebook, outcome = folder / "notebook.json", folder / "outcome.json"
    notebook.write_text(json.dumps(content), encoding="utf-8")
    command = [sys.executable, "-m", "stats220.student.rerunning", str(notebook), str(outcome)]
    # As in a notebook: what is printed is UTF-8, whatever a Windows console has.
    options: dict[str, Any] = {
        "cwd": folder,
        "env": {**os.environ, "PYTHONIOENCODING": "utf-8", CHECKPOINTS: "off"},
        "timeout": seconds,
    }
    stopped = ""
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", **options
        )
        if done.returncode:
            stopped = f"the program ended with {done.returncode}: {done.stderr.strip()[-300:]}"
    except subprocess.TimeoutExpired:
        stopped = f"not done after {seconds:g} seconds"
    found: dict[str, Any] = {"checks": {}, "errors": []}
    if outcome.exists():
        with contextlib.suppress(ValueError):  # cut off where the disk was full: `stopped` says so
            found = json.loads(outcome.read_text(encoding="utf-8"))
    return {**found, "stopped": stopped}


def main(notebook: Path, outcome: Path) -> None:
    """Run the cells in this process; writes what came out after each, so that a crash loses nothing."""
    from stats220.checks.recorder import Checks
    from stats220.line.inside import make_shell, run_cell

    content = json.loads(notebook.read_text(encoding="utf-8"))
    shell = make_shell()
    checks: dict[str, list[float]] = {}
    errors: list[str] = []
    for i, cell in enumerate(content["cells"]):
        role = own(cell).get("role", "")
        source = source_of(cell)
        if cell.get("cell_type") != "code" or role not in (*RUN, "test") or not source.strip():
            continue
        if role == "test":
            source = f"_stats220_checks = {source.strip()}"
        try:
            run_cell(shell, source)
        except Exception as error:
            errors.append(f"{place_of(i, cell)}: {_told(error)}")
        result = shell.user_ns.pop("_stats220_checks", None)
        if isinstance(result, Checks):
            checks[result.exercise] = [result.points, result.max_points]
        outcome.write_text(json.dumps({"checks": checks, "errors": errors}), encoding="utf-8")


def _told(error: Exception) -> str:
    """The exception in a line, with the student's own line of it."""
    from stats220.line.reports import describe

    told = describe(error)
    text = f"{told['type']}: {told['message'][:200]}" if told["message"] else told["type"]
    return f"{text} (line {told['line_number']}: {told['line']})" if told["line"] else text


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
