"""What grading would stumble over in a notebook: told before it is handed in."""

from __future__ import annotations

import ast
import importlib.util
import re
from dataclasses import dataclass, field
from typing import Any

from stats220.student.finding import SAVED_SECONDS, Found
from stats220.student.index import Index, ReleasedLab, fingerprint, which_to_update

# What runs at grading; `google` is Colab's, which has a stand-in there.
GRADING_HAS = frozenset(
    {"cvxpy", "google", "IPython", "ipywidgets", "jaxtyping", "matplotlib", "mpl_toolkits", "numpy", "PIL", "pooch", "requests", "scipy", "stats220", "torch", "torchvision", "tqdm"}
)  # fmt: skip
GPU = re.compile(r"""\.cuda\(\)|["']cuda(:\d+)?["']""")
MAGIC = re.compile(r"^\s*[%!?]|\?\s*$", re.MULTILINE)
BUILD = re.compile(r"""^LAB, BUILD = "[^"]*", "([^"]*)"$""", re.MULTILINE)  # in the setup cell
MAX_CELL = 200_000


@dataclass
class Findings:
    """What was found in a notebook.

    Attributes
    ----------
    errors : list of str
        What will cost points, or keep it from being graded.
    warnings : list of str
        What may.
    """

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For a terminal, errors first."""
        return [f"error: {e}" for e in self.errors] + [f"look: {w}" for w in self.warnings]


def validate(found: Found, index: Index | None) -> Findings:
    """Look through a notebook without running it.

    Parameters
    ----------
    found : Found
    index : Index or None
        Of the installed release.
    """
    result = Findings()
    if found.age_seconds > SAVED_SECONDS:
        result.warnings.append(
            f"the file was saved {ago(found.age_seconds)} ago: save the notebook (Ctrl-S) if you changed it since, and run this again"
        )
    if not found.lab:
        result.errors.append(
            "this is no notebook of the course: it does not say which lab it is. Open the one that you were given"
        )
    elif index is not None and found.lab not in index.labs:
        known = ", ".join(index.labs) or "none"
        result.errors.append(
            f"the installed library knows no lab {found.lab!r}, only {known}: install that of the notebook's own release"
        )
    cells = [cell for cell in found.content["cells"] if isinstance(cell, dict)]
    trees = _parse(cells, result)
    _look_at_imports(trees, result)
    other_build = which_to_update(_build_of(cells), index)
    if other_build:
        result.warnings.append(other_build)
    if index is not None and found.lab in index.labs:
        if not other_build:
            _compare_locked(cells, index.labs[found.lab], result)
        _compare(cells, trees, index.labs[found.lab], result)
    return result


def source_of(cell: dict[str, Any]) -> str:
    """A cell's text, whether it is stored as one string or as lines."""
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def own(cell: dict[str, Any]) -> dict[str, Any]:
    """What the builder wrote into a cell's metadata."""
    metadata = cell.get("metadata")
    entries = metadata.get("stats220") if isinstance(metadata, dict) else None
    return entries if isinstance(entries, dict) else {}


def _parse(cells: list[dict[str, Any]], result: Findings) -> dict[int, ast.Module]:
    """The syntax trees of the code cells that can be parsed; says which cannot."""
    trees = {}
    for i, cell in enumerate(cells):
        source = source_of(cell)
        if cell.get("cell_type") != "code" or own(cell).get("role") == "install":
            continue
        if len(source) > MAX_CELL:
            result.errors.append(
                f"{place_of(i, cell)} has {len(source):,} characters, and grading reads {MAX_CELL:,}: take pasted data out"
            )
            continue
        if source.lstrip().startswith("%%"):
            continue
        try:
            trees[i] = ast.parse(
                MAGIC.sub(lambda m: "pass #" if m[0].strip() != "?" else "", source)
            )
        except (SyntaxError, ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
            what = getattr(error, "msg", None) or error
            result.errors.append(
                f"{place_of(i, cell)} is not Python{f', line {line}' if line else ''}: {what}"
            )
    return trees


def _look_at_imports(trees: dict[int, ast.Module], result: Findings) -> None:
    import sys

    unknown: dict[str, None] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in (n.partition(".")[0] for n in names):
                if name not in GRADING_HAS and name not in sys.stdlib_module_names:
                    unknown[name] = None
    for name in unknown:
        if importlib.util.find_spec(name) is None:
            result.errors.append(f"`import {name}`: there is no such module here, nor at grading")
        else:
            result.warnings.append(
                f"`import {name}`: grading does not have it; an answer that needs it gets no points"
            )


def _build_of(cells: list[dict[str, Any]]) -> str:
    """The build that a notebook's setup cell names, or ""."""
    setup = (source_of(cell) for cell in cells if own(cell).get("role") == "install")
    return next((match[1] for text in setup if (match := BUILD.search(text))), "")


def _compare_locked(cells: list[dict[str, Any]], lab: ReleasedLab, result: Findings) -> None:
    """Hold the course's own cells against the release."""
    by_id = {str(cell.get("id")): cell for cell in cells}
    for cell_id, expected in lab.locked.items():
        cell = by_id.get(cell_id)
        if cell is None:
            result.warnings.append(f"the course's cell {cell_id} was deleted: grading uses its own")
        elif fingerprint(source_of(cell)) != expected:
            result.warnings.append(
                f"the course's cell {cell_id} was changed: grading uses its own, so what you changed there does not count"
            )


def _compare(
    cells: list[dict[str, Any]], trees: dict[int, ast.Module], lab: ReleasedLab, result: Findings
) -> None:
    """Hold the answers against the release."""
    defined: dict[str, int] = {}
    for i, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                defined[node.name] = i
    answers = {own(cell).get("name"): cell for cell in cells if own(cell).get("role") == "answer"}
    for problem in lab.problems:
        bonus = " (bonus)" if problem.bonus else ""
        if problem.kind == "question":
            cell = answers.get(problem.name)
            text = "" if cell is None else source_of(cell)
            if cell is None:
                result.errors.append(
                    f"{problem}: the cell for the written answer is gone; write it below its question again"
                )
            elif not text.strip() or fingerprint(text) == lab.stubs.get(problem.name):
                result.warnings.append(
                    f"{problem}: no written answer yet ({problem.points} points)"
                )
            continue
        if problem.name not in defined:
            (result.warnings if problem.bonus else result.errors).append(
                f"{problem}: no cell defines `{problem.name}`{bonus}"
            )
            continue
        source = source_of(cells[defined[problem.name]])
        if fingerprint(source) == lab.stubs.get(problem.name):
            result.warnings.append(f"{problem}: not attempted yet{bonus}")
        elif GPU.search(source):
            result.warnings.append(
                f"{problem}: the code asks for a GPU by name, and grading has none: let it take the device of its inputs"
            )


def place_of(i: int, cell: dict[str, Any]) -> str:
    """Which cell it is, counted from 0, in words."""
    entries = own(cell)
    return f"cell {i + 1}" + (f", {entries['name']}" if entries.get("name") else "")


def ago(seconds: float) -> str:
    """How long that is, in words."""
    if seconds < SAVED_SECONDS:
        return f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
