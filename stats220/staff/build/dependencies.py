"""Where names come from: each exercise finds what it uses in earlier given cells, and needs no other exercise.

Leaving one exercise blank then costs its own points and no others.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from stats220.staff.build.lab import Cell, Lab
from stats220.staff.build.names import (
    Binding,
    bindings,
    bound_names,
    imported_modules,
    line_of_use,
    used_names,
)
from stats220.staff.build.reference import Exercise
from stats220.staff.build.sourcefile import SourceFile
from stats220.staff.build.sources import Sources

STAFF_ONLY = ("stats220.reference", "stats220.staff")


@dataclass
class _Known:
    """What the cells so far have bound."""

    given: dict[str, list[Binding]] = field(default_factory=dict)
    explored: dict[str, list[Binding]] = field(default_factory=dict)
    exercises: set[str] = field(default_factory=set)
    leans_on: dict[str, str] = field(
        default_factory=dict
    )  # given name -> the exercise that it needs

    def has(self, name: str) -> bool:
        return name in self.given or name in self.exercises


def check_dependencies(root: Path, sources: Sources) -> None:
    """Hold a lab to the rules about names; raises AuthorError at the first use that has no source."""
    known = _Known()
    for cell in sources.lab.cells:
        if cell.role == "exercise":
            _check_exercise(sources, cell, known)
            known.exercises.add(cell.name)
            known.leans_on[cell.name] = cell.name
        elif cell.statements:
            _check_imports(root, sources.lab, cell)
            _check_uses(sources.lab, cell, known)
            _check_exercises_stay(sources, cell)
            _learn(cell, known)
    for cell in sources.lab.of_role("test"):
        _check_rebindings(sources, cell)


def _check_exercise(sources: Sources, cell: Cell, known: _Known) -> None:
    exercise = sources.exercises[cell.name]
    for path, line in imported_modules(exercise.node, sources.reference.package):
        if _within(path, STAFF_ONLY):
            raise exercise.error(
                f"{cell.name} imports {path}, which students do not have",
                line=line,
                remedy="move what it needs into the student's part of stats220, or into a cell of the lab",
            )
    for name in sorted(used_names([exercise.node])):
        line = line_of_use(name, [exercise.node])
        source = exercise.bindings.get(name)
        if source is None:
            raise exercise.error(
                f"{cell.name} uses {name!r}, which nothing in its file defines",
                line=line,
                remedy="define or import it",
            )
        _check_no_exercise(sources, exercise, source, known, line)
        if name not in known.given:
            only = (
                " (an explore cell does, but grading skips those)" if name in known.explored else ""
            )
            raise sources.lab.error(
                f"the exercise {cell.name} uses {name!r}, which no earlier cell defines{only}",
                cell,
                remedy=f"{_how_to_bind(source)} in a cell above; the use is in {exercise.file.name}:{line}",
            )
        _check_same_thing(sources, cell, exercise, known.given[name][-1])


def _check_no_exercise(
    sources: Sources, exercise: Exercise, source: Binding, known: _Known, line: int
) -> None:
    """An exercise calls no other, neither itself nor through given code."""
    original = source.meaning.rpartition(".")[2] if source.is_import else source.name
    is_own = not source.is_import or _within(source.meaning, (sources.reference.package,))
    called = (
        original if is_own and original in sources.exercises else known.leans_on.get(source.name)
    )
    if called and called != exercise.name:
        through = "" if called == source.name else f" through {source.name!r}"
        raise exercise.error(
            f"the exercise {exercise.name} calls another, {called}{through}",
            line=line,
            remedy="give it what it needs as an argument, and join the exercises in a given cell",
        )


def _check_same_thing(sources: Sources, cell: Cell, exercise: Exercise, binding: Binding) -> None:
    source = exercise.bindings[binding.name]
    if source.meaning != binding.meaning:
        raise sources.lab.error(
            f"{binding.name!r} is one thing in this lab and another in {exercise.file.name}:{source.line}, "
            f"where the exercise {exercise.name} uses it",
            cell,
            line=binding.line,
            remedy=f"make them the same: {_how_to_bind(source)} here, or change the key",
        )


def _check_rebindings(sources: Sources, test: Cell) -> None:
    """No cell between an exercise and its test may give another meaning to a name that the exercise uses."""
    exercise = sources.exercises[test.name]
    needed = used_names([exercise.node])
    for cell in sources.lab.cells:
        if cell.line < test.line and cell.role != "exercise":
            for binding in cell.bindings:
                if binding.name in needed:
                    _check_same_thing(sources, cell, exercise, binding)


def _check_uses(lab: Lab, cell: Cell, known: _Known) -> None:
    for name in sorted(used_names(cell.statements)):
        if known.has(name) or (cell.role == "explore" and name in known.explored):
            continue
        only = (
            "; only an explore cell does, and grading skips those" if name in known.explored else ""
        )
        raise lab.error(
            f"{name!r} is used before it is defined{only}",
            cell,
            line=line_of_use(name, cell.statements),
            remedy="define or import it in this cell or a given cell above",
        )


def _check_exercises_stay(sources: Sources, cell: Cell) -> None:
    for binding in cell.bindings:
        if binding.name in sources.exercises:
            raise sources.lab.error(
                f"this cell binds {binding.name!r}, the name of an exercise",
                cell,
                line=binding.line,
                remedy="use another name, so that what is tested is what students wrote",
            )


def _check_imports(root: Path, lab: Lab, cell: Cell) -> None:
    for statement in cell.statements:
        for path, line in imported_modules(statement):
            if path.endswith(".*"):
                raise lab.error(
                    f"a star import, {path}",
                    cell,
                    line=line,
                    remedy="name what is imported, so that it can be followed",
                )
            if _within(path, STAFF_ONLY):
                raise lab.error(
                    f"this cell imports {path}, which students do not have",
                    cell,
                    line=line,
                    remedy='only a cell `# %% exercise="name" minutes=N` imports from the key; '
                    "given helpers live in the student's part of stats220",
                )
            if _within(path, ("stats220",)) and not _exists(root, path):
                raise lab.error(
                    f"there is no {path} in this project",
                    cell,
                    line=line,
                    remedy="correct the name, or write it",
                )


def _learn(cell: Cell, known: _Known) -> None:
    """Record what a cell binds, and which of it needs an exercise to be solved.

    A function that calls an exercise needs it when called; any other statement that does stops its cell where the
    exercise is blank, so that all later names of the cell are missing too.
    """
    stopped_by = ""
    for statement in cell.statements:
        needs = next(
            (
                known.leans_on[name]
                for name in sorted(used_names([statement]))
                if name in known.leans_on
            ),
            "",
        )
        is_definition = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if not is_definition:
            stopped_by = stopped_by or needs
        for binding in bindings([statement]):
            names = known.explored if cell.role == "explore" else known.given
            names.setdefault(binding.name, []).append(binding)
            if cell.role != "explore":
                known.leans_on.pop(binding.name, None)
                if stopped_by or needs:
                    known.leans_on[binding.name] = stopped_by or needs


def _exists(root: Path, path: str) -> bool:
    """Whether a dotted path names a module of the project, or something that such a module binds."""
    place = root
    parts = path.split(".")
    for position, part in enumerate(parts):
        if (place / part).is_dir():
            place = place / part
            continue
        module, rest = place / f"{part}.py", parts[position + 1 :]
        if not module.exists():
            module, rest = place / "__init__.py", parts[position:]
        if not module.exists() or len(rest) > 1:
            return False
        file = SourceFile(module.relative_to(root).as_posix(), module.read_text(encoding="utf-8"))
        _ = file.tree  # a module that is no Python is told so, with its line
        names = bound_names(file.text)
        return not rest or rest[0] in names or "__getattr__" in names
    return True


def _within(path: str, packages: tuple[str, ...]) -> bool:
    return any(path == package or path.startswith(f"{package}.") for package in packages)


def _how_to_bind(binding: Binding) -> str:
    if not binding.is_import:
        return f"define {binding.name} as the key does"
    module, _, name = binding.meaning.rpartition(".")
    if not module:
        return f"write `import {name}`"
    alias = "" if name == binding.name else f" as {binding.name}"
    return f"write `from {module} import {name}{alias}`"
