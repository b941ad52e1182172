"""The notebooks of a lab: the release that students receive, and the solution.

Both have the same cells in the same order, with the same ids and metadata; they differ in the exercises and answers.
Ids come from names and content, so that the same lab gives the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import nbformat
from nbformat import v4

from stats220.staff.build.course import Course
from stats220.staff.build.installcell import install_cell
from stats220.staff.build.lab import Cell
from stats220.staff.build.problems import (
    Problem,
    problems_below,
    start_here,
    with_badge,
    with_duration,
    with_points,
)
from stats220.staff.build.sources import Sources

FORMAT_VERSION = 1  # of metadata.stats220
NBGRADER_SCHEMA = 3
NBFORMAT_MINOR = 5
ANSWER_STUB = "*Your answer here.*"
SKIP_TAG = "skip-execution"  # nbclient, and so nbgrader, leaves cells with this tag alone; Jupyter runs them
Kind = Literal["release", "solution"]
LOCKED_ROLES = (
    "given",
    "test",
    "hand in",
)  # the course's own; the install cell depends on the wheel
# What a traceback shows of a cell that was run before those that it needs.
NEEDS_INSTALL = "import stats220  # ModuleNotFoundError? Run the cell above, Setup, first"
NEEDS_CELLS = "  # NameError? Run the cells above first"
HAND_IN_TAG = "hand-in"  # not run with the key either
FOLDED = {"cellView": "form"}  # on Colab
HAND_IN = """\
# Hand in: runs your answers once more, says what is missing, and writes the file to hand in.
import stats220

stats220.submit()"""


@dataclass(frozen=True)
class Wheel:
    """The student wheel as the notebooks name it.

    Attributes
    ----------
    file, sha256
        Its name and hash.
    url
        Where it is published; empty where it lies beside the notebook.
    build
        What tells this build from others of the same version.
    """

    file: str
    sha256: str
    url: str
    build: str


def make_notebook(sources: Sources, course: Course, wheel: Wheel, kind: Kind) -> Any:
    """Derive a notebook from an authored lab; cell ids lead back to its lines by `cell_lines`."""
    cells = [cell for cell, _ in _cells(sources, course, wheel, kind)]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "stats220": {"lab": sources.lab.name, "version": FORMAT_VERSION},
        # For Colab: a machine with a GPU, and the notebook's own table of contents.
        "accelerator": "GPU",
        "colab": {"name": f"{sources.lab.name}.ipynb", "provenance": [], "toc_visible": True},
    }
    return v4.new_notebook(cells=cells, metadata=metadata, nbformat_minor=NBFORMAT_MINOR)


def cell_lines(sources: Sources, course: Course) -> dict[str, int]:
    """The line in the authored lab where the source of each cell id begins."""
    return {cell.id: line for cell, line in _cells(sources, course, None, "release")}


def lab_cells(sources: Sources, course: Course) -> list[Any]:
    """The released cells, with an install cell that is empty: they do not depend on the wheel."""
    return [cell for cell, _ in _cells(sources, course, None, "release")]


def to_text(notebook: Any) -> str:
    """A notebook as the text of its file, the same bytes for the same notebook."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n") + "\n"


def _cells(
    sources: Sources, course: Course, wheel: Wheel | None, kind: Kind
) -> list[tuple[Any, int]]:
    """All cells, each with the line in the lab where its source begins: title, *Start here*, install cell, and the lab.

    Without a wheel the install cell is empty: its text is the only one that depends on the wheel.
    """
    first, *rest = sources.lab.cells
    title = _cell(
        "text", with_badge(first.source, sources.lab.name, course), f"text-{_digest(first.source)}"
    )
    start = _cell("text", start_here(sources, course), "start-here")
    code = wheel and install_cell(
        sources.lab.name, wheel=wheel.file, sha256=wheel.sha256, url=wheel.url, build=wheel.build
    )
    install = _cell(
        "install", code or "", "install", {**_nbgrader("install", locked=True), **FOLDED}
    )
    made = [(title, first.start), (start, 1), (install, 1)]
    below = problems_below(sources)
    for cell in rest:
        made += [(derived, cell.start) for derived in _derive(sources, cell, kind, below)]
    given = next((cell for cell, _ in made if cell.metadata.stats220.role == "given"), None)
    if given is not None:
        given.source = f"{NEEDS_INSTALL}\n{given.source}"
    hand_in = _nbgrader("hand_in", locked=True)
    made.append(
        (_cell("hand in", HAND_IN, "hand-in", {"tags": [SKIP_TAG, HAND_IN_TAG], **hand_in}), 1)
    )
    seen: dict[str, int] = {}
    for derived, _ in made:
        seen[derived.id] = seen.get(derived.id, 0) + 1
        if seen[derived.id] > 1:
            derived.id = f"{derived.id}-{seen[derived.id]}"
            if "nbgrader" in derived.metadata:
                derived.metadata.nbgrader.grade_id += f"_{seen[derived.id.rpartition('-')[0]]}"
    return made


def _derive(sources: Sources, cell: Cell, kind: Kind, below: dict[int, list[Problem]]) -> list[Any]:
    """The one or two notebook cells of a lab's cell."""
    name, source, digest = cell.name, cell.source, _digest(cell.source)
    match cell.role:
        case "text":
            return [_cell("text", with_points(cell, below.get(cell.line, [])), f"text-{digest}")]
        case "given":
            return [
                _cell("given", source, f"given-{digest}", _nbgrader(f"given_{digest}", locked=True))
            ]
        case "explore":
            minutes = {"minutes": cell.minutes, "minutes_gpu": cell.minutes_gpu}
            source = with_duration(cell)
            return [_cell("explore", source, f"explore-{digest}", {"tags": [SKIP_TAG]}, **minutes)]
        case "exercise":
            exercise = sources.exercises[name]
            source = exercise.key if kind == "solution" else exercise.stub
            entries = {"name": name, "minutes": cell.minutes, "bonus": cell.bonus}
            return [
                _cell(
                    "exercise",
                    source,
                    f"exercise-{name}",
                    _nbgrader(name, solution=True),
                    **entries,
                )
            ]
        case "test":
            bonus = sources.is_bonus(name)
            entries = {"name": name, "points": cell.points, "bonus": bonus}
            marking = _nbgrader(f"test_{name}", points=None if bonus else cell.points, locked=True)
            return [_cell("test", source + NEEDS_CELLS, f"test-{name}", marking, **entries)]
        case "question":
            answer = sources.answers.by_question[name].text if kind == "solution" else ANSWER_STUB
            marking = _nbgrader(name, points=cell.points, solution=True)
            return [
                _cell(
                    "question",
                    with_points(cell, below.get(cell.line, [])),
                    f"question-{name}",
                    name=name,
                ),
                _cell("answer", answer, f"answer-{name}", marking, name=name, points=cell.points),
            ]


def _cell(
    role: str, source: str, cell_id: str, more: dict[str, Any] | None = None, **entries: Any
) -> Any:
    """A notebook cell; `entries` go into the metadata that the grader reads, `more` beside them."""
    make = v4.new_markdown_cell if role in ("text", "question", "answer") else v4.new_code_cell
    metadata = {"stats220": {"role": role, **entries}, **(more or {})}
    return make(source, id=cell_id, metadata=metadata)  # type: ignore[no-untyped-call]


def _nbgrader(
    grade_id: str, *, points: int | None = None, solution: bool = False, locked: bool = False
) -> dict[str, Any]:
    """Metadata as nbgrader wants them; a cell with points is graded."""
    entries: dict[str, Any] = {
        "schema_version": NBGRADER_SCHEMA,
        "grade_id": grade_id,
        "grade": points is not None,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        entries["points"] = points
    return {"nbgrader": entries}


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:10]
