"""The rules that keep a lab sound: its cells, tests, points, minutes and model answers. Names are in dependencies.py."""

from __future__ import annotations

from pathlib import Path

from stats220.staff.build.checkpoints import CheckFolder, CheckFunction
from stats220.staff.build.lab import Cell, Lab
from stats220.staff.build.sources import MOST_EXERCISES, MOST_MINUTES, Sources

RESERVED = ("test_", "given_", "install")


def check_rules(sources: Sources) -> None:
    """Hold a lab to the rules; raises AuthorError at the first mistake."""
    _check_names_are_unique(sources.lab)
    for cell in sources.exercise_cells():
        _check_exercise_cell(sources.lab, cell)
    _check_tests(sources)
    for cell in sources.lab.of_role("test"):
        _check_points(sources, cell)
    _check_answers(sources)
    _check_totals(sources)


def _check_names_are_unique(lab: Lab) -> None:
    """Exercises, tests and questions each have their own names; a question may not be named like an exercise."""
    seen: dict[tuple[str, str], Cell] = {}
    for cell in lab.cells:
        if not cell.name:
            continue
        if cell.name.startswith(RESERVED):
            raise lab.error(
                f"the name {cell.name!r} is reserved for the builder's own cells",
                cell,
                remedy="choose another name",
            )
        space = "test" if cell.role == "test" else "exercise or question"
        if (space, cell.name) in seen:
            other = seen[space, cell.name]
            raise lab.error(
                f"a second {cell.role} {cell.name!r}; the first {other.role} of that name is in line {other.line}",
                cell,
                remedy="delete or rename one",
            )
        seen[space, cell.name] = cell


def _check_exercise_cell(lab: Lab, cell: Cell) -> None:
    wanted = f"from stats220.reference.{lab.module} import {cell.name}"
    if cell.source.strip() != wanted:
        raise lab.error(
            f"the exercise cell of {cell.name} holds something else than its import",
            cell,
            remedy=f"write only: {wanted}",
        )


def _check_tests(sources: Sources) -> None:
    lab = sources.lab
    exercises = {cell.name: cell for cell in sources.exercise_cells()}
    tests = {cell.name: cell for cell in lab.of_role("test")}
    for name, cell in tests.items():
        if name not in exercises:
            raise lab.error(
                f"a test of {name!r}, which is no exercise of this lab",
                cell,
                remedy="correct the name, or add the exercise's cell above",
            )
        if cell.line < exercises[name].line:
            raise lab.error(
                f"the test of {name} comes before its exercise",
                cell,
                remedy="move it below the exercise",
            )
        if cell.source.strip() != f"check.{name}({name})":
            raise lab.error(
                f"the test cell of {name} is not its one call",
                cell,
                remedy=f"write only: check.{name}({name})",
            )
        meanings = [
            binding.meaning
            for other in lab.cells
            if other.line < cell.line
            for binding in other.bindings
            if binding.name == "check"
        ]
        if not meanings or meanings[-1] != f"stats220.checks.{lab.module}":
            raise lab.error(
                "`check` is not the lab's checks here",
                cell,
                remedy=f"write in an earlier cell: from stats220.checks import {lab.module} as check",
            )
    for name, cell in exercises.items():
        if name not in tests:
            raise lab.error(
                f"the exercise {name} has no test",
                cell,
                remedy=f'add a cell `# %% test="{name}" points=N` with check.{name}({name})',
            )


def _check_points(sources: Sources, cell: Cell) -> None:
    """The cell's points are those of its visible and hidden checks together."""
    name, checks, hidden = cell.name, sources.checks, sources.hidden
    if name not in checks.functions:
        raise sources.lab.error(
            f"there is no check of {name} in {checks.folder}/",
            cell,
            remedy=f"write there, decorated with @checked: def {name}({name}): ...",
        )
    visible = checks.functions[name]
    _check_function(checks, visible)
    if hidden and name in hidden.functions:
        _check_function(hidden, hidden.functions[name])
    hidden_points = hidden.functions[name].points if hidden and name in hidden.functions else 0
    if visible.hidden_points and not hidden_points:
        raise visible.file.error(
            f"{name} promises {visible.hidden_points} hidden points, but has no hidden check",
            line=visible.line,
            remedy=f"write it in stats220/reference/{sources.lab.module}/hidden/, or drop hidden_points",
        )
    if visible.hidden_points != hidden_points:
        raise visible.file.error(
            f"{name} says hidden_points={visible.hidden_points}, its hidden checks are worth {hidden_points}",
            line=visible.line,
            remedy=f"write hidden_points={hidden_points}, or mend the hidden checks",
        )
    total = visible.points + hidden_points
    if cell.points != total:
        raise sources.lab.error(
            f"points={cell.points}, but the checks of {name} are worth {visible.points} + {hidden_points} hidden",
            cell,
            remedy=f"write points={total}, or mend the checks",
        )


def _check_function(checks: CheckFolder, function: CheckFunction) -> None:
    name = function.name
    if function.parameters != (name,):
        raise function.file.error(
            f"the check {name} takes {', '.join(function.parameters) or 'nothing'}",
            line=function.line,
            remedy=f"its one parameter is the student's object: def {name}({name})",
        )
    if name not in checks.exported:
        raise function.file.error(
            f"{checks.folder}/__init__.py does not export the check {name}",
            line=function.line,
            remedy=f"import it there: from {checks.folder.replace('/', '.')}.{Path(function.file.name).stem} import {name}",
        )


def _check_answers(sources: Sources) -> None:
    lab, answers = sources.lab, sources.answers
    questions = {cell.name: cell for cell in lab.of_role("question")}
    for name, cell in questions.items():
        if name not in answers.by_question:
            raise lab.error(
                f"the question {name!r} has no model answer",
                cell,
                remedy=f"write it under `## {name}` in stats220/reference/{lab.module}/answers.md",
            )
        if not cell.source.strip():
            raise lab.error(
                f"the question {name!r} asks nothing", cell, remedy="write the question"
            )
    for answer in answers.by_question.values():
        if answer.question not in questions and answers.file:
            raise answers.file.error(
                f"a model answer to {answer.question!r}, which is no question of the lab",
                line=answer.line,
                remedy=f'correct the heading, or add `# %% [markdown] question="{answer.question}"` to the lab',
            )


def _check_totals(sources: Sources) -> None:
    lab, entry = sources.lab, sources.lab.entry
    core = [cell for cell in sources.exercise_cells() if not cell.bonus]
    if len(core) > MOST_EXERCISES:
        raise lab.error(
            f"{core[MOST_EXERCISES].name!r} is one of {len(core)} core exercises; a lab has at most {MOST_EXERCISES}",
            core[MOST_EXERCISES],
            remedy="make it bonus=true, or drop one",
        )
    if sources.exercise_minutes() > MOST_MINUTES:
        raise lab.error(
            f"the core exercises take {sources.exercise_minutes():g} minutes; a lab has at most {MOST_MINUTES}",
            core[-1],
            remedy="make an exercise bonus=true, or give more of it",
        )
    if sources.core_points() != entry.points:
        parts = [
            f"{cell.name} {cell.points}"
            for cell in lab.cells
            if cell.points and not sources.is_bonus(cell.name)
        ]
        raise lab.error(
            f"the lab's points add up to {sources.core_points()}, course.toml says {entry.points}",
            lab.cells[0],
            remedy=f"correct one of them; the lab has {', '.join(parts) or 'no points'}",
        )
