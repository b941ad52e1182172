"""What a case is, and what cases are made from: a release and its answers."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from stats220.staff.build.release import Release

NOTHING, VICTIM, ALL, UNGRADED = "nothing", "victim", "all", "ungraded"


@dataclass(frozen=True)
class Lab:
    """A released lab with its answers.

    Attributes
    ----------
    answers
        By exercise.
    victim
        The exercise that cases spoil: the first that is a function.
    """

    release: Release
    answers: dict[str, str]

    @property
    def victim(self) -> str:
        return next(
            name
            for name, source in self.answers.items()
            if any(isinstance(node, ast.FunctionDef) for node in ast.parse(source).body)
        )

    @property
    def names(self) -> list[str]:
        return [exercise.name for exercise in self.release.exercises]

    def notebook(self, answers: dict[str, str] | None = None) -> Any:
        """The release with these answers (by default all of them)."""
        filled = deepcopy(self.release.notebook)
        for cell in filled.cells:
            own = cell.metadata.stats220
            if own.role == "exercise":
                cell.source = (self.answers if answers is None else answers).get(
                    own.name, cell.source
                )
        return filled

    def with_victim(self, source: str) -> Any:
        """The answers, but for the victim's cell."""
        return self.notebook({**self.answers, self.victim: source.replace("VICTIM", self.victim)})

    def with_body(self, *lines: str) -> Any:
        """The answers, but the victim's function does this."""
        body = "\n    ".join(lines)
        return self.with_victim(f"import os\n\n\ndef VICTIM(*args, **kwargs):\n    {body}\n")

    def beside_victim(self, before: str = "", after: str = "") -> Any:
        """The answers, with code before and after that of the victim's cell."""
        return self.with_victim("\n".join([before, self.answers[self.victim], after]).strip())

    def with_cell(self, source: str, *, at: int = 1, kind: str = "code") -> Any:
        """The answers, and one more cell."""
        notebook = self.notebook()
        make = new_code_cell if kind == "code" else new_markdown_cell
        notebook.cells.insert(at if at >= 0 else len(notebook.cells), make(source))
        return notebook

    def place(self, role: str, name: str = "", notebook: Any = None) -> int:
        """Where a cell of that role, and name, stands."""
        cells = (notebook or self.release.notebook).cells
        for place, cell in enumerate(cells):
            own = cell.metadata.get("stats220", {})
            if own.get("role") == role and name in ("", own.get("name")):
                return place
        raise LookupError(role)

    def expected(self, costs: str) -> dict[str, float]:
        """Points by exercise."""
        lost = {NOTHING: [], VICTIM: [self.victim], ALL: self.names, UNGRADED: self.names}[costs]
        return {e.name: 0 if e.name in lost else e.points for e in self.release.exercises}


@dataclass(frozen=True)
class Case:
    """A submission.

    Attributes
    ----------
    costs
        "nothing", "victim" (all points of that exercise), "all", or "ungraded".
    says
        What the result must say somewhere.
    person
        Whether a person must be asked to look at the answers.
    """

    name: str
    kind: str
    make: Callable[[Lab], Any] = field(repr=False)
    costs: str
    says: str
    person: bool

    def file(self, lab: Lab) -> bytes:
        """The file as handed in."""
        made = self.make(lab)
        if isinstance(made, bytes):
            return made
        if not isinstance(made, nbformat.NotebookNode):
            return json.dumps(made).encode()
        return json.dumps(made).encode()


CASES: list[Case] = []


def case(
    costs: str = NOTHING, says: str = "", *, person: bool = False
) -> Callable[[Callable[[Lab], Any]], Callable[[Lab], Any]]:
    """Register a function that makes a submission; its docstring says what it is."""

    def register(make: Callable[[Lab], Any]) -> Callable[[Lab], Any]:
        kind = make.__module__.rpartition(".")[2]
        CASES.append(Case(make.__name__.replace("_", "-"), kind, make, costs, says, person))
        return make

    return register


def content(notebook: Any) -> dict[str, Any]:
    """The notebook as plain JSON, to spoil."""
    plain: dict[str, Any] = json.loads(json.dumps(notebook))
    return plain
