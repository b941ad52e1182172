"""The page a student gets: the score, what to look at next, and every exercise with their code and its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from stats220.staff.report.page import fill_in, write_page
from stats220.staff.report.summary import NOT_GRADED, is_ungraded
from stats220.verdicts import NAMES_SLIP, RAISED

MAX_STEPS = 4
TRIED = ("partial", "failed")
OTHERWISE = "not the expected result, on inputs that stay hidden"


@dataclass(frozen=True)
class Step:
    """One thing to look at next: a line about an exercise (or none), and the hint that goes with it."""

    exercise: str | None
    text: str
    hint: str = ""


@dataclass(frozen=True)
class ExerciseView:
    """An exercise as the page shows it: what grading found, and the student's own code (None: not to be had)."""

    result: Mapping[str, Any]
    source: str | None

    def happened(self, check: Mapping[str, Any]) -> str:
        """What may be told of a check that did not pass."""
        if check["status"] != "failed":
            return ""
        if not check["hidden"]:
            return str(check["message"])
        # Looked up, not passed on: no text that a submission chose, no value of a hidden check gets on the page.
        return f"{RAISED} on inputs that stay hidden" if check["message"] == RAISED else OTHERWISE


def write_feedback(
    result: Mapping[str, Any], notebook: NotebookNode | None, path: Path, *, title: str
) -> None:
    """Write a student's feedback page to ``path``, ``feedback/<student>/<lab>.html``; see `feedback_page`.

    Raises
    ------
    GradingError
        The page cannot be written there.
    """
    write_page(feedback_page(result, notebook, title=title), path)


def feedback_page(
    result: Mapping[str, Any],
    notebook: NotebookNode | None,
    *,
    title: str,
    labels: Mapping[str, str] = {},
) -> str:
    """The HTML of a student's feedback page.

    Parameters
    ----------
    result
        What grading found: the content of ``results/<student>/<lab>.json``.
    notebook
        The submission, mended, from which the student's code is quoted; None where it could not be graded.
    title
        The lab's title.
    labels
        "Problem 1a" for the exercises and questions that have such a label.
    """
    sources = exercise_sources(notebook)
    exercises = [
        ExerciseView(exercise, sources.get(exercise["name"])) for exercise in result["exercises"]
    ]
    return fill_in(
        "feedback.html.j2",
        title=title,
        labels=labels,
        result=result,
        exercises=exercises,
        steps=next_steps(result),
        ungraded=None if notebook is not None else _why_ungraded(result),
        blank=all(exercise["status"] == "not attempted" for exercise in result["exercises"]),
        stopped_cells=stopped_cells(result, notebook),
    )


def next_steps(result: Mapping[str, Any]) -> list[Step]:
    """What is worth looking at first, at most `MAX_STEPS` things.

    A problem that was stopped comes first (often one line ends it), then exercises that were begun, most points to
    gain first, then those not yet attempted and unanswered questions; bonus exercises when nothing else is left.
    """
    core = [exercise for exercise in result["exercises"] if not exercise["bonus"]]
    bonus = [exercise for exercise in result["exercises"] if exercise["bonus"]]
    steps = [*_stopped(core), *_unfinished(core), *_not_attempted(core)]
    blank = [q for q in result["questions"] if not q["answered"] and not q["candidates"]]
    if blank:
        points = sum(question["max_points"] for question in blank)
        count = "One question has" if len(blank) == 1 else f"{len(blank)} questions have"
        steps.append(Step(None, f"{count} no answer yet ({points:g} points, marked by hand)."))
    return (steps or [*_stopped(bonus), *_unfinished(bonus), *_not_attempted(bonus)])[:MAX_STEPS]


def _stopped(exercises: Sequence[Mapping[str, Any]]) -> list[Step]:
    return [
        Step(
            exercise["name"],
            f"grading of it ended early: {exercise['message'] or 'the program ended'}",
            "Usual reasons: a loop that never ends, or an array far larger than the input.",
        )
        for exercise in exercises
        if exercise["status"] == "lost"
    ]


def _unfinished(exercises: Sequence[Mapping[str, Any]]) -> list[Step]:
    def gain(exercise: Mapping[str, Any]) -> float:
        return float(exercise["max_points"] - exercise["points"])

    steps = []
    for exercise in sorted((e for e in exercises if e["status"] in TRIED), key=gain, reverse=True):
        failed = [check for check in exercise["checks"] if check["status"] == "failed"]
        if not failed and any(check["status"] == "error" for check in exercise["checks"]):
            continue  # the check is at fault, there is nothing for the student to do
        # The best place to start is a check that students can run themselves, best of all one that names the mistake.
        first = min(
            failed,
            key=lambda check: (check["hidden"], not check["hint"].startswith(NAMES_SLIP)),
            default=None,
        )
        what = f"“{first['what']}” does not pass yet" if first else exercise["message"]
        if first and not first["hint"] and not first["hidden"] and first["message"]:
            what += f": {first['message']}"  # an error has no hint, and is the first thing to mend
        gained = f"{gain(exercise):g} more point{'' if gain(exercise) == 1 else 's'} to gain"
        text = f"{gained}. {what}".strip()
        steps.append(Step(exercise["name"], text, first["hint"] if first else ""))
    return steps


def _not_attempted(exercises: Sequence[Mapping[str, Any]]) -> list[Step]:
    return [
        Step(exercise["name"], f"not attempted yet, {exercise['max_points']:g} points")
        for exercise in exercises
        if exercise["status"] == "not attempted"
    ]


def exercise_sources(notebook: NotebookNode | None) -> dict[str, str]:
    """The source of each exercise's cell, by exercise; the first where a cell was copied."""
    sources: dict[str, str] = {}
    for cell in notebook.cells if notebook is not None else ():
        own = cell.get("metadata", {}).get("stats220")
        if isinstance(own, Mapping) and own.get("role") == "exercise":
            sources.setdefault(str(own.get("name", "")), str(cell.get("source", "")))
    return sources


def stopped_cells(
    result: Mapping[str, Any], notebook: NotebookNode | None
) -> list[tuple[str, str]]:
    """Cells that ended with an error: (the cell's first line of code, the error)."""
    lines: dict[str, str] = {}
    for cell in notebook.cells if notebook is not None else ():
        code = [line for line in str(cell.get("source", "")).splitlines() if line.strip()]
        own = [line for line in code if not line.lstrip().startswith("#")]
        lines[str(cell.get("id", ""))] = (own or code or ["(an empty cell)"])[0]
    return [
        (lines.get(cell["id"], f"cell {cell['id']}"), cell["error"]) for cell in result["cells"]
    ]


def _why_ungraded(result: Mapping[str, Any]) -> str:
    """Why there is nothing to show. Other notes are the operator's: they may quote what a hidden check holds."""
    reasons = [note.removeprefix(NOT_GRADED) for note in result["notes"] if is_ungraded(note)]
    told = [reason for reason in reasons if not reason.startswith("the grader failed")]
    return told[0] if told else "an error in grading, which the course staff sees"
