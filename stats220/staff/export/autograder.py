"""What ``run_autograder`` runs in Gradescope's container: grade the one submission, write ``results.json``.

The form is that of Gradescope's documentation (*Autograder Specifications, Output Format*): a score or tests with scores, each
test with its own visibility.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stats220.errors import GradingError, Stats220Error
from stats220.staff.grade.course import grade_class
from stats220.staff.grade.files import write_atomically
from stats220.staff.grade.results import ExerciseResult, SubmissionResult
from stats220.staff.report.untrusted import tidy

STUDENT = "student"
MAX_FILES = 1000
HIDDEN_NOTE = "Tries the same requirements on inputs that stay hidden."
NO_SANDBOX = "Graded without a sandbox: the submission ran as the grader's own user and could read and write what it can. A result to learn from, not one to record."


def results_json(result: SubmissionResult) -> dict[str, Any]:
    """A result in Gradescope's form.

    Points, and so the score, are those of the core exercises. Bonus exercises are shown with what they earned in words, for a test's
    points would count. Hidden checks of an exercise are shown as one test, with their hints from the due date on.
    """
    tests = [test for exercise in result.exercises for test in _tests(exercise)]
    content: dict[str, Any] = {
        "score": result.score,
        "execution_time": round(result.seconds),
        "output": "\n".join(tidy(line) for line in _lines(result)),
        "output_format": "text",
        "test_output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"seed": result.seed, "isolation": result.isolation},
        "tests": tests,
    }
    if result.isolation != "bwrap":
        content["tests"].append({"name": "Isolation", "output": NO_SANDBOX, "visibility": "hidden"})
    return content


def _lines(result: SubmissionResult) -> Iterator[str]:
    yield f"Exercises: {result.score:g} of {result.max_score:g}."
    if result.max_bonus:
        yield f"Bonus, beside the score: {result.bonus:g} of {result.max_bonus:g}."
    if result.questions:
        yield "The questions are marked by hand."
    yield from (f"Set right before grading, at no cost: {mended}" for mended in result.mended[:20])
    yield from result.notes[:20]
    yield from (f"A cell ended with an error: {cell.error}" for cell in result.cells[:20])


def _tests(exercise: ExerciseResult) -> Iterator[dict[str, Any]]:
    name = f"{exercise.name} (bonus)" if exercise.bonus else exercise.name
    if not exercise.checks:
        yield _test(
            name,
            exercise.points,
            exercise.max_points,
            exercise.bonus,
            exercise.message or exercise.status,
        )
    for check in exercise.checks:
        if not check.hidden:
            said = [] if check.status == "passed" else [check.message or check.status, check.hint]
            output = "\n".join(line for line in said if line)
            yield _test(
                f"{name}: {check.what}", check.points, check.max_points, exercise.bonus, output
            )
    hidden = [check for check in exercise.checks if check.hidden]
    if hidden:
        points, most = sum(c.points for c in hidden), sum(c.max_points for c in hidden)
        yield _test(f"{name}: more checks at grading", points, most, exercise.bonus, HIDDEN_NOTE)
        hints = [f"{c.what}: {c.hint}" for c in hidden if c.status != "passed" and c.hint]
        if hints:
            about = {"name": f"{name}: hints of the hidden checks", "visibility": "after_due_date"}
            yield {**about, "output": tidy("\n".join(hints)), "output_format": "text"}


def _test(name: str, points: float, most: float, bonus: bool, output: str) -> dict[str, Any]:
    passed = points >= most
    test: dict[str, Any] = {
        "name": tidy(name, 200),
        "status": "passed" if passed else "failed",
        "output": tidy(output),
        "output_format": "text",
        "visibility": "visible",
    }
    if bonus:
        return {**test, "output": f"{points:g} of {most:g}, beside the score. {test['output']}"}
    return {**test, "score": points, "max_score": most}


def main(lab: str, autograder: Path, isolation: str) -> None:
    """Grade what lies in ``submission/``, and write ``results/results.json`` last, when nothing of the submission runs any more.

    Raises
    ------
    GradingError
        It cannot be graded here: Gradescope shows that the autograder failed, and nobody gets a 0 for it.
    """
    source, submission = autograder / "source", autograder / "submission"
    with tempfile.TemporaryDirectory(prefix="stats220-gradescope-") as scratch:
        home = Path(scratch) / "in" / STUDENT
        home.mkdir(parents=True)
        files = sorted(
            path for path in submission.rglob("*") if path.is_file() and not path.is_symlink()
        )
        if len(files) > MAX_FILES:
            raise GradingError(f"the submission has {len(files)} files: hand in the notebook alone")
        for path in files:
            to = home / path.relative_to(submission)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
        try:
            out = Path(scratch) / "out"
            [result] = grade_class(source, lab, home.parent, out, jobs=1, isolation=isolation)
            content = results_json(result)
        except GradingError as error:
            if not str(error).startswith("no submissions in"):
                raise
            content = {"score": 0, "output": f"No notebook of {lab} was handed in.", "tests": []}
    write_atomically(autograder / "results" / "results.json", json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    except Stats220Error as error:
        sys.exit(f"error: {error}")
