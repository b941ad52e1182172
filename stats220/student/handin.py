"""`submit`: looks through a notebook, runs its answers once more, and writes the one file to hand in."""

from __future__ import annotations

import copy
import datetime
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stats220 import __version__
from stats220.errors import InputError
from stats220.files import replacing
from stats220.student import beginning
from stats220.student.finding import Found, find_notebook
from stats220.student.index import Index, read_index
from stats220.student.rerunning import rerun
from stats220.student.saving import save
from stats220.student.unsaved import cells_that_ran, unsaved
from stats220.student.validating import Findings, ago, validate

MAX_OUTPUT = 1_000_000  # characters of one output; more is left out of the file
MAX_OUTPUTS = 20_000_000  # of all


@dataclass(frozen=True)
class HandIn:
    """What was written, and what was said about it.

    Attributes
    ----------
    path : Path
        The zip file to hand in.
    findings : Findings
    points, max_points : float
        Of the visible checks, run once more, without the bonus.
    trimmed : int
        Outputs that were left out because of their size.
    """

    path: Path
    findings: Findings
    points: float
    max_points: float
    trimmed: int

    def __repr__(self) -> str:
        return f"HandIn({str(self.path)!r}, {self.points:g} of {self.max_points:g} points that checks here can give)"


def submit(
    notebook: str | Path | None = None, *, team: list[str] | None = None, run: bool = True
) -> HandIn:
    """Write the file to hand in, after looking through the notebook and running its answers once more from the top.

    Parameters
    ----------
    notebook : str or Path, optional
        Its file; by default the notebook that this is called from.
    team : list of str, optional
        Names of all who worked on it; by default it asks.
    run : bool
        Whether to run the answers again, in a process of their own.

    Returns
    -------
    HandIn

    Raises
    ------
    InputError
        If no notebook is found, or it cannot be read or written.
    """
    path = find_notebook(
        notebook, beginning.begun
    ).path  # what is wrong is said before anybody waits
    if path is not None and not save(path) and team is None:
        print(
            "Save the notebook now (File, Save): what is handed in is what was saved, written answers too."
        )
    members = _ask_team() if team is None else [name.strip() for name in team if name.strip()]
    # Read again, as it was saved meanwhile.
    found, index = find_notebook(notebook, beginning.begun), read_index()
    findings = validate(found, index)
    if found.path is not None and found.lab in beginning.begun:
        findings.errors += unsaved(found.content, cells_that_ran())
    if not found.lab:
        raise InputError("; ".join(findings.errors))
    outcome: dict[str, Any] = {"checks": {}, "errors": [], "stopped": ""}
    if run:
        print("Running your answers once more from the top ...")
        outcome = rerun(found.content)
        findings.errors += outcome["errors"]
        if outcome["stopped"]:
            findings.errors.append(f"running the answers again: {outcome['stopped']}")
    problems = (
        index.labs[found.lab].problems if index is not None and found.lab in index.labs else ()
    )
    bonus = {
        problem.name for problem in problems if problem.bonus
    }  # beside the total, as everywhere
    core = [values for name, values in outcome["checks"].items() if name not in bonus]
    points, most = (sum(values[i] for values in core) for i in (0, 1))
    content, trimmed = trim_outputs(found.content)
    about = {
        "lab": found.lab,
        "team": members,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "stats220": __version__,
        "build": "" if index is None else index.build,
        "visible_points": points,
        "errors": findings.errors,
        "warnings": findings.warnings,
    }
    path = _write(found, content, about)
    result = HandIn(path, findings, points, most, trimmed)
    _report(result, found, index, members)
    return result


def trim_outputs(content: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A copy of a notebook without outputs that are too large; the code and the answers stay as they are."""
    notebook, trimmed, total = copy.deepcopy(content), 0, 0
    for cell in notebook["cells"]:
        kept = []
        for output in cell.get("outputs", []) if isinstance(cell, dict) else []:
            size = len(json.dumps(output))
            if size > MAX_OUTPUT or total + size > MAX_OUTPUTS:
                trimmed += 1
                note = f"[an output of {size:,} characters was left out when this was handed in]\n"
                output = {"output_type": "stream", "name": "stdout", "text": note}
            total += len(json.dumps(output))
            kept.append(output)
        if kept:
            cell["outputs"] = kept
    return notebook, trimmed


def _ask_team() -> list[str]:
    """Names of those who worked together; none where nobody can be asked."""
    try:
        answer = input("Names of all who worked on this, separated by commas (Enter: only you): ")
    except (EOFError, RuntimeError, NotImplementedError):  # no person at the other end
        return []
    return [name.strip() for name in answer.split(",") if name.strip()]


def _write(found: Found, content: dict[str, Any], about: dict[str, Any]) -> Path:
    folder = Path.cwd() if found.path is None else found.path.resolve().parent
    path = folder / f"{found.lab}.zip"
    try:
        # Half a file would be handed in, and the last good one lost.
        with (
            replacing(path) as scratch,
            zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as packed,
        ):
            packed.writestr(
                f"{found.lab}.ipynb", json.dumps(content, indent=1, ensure_ascii=False) + "\n"
            )
            packed.writestr(
                "submission.json", json.dumps(about, indent=1, ensure_ascii=False) + "\n"
            )
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror or error}): make room, or call it in a folder of yours"
        ) from error
    return path


def _report(result: HandIn, found: Found, index: Index | None, members: list[str]) -> None:
    """Say what is in the file, what was left out, what to look at, and where to hand it in."""
    for title, lines in (
        ("To mend before you hand in:", result.findings.errors),
        ("To look at:", result.findings.warnings),
    ):
        if lines:
            print(title, *(f"\n- {line}" for line in lines), sep="")
    if not result.findings.errors and not result.findings.warnings:
        print("Nothing is missing.")
    if result.max_points:
        print(
            f"Checks, run once more: {result.points:g} of {result.max_points:g} points. More checks run at grading."
        )
    size = result.path.stat().st_size
    left_out = f"; {result.trimmed} large outputs were left out" if result.trimmed else ""
    print(
        f"Wrote {result.path} ({size / 1e6:.1f} MB): {found.lab}.ipynb with its outputs{left_out}, and submission.json"
        + (f" for {', '.join(members)}." if members else ".")
    )
    where = (index.course.get("hand_in") if index is not None else "") or "where your course says"
    print(f"Hand this file in: {where}.")
    if found.path is not None:
        print(
            f"It holds {found.path.name} as it was saved {ago(found.age_seconds)} before: what you changed since is not in it."
        )
    else:
        print("On Colab: the folder symbol on the left, the file's menu, Download.")
