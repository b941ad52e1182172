"""The mended notebook with the grader's verdicts as outputs: what formgrader shows to whoever marks the answers."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_output

from stats220.staff.grade.mend import EXTRA
from stats220.staff.grade.results import ExerciseResult, QuestionResult, SubmissionResult
from stats220.staff.report.untrusted import safe_markdown

if TYPE_CHECKING:
    from nbformat import NotebookNode


def marked_notebook(notebook: NotebookNode, result: SubmissionResult) -> str:
    """The text of the notebook file: each test cell shows its checks, each cell that raised its error."""
    notebook = deepcopy(notebook)
    exercises = {e.name: e for e in result.exercises}
    errors = {c.id: c.error for c in result.cells}
    questions = {q.name: q for q in result.questions}
    for cell in notebook.cells:
        own = cell.metadata.stats220
        if own.role == "answer":
            cell.source = _answer(questions[own.name], cell.source)
        elif own.role == EXTRA and cell.cell_type == "markdown":
            cell.source = safe_markdown(cell.source)
        said = errors.get(cell.id, "")
        if own.role == "test" and own.name in exercises:
            said = _verdict(exercises[own.name])
        if said and cell.cell_type == "code":
            cell.outputs = [new_output("stream", name="stdout", text=said + "\n")]
    text: str = nbformat.writes(notebook)
    return text + "\n"


def _answer(question: QuestionResult, blank: str) -> str:
    """The answer, or what may be it; formgrader would run what scripts stand in a student's text."""
    if question.answered:
        return safe_markdown(question.answer)
    if not question.candidates:
        return blank
    parts = ["**Nothing stands in the place of this answer. What the student wrote elsewhere:**"]
    return "\n\n---\n\n".join([*parts, *map(safe_markdown, question.candidates)])


def _verdict(exercise: ExerciseResult) -> str:
    head = f"{exercise.name}: {exercise.points:g} of {exercise.max_points:g}, {exercise.status}"
    lines = [f"{head}. {exercise.message}" if exercise.message else head]
    for check in exercise.checks:
        hidden = " (hidden)" if check.hidden else ""
        line = f"  {check.points:g}/{check.max_points:g}  {check.what}{hidden}: {check.status}"
        lines.append(f"{line}. {check.message}" if check.message else line)
    return "\n".join(lines)
